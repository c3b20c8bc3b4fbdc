"""Losses: what a closure cost by a model, how sure that is, the country beside the route, and what was claimed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, loss_charts, parts, texts
from dashboards.queries import losses

TITLE = "Losses"
ICON = ":material/trending_down:"
ORDER = 4.5

METHODS = {
    "structural": "the series alone",
    "structural_controls": "with other partners beside it",
    "synthetic_control": "weighted mean of other partners",
}
BASES = {"": "basis not said", "balance_of_payments": "balance of payments", "customs": "customs"}
BEFORE = dt.timedelta(days=3 * 366)
CANNOT_KNOW = """
- **Whether anything else happened in the same months.** A loss is what is missing against the months before: a fall
  of demand, a flood or a new tariff counts as the closure's, unless other partners show it too.
- **What was only put off.** Trade that waits and passes later is lost in one month and comes back in another.
- **What was never counted.** Goods carried past the customs, and those that went by another country.
- **Long closures.** The further a forecast reaches, the more the level may have wandered: the intervals are tested on
  one to six months.
- **Years without quiet.** Where few months without closure are known there is no model; the table above says where.
"""


def show() -> None:
    parts.heading(
        "Losses",
        "What a closure cost: trade as reported against trade without it, by a model that is tested where none was.",
    )
    if not as_of.analysis_shown():
        return
    every = losses.every()
    if every.is_empty():
        st.info("No closure has a series of trade long enough to be tested: see what is lacking in *Data quality*.")
        return
    borders = {code: texts.border(*code.split("-")) for code in every["border"].unique().sort().to_list()}
    one, two = st.columns(2)
    with one:
        border = parts.choose("Border", borders, "border")
    of_border = every.filter(pl.col("border") == border)
    with two:
        started = parts.choose("Closure that began on", closures(of_border), "closure", default=newest(of_border))
    lines = named(of_border.filter(pl.col("started_on").cast(pl.String) == started))
    figures(lines)
    over_time(border, lines)
    compared(border, lines)
    whole_country(border, lines["started_on"][0])
    claimed(border)
    how_sure(border)
    every_closure(named(of_border))


def closures(frame: pl.DataFrame) -> dict[str, str]:
    """The closures of a border by their first day, in words."""
    return {
        str(row["started_on"]): in_words(row)
        for row in frame.unique("started_on").sort("started_on")[::-1].to_dicts()
    }


def newest(frame: pl.DataFrame) -> str:
    """The first day of the newest closure."""
    return str(frame["started_on"].max())


def in_words(row: dict[str, Any]) -> str:
    """From when to when, and how much it shut."""
    until = f" to {texts.day(row['ended_on'])}" if row["ended_on"] else ", no end known"
    shut = "" if row["share_shut"] is None else f", {texts.share(row['share_shut'])} of the capacity"
    return f"{texts.day(row['started_on'])}{until}{shut}"


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with each series in words."""
    words = [
        f"{texts.country(row['reporter'])}'s {row['flow']}s ({BASES.get(row['basis'], row['basis'])})"
        for row in frame.iter_rows(named=True)
    ]
    method = pl.col("method").replace_strict(METHODS, default=pl.col("method"))
    return frame.with_columns(pl.Series("of", words, dtype=pl.String)).with_columns(
        series=pl.format("{}, {}", "of", method)
    )


def figures(lines: pl.DataFrame) -> None:
    """The loss of each series by the model of the series alone, and how sure it is."""
    alone = lines.filter(pl.col("method") == "structural").sort("actual", descending=True).head(3)
    for column, row in zip(st.columns(max(alone.height, 1)), alone.to_dicts(), strict=False):
        with column:
            span = months_counted(row)
            parts.figure(
                f"{row['of']}, {span}",
                amount(row["loss"]),
                f"80 %: {between(row, 80)}; 95 %: {between(row, 95)}. Reported {texts.dollars(row['actual'])}, "
                f"without the closure {texts.dollars(row['without_closure'])}: {texts.share(row['share_lost'])} lost."
                + (" Nought lies within the 95 %: weak." if row["loss_low_95"] <= 0 <= row["loss_high_95"] else ""),
                alone,
                "analysis.losses",
            )


def months_counted(row: dict[str, Any]) -> str:
    """The months that a loss counts."""
    first, last = (row[name].strftime("%b %Y") for name in ("first_month", "last_month"))
    known = "" if row["months_known"] == row["months"] else f", {row['months_known']} of {row['months']} months known"
    return (first if first == last else f"{first} to {last}") + known


def amount(loss: float) -> str:
    """A loss in words: more was traded where it is below nought."""
    return texts.dollars(loss) if loss >= 0 else f"{texts.dollars(-loss)} more"


def between(row: dict[str, Any], nominal: int) -> str:
    """The interval of a loss in words."""
    low, high = (row[f"loss_{end}_{nominal}"] for end in ("low", "high"))
    return f"{'−' * (low < 0)}{texts.dollars(abs(low))} to {'−' * (high < 0)}{texts.dollars(abs(high))}"


def over_time(border: str, lines: pl.DataFrame) -> None:
    """One series of the closure by month, with and without it."""
    options = {
        f"{row['reporter']}-{row['flow']}-{row['basis']}-{row['method']}": row["series"] for row in lines.to_dicts()
    }
    first = lines.sort(pl.col("method") != "structural", -pl.col("actual")).row(0, named=True)
    default = f"{first['reporter']}-{first['flow']}-{first['basis']}-{first['method']}"
    chosen = parts.choose("Series", options, "series", default=default)
    row = lines.filter(pl.col("series") == options[chosen]).row(0, named=True)
    started, month = row["started_on"], row["first_month"]
    same = [pl.col(name) == row[name] for name in ("reporter", "partner", "flow", "basis", "method")]
    modelled = losses.months(border, started).filter(*same)
    reported = losses.before(row, month - BEFORE, row["last_month"])
    parts.chart(
        f"{row['of']} by month, as reported and without the closure of {texts.day(started)}",
        loss_charts.without_closure(reported, modelled),
        f"reported: trade_months; without the closure: analysis.losses_months ({METHODS[row['method']]}), from "
        f"{row['trained_months']} months without closure before it. The intervals are as wide as the misses of such "
        "forecasts on dates without closure ask for. The month after it is counted too, a lag chosen beforehand.",
        name="without_closure",
        rows=modelled,
        behind=lambda: (losses.months(border, started), losses.before(row, month - BEFORE, row["last_month"])),
    )


def compared(border: str, lines: pl.DataFrame) -> None:
    """All series and methods of the closure, with their intervals."""
    row = lines.row(0, named=True)
    parts.chart(
        f"{texts.border(*border.split('-'))}: loss by series and method, closure of {texts.day(row['started_on'])}",
        loss_charts.losses(lines.select("series", "loss", "^loss_.*$")),
        "analysis.losses. Bases are never added up: the bank counts payments, customs counts goods. Below nought "
        "more was traded than expected; weak where the interval crosses nought.",
        name="loss",
        rows=lines.drop("of", "series"),
        behind=losses.every,
    )


def whole_country(border: str, started: dt.date) -> None:
    """All trade of Afghanistan beside the route."""
    st.markdown("##### The country as a whole beside the route")
    parts.table(losses.country(border, started), "analysis.losses_country")
    st.caption(
        "Source: trade_flows, as printed, millions of US dollars; of times that reach into the closure or the month "
        "after it, beside the same time a year before where that is printed. No model: too few months are known. A "
        "route may fall while the whole rises, for trade finds other gates."
    )


def claimed(border: str) -> None:
    """Claims against the model."""
    every = losses.claims(border)
    weighed = every.filter(pl.col("times_modelled").is_not_null())
    st.markdown("##### Claimed against modelled")
    if weighed.height:
        labels = pl.format("{}, {}", pl.col("claimant").str.slice(0, 34), pl.col("claim_id"))
        drawn = weighed.with_columns(claim=labels, side=pl.col("claimant_side").fill_null("an unknown side"))
        parts.chart(
            "Claims of lost trade as multiples of the modelled loss of a day",
            loss_charts.claims(drawn.unique("claim", keep="first", maintain_order=True)),
            f"{weighed['source_url'].n_unique()} pages, listed below, and analysis.losses. Each is set against the "
            "closure that shares most of its days. 1 = the model says the same. By the balance of payments less is "
            "traded than by customs: so the shares of normal trade stand beside the dollars in the rows.",
            name="claims",
            rows=weighed,
            behind=lambda: losses.claims(border),
        )
    over = every.filter(pl.col("exceeds_all")).height
    st.markdown(
        f"{every.height} lines of claims; {over} claim more than all that passes the border by the highest yearly "
        f"figure; {every.filter(pl.col('why_not').is_not_null()).height} have no modelled loss beside them."
    )
    parts.rows(every, "analysis.losses_claims", label="Every claim, and why no model stands beside it")


def how_sure(border: str) -> None:
    """The test on dates without closure, what each series carries, and what the method cannot know."""
    st.markdown("##### How sure: the same forecasts on dates without closure")
    parts.table(losses.backtest(border), "analysis.losses_backtest")
    st.caption(
        "Source: analysis.losses_backtest. Held near nominal: the intervals can be believed. Starts overlap, and of "
        "few trials chance makes much."
    )
    parts.rows(
        losses.considered(border), "analysis.losses_series", label="Every series: what it carries, and why no more"
    )
    st.markdown("##### What the method cannot know")
    st.markdown(CANNOT_KNOW)


def every_closure(frame: pl.DataFrame) -> None:
    """The losses of all closures of the border."""
    shown = frame.select(
        "started_on", "ended_on", "series", "months_known", "closed_days", "actual", "without_closure", "loss",
        "loss_low_80", "loss_high_80", "loss_low_95", "loss_high_95",
        (pl.col("share_lost") * 100).round(1).alias("share_lost_%"), "p_placebo", "controls", "trained_months",
    )  # fmt: skip
    parts.rows(
        shown.with_columns(pl.selectors.float().round(1)), "analysis.losses", label="Every closure of this border"
    )


if __name__ == "__main__":
    show()
