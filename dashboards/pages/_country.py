"""A part of Losses: what the country traded in all while a route was shut, beside the route, as printed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import loss_charts, parts, texts
from dashboards.queries import losses

# What leaves Afghanistan, and what enters it, as its own statistics name them.
WAYS = {"export": "out of Afghanistan", "import": "into Afghanistan"}
# How much is drawn before a closure, and after it: the month that losses count too.
BEFORE, AFTER = dt.timedelta(days=2 * 366), dt.timedelta(days=31)


def show(border: str, lines: pl.DataFrame) -> None:
    """The closure of these lines of analysis.losses: a chart of both, and what pages print of the whole."""
    st.markdown("##### The country as a whole beside the route")
    row = lines.row(0, named=True)
    told = losses.country(border, row["started_on"])
    if border.startswith("AFG-"):
        beside(border, row, told)
    printed(told)


def beside(border: str, row: dict[str, Any], told: pl.DataFrame) -> None:
    """The chart, one way at a time."""
    way = parts.choose("Goods", WAYS, "way")
    started, until = row["started_on"], row["known_to"]
    first, last = (started - BEFORE).replace(day=1), until + AFTER
    figures = losses.beside_route(border, started, way, first, last)
    if figures["part"].n_unique() < len(loss_charts.PARTS):
        st.markdown(f"Of goods {WAYS[way]} no figure is printed of the country as a whole, or none of the route.")
        return
    shown = figures.with_columns(pl.Series("series", [named(one) for one in figures.iter_rows(named=True)]))
    keys = figures["row_keys"].explode().unique().sort().to_list()
    parts.chart(
        f"Goods {WAYS[way]} by month: the whole country and the route, around the closure of {texts.day(started)}",
        loss_charts.beside_route(shown, (started, until)),
        "trade_months and analysis.losses_country: as printed, or differences of what is printed, at current prices; "
        f"a thin upright line is the range printed. No model and no interval: {months_known(shown, first, last)}. "
        "The route is what one side counts with the other, by whatever gate.",
        name="country",
        rows=shown.drop("row_keys"),
        behind=lambda: (losses.beside_route(border, started, way, first, last), losses.printed(keys)),
    )
    month = (
        pl.col("period_start") == started.replace(day=1),
        pl.col("period_end") == pl.col("period_start").dt.month_end(),
    )
    noted = told.filter(*month, flow=way)["notes"].to_list()
    st.markdown(parts.plain("\n".join(f"- {line}" for line in turned(shown, started, next(iter(noted), None)))))


def named(figure: dict[str, Any]) -> str:
    """The series of a figure in words."""
    basis = texts.BASES.get(figure["basis"] or None, figure["basis"])
    traded = f"{texts.WITH[figure['flow']]} {texts.country(figure['partner'])}"
    return f"{texts.country(figure['reporter'])}'s {traded}, {basis}"


def months_known(shown: pl.DataFrame, first: dt.date, last: dt.date) -> str:
    """How few months the chart has, in words."""
    drawn = len(pl.date_range(first, last, "1mo", eager=True))
    whole, route = (
        shown.filter(pl.col("part") == part, pl.col("months") == 1)["period_start"].n_unique()
        for part in loss_charts.PARTS
    )
    return f"of {drawn} months {whole} are known of the whole and {route} of the route"


def turned(shown: pl.DataFrame, started: dt.date, noted: str | None) -> list[str]:
    """Each series in the month in which the closure began against the month before, as far as they are known.

    `noted` is what pages say beside the whole of that month.
    """
    month = started.replace(day=1)
    before = (month - dt.timedelta(days=1)).replace(day=1)
    lines = []
    for (series, part), figures in shown.filter(months=1).group_by(["series", "part"], maintain_order=True):
        values = dict(figures.select("period_start", "value").iter_rows())
        if before in values or month in values:
            said = f" (its rows say: {parts.verbatim(noted)})" if noted and part == "whole" else ""
            lines.append(f"{series}: {change(values, before, month)}{said}")
    return lines


def change(values: dict[dt.date, float], before: dt.date, month: dt.date) -> str:
    """From one month to the next, in words; what is not printed is not known."""
    was, now = values.get(before), values.get(month)
    rate = f", {now / was - 1:+.0%}".replace("%", " %") if was and now is not None else ""
    told = (
        f"{at:%B %Y} is not printed" if value is None else f"{texts.dollars(value)} in {at:%B %Y}"
        for at, value in ((before, was), (month, now))
    )
    return ", ".join(told) + rate


def printed(frame: pl.DataFrame) -> None:
    """What pages print of all trade, and what they say beside it."""
    spans = [texts.period(*ends) for ends in frame.select("period_start", "period_end").iter_rows()]
    frame = frame.with_columns(pl.Series("period", spans, dtype=pl.String), pl.format("Afghanistan's {}s", "flow"))
    silent = [name for name in ("basis", "lowest", "highest", "year_before", "change_%") if unsaid(frame[name])]
    parts.table(
        frame.select("period", "flow", pl.exclude("period", "flow", "period_start", "period_end", "notes", *silent)),
        "analysis.losses_country",
    )
    # Under the table: in its last column a narrow screen does not show them.
    said = [
        f"- {row['period']}, {row['flow']}: {parts.verbatim(row['notes'])}"
        for row in frame.to_dicts()
        if row["notes"]
    ]
    if said:
        st.markdown(parts.plain("What the rows say beside their figures:\n\n" + "\n".join(dict.fromkeys(said))))
    st.caption(
        "Source: trade_flows, as printed, millions of US dollars; of times that reach into the closure or the month "
        "after it, beside the same time a year before where that is printed. No model: too few months are known. A "
        "route may fall while the whole rises, for trade finds other gates."
    )


def unsaid(values: pl.Series) -> bool:
    """Whether a column says nothing in any row."""
    return all(value in (None, "") for value in values)
