"""Incidents: what each publisher counted, side by side."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts, parts, texts
from dashboards.pages import _trends
from dashboards.queries import incidents

TITLE = "Incidents"
ICON = ":material/crisis_alert:"
ORDER = 3

# Two metrics that publishers use for the same question, and mean different things by.
BOTH = "attacks"
BOTH_METRICS = ("militant_attacks", "violent_incidents")
EVERY = {"y": "year", "m": "month", "q": "quarter", "p": "other period", "h": "half year", "w": "week", "d": "day"}


def show() -> None:
    parts.heading(
        "Incidents",
        "What each publisher counted, side by side. Publishers count different things: their figures are never to be "
        "added or averaged.",
    )
    place, metrics, words = chosen()
    years(place, metrics, words)
    months(place, metrics, words)
    definitions(place, metrics)
    _trends.show(place, metrics, words)
    parts.rows(incidents.incident_rows(place, metrics), "incident_counts", label="Every count as printed")
    parts.rows(incidents.events(), "timeline", label="Dated events: strikes, clashes, talks")
    parts.rows(incidents.claims(), "claims", label="What the sides assert and deny")


def chosen() -> tuple[str, tuple[str, ...], str]:
    """The place, the metrics, and what they are called."""
    counted = incidents.counted()
    one, two = st.columns(2)
    places = counted["geography"].unique(maintain_order=True).to_list()
    with one:
        place = parts.choose("Place", {code: texts.place(code) for code in places}, "place", default="PAK")
    there = counted.filter(pl.col("geography") == place)["metric"].to_list()
    options = {BOTH: "militant attacks and violent incidents", **{code: texts.metric(code) for code in there}}
    if not set(BOTH_METRICS) <= set(there):
        del options[BOTH]
    with two:
        metric = parts.choose("What is counted", options, "metric")
    return place, BOTH_METRICS if metric == BOTH else (metric,), options[metric]


def years(place: str, metrics: tuple[str, ...], words: str) -> None:
    frame = worded(incidents.incident_years(place, metrics), metrics)
    if frame.is_empty():
        st.info("No publisher gives a figure for a whole year here.")
        return
    parts.chart(
        f"{words.capitalize()} in {texts.place(place)} by year, by publisher",
        charts.counts_by_year(frame.drop("row_keys")),
        f"{publishers(frame)}; {int(frame['pages'].sum())} pages, listed below. A thin line is the range printed "
        "for the same year; a year without a point is not known, not zero. Figures summed from months, or given "
        "before the year's end, say so in the table, which also shows what a publisher revised and who gives the "
        "lowest and the highest: a spread of things counted differently, no error bar.",
        name="years",
        rows=frame.drop("counts"),
        behind=lambda: (incidents.incident_years(place, metrics), incidents.incident_rows(place, metrics)),
    )
    parts.rows(frame.drop("counts"), "incident_years", label="Yearly figures")


def months(place: str, metrics: tuple[str, ...], words: str) -> None:
    frame = worded(incidents.incident_months(place, metrics), metrics)
    if frame.is_empty():
        st.info("No publisher gives figures for single months here.")
        return
    parts.chart(
        f"{words.capitalize()} in {texts.place(place)} by month, by publisher",
        charts.counts_by_month(frame.drop("row_keys")),
        f"{publishers(frame)}; {int(frame['pages'].sum())} pages, listed below. Lines break where a month is not "
        "known. The thin line is the range printed for the same month; what follows from a difference of running "
        "totals says so in the table.",
        name="months",
        rows=frame.drop("counts"),
        behind=lambda: (incidents.incident_months(place, metrics), incidents.incident_rows(place, metrics)),
    )
    parts.rows(frame.drop("counts"), "incident_months", label="Monthly figures")


def worded(frame: pl.DataFrame, metrics: tuple[str, ...]) -> pl.DataFrame:
    """The frame with a column that says what is counted."""
    words = [
        f"{texts.metric(metric)}: {texts.counting(code)}" if len(metrics) > 1 else texts.counting(code)
        for metric, code in frame.select("metric", "counting").iter_rows()
    ]
    return frame.with_columns(pl.Series("counts", words, dtype=pl.String))


def publishers(frame: pl.DataFrame) -> str:
    return ", ".join(frame["publisher"].unique().sort().to_list())


def definitions(place: str, metrics: tuple[str, ...]) -> None:
    st.markdown("##### Who counts what")
    frame = incidents.series(place, metrics)
    parts.table(
        frame.with_columns(
            pl.col("metric").map_elements(texts.metric, return_dtype=pl.String),
            pl.col("counting").map_elements(texts.counting, return_dtype=pl.String),
            pl.col("frequency").replace_strict(EVERY, default=pl.col("frequency")),
        ).rename({"frequency": "every"})
    )
    st.caption("Source: the series as their publishers name them; the note is that of each series' newest row.")


if __name__ == "__main__":
    show()
