"""Reopening: the chances of a closed crossing to open, what they rest on, and how good such chances have been."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dashboards.queries import analysed, days
from dashboards.queries.reader import ask

# A closure to goods is one whether exports, imports or both are shut; it ends when the first of them opens.
CARGO = f"""
    SELECT
        e.crossing_id, c.name, array_to_string(list_sort([c.country_a, c.country_b]), '-') AS border, e.started_on,
        min(e.ended_on) AS ended_on, min(e.ended_on) - e.started_on AS days,
        any_value(e.cause ORDER BY e.flow) AS cause, bool_or(e.how_ended = 'still_shut') AS still_shut,
        list(e.flow ORDER BY e.flow) AS flows, max(e.voices) AS voices, bool_or(e.disputed) AS disputed,
        max(e.last_reported_on) AS last_reported_on,
        -- Second-hand only where it is so for each of its flows.
        bool_and(e.start_second_hand) AS start_second_hand, bool_and(e.end_second_hand) AS end_second_hand,
        bool_and(e.last_second_hand) AS last_second_hand
    FROM ({days.EPISODES}) AS e
    INNER JOIN crossings AS c ON e.crossing_id = c.crossing_id
    WHERE e.flow IN ('exports', 'imports') AND e.started_on > DATE '2014-01-01'
    GROUP BY e.crossing_id, c.name, border, e.started_on
"""


def shut() -> pl.DataFrame:
    """The chances of each crossing that is shut to goods, by horizon, with its name."""
    return ask(
        f"""
        SELECT c.name, r.*
        FROM {analysed.table("reopening")} AS r
        INNER JOIN crossings AS c ON r.crossing_id = c.crossing_id
        ORDER BY c.name, r.horizon_days
        """
    )


def curves() -> pl.DataFrame:
    """The curve of each kind of closure, extent and days already shut."""
    return ask(f"SELECT * FROM {analysed.table('reopening_curves')} ORDER BY kind, crossings, days_shut, day")


def scores() -> pl.DataFrame:
    """The scores of the forecasters, each event left out in turn."""
    return ask(f"SELECT * FROM {analysed.table('reopening_scores')} ORDER BY score, horizon_days, forecaster")


def closure(crossing: str, started_on: dt.date) -> pl.DataFrame:
    """The closure to goods of a crossing that began on a day, as closure_episodes has it; one row."""
    return ask(
        f"""
        SELECT *, {days.SECOND_HAND} AS second_hand
        FROM ({CARGO})
        WHERE crossing_id = $crossing AND started_on = $started
        """,
        crossing=crossing,
        started=started_on,
    )


def before(crossing: str, started_on: dt.date) -> pl.DataFrame:
    """The closures of the crossing's border whose end is known and that began before, the last one first."""
    return ask(
        f"""
        SELECT
            name, started_on, ended_on, days, cause, flows, voices, disputed, {days.SECOND_HAND} AS second_hand,
            crossing_id
        FROM ({CARGO})
        WHERE
            border = (
                SELECT array_to_string(list_sort([country_a, country_b]), '-') FROM crossings
                WHERE crossing_id = $crossing
            )
            AND started_on < $started AND ended_on IS NOT NULL AND NOT still_shut
        ORDER BY started_on DESC, crossing_id
        """,
        crossing=crossing,
        started=started_on,
    )


def lasted(today: dt.date) -> pl.DataFrame:
    """Every closure to goods with a known end or still shut, the longest first: what the chances rest on."""
    return ask(
        f"""
        SELECT
            name, started_on, ended_on, coalesce(days, $today - started_on) AS days, cause, still_shut, flows,
            voices, disputed, {days.SECOND_HAND} AS second_hand, border, crossing_id
        FROM ({CARGO})
        WHERE ended_on IS NOT NULL OR still_shut
        ORDER BY days DESC, name, started_on
        """,
        today=today,
    )
