"""Incidents: counts by publisher, series, events and claims."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from dashboards.queries.analysed import table
from dashboards.queries.reader import FACT, ask

# The counting code in a series_id: inc-<publisher>-<place>-<metric>-<what is counted>-<frequency>.
COUNTING = "string_split(series_id, '-')[-2]"


def counted() -> pl.DataFrame:
    """Which metrics are counted for which places, with their rows."""
    return ask("SELECT geography, metric, count(*) AS rows FROM incident_counts GROUP BY ALL ORDER BY rows DESC")


def incident_years(place: str, metrics: Sequence[str]) -> pl.DataFrame:
    """Counts by year of a place, one row a publisher, metric, way of counting and year."""
    return ask(
        """
        SELECT
            publisher, metric, counting, year, value, lowest_printed, highest_printed, derivation, voices, pages,
            revisions, revised_from, months_sum, publishers, lowest AS lowest_of_publishers, lowest_publisher,
            highest AS highest_of_publishers, highest_publisher, same_definition, definition, row_keys
        FROM incident_years
        WHERE geography = $place AND list_contains($metrics, metric)
        ORDER BY year DESC, value DESC
        """,
        place=place,
        metrics=list(metrics),
    )


def incident_months(place: str, metrics: Sequence[str]) -> pl.DataFrame:
    """Counts by month, one row a publisher, metric, way of counting and month."""
    return ask(
        """
        SELECT
            publisher, metric, counting, month, value, lowest_printed, highest_printed, derivation, voices, pages,
            revisions, revised_from, publishers, lowest AS lowest_of_publishers, lowest_publisher,
            highest AS highest_of_publishers, highest_publisher, same_definition, definition, row_keys
        FROM incident_months
        WHERE geography = $place AND list_contains($metrics, metric)
        ORDER BY month, publisher, counting
        """,
        place=place,
        metrics=list(metrics),
    )


def incident_rows(place: str, metrics: Sequence[str]) -> pl.DataFrame:
    """Every count of a place and metrics as printed, the newest period first."""
    return ask(
        f"""
        SELECT {FACT}
        FROM incident_counts
        WHERE geography = $place AND list_contains($metrics, metric)
        ORDER BY period_end DESC, publisher, source_name
        """,
        place=place,
        metrics=list(metrics),
    )


def incident_rows_by_key(keys: Sequence[str]) -> pl.DataFrame:
    """The rows of incident_counts behind a value."""
    return ask(
        """
        SELECT
            publisher, metric, value, qualifier, source_name, source_url, published_on, period_start, period_end,
            note, series_id
        FROM incident_counts
        WHERE list_contains($keys, row_key)
        ORDER BY value, source_name
        """,
        keys=list(keys),
    )


def series(place: str, metrics: Sequence[str]) -> pl.DataFrame:
    """The series counted for a place: who counts what, how often, over which time, with a note of one of its rows."""
    return ask(
        f"""
        SELECT
            publisher, metric, {COUNTING} AS counting, string_split(series_id, '-')[-1] AS frequency,
            count(*) AS rows, min(period_start) AS first, max(period_end) AS last, max_by(note, known_from) AS note
        FROM incident_counts
        WHERE geography = $place AND list_contains($metrics, metric)
        GROUP BY ALL
        ORDER BY rows DESC, publisher
        """,
        place=place,
        metrics=list(metrics),
    )


def events() -> pl.DataFrame:
    """The dated events, the newest first."""
    return ask(f"SELECT {FACT} FROM timeline ORDER BY event_date DESC, event_id")


def claims() -> pl.DataFrame:
    """What parties assert or deny, rival claims beside each other."""
    return ask(f"SELECT {FACT} FROM claims ORDER BY topic, claimed_on, claim_id")


def trends(place: str, metrics: Sequence[str]) -> pl.DataFrame:
    """Growth a year of each series, of all with definitions held fixed, and of all mixed, in that order."""
    return ask(
        f"""
        SELECT *
        FROM {table("counts")}
        WHERE geography = $place AND list_contains($metrics, metric)
        ORDER BY
            metric, list_position(['series', 'held_fixed', 'mixed'], kind), figures DESC,
            publisher, counting, definition
        """,
        place=place,
        metrics=list(metrics),
    )
