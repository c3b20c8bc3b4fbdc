"""Losses: what a closure cost by a model, how sure that is, the country beside the route, and what was claimed."""

from __future__ import annotations

import datetime as dt
import textwrap
from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, expected_charts, loss_charts, parts, texts
from dashboards.pages import _country
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
WORDS = ("printed for the month", "without the closure, by the model")
# So much of a claimant's name stands beside a chart: two lines.
WIDE, TALL = 28, 2
CANNOT_KNOW = """
- **Whether anything else happened in the same months.** A loss is what is missing against the months before: a fall
  of demand, a flood or a new tariff counts as the closure's, unless other partners show it too.
- **What was only put off.** Trade that waits and passes later is lost in one month and comes back in another.
- **What was never counted.** Goods carried past the customs, and those that went by another country.
- **One closure among several.** A series is that of the whole border: where other closures go on in the same months,
  what is missing is missing to all of them together.
- **Long closures and years without quiet.** There is no loss where a forecast would reach further than any that could
  be tested, or where too few months are known; the tables above say where, and why.
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
    figures(border, lines)
    over_time(border, lines)
    compared(border, lines)
    _country.show(border, lines)
    claimed(border)
    how_sure(border)
    every_closure(border, named(of_border))


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


def figures(border: str, lines: pl.DataFrame) -> None:
    """The loss of each series by the model of the series alone, and how sure it is."""
    alone = with_lone_months(border, lines).filter(method="structural").sort("actual", descending=True).head(3)
    for column, row in zip(st.columns(max(alone.height, 1)), alone.to_dicts(), strict=False):
        with column:
            parts.figure(
                f"{row['of']}, {months_counted(row)}",
                amount(row["loss"]) + " (weak)" * bool(row["doubts"]),
                f"80 %: {between(row, 80)}; 95 %: {between(row, 95)}. {against(row)}{in_doubt(row)}",
                alone,
                "analysis.losses",
            )


def with_lone_months(border: str, lines: pl.DataFrame) -> pl.DataFrame:
    """The lines of one closure with months_alone: how many months known have a figure of their own."""
    key = ["started_on", "reporter", "partner", "flow", "basis", "method"]
    months = losses.months(border, lines["started_on"][0]).group_by(key).agg(months_alone=pl.col("actual").count())
    return lines.join(months, on=key, how="left")


def against(row: dict[str, Any]) -> str:
    """What was traded, and what without the closure, in words; a share only of a loss that is none by no interval."""
    words = (
        f"Reported {texts.dollars(row['actual'])}{only_together(row)}, without the closure "
        f"{texts.dollars(row['without_closure'])}"
    )
    if row["loss_high_80"] < 0:
        return f"{words}: more was traded than expected."
    sure = row["loss_low_80"] > 0
    return f"{words}: {texts.share(row['share_lost'])} less." if sure else f"{words}."


def only_together(row: dict[str, Any]) -> str:
    """How many of the months have no figure of their own, but only one of several months, in words."""
    together = row["months_known"] - row["months_alone"]
    if not together:
        return ""
    which = "its months" if together == row["months_known"] else f"{together} of its {row['months_known']} months"
    return f" ({which} only in a longer figure, which the chart by month leaves out)"


def in_doubt(row: dict[str, Any]) -> str:
    """What speaks against a loss, in words."""
    doubts = list(row["doubts"])
    if row["loss_low_80"] > 0 >= row["loss_low_95"]:
        doubts.append("nought lies within the 95 % interval")
    words = f" Weak: {'; '.join(doubts)}." if doubts else ""
    if row["shared_with"]:
        others = ", ".join(map(texts.day, row["shared_with"]))
        words += f" Of the whole border in these months, closures since {others} included."
    if row["loss"] > row["at_stake"]:
        words += f" On the closed days {texts.dollars(row['at_stake'])} were at stake."
    return words


def months_counted(row: dict[str, Any]) -> str:
    """The months that a loss counts."""
    first, last = (row[name].strftime("%b %Y") for name in ("first_month", "last_month"))
    known = "" if row["months_known"] == row["months"] else f", {row['months_known']} of {row['months']} months known"
    return (first if first == last else f"{first} to {last}") + known


def amount(loss: float) -> str:
    """A loss in words: more was traded where it is below nought."""
    written = texts.dollars(abs(loss))
    return f"{written} more" if loss < 0 and written != texts.dollars(0) else written


def between(row: dict[str, Any], nominal: int) -> str:
    """The interval of a loss in words."""
    return " to ".join(texts.dollars(row[f"loss_{end}_{nominal}"]) for end in ("low", "high"))


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
    months = expected_charts.together(reported, modelled, "without_closure")
    parts.chart(
        f"{row['of']} by month, with and without the closure of {texts.day(started)}",
        expected_charts.against(months, "without_closure", loss_charts.MILLIONS, WORDS),
        "with it: trade_months, months that are printed or the difference of printed figures; others are missing. "
        f"Without it: analysis.losses_months ({METHODS[row['method']]}), from "
        f"{row['trained_months']} months without closure before it. The intervals are as wide as the misses of such "
        "forecasts on dates without closure ask for. The month after it is counted too, a lag chosen beforehand.",
        name="without_closure",
        rows=months,
        behind=lambda: (losses.months(border, started), losses.before(row, month - BEFORE, row["last_month"])),
    )


def compared(border: str, lines: pl.DataFrame) -> None:
    """All series and methods of the closure, with their intervals."""
    row = lines.row(0, named=True)
    parts.chart(
        f"{texts.border(*border.split('-'))}: loss by series and method, closure of {texts.day(row['started_on'])}",
        loss_charts.losses(lines.select("series", "loss", "^loss_.*$")),
        "analysis.losses. Of the whole border in these months. Bases are never added up: the bank counts "
        "payments, customs counts goods. Below nought more was traded than expected; weak where an interval crosses "
        "nought.",
        name="loss",
        rows=lines.drop("of", "series"),
        behind=losses.every,
    )


def claimed(border: str) -> None:
    """Claims against the model, and by claimant."""
    every = losses.claims(border)
    weighed = every.filter(pl.col("times_modelled").is_not_null())
    st.markdown("##### Claimed against modelled")
    if weighed.height:
        sides = pl.col("claimant_side").fill_null("an unknown side")
        labels = pl.Series("claim", [labelled(row) for row in weighed.iter_rows(named=True)], dtype=pl.String)
        drawn = weighed.with_columns(labels, side=sides, place=pl.col("name").fill_null("whole border"))
        parts.chart(
            "Claims of lost trade as multiples of the modelled loss",
            loss_charts.claims(drawn.unique("claim_id", keep="first", maintain_order=True)),
            f"{weighed['claim_id'].n_unique()} of the claims below, and analysis.losses. A claim as a share of what "
            " normally passes there in a day, by the modelled loss as a share of what was at stake on the closed "
            "days: dollars of customs and of the bank are not compared. 1 = the model says the same.",
            name="claims",
            rows=weighed,
            behind=lambda: losses.claims(border),
        )
    claims, without = (
        every["claim_id"].n_unique(),
        every.filter(pl.col("why_not").is_not_null())["claim_id"].n_unique(),
    )
    st.markdown(
        f"{claims} claims on this border say how much a day, whatever the year; {without} have no factor, each for "
        "the reason beside it: other days or another flow than the model has, or a loss that is weak itself. The "
        "page Claims counts those of one year and of all borders, beside normal trade."
    )
    parts.rows(every, "analysis.losses_claims", label="Every claim, and why no model stands beside it")
    by_claimant(border)


def labelled(row: dict[str, Any]) -> str:
    """Who claims, for where and from which day on, as lines beside a chart, parted by |."""
    who = textwrap.wrap(row["claimant"].replace("|", "/"), WIDE, max_lines=TALL, placeholder=" …")
    first = row["period_start"]
    place = texts.short(row["name"]) if row["name"] else "whole border"
    day = f"{first.day} {first:%b %Y}" if first else "no day said"
    return "|".join([*who, f"{place}, {'' if row['period_end'] == first else 'from '}{day}"])


def by_claimant(border: str) -> None:
    """What each claimant claims, as multiples of normal trade and of the modelled loss."""
    st.markdown("##### By claimant")
    frame = losses.claimants(border)
    # The figure first: on a narrow screen the names leave room for one.
    weighed = frame.filter(pl.col("weighed") > 0).select("normal_median", pl.exclude("normal_median"))
    parts.table(weighed, "loss_claims_weighed")
    st.caption(
        "Sources: loss_claims_weighed, analysis.losses_claims. Of normal: the claim for a day by what normally "
        "passes there in a day, 1 = all of it; of the claims that can be weighed. One claimant is one spelling on "
        f"the pages; {frame.filter(pl.col('weighed') == 0).height} of whom no claim can be weighed are left out."
    )


def how_sure(border: str) -> None:
    """The test on dates without closure, what each series carries, and what the method cannot know."""
    st.markdown("##### How sure: the same forecasts on dates without closure")
    frame = losses.backtest(border)
    parts.table(frame, "analysis.losses_backtest")
    few = frame.filter(pl.col("held_%") < pl.col("nominal_%")).height
    st.caption(
        f"Source: analysis.losses_backtest. In {few} of {frame.height} lines fewer held than promised. Starts "
        "overlap, and of few trials chance makes much. Losses of more months than a series is tested on are left out."
    )
    parts.rows(
        losses.considered(border), "analysis.losses_series", label="Every series: what it carries, and why no more"
    )
    st.markdown("##### What the method cannot know")
    st.markdown(CANNOT_KNOW)


def every_closure(border: str, frame: pl.DataFrame) -> None:
    """The losses of all closures of the border, and why others have none."""
    shown = frame.select(
        "started_on", "ended_on", "series", "months_known", "closed_days", "actual", "without_closure", "at_stake",
        "loss", "loss_low_80", "loss_high_80", "loss_low_95", "loss_high_95",
        pl.col("doubts").list.join("; "), (pl.col("share_lost") * 100).round(1).alias("share_lost_%"), "p_placebo",
        "controls", "trained_months",
    )  # fmt: skip
    parts.rows(
        shown.with_columns(pl.selectors.float().round(1)), "analysis.losses", label="Every closure of this border"
    )
    parts.rows(losses.left_out(border), "analysis.losses_left_out", label="Closures without a loss, and why")


if __name__ == "__main__":
    show()
