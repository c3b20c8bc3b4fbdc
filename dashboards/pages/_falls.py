"""The lower half of Disruption: falls in counts of what enters, at borders where somebody counts by the month."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, expected_charts, parts, texts
from dashboards.queries import disruption

# How much is drawn before a fall.
BEFORE = dt.timedelta(days=3 * 366)
WORDS = ("as counted", "without the fall, by the model")


def show() -> None:
    """The falls found, where counts are loaded; else how to load them."""
    st.markdown("#### Other borders: closures found in counts, without a report")
    if not as_of.analysis_shown():
        return
    every = disruption.falls()
    if every.is_empty():
        why = disruption.why_no_falls()
        st.markdown(
            f"Not worked out: {why.partition(': serai ')[0]}. `serai ingest bts` takes in what enters the US by "
            "land, month by month (needs network)."
            if why
            else "In what is counted nothing fell far enough."
        )
        return
    options = {code_of(row): in_words(row) for row in every.iter_rows(named=True)}
    clearest = every.sort("times_far", descending=True).row(0, named=True)
    chosen = parts.choose("Fall in counts", options, "fall", default=code_of(clearest))
    row = next(row for row in every.iter_rows(named=True) if code_of(row) == chosen)
    drawn(row)
    listed = every.with_columns(pl.selectors.float().round(3))
    parts.rows(listed, "analysis.count_changes", label="Every fall found at all ports of a border")
    backtest = disruption.falls_backtest(row)
    parts.rows(backtest, "analysis.count_changes_backtest", label="How sure: the same forecasts outside falls")


def code_of(row: dict[str, Any]) -> str:
    """The fall in the address bar."""
    return f"{row['entering']}-{row['coming_from']}-{row['measure']}-{row['started']}"


def in_words(row: dict[str, Any]) -> str:
    """What fell, where, and when."""
    lost = "" if row["share_lost"] is None else f", {texts.share(row['share_lost'])} lost"
    return (
        f"{row['measure'].replace('_', ' ').capitalize()} from {texts.country(row['coming_from'])} to "
        f"{texts.country(row['entering'])}, {row['started']:%B %Y}{lost}"
    )


def drawn(row: dict[str, Any]) -> None:
    """One fall: what was counted against what would have been."""
    last = row["started"] + dt.timedelta(days=31 * (row["months"] + 3))
    months = expected_charts.together(
        disruption.counted(row, row["started"] - BEFORE, last), disruption.fall_months(row), "without_fall"
    )
    what = row["measure"].replace("_", " ")
    parts.chart(
        f"{what.capitalize()} from {texts.country(row['coming_from'])} into {texts.country(row['entering'])} by "
        f"month, as counted and without the fall of {row['started']:%B %Y}",
        expected_charts.against(months, "without_fall", "entered in the month", WORDS),
        f"crossing_counts (all ports of the border) and analysis.count_changes_months. {how_deep(row)} The fall is "
        "found without being told when; of its cause the counts say nothing.",
        name="without_fall",
        rows=months,
        behind=lambda: (
            disruption.counted(row, row["started"] - BEFORE, last),
            disruption.fall_months(row),
        ),
    )


def how_deep(row: dict[str, Any]) -> str:
    """How much was lost, and how sure that is."""
    found = f"Just found ({row['times_far']:.1f} times what counts as far)." if row["times_far"] < 1.25 else ""
    if row["share_lost"] is None:
        return f"{found} Too few months before it carry a forecast: how much was lost is not known."
    months = f"{row['months_counted']} month{'s' * (row['months_counted'] != 1)}"
    weak = " Nought lies within the 95 %: weak." if row["share_lost_low_95"] <= 0 else ""
    return (
        f"{found} Lost in the {months} counted of its first year: {texts.share(row['share_lost'])} (80 %: "
        f"{texts.share(row['share_lost_low_80'])} to {texts.share(row['share_lost_high_80'])}; 95 %: "
        f"{texts.share(row['share_lost_low_95'])} to {texts.share(row['share_lost_high_95'])}).{weak}"
    ).strip()
