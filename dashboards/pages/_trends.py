"""The trend on Incidents: what remains of it when the definition is held fixed."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, count_charts, parts, texts
from dashboards.queries import incidents


def show(place: str, metrics: tuple[str, ...], words: str) -> None:
    """Growth by series, all held fixed, and all mixed, with what that means; where it is worked out."""
    st.markdown("#### What remains of the trend when the definition is held fixed?")
    if not as_of.analysis_shown():
        return
    found = incidents.trends(place, metrics)
    if found.is_empty():
        st.markdown(
            "No trend is told here: no publisher counts one thing in four years, and no two series have enough years "
            "between them."
        )
        return
    frame = found.with_columns(pl.Series("line", [named(row, metrics) for row in found.iter_rows(named=True)]))
    parts.chart(
        f"{words.capitalize()} in {texts.place(place)}: growth a year by series, and of all together",
        count_charts.growth(frame),
        "analysis.counts, from incident_years without years counted before they were over. A regression whose errors "
        "grow with the mean; that years follow on one another is not in the intervals, and a path that fell and "
        "rose again is no straight line. Few figures: wide intervals.",
        name="trend",
        rows=found,
        behind=lambda: incidents.trends(place, metrics),
    )
    for metric in metrics:
        st.markdown(remains(metric, {row["kind"]: row for row in found.filter(metric=metric).to_dicts()}))
    parts.rows(found, "analysis.counts", label="Growth, row by row")


def named(row: dict[str, Any], metrics: tuple[str, ...]) -> str:
    """What a line is of, in words; | parts its lines."""
    of = f" | {texts.metric(row['metric'])}" if len(metrics) > 1 else ""
    years = f"{row['first_year']} to {row['last_year']}, {row['figures']} figures"
    if row["kind"] == "series":
        return f"{row['publisher']}, {texts.counting(row['counting'])}{of} | {years}"
    how = "definitions held fixed" if row["kind"] == "held_fixed" else "as if one thing"
    return f"all {row['series']} series, {how}{of} | {years}"


def remains(metric: str, lines: dict[str, dict[str, Any]]) -> str:
    """What the trends of all series, mixed and held fixed, mean together. The lines by their kind."""
    mixed, held = lines.get("mixed"), lines.get("held_fixed")
    if mixed is None or held is None:
        return (
            f"**{texts.metric(metric).capitalize()}**: only one series has years enough, so there is nothing to mix."
        )
    told = ""
    if mixed["headline_low"] is not None:
        ends = sorted({f"{mixed[name] * 100:+.0f} %" for name in ("headline_low", "headline_high")}, key=_number)
        told = (
            f" One figure of {mixed['first_year']} beside one of {mixed['last_year']} would tell {' to '.join(ends)} "
            "a year, depending on whose one takes."
        )
    return (
        f"**{texts.metric(metric).capitalize()}**: as if all counted one thing {interval(mixed)}; with each "
        f"definition held fixed {interval(held)}. {verdict(mixed, held)}{told}"
    )


def _number(percent: str) -> float:
    return float(percent.removesuffix(" %"))


def interval(row: dict[str, Any]) -> str:
    """The growth and its interval in words."""
    low, high = (f"{row[f'growth_{end}'] * 100:+.0f}" for end in ("low", "high"))
    return f"{texts.growth(row['growth'])} (95 %: {low} to {high})"


def verdict(mixed: dict[str, Any], held: dict[str, Any]) -> str:
    """What it means: a trend is one where its interval leaves nought out."""
    before, after = direction(mixed), direction(held)
    if not before and not after:
        return "Neither is a trend for sure: nought lies in both intervals."
    if not after:
        return "So the trend **does not remain**: of one thing, counted one way, nought lies in the interval."
    if not before:
        return "So a trend **shows only** once each publisher is compared with itself."
    if before == after:
        return "So the trend **remains**, at this size."
    return "So the trend **turns round**: what grew was what is counted."


def direction(row: dict[str, Any]) -> int:
    """1 = grows, -1 = falls, 0 = nought lies in the interval."""
    return int(row["growth_low"] > 0) - int(row["growth_high"] < 0)
