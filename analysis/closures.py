"""Closures as the methods count them: cargo closures of a crossing, grouped into the events that brought them.

A border shut by one decision shuts several crossings: these closures are one event, and no independent evidence of
how long closures last. Closures of one border that begin within three days of one another are one event.
"""

from __future__ import annotations

import duckdb
import polars as pl

# Days within which closures of one border begin as one event.
SAME_EVENT = 3
# Causes with too few closures to tell apart, by what they have in common.
KINDS = {
    "clash": "fighting",
    "attack": "fighting",
    "air_strike": "fighting",
    "pandemic": "pandemic",
    "election": "election",
    "regime_change": "regime_change",
    "document_policy": "dispute",
    "construction_dispute": "dispute",
    "trade_dispute": "dispute",
    "protest": "dispute",
}
CARGO = """
    WITH cargo AS (
        SELECT
            e.crossing_id,
            e.started_on,
            min(e.ended_on) AS ended_on,
            max(e.known_to) AS known_to,
            arg_min(e.how_ended, coalesce(e.ended_on, DATE '9999-12-31')) AS how_ended,
            any_value(e.cause ORDER BY e.flow) AS cause,
            bool_or(e.how_ended = 'still_shut') AS still_shut,
            list(e.flow ORDER BY e.flow) AS flows
        FROM closure_episodes AS e
        -- A gate shut when its days begin says nothing of how long it had been so.
        WHERE e.flow IN ('exports', 'imports') AND e.started_on > DATE '2014-01-01'
        GROUP BY e.crossing_id, e.started_on
    )
    SELECT
        c.crossing_id,
        c.started_on,
        c.ended_on,
        coalesce(c.known_to, c.started_on) AS known_to,
        c.how_ended,
        c.cause,
        c.still_shut,
        c.flows,
        array_to_string(list_sort([g.country_a, g.country_b]), '-') AS border,
        -- Where nobody tells of the end, the closure lasted at least as long as it is known or carried on.
        greatest(date_diff('day', c.started_on, coalesce(c.ended_on, c.known_to, current_date)), 1) AS days,
        c.ended_on IS NOT NULL AND c.how_ended <> 'still_shut' AS ended
    FROM cargo AS c
    INNER JOIN crossings AS g USING (crossing_id)
    ORDER BY border, c.started_on, c.crossing_id
"""


def cargo(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """One row is one closure of a crossing to exports or imports.

    Columns: crossing_id, border, started_on, ended_on, days (a lower bound where not ``ended``), ended, still_shut,
    how_ended, cause, kind (causes in groups), flows, event (the number of the event that brought it), crossings (how
    many of the border's crossings the event shut).
    """
    rows = con.sql(CARGO).pl()
    kind = pl.col("cause").replace_strict(KINDS, default="other", return_dtype=pl.String)
    apart = pl.col("started_on").diff().over("border").dt.total_days().fill_null(SAME_EVENT + 1) > SAME_EVENT
    rows = rows.with_columns(kind=kind, event=apart.cast(pl.Int64).cum_sum())
    return rows.with_columns(crossings=pl.col("crossing_id").n_unique().over("event"))
