"""Closures as the methods count them: cargo closures of a crossing, grouped into the events that brought them.

A border shut by one decision shuts several crossings: these closures are one event, and no independent evidence of
how long closures last. Closures of one border that begin within three days of one another are one event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

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
# Closures that last less leave no mark in months.
FEWEST_DAYS = 7
# Prices, donors: a month is one of a closure where this much of the border's capacity was shut, on average.
TOUCHED = 0.1
# low: what is known to be shut, whatever else is unknown.
SHUT = "SELECT border, day, share_shut, low FROM disruption_index WHERE high > 0 ORDER BY ALL"
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
    rows: pl.DataFrame = con.sql(CARGO).pl()
    kind = pl.col("cause").replace_strict(KINDS, default="other", return_dtype=pl.String)
    apart = pl.col("started_on").diff().over("border").dt.total_days().fill_null(SAME_EVENT + 1) > SAME_EVENT
    rows = rows.with_columns(kind=kind, event=apart.cast(pl.Int64).cum_sum())
    return rows.with_columns(crossings=pl.col("crossing_id").n_unique().over("event"))


def shut(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The days on which something was, or may have been, shut. Columns: border, day, share_shut, low."""
    found: pl.DataFrame = con.sql(SHUT).pl()
    return found


def touched_months(shut: pl.DataFrame, border: str, share: float = TOUCHED) -> list[dt.date]:
    """The months in which a share of the border's capacity or more was shut, on average."""
    of_border = shut.filter(pl.col("border") == border)
    by_month = of_border.group_by(pl.col("day").dt.truncate("1mo").alias("month")).agg(pl.col("low").sum() / 30)
    return by_month.filter(pl.col("low") >= share)["month"].sort().to_list()


def lasting_events(rows: pl.DataFrame, shut: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The closures of seven days and more by the event that brought them, with the capacity shut meanwhile."""
    for (_,), of_event in rows.group_by(["event"], maintain_order=True):
        border, first = of_event["border"][0], min(of_event["started_on"].to_list())
        ends = of_event["ended_on"].to_list()
        last = None if of_event["still_shut"].any() or None in ends else max(ends)
        until = last or max(of_event["known_to"].to_list())
        meanwhile = shut.filter(pl.col("border") == border, pl.col("day") >= first, pl.col("day") < until)
        days = (until - first).days
        if days >= FEWEST_DAYS:
            yield {
                "border": border,
                "started_on": first,
                "ended_on": last,
                "until": until,
                "crossings": sorted(set(of_event["crossing_id"])),
                "share_shut": meanwhile["share_shut"].mean(),
            }
