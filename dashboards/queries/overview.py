"""Overview: what a closure costs, or what is at stake in it, and what became known in the last seven days."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dashboards.queries import analysed
from dashboards.queries.reader import FACT, ask

WEEK = 7
THIS_WEEK = """
    -- Once: as of a day the whole panel is worked out anew wherever it is named.
    WITH spans AS MATERIALIZED (
        SELECT * FROM crossing_spans WHERE to_day > $today::DATE - $week::INT - 1 AND from_day <= $today
    ),

    changes AS (
        SELECT
            'state of a crossing' AS what,
            c.name || ': ' || b.status || ' to ' || n.status || ' ('
            || string_agg(replace(n.flow, '_', ' '), ', ' ORDER BY n.flow) || ')' AS title,
            n.from_day AS happened_on, n.from_day AS known_from,
            any_value(r.source_name ORDER BY r.report_id) AS source_name,
            any_value(r.source_url ORDER BY r.report_id) AS source_url
        FROM spans AS n
        INNER JOIN spans AS b
            ON
                n.crossing_id = b.crossing_id
                AND n.flow = b.flow
                AND b.to_day = n.from_day
                AND b.status <> n.status
        INNER JOIN crossings AS c ON n.crossing_id = c.crossing_id
        LEFT JOIN status_reports AS r ON n.report_id = r.report_id
        WHERE n.from_day > $today::DATE - $week::INT AND n.from_day <= $today
        GROUP BY c.name, b.status, n.status, n.from_day
    ),

    told AS (
        SELECT
            'status report' AS what, crossing_id || ' ' || status || ' for ' || scope AS title,
            valid_from AS happened_on, known_from, source_name, source_url
        FROM status_reports
        UNION ALL
        SELECT 'event', title, event_date, known_from, source_name, source_url
        FROM timeline
        UNION ALL
        SELECT
            'commitment restated', title || ': ' || replace(change, '_', ' '), stated_on, stated_on, source_name,
            source_url
        FROM commitment_statements
        WHERE restatement > 1
        UNION ALL
        SELECT
            'correction', dataset || ': ' || action || coalesce(' ' || field, '') || ': ' || reason, NULL,
            decided_on, source, read_at
        FROM corrections
    )

    SELECT * FROM changes
    UNION ALL
    SELECT * FROM told
    WHERE known_from > $today::DATE - $week::INT AND known_from <= $today
    ORDER BY known_from DESC, what DESC, title
"""


def losses() -> pl.DataFrame:
    """The losses of the newest closure that has one, none in doubt, that of the route with the most trade first."""
    return ask(
        f"""
        WITH losses AS (FROM {analysed.table("losses")})

        SELECT *
        FROM losses
        WHERE started_on = (SELECT max(started_on) FROM losses) AND len(doubts) = 0
        ORDER BY scope <> 'route', without_closure DESC, method
        """
    )


def figures_dated(reporter: str, partner: str, flow: str, since: dt.date) -> pl.DataFrame:
    """The printed figures of a series from a day on, with what the day from which they count as known rests on."""
    return ask(
        f"""
        SELECT known_from_basis, {FACT}
        FROM trade_flows
        WHERE
            reporter = $reporter AND partner = $partner AND flow = $flow AND commodity = 'total'
            AND unit = 'USD_million' AND period_end >= $since
        ORDER BY period_end, source_name
        """,
        reporter=reporter,
        partner=partner,
        flow=flow,
        since=since,
    )


def at_stake(today: dt.date) -> pl.DataFrame:
    """What normally passes in a day, both ways, where a crossing for trade is shut, by what is traded in a year.

    Millions of US dollars, with the lowest and the highest by the yearly figures; crossings shut, of how many.
    """
    return ask(
        """
        SELECT
            d.border, d.crossings_shut, d.crossings, d.low AS least_shut, d.high AS most_shut,
            w.normal / 365 AS normal_a_day, w.lowest / 365 AS lowest_a_day, w.highest / 365 AS highest_a_day,
            w.valid_from AS figures_from, w.reporters
        FROM disruption_spans AS d
        -- Cargo is exports and imports together.
        LEFT JOIN border_weights AS w
            ON d.border = w.border AND d.flow = w.flow AND w.valid_from <= $today AND w.valid_to > $today
        WHERE
            d.flow = 'cargo' AND d.border <> 'AFG' AND d.from_day <= $today AND d.to_day > $today
            AND d.crossings_shut > 0
        ORDER BY normal_a_day DESC NULLS LAST, d.border
        """,
        today=today,
    )


def week(today: dt.date) -> pl.DataFrame:
    """What became known in the seven days to today: changes of state, reports, events, restatements, corrections.

    One row a thing: what, title, happened_on, known_from, source_name, source_url; the newest first. A state that
    nobody tells of any more, and so became unknown, is among the changes.
    """
    return ask(THIS_WEEK, today=today, week=WEEK)
