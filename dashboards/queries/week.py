"""One week: what shut, opened and stayed shut, what happened, and what was published, claimed and corrected."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dashboards.queries.reader import ask

BEGAN, ENDED, WENT_ON = "began", "ended", "went on"


def closures(first: dt.date, last: dt.date) -> pl.DataFrame:
    """The closures of the week by `part`: began in it, ended in it, went on through it; with the flows shut.

    Flows of a crossing are one line where they were shut on the same day for the same cause. One question, since
    as of a day the panel is worked out anew for each.
    """
    return ask(
        """
        WITH episodes AS MATERIALIZED (
            SELECT * FROM closure_episodes WHERE started_on <= $last AND known_to >= $first
        ),

        parted AS (
            SELECT
                *,
                unnest(list_filter(
                    [
                        CASE WHEN started_on BETWEEN $first AND $last THEN $began END,
                        CASE WHEN ended_on BETWEEN $first AND $last THEN $ended END,
                        CASE WHEN started_on < $first AND known_to > $last THEN $went_on END
                    ],
                    lambda part: part IS NOT NULL
                )) AS part
            FROM episodes
        )

        SELECT
            e.part, c.name, e.started_on,
            CASE WHEN e.part = $ended THEN e.ended_on END AS ended_on,
            CASE WHEN e.part = $ended THEN e.how_ended END AS how_ended,
            list(DISTINCT e.flow ORDER BY e.flow) AS flows,
            max(e.days) FILTER (e.part = $ended) AS days,
            e.cause, max(e.voices) AS voices, bool_or(e.disputed) AS disputed,
            min(e.started_earliest) FILTER (e.part = $began) AS started_earliest,
            max(e.started_latest) FILTER (e.part = $began) AS started_latest,
            max(e.last_reported_on) FILTER (e.part = $went_on) AS last_reported_on,
            arg_min(r.source_name, r.report_id) AS source_name, arg_min(r.source_url, r.report_id) AS source_url
        FROM parted AS e
        INNER JOIN crossings AS c ON e.crossing_id = c.crossing_id
        LEFT JOIN status_reports AS r ON e.report_id = r.report_id
        GROUP BY e.part, c.name, e.started_on, 4, 5, e.cause
        ORDER BY e.part, e.started_on, c.name, e.cause
        """,
        first=first,
        last=last,
        began=BEGAN,
        ended=ENDED,
        went_on=WENT_ON,
    )


def reports(first: dt.date, last: dt.date) -> pl.DataFrame:
    """The status reports that became known in the week."""
    return ask(
        """
        SELECT
            r.known_from AS reported_on, coalesce(c.name, r.crossing_id) AS name, r.status, r.scope, r.valid_from,
            r.valid_to, r.cause, r.source_name, r.source_url
        FROM status_reports AS r
        LEFT JOIN crossings AS c ON r.crossing_id = c.crossing_id
        WHERE r.known_from BETWEEN $first AND $last
        ORDER BY r.known_from, name, r.report_id
        """,
        first=first,
        last=last,
    )


def events(first: dt.date, last: dt.date) -> pl.DataFrame:
    """The dated events of the week: attacks, clashes, strikes, talks, decisions."""
    return ask(
        """
        SELECT event_date, kind, title, actors, note, source_name, source_url
        FROM timeline WHERE event_date BETWEEN $first AND $last
        ORDER BY event_date, event_id
        """,
        first=first,
        last=last,
    )


def trade(first: dt.date, last: dt.date) -> pl.DataFrame:
    """The figures of trade that were published in the week, of whatever period."""
    return ask(
        """
        SELECT
            published_on, reporter, partner, flow, commodity, period_start, period_end, value, unit, qualifier,
            source_name, source_url
        FROM trade_flows WHERE published_on BETWEEN $first AND $last
        ORDER BY published_on, reporter, partner, flow, period_start
        """,
        first=first,
        last=last,
    )


def claims(first: dt.date, last: dt.date) -> pl.DataFrame:
    """What was asserted or denied in the week, and the losses claimed in it."""
    return ask(
        """
        SELECT
            claimed_on, claimant, stance, replace(metric, '_', ' ') AS about, qualifier, value, unit, note,
            source_name, source_url
        FROM claims WHERE claimed_on BETWEEN $first AND $last
        UNION ALL BY NAME
        SELECT
            published_on AS claimed_on, claimant, 'asserts' AS stance,
            replace(measure, '_', ' ') || ', ' || replace(per, '_', ' ') AS about, value, unit, note,
            source_name, source_url
        FROM loss_claims WHERE published_on BETWEEN $first AND $last
        ORDER BY claimed_on, claimant, about
        """,
        first=first,
        last=last,
    )


def corrections(first: dt.date, last: dt.date) -> pl.DataFrame:
    """The errors of sources that were decided upon in the week."""
    return ask(
        """
        SELECT decided_on, dataset, action, field, printed, loaded, reason, read_at AS source_url
        FROM corrections WHERE decided_on BETWEEN $first AND $last
        ORDER BY decided_on, dataset, field, row_key
        """,
        first=first,
        last=last,
    )
