"""Crossings: one crossing's reports on a time line, each with its source."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import charts, parts, texts
from dashboards.queries import crossings

TITLE = "Crossings"
ICON = ":material/fence:"
ORDER = 2

# Where no day is chosen, the time line shows so many days before the newest report.
SPAN = 2 * 365


def show() -> None:
    parts.heading("Crossings", "One crossing's reports on a time line. Each row leads to the page it was read on.")
    registry = crossings.crossings()
    chosen = parts.choose("Crossing, by any of its names", names(registry), "crossing")
    crossing = registry.row(by_predicate=pl.col("crossing_id") == chosen, named=True)
    facts(crossing)
    state(chosen)
    time_line(chosen)
    beside(chosen)


def names(registry: pl.DataFrame) -> dict[str, str]:
    """What can be searched for: name, both countries, other spellings."""
    return {
        row["crossing_id"]: f"{row['name']}, {texts.border(row['country_a'], row['country_b'])}"
        + (f" (also {row['aliases'].replace(';', ', ')})" if row["aliases"] else "")
        for row in registry.iter_rows(named=True)
    }


def facts(crossing: dict[str, Any]) -> None:
    one, two, three = st.columns(3)
    for column, side in ((one, "a"), (two, "b")):
        country = texts.country(crossing[f"country_{side}"])
        column.markdown(
            f"**{country}'s side**  \n{crossing[f'side_{side}'] or texts.NOTHING}"
            f"  \n{crossing[f'admin1_{side}'] or 'province not known'}"
        )
    where = f"{crossing['lat']:.3f}° N, {crossing['lon']:.3f}° E" if crossing["lat"] else "coordinates not known"
    three.markdown(
        f"**{texts.CATEGORIES[crossing['category']].capitalize()}**  \n{where}  \n"
        f"Source: [{crossing['source_name']}]({crossing['source_url']})"
    )
    spellings = (crossing["aliases"] or "none known").replace(";", ", ")
    st.caption(
        f"Other spellings: {spellings}. By {(crossing['modes'] or 'means not said').replace(';', ', ')}. "
        f"{crossing['note'] or ''}"
    )


def state(crossing: str) -> None:
    """What the latest report says, for cargo and for people on foot."""
    for box, (flow, words) in zip(
        st.columns(2), (("cargo", "cargo"), ("pedestrians", "people on foot")), strict=True
    ):
        found = crossings.latest(flow, texts.today()).filter(pl.col("crossing_id") == crossing)
        row = parts.named_statuses(found).row(0, named=True)
        with box:
            parts.figure(f"For {words}, by the latest report", row["status"], said(row), found, "crossing_latest")


def said(row: dict[str, Any]) -> str:
    """Since when, who says so, and how old that is."""
    if row["reported_on"] is None:
        return "No report speaks of it: unknown is neither open nor closed."
    until = f" until {texts.day(row['until'])}" if row["until"] else ""
    return (
        f"{texts.known(row['days_old']).capitalize()}: since {texts.day(row['since'])}{until}, reported on "
        f"{texts.day(row['reported_on'])} ({texts.age(row['days_old'])} ago) by {row['source_name']}."
    )


def time_line(crossing: str) -> None:
    spans = crossings.report_spans(crossing)
    reports = crossings.reports(crossing)
    if spans.is_empty():
        st.info("No report on this crossing is among the facts: its state is unknown.")
        return
    since, until = period(reports)
    within = (pl.col("valid_from") <= until) & (pl.col("shown_to") >= since)
    drawn = spans.filter(within)
    shown = reports.filter(pl.col("report_id").is_in(drawn["report_id"].to_list()))
    st.markdown(
        f"**{reports.height} reports** in all, {int(reports['border_wide'].sum())} of them on the whole border; "
        f"{shown.height} that speak of {texts.day(since)} to {texts.day(until)} are shown."
    )
    if drawn.is_empty():
        st.info("No report falls into this period.")
    else:
        parts.chart(
            "What each report asserts, from its first day to its end", charts.status_spans(drawn), source(drawn)
        )
        parts.table(parts.named_statuses(shown), "crossing_reports", height=420)
    parts.rows(parts.named_statuses(reports), "crossing_reports", label="All reports, of all years")


def period(reports: pl.DataFrame) -> tuple[dt.date, dt.date]:
    """The days to show: those chosen, else the two years before the newest report."""
    newest = max(reports["reported_on"].drop_nulls().to_list() + reports["valid_from"].to_list())
    oldest = min(reports["valid_from"].to_list())
    one, two = st.columns(2)
    bounds = {"min_value": min(oldest, dt.date(2000, 1, 1)), "max_value": texts.today()}
    since = one.date_input(
        "From (empty: two years before the newest report)", value=None, key="from", bind="query-params", **bounds
    )
    until = two.date_input("To (empty: today)", value=None, key="to", bind="query-params", **bounds)
    return since or max(oldest, newest - dt.timedelta(days=SPAN)), until or texts.today()


def source(drawn: pl.DataFrame) -> str:
    pages, names_ = drawn["source_url"].n_unique(), drawn["source_name"].n_unique()
    return (
        f"{pages} pages of {names_} publishers, listed below. Filled: on this crossing; outlined and dashed: on "
        "the whole border. A bar ends where the report names an end, else on the day it became known: beyond that "
        "it says nothing. Lanes that overlap contradict each other, or speak of different goods and people."
    )


def beside(crossing: str) -> None:
    """What else is known of the crossing."""
    parts.rows(crossings.losses(crossing), "loss_claims", label="Losses claimed here or on the whole border")
    parts.rows(crossings.capacity(crossing), "crossing_capacity", label="What is or was normal here")
    parts.rows(crossings.performance(crossing), "border_performance", label="Hours and costs measured here")
    parts.rows(crossings.legs(crossing), "corridor_legs", label="Routes that pass here")


if __name__ == "__main__":
    show()
