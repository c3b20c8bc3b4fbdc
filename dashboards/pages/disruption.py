"""Disruption: how much of the normal cargo capacity is shut, and how much of that is known."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, charts, parts, texts
from dashboards.pages import _falls
from dashboards.queries import disruption

TITLE = "Disruption"
ICON = ":material/block:"
ORDER = 2.5

WHOLE = "AFG"
# How far back the chart goes, in days.
SPANS = {"1": "the last year", "3": "the last three years", "all": "since 2014"}
YEAR = 365


def show() -> None:
    parts.heading(
        "Disruption", "How much of the cargo capacity of normal times is shut, the least and the most it can be."
    )
    today = as_of.today()
    spans = disruption.index(today)
    every = spans.filter(pl.col("until_day") > today).drop("from_day", "until_day", "part")
    names = {code: named(code) for code in every["border"].to_list()}
    one, two = st.columns(2)
    with one:
        border = parts.choose("Border", names, "border", default=WHOLE)
    with two:
        back = parts.choose("Time", SPANS, "time", default="3")
    if also := texts.line("AFG", "PAK") if border == WHOLE else texts.line(*border.split("-")):
        st.caption(also)
    figures(every.filter(pl.col("border") == border), today)
    over_time(border, back, today, spans.filter(pl.col("border") == border))
    all_borders(every, today)
    parts.rows(disruption.crossing_weights(border), "crossing_weights", label="What each crossing weighs")
    parts.rows(disruption.border_weights(border), "border_weights", label="What each border weighs")
    _falls.show()


def named(border: str) -> str:
    """The border in words."""
    return "Afghanistan, all borders" if border == WHOLE else texts.border(*border.split("-"))


def figures(frame: pl.DataFrame, today: dt.date) -> None:
    """What is so today, and how much of it is known."""
    row = frame.row(0, named=True)
    one, two, three = st.columns(3)
    with one:
        parts.figure(
            f"Cargo capacity shut on {texts.day(today)}", bounds(row), of_the_known(row), frame, "disruption_index"
        )
    with two:
        parts.figure(
            "Of the normal capacity known",
            texts.share(row["weight_known"]),
            f"has a weight and a state on this day; of that {texts.share(row['weight_reported'])} is reported on the "
            "day itself, the rest carried on or assumed.",
            frame,
            "disruption_index",
        )
    with three:
        parts.figure(
            "Formal trade crossings shut",
            f"{row['crossings_shut']} of {row['crossings']}",
            f"one way or both; {row['crossings_unknown']} unknown or restricted, {row['crossings_disputed']} "
            f"disputed, {row['crossings_unweighed']} without any figure of capacity.",
            frame,
            "disruption_index",
        )


def bounds(row: dict[str, Any]) -> str:
    """The least and the most that can be shut: a share of what is known alone is of another whole each day."""
    if not row["crossings"]:
        return texts.NOTHING
    least, most = texts.share(row["low"]), texts.share(row["high"])
    return least if least == most else f"{least.removesuffix(' %')} to {most}"


def of_the_known(row: dict[str, Any]) -> str:
    """The share of what is known, in words."""
    if not row["crossings"]:
        return "No crossing for trade is known on this border, so there is no share."
    open_or_shut = "What is unknown, restricted or disputed may be open or shut"
    if row["share_shut"] is None:
        return f"{open_or_shut}, and leaves too much open for one figure."
    return f"{open_or_shut}. Of what is known {texts.share(row['share_shut'])} is shut."


def over_time(border: str, back: str, today: dt.date, spans: pl.DataFrame) -> None:
    """The index of a border over time, with its bounds and how much is known."""
    first = dt.date.min if back == "all" else today - dt.timedelta(days=int(back) * YEAR)
    drawn = spans.filter(pl.col("until_day") > first).with_columns(pl.max_horizontal("from_day", pl.lit(first)))
    if drawn.is_empty() or not drawn["crossings"].sum():
        st.info(f"No crossing for trade is known for {named(border)}.")
        return
    parts.chart(
        f"{named(border)}: share of normal cargo capacity shut, {SPANS[back]}",
        charts.disruption(drawn),
        "the daily panel of crossing states, weighed by what normally passes (tables crossing_weights and "
        "border_weights, below). The band is what can be: at its foot all that is unknown, restricted or "
        "disputed counts as open, at its head as shut; only the band compares one year with another. The line is the "
        "share of what is known, so it moves also when something becomes unknown: it breaks where the part known "
        f"changes by more than {texts.share(disruption.ANOTHER_WHOLE)} at once, and is missing where the unknown "
        "could turn it over.",
        name="share",
        rows=drawn.drop("part"),
        behind=lambda: (
            disruption.index(today),
            disruption.crossing_weights(border),
            disruption.border_weights(border),
        ),
    )
    parts.rows(spans.drop("part").reverse(), "disruption_index", label="The index by spans of days, the newest first")


def all_borders(every: pl.DataFrame, today: dt.date) -> None:
    st.markdown(f"##### Every border on {texts.day(today)}")
    shares = ["share_shut", "low", "high", "weight_known", "weight_reported"]
    parts.table(
        every.with_columns(
            pl.col("border").map_elements(named, return_dtype=pl.String),
            *((pl.col(name) * 100).round(1).alias(name) for name in shares),
        ).rename({name: f"{name}_%" for name in shares}),
    )
    st.caption(
        "Source: disruption_index. An empty share is unknown, not nought: too little is known of that border, or it "
        "has no crossing for trade. Borders weigh by their trade, which leaves out the transit through Iran to "
        "third countries: Iran weighs too little."
    )


if __name__ == "__main__":
    show()
