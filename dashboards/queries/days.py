"""The daily panel: each crossing's state by spans of days, its state on one day, and the closures of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from dashboards.queries import crossings
from dashboards.queries.reader import ask

# The panel's spans, with `since` as people ask for it. A report that shuts what is shut begins another change, and
# with it another `since`: what is closed is closed since its closure began, on the day that closure_episodes has.
SINCE = """
    begun AS (
        SELECT
            *,
            status = 'closed' AND lag(status) OVER in_time IS DISTINCT FROM 'closed' AS begins
        FROM crossing_spans
        WINDOW in_time AS (PARTITION BY crossing_id, flow ORDER BY from_day)
    ),

    shut AS (
        SELECT
            *,
            max(from_day) FILTER (begins) OVER (PARTITION BY crossing_id, flow ORDER BY from_day) AS shut_on
        FROM begun
    ),

    told AS (
        SELECT
            * EXCLUDE (begins, shut_on) REPLACE (
                CASE
                    WHEN status <> 'closed' THEN since
                    -- The panel's first day: it was closed before, and a report may name the day.
                    WHEN shut_on = DATE '2014-01-01' THEN least(since, shut_on)
                    ELSE shut_on
                END AS since
            )
        FROM shut
    )
"""
# The span p, beside the report r that decides it and those that say otherwise.
SPAN = """
    p.crossing_id, p.flow, p.from_day, p.until_day, p.status, p.basis, p.voices, p.disputed, p.since,
    p.last_report_day,
    r.known_from AS reported_on, r.scope, r.cause, r.source_name, r.source_url, r.note, p.report_id,
    (
        SELECT list(o.status || ' (' || o.source_name || ', ' || o.report_id || ')' ORDER BY o.report_id)
        FROM status_reports AS o
        WHERE list_contains(p.dissenting_report_ids, o.report_id)
    ) AS dissent
"""

# closure_episodes, and whether all reports that give its start, its end, or say last that it goes on are second-hand:
# read in a page that cites them. The note of the row says so, or that of its publisher. Empty where no report tells.
EPISODES = """
    WITH episodes AS MATERIALIZED (SELECT * FROM closure_episodes),

    read AS (
        SELECT r.report_id, regexp_matches(concat_ws('; ', r.note, p.note), 'second[- ]hand') AS second_hand
        FROM status_reports AS r
        LEFT JOIN publishers AS p ON r.source_name = p.publisher
    ),

    witnesses AS (
        SELECT
            e.crossing_id, e.flow, e.started_on, read.second_hand,
            -- As closure_episodes has it: from a week before the start to five days after it.
            r.status = 'closed' AND r.valid_from BETWEEN e.started_on - 7 AND e.started_on + 5 AS of_start,
            -- Of the end: who names it, and who says within three days of it that another state began.
            abs(date_diff('day', if(r.status = 'closed', r.valid_to, r.valid_from), e.ended_on)) <= 3 AS of_end,
            r.status = 'closed' AND r.valid_from <= e.last_reported_on AND r.asserted_to > e.last_reported_on
            AND e.ended_on IS NULL AS of_last
        FROM episodes AS e
        INNER JOIN flow_reports AS r ON e.crossing_id = r.crossing_id AND e.flow = r.flow
        INNER JOIN read ON r.report_id = read.report_id
    ),

    hands AS (
        SELECT
            crossing_id, flow, started_on,
            bool_and(second_hand) FILTER (of_start) AS start_second_hand,
            bool_and(second_hand) FILTER (of_end) AS end_second_hand,
            bool_and(second_hand) FILTER (of_last) AS last_second_hand
        FROM witnesses
        GROUP BY crossing_id, flow, started_on
    )

    SELECT e.*, h.start_second_hand, h.end_second_hand, h.last_second_hand
    FROM episodes AS e
    LEFT JOIN hands AS h ON e.crossing_id = h.crossing_id AND e.flow = h.flow AND e.started_on = h.started_on
"""
# The same in words; empty where first-hand reports tell all.
SECOND_HAND = """
    nullif(concat_ws(
        ', ',
        CASE WHEN start_second_hand THEN 'start' END,
        CASE WHEN end_second_hand THEN 'end' END,
        CASE WHEN last_second_hand THEN 'last report' END
    ), '')
"""


def spans(today: dt.date, fresh_days: int) -> pl.DataFrame:
    """Every crossing's state for every flow by spans of days, to today, as the panel has it.

    A carried state is split where no report has spoken of it for more than fresh_days: its basis is "last known" from
    there on. All crossings at once: as of a day the whole panel is worked out anew, whatever is asked of it.
    """
    frame = ask(
        f"""
        WITH {SINCE},

        panel AS (
            SELECT
                *,
                least(to_day, $today::DATE + 1) AS until_day,
                coalesce(last_report_day + $fresh::INT + 1, DATE '9999-12-31') AS old_from
            FROM told
            WHERE from_day <= $today
        ),

        parted AS (
            SELECT * REPLACE (
                CASE WHEN basis = 'carried' THEN least(until_day, old_from) ELSE until_day END AS until_day
            )
            FROM panel
            WHERE basis <> 'carried' OR from_day < old_from
            UNION ALL
            SELECT * REPLACE (greatest(from_day, old_from) AS from_day, 'last known' AS basis)
            FROM panel
            WHERE basis = 'carried' AND until_day > old_from
        )

        SELECT {SPAN}
        FROM parted AS p
        LEFT JOIN status_reports AS r ON p.report_id = r.report_id
        ORDER BY p.crossing_id, p.flow, p.from_day
        """,
        today=today,
        fresh=fresh_days,
    )
    weekly = ask("SELECT DISTINCT crossing_id, flow FROM flow_reports WHERE weekdays IS NOT NULL")
    if weekly.is_empty():
        return frame
    return pl.concat(
        [frame.join(weekly, on=["crossing_id", "flow"], how="anti"), _by_weekday(weekly, today, fresh_days)],
        how="vertical_relaxed",
    )


def _by_weekday(weekly: pl.DataFrame, today: dt.date, fresh_days: int) -> pl.DataFrame:
    """The spans of those crossings and flows where a report holds on named weekdays, put together from their days."""
    return ask(
        f"""
        WITH {SINCE},

        days AS (
            SELECT
                * REPLACE (
                    CASE WHEN basis = 'carried' AND age_days > $fresh THEN 'last known' ELSE basis END AS basis
                ),
                CASE
                    WHEN basis IN ('carried', 'unknown') AND age_days > 0 THEN day - age_days::INT
                END AS last_report_day
            FROM crossing_days
            WHERE day <= $today AND list_contains($weekly, crossing_id || ' ' || flow)
        ),

        numbered AS (
            SELECT
                * EXCLUDE (age_days),
                day - (row_number() OVER (
                    PARTITION BY
                        crossing_id, flow, status, basis, last_report_day, voices, disputed, report_id,
                        dissenting_report_ids
                    ORDER BY day
                ))::INT AS stretch
            FROM days
        ),

        parted AS (
            SELECT * EXCLUDE (day), min(day) AS from_day, max(day) + 1 AS until_day
            FROM numbered
            GROUP BY ALL
        ),

        -- Since when it has been so is told by the panel without its weekdays, where that has the same state.
        dated AS (
            SELECT p.*, s.since
            FROM parted AS p
            LEFT JOIN told AS s
                ON
                    p.crossing_id = s.crossing_id
                    AND p.flow = s.flow
                    AND p.status = s.status
                    AND s.from_day <= p.from_day
                    AND p.from_day < s.to_day
        )

        SELECT {SPAN}
        FROM dated AS p
        LEFT JOIN status_reports AS r ON p.report_id = r.report_id
        ORDER BY p.crossing_id, p.flow, p.from_day
        """,
        today=today,
        fresh=fresh_days,
        weekly=[f"{crossing} {flow}" for crossing, flow in weekly.sort("crossing_id", "flow").iter_rows()],
    )


def state(flow: str, today: dt.date, fresh_days: int) -> pl.DataFrame:
    """The state of every crossing for a flow on a day by the panel, with its basis and the age of the last report."""
    held = spans(today, fresh_days).filter((pl.col("flow") == flow) & (pl.col("until_day") > today))
    places = crossings.crossings().select("crossing_id", "name", "country_a", "country_b", "category", "lat", "lon")
    reported = pl.when(pl.col("basis") == "reported").then(pl.lit(today)).otherwise(pl.col("last_report_day"))
    return (
        places.join(held, on="crossing_id", how="left", maintain_order="left")
        .with_columns(reported.alias("last_reported_on"))
        .with_columns((pl.lit(today) - pl.col("last_reported_on")).dt.total_days().alias("days_old"))
        .sort(pl.col("category") != "formal_trade", maintain_order=True)
        .drop("from_day", "until_day", "last_report_day")
    )


def episodes() -> pl.DataFrame:
    """Every closure of every crossing to every flow, the newest first.

    `second_hand` names what of it no first-hand report tells: its start, its end, the last report that it goes on.
    """
    return ask(
        f"""
        SELECT
            crossing_id, flow, started_on, ended_on, days, how_ended, cause, imposed_by, voices, disputed,
            started_earliest, started_latest, ended_earliest, ended_latest, last_reported_on,
            {SECOND_HAND} AS second_hand, exemptions, report_ids
        FROM ({EPISODES})
        ORDER BY started_on DESC, crossing_id, flow
        """
    )


def reports(crossing: str, report_ids: Sequence[str]) -> pl.DataFrame:
    """The reports of those ids as they speak of a crossing, in the order in which they became known."""
    return ask(
        """
        SELECT
            valid_from, valid_to, status, scope, known_from AS reported_on, source_name, source_url, note,
            reported_of, goods, cause, actor, voice, report_id
        FROM crossing_reports
        WHERE crossing_id = $crossing AND list_contains($reports, report_id)
        ORDER BY known_from, report_id
        """,
        crossing=crossing,
        reports=list(report_ids),
    )
