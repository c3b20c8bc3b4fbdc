"""Trade and diversion: open ways on a day and over time, what closures added, where the trade went, and Hormuz."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dashboards.queries import analysed
from dashboards.queries.reader import FACT, ask

# What is told of the second shock is found by these words.
STRAIT = "hormuz|bandar abbas|chabahar"


def outcome(method: str) -> pl.DataFrame:
    """How the method fared (outcome, reason)."""
    return ask(f"SELECT outcome, reason FROM {analysed.table('methods')} WHERE method = $method", method=method)


def on_day(day: dt.date, flow: str, measure: str, city: str) -> pl.DataFrame:
    """The way from each origin on a day in both networks, and the shortest that it ever was since 2014."""
    return ask(
        f"""
        SELECT
            origin, certainty, outcome, rests_on, last_reported_on, $day - last_reported_on AS days_old, plain_way,
            value, low, high, estimated, by_car, gates, places, legs, from_day AS since,
            (
                SELECT min(s.value) FROM {analysed.table("corridors")} AS s
                WHERE
                    s.flow = c.flow AND s.measure = c.measure AND s.certainty = 'not_closed'
                    AND s.origin = c.origin AND s.city = c.city
            ) AS shortest
        FROM {analysed.table("corridors")} AS c
        WHERE flow = $flow AND measure = $measure AND city = $city AND from_day <= $day AND to_day > $day
        -- Where only a way round was ever measured, it says nothing of how far the city is: last.
        ORDER BY plain_way IS FALSE, value, origin, certainty DESC
        """,
        day=day,
        flow=flow,
        measure=measure,
        city=city,
    )


def over_time(flow: str, measure: str, origin: str, city: str, today: dt.date) -> pl.DataFrame:
    """The way from one origin by spans of days, to today, as far as no gate is known to be closed."""
    return ask(
        f"""
        SELECT
            from_day, least(to_day, $today::DATE + 1) AS until_day, outcome, rests_on, last_reported_on, plain_way,
            value, low, high, gates, places
        FROM {analysed.table("corridors")}
        WHERE
            flow = $flow AND measure = $measure AND origin = $origin AND city = $city
            AND certainty = 'not_closed' AND from_day <= $today
        ORDER BY from_day
        """,
        flow=flow,
        measure=measure,
        origin=origin,
        city=city,
        today=today,
    )


def costliest(flow: str, measure: str) -> pl.DataFrame:
    """What closures added to all ways together but ways round, those that cut off or lengthened most first."""
    return ask(
        f"""
        SELECT
            border, started_on, ended_on, until, crossings, max(days) AS days,
            count(*) AS ways,
            sum(days_longer) AS way_days_longer,
            sum(days_without_route) AS way_days_without_route,
            round(sum(added_days) / nullif(sum(days_longer), 0), 1) AS added_on_average,
            round(sum(added_days), 1) AS added_way_days
        FROM {analysed.table("corridors_closures")}
        WHERE
            flow = $flow AND measure = $measure AND certainty = 'not_closed'
            -- Who goes round because no plain way was ever measured need not go that way at all.
            AND plain_way IS DISTINCT FROM FALSE
        GROUP BY ALL
        ORDER BY added_way_days DESC, way_days_without_route DESC, started_on
        """,
        flow=flow,
        measure=measure,
    )


def legs() -> pl.DataFrame:
    """Every row of corridor_legs: whether it is used, and why not."""
    return ask(
        f"""
        SELECT
            u.leg_id, u.used, u.left_out, u.from_place, u.to_place, u.gates, l.mode, l.distance_km, l.time_hours,
            l.cost_usd, l.cost_unit, u.by_car, u.measured_on, l.note, u.source_name, u.source_url
        FROM {analysed.table("corridors_legs")} AS u
        INNER JOIN corridor_legs AS l ON u.row_key = l.row_key
        ORDER BY u.used DESC, u.leg_id, u.measured_on
        """
    )


def partners() -> pl.DataFrame:
    """Partners' shares around closures, the newest closure first."""
    return ask(f"FROM {analysed.table('diversion')} ORDER BY started_on DESC, border, flow, abs(change) DESC")


def routes() -> pl.DataFrame:
    """What passed other crossings around closures, the newest closure first."""
    return ask(
        f"""
        SELECT c.name, r.*
        FROM {analysed.table("diversion_routes")} AS r
        LEFT JOIN crossings AS c USING (crossing_id)
        ORDER BY r.started_on DESC, r.border, r.a_day_during DESC, r.crossing_id
        """
    )


def prices(border: str, started_on: dt.date) -> pl.DataFrame:
    """Food prices month by month around a closure: markets that the border feeds against the others."""
    return ask(
        f"""
        FROM {analysed.table("prices_months")}
        WHERE border = $border AND started_on = $started_on
        ORDER BY country, month
        """,
        border=border,
        started_on=started_on,
    )


def figures_of_partners() -> pl.DataFrame:
    """What Afghanistan counts with its partners and the world, as printed."""
    return ask(
        f"""
        SELECT {FACT}
        FROM trade_flows
        WHERE reporter = 'AFG' AND commodity = 'total' AND unit = 'USD_million'
        ORDER BY period_end DESC, partner, flow, source_name
        """
    )


def figures_of_routes() -> pl.DataFrame:
    """What was counted at crossings in a span of time, as printed."""
    return ask(
        f"""
        SELECT {FACT}
        FROM crossing_capacity
        WHERE
            measure IN ('truck_crossings', 'vehicle_crossings', 'rail_volume', 'rail_volume_khaf_herat')
            AND per IS NOT NULL AND period_start IS NOT NULL
        ORDER BY crossing_id, period_start, source_name
        """
    )


def strait() -> pl.DataFrame:
    """Ships through Hormuz by month, of all types together."""
    return ask(
        """
        SELECT month, vessels_per_day, usual_vessels_per_day, lowest_before, highest_before, usual_years, whole, days
        FROM sea_transit_months
        WHERE place_kind = 'chokepoint' AND place_name ILIKE '%hormuz%' AND ship_type = 'all'
        ORDER BY month
        """
    )


def strait_events() -> pl.DataFrame:
    """What the timeline tells of Hormuz, Bandar Abbas and Chabahar, the newest first."""
    return ask(
        """
        SELECT event_date, kind, title, actors, source_name, source_url, note
        FROM timeline
        WHERE regexp_matches(title || ' ' || coalesce(note, ''), $words, 'i')
        ORDER BY event_date DESC, event_id
        """,
        words=STRAIT,
    )


def strait_legs() -> pl.DataFrame:
    """Legs whose ends or notes name the strait, or Bandar Abbas behind it."""
    return ask(
        """
        SELECT
            leg_id, from_node, to_node, mode, time_hours, cost_usd, measured_on, note, source_name, source_url
        FROM corridor_legs
        WHERE regexp_matches(concat_ws(' ', from_node, to_node, note), 'hormuz|bandar abbas', 'i')
        ORDER BY leg_id
        """
    )
