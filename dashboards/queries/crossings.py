"""Crossings: the registry, all reports, and what else is known of one."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dashboards.queries.reader import FACT, ask


def crossings() -> pl.DataFrame:
    """The registry, one row a crossing, the most reported first."""
    return ask(
        f"""
        SELECT {FACT}, (SELECT count(*) FROM crossing_reports AS r WHERE r.crossing_id = c.crossing_id) AS reports
        FROM crossings AS c
        ORDER BY reports DESC, name
        """
    )


def newest_reports(today: dt.date) -> pl.DataFrame:
    """The ten newest status reports, the newest first."""
    return ask(
        """
        SELECT
            $today::DATE - known_from AS days_old, known_from AS reported_on, known_from_basis, crossing_id, status,
            scope, valid_from, valid_to, source_name, source_url, note
        FROM status_reports
        ORDER BY known_from DESC NULLS LAST, report_id
        LIMIT 10
        """,
        today=today,
    )


def reports(crossing: str) -> pl.DataFrame:
    """All reports on a crossing, those on its whole border among them (border_wide), the newest first."""
    return ask(
        """
        SELECT
            valid_from, valid_to, status, scope, known_from AS reported_on, source_name, source_url, note,
            reported_of, starts_with(reported_of, '*') AS border_wide, goods, cause, actor, voice,
            known_from_basis, report_id
        FROM crossing_reports
        WHERE crossing_id = $crossing
        ORDER BY valid_from DESC, known_from DESC, report_id
        """,
        crossing=crossing,
    )


def report_spans(crossing: str) -> pl.DataFrame:
    """The reports on a crossing once for each group they speak of, with the span that each asserts.

    A report without an end asserts its state until the day it became known, and no further.
    """
    return ask(
        """
        SELECT
            unnest(list_filter(
                [
                    CASE WHEN list_contains(string_split(scope, ';'), 'all') THEN 'all traffic' END,
                    CASE WHEN on_cargo AND NOT list_contains(string_split(scope, ';'), 'all') THEN 'goods' END,
                    CASE WHEN on_pedestrians AND NOT list_contains(string_split(scope, ';'), 'all')
                        THEN 'people on foot' END,
                    CASE WHEN NOT on_cargo AND NOT on_pedestrians THEN 'returnees, aid, patients' END
                ],
                lambda name: name IS NOT NULL
            )) AS scope_group,
            status, starts_with(reported_of, '*') AS border_wide, scope, goods, cause, valid_from,
            coalesce(valid_to, greatest(known_from, valid_from) + 1) AS shown_to,
            valid_to IS NOT NULL AS end_named, valid_to, known_from AS reported_on, source_name, source_url, note,
            report_id
        FROM crossing_reports
        WHERE crossing_id = $crossing
        ORDER BY valid_from
        """,
        crossing=crossing,
    )


def capacity(crossing: str) -> pl.DataFrame:
    """What is or was normal at a crossing, or on all of its border."""
    return _of_crossing("crossing_capacity", "period_start", crossing)


def losses(crossing: str) -> pl.DataFrame:
    """What somebody says that closures of a crossing, or of all its border, cost."""
    return _of_crossing("loss_claims", "period_start", crossing)


def performance(crossing: str) -> pl.DataFrame:
    """Measured hours and costs at a crossing."""
    return _of_crossing("border_performance", "period_start", crossing)


def legs(crossing: str) -> pl.DataFrame:
    """Legs of routes that pass a crossing."""
    return _of_crossing("corridor_legs", "measured_on", crossing)


def _of_crossing(table: str, newest: str, crossing: str) -> pl.DataFrame:
    return ask(
        f"""
        SELECT {FACT}
        FROM {table}
        WHERE crossing_id = $crossing OR crossing_id = (
            SELECT '*' || country_a || '-' || country_b FROM crossings WHERE crossing_id = $crossing
        )
        ORDER BY {newest} DESC NULLS LAST, source_name
        """,
        crossing=crossing,
    )
