"""Where goods can go: the shortest way that is open from each port and capital to four cities, on any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise, product
from operator import itemgetter
from typing import Any

import duckdb
import polars as pl

from analysis import closures, legs
from analysis.legs import Atlas, Gate
from analysis.network import NOTHING_BARRED, Edge, Network, Route
from analysis.places import AFGHANISTAN, CITIES, COUNTRY, ORIGINS
from analysis.refresh import Tables, TooLittleError

TITLE = "Which way is open, and which closures make it longer?"
VERSION = 3
REFERENCE = (
    "Dijkstra 1959, Numerische Mathematik 1:269 (shortest paths); Jenelius, Petersen & Mattsson 2006, Transportation "
    "Research A 40:537 (what a closed link costs: the detour, and who is cut off)"
)
READS = ("border_performance", "closure_episodes", "corridor_legs", "crossing_days", "crossing_names", "crossings")
FLOWS = ("imports", "transit")
# What bars a gate: in the first network all that is not known to be open, in the other only what is known to be shut.
BARS = {"open": ("closed", "restricted", "unknown"), "not_closed": ("closed",)}
# What a gate's being open may rest on, the weakest first. After so many days without a report it is last known.
ASSUMED, LAST_KNOWN, TOLD = "assumed", "last_known", "told"
FRESH_DAYS = 30
GOING_ON = dt.date(9999, 12, 31)
FIGURES = ("value", "low", "high", "estimated", "by_car")
LEGS = """
    SELECT
        row_key, leg_id, from_node, to_node, crossing_id, mode, distance_km, time_hours, cost_usd, cost_unit,
        measured_on, source_name, source_url, note
    FROM corridor_legs
    ORDER BY ALL
"""
GATES = """
    WITH newest AS (
        -- What the way into Afghanistan takes, else both ways together.
        SELECT crossing_id, value, direction, period_end
        FROM border_performance
        WHERE indicator = 'clearance_time' AND unit = 'hours' AND direction IN ('into_afg', 'both')
    ),
    measured AS (
        SELECT
            crossing_id,
            median(value ORDER BY value) FILTER (latest = 1) AS hours,
            min(value) AS low,
            max(value) AS high
        FROM (
            SELECT
                *,
                rank() OVER (PARTITION BY crossing_id ORDER BY direction = 'into_afg' DESC, period_end DESC) AS latest
            FROM newest
        )
        GROUP BY crossing_id
    ),
    -- CPMM's average over the border points of a country, where a crossing has no figure of its own.
    averages AS (
        SELECT right(indicator, 3) AS country, arg_max(value, (period_end, value)) AS hours
        FROM border_performance
        WHERE indicator LIKE 'tfi1_border_time_road_%' AND unit = 'hours' AND direction = 'both'
        GROUP BY country
    )
    SELECT
        c.crossing_id, c.country_a, c.country_b, c.side_a, c.side_b,
        coalesce(m.hours, a.hours, b.hours) AS hours,
        coalesce(m.low, a.hours, b.hours) AS low,
        coalesce(m.high, a.hours, b.hours) AS high,
        m.hours IS NULL AS averaged,
        list(n.name ORDER BY n.name) AS names
    FROM crossings AS c
    INNER JOIN (
        SELECT lower(name) AS name, any_value(crossing_id) AS crossing_id
        FROM crossing_names
        GROUP BY lower(name)
        HAVING count(DISTINCT crossing_id) = 1
    ) AS n ON c.crossing_id = n.crossing_id
    LEFT JOIN measured AS m ON c.crossing_id = m.crossing_id
    LEFT JOIN averages AS a ON c.country_a = a.country
    LEFT JOIN averages AS b ON c.country_b = b.country
    WHERE c.country_b IS NOT NULL
    GROUP BY ALL
    ORDER BY c.crossing_id
"""
SPEEDS = """
    SELECT
        right(indicator, 3) AS country,
        if(contains(indicator, '_rail_'), 'rail', 'road') AS way,
        arg_max(value, (period_end, value)) AS speed
    FROM border_performance
    WHERE
        unit = 'km_per_hour' AND direction = 'both'
        AND (indicator LIKE 'swod_speed_without_delay_road_%' OR indicator LIKE 'tfi4_speed_with_delay_rail_%')
    GROUP BY ALL
    ORDER BY ALL
"""
# Days of one state as spans. The last one goes on, so that a day which only passes changes nothing.
STATES = f"""
    WITH days AS (
        SELECT
            crossing_id, flow, day, status,
            CASE
                WHEN basis = 'assumed' THEN '{ASSUMED}'
                WHEN basis = 'carried' AND age_days > {FRESH_DAYS} THEN '{LAST_KNOWN}'
                ELSE '{TOLD}'
            END AS rests_on,
            CASE WHEN rests_on = '{LAST_KNOWN}' THEN day - age_days::INT END AS reported_on
        FROM crossing_days
        WHERE flow IN ('imports', 'transit')
    ),

    begun AS (
        SELECT *
        FROM days
        WINDOW by_day AS (PARTITION BY crossing_id, flow ORDER BY day)
        QUALIFY (status, rests_on, reported_on) IS DISTINCT FROM lag((status, rests_on, reported_on)) OVER by_day
    )

    SELECT
        crossing_id, flow, day AS from_day, status, rests_on, reported_on,
        lead(day, 1, DATE '9999-12-31') OVER (PARTITION BY crossing_id, flow ORDER BY day) AS to_day
    FROM begun
    ORDER BY ALL
"""


@dataclass(frozen=True)
class State:
    """What is known of the gates in a span of days: the status of each, and what it rests on.

    Of a gate that is last known, with the day of the last report.
    """

    from_day: dt.date
    to_day: dt.date
    status: dict[str, str]
    rest_on: dict[str, tuple[str, dt.date | None]]

    def barred(self, bars: tuple[str, ...]) -> frozenset[str]:
        """The gates that these statuses bar. A gate of which the panel has nothing is unknown."""
        return frozenset(gate for gate, status in self.status.items() if status in bars)

    def rests_on(self, route: Route | None) -> tuple[str | None, dt.date | None]:
        """What a route's being open rests on, at the gate of which least is known.

        Where that is last known, with the day of the oldest of these last reports.
        """
        if route is None:
            return None, None
        if any(self.status[gate] != "open" for gate in route.gates):
            return "unknown", None
        bases = [self.rest_on[gate] for gate in route.gates]
        weakest = min((basis for basis, _ in bases), key=(ASSUMED, LAST_KNOWN, TOLD).index, default=TOLD)
        reported = [day for _, day in bases if day]
        return weakest, min(reported) if weakest == LAST_KNOWN else None


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    """Legs, gates with their hours, speeds, states of crossings by spans of days, and closures."""
    asked = {"legs": LEGS, "gates": GATES, "speeds": SPEEDS, "states": STATES}
    return {name: con.sql(query).pl() for name, query in asked.items()} | {
        "closures": closures.cargo(con).drop("days"),
        "shut": closures.shut(con),
    }


def work_out(gathered: Tables) -> Tables:
    """The tables corridors and corridors_legs, _ways, _closures. Raises TooLittleError where no leg is usable."""
    atlas = _atlas(gathered)
    read = [atlas.read(row) for row in gathered["legs"].iter_rows(named=True)]
    if not any(leg.why is None for leg in read):
        raise TooLittleError("no leg of a corridor leads from one known place to another")
    edges = {measure: legs.edges(read, atlas, measure) for measure in legs.COLUMNS}
    networks = {measure: Network(edges[measure], ORIGINS, CITIES) for measure in edges}
    gates = frozenset[str]().union(*(network.gates for network in networks.values()))
    own = _own_gates(gathered["gates"])
    states = {flow: list(_states(gathered["states"], flow, gates)) for flow in FLOWS}
    events = [
        event
        for event in closures.lasting_events(gathered["closures"], gathered["shut"])
        if gates.intersection(event["crossings"])
    ]
    tables = {
        "corridors": [line for measure in networks for line in _spans(networks[measure], measure, states, own)],
        "corridors_legs": [_told(leg) for leg in read],
        "corridors_ways": [_way(edge, measure) for measure in edges for edge in sorted(edges[measure])],
        "corridors_closures": [line for event in events for line in _closure(event, networks, states, own)],
    }
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}


def _atlas(gathered: Tables) -> Atlas:
    names: dict[str, Gate] = {}
    for row in gathered["gates"].iter_rows(named=True):
        known = row["hours"] is not None
        gate = Gate(
            row["crossing_id"],
            (row["country_a"], row["country_b"]),
            (row["side_a"] or "", row["side_b"] or ""),
            (row["hours"], row["low"], row["high"]) if known else None,
            row["averaged"],
        )
        names |= dict.fromkeys(row["names"], gate)
    speeds = {(country, way): speed for country, way, speed in gathered["speeds"].iter_rows()}
    return Atlas(names, speeds)


def _states(rows: pl.DataFrame, flow: str, gates: frozenset[str]) -> Iterator[State]:
    """The states of the gates of one flow, span by span, each day in one."""
    of_flow = rows.filter(pl.col("flow") == flow, pl.col("crossing_id").is_in(gates))
    days = sorted(set(of_flow["from_day"]) | {GOING_ON})
    begun = of_flow.sort("from_day").partition_by("from_day", as_dict=True)
    status, rest_on = dict.fromkeys(gates, "unknown"), dict[str, tuple[str, dt.date | None]]()
    for first, after in pairwise(days):
        for row in begun[first,].iter_rows(named=True):
            status[row["crossing_id"]] = row["status"]
            rest_on[row["crossing_id"]] = row["rests_on"], row["reported_on"]
        yield State(first, after, dict(status), dict(rest_on))


def _own_gates(gates: pl.DataFrame) -> dict[str, frozenset[str]]:
    """The crossings of each country's border with Afghanistan."""
    own: dict[str, frozenset[str]] = {}
    for crossing, *sides in gates.select("crossing_id", "country_a", "country_b").iter_rows():
        if AFGHANISTAN in sides:
            [other] = set(sides) - {AFGHANISTAN}
            own[other] = own.get(other, frozenset()) | {crossing}
    return own


def _plain(network: Network, origin: str, city: str, own: dict[str, frozenset[str]]) -> bool | None:
    """Whether any legs lead there by a gate of the origin's own border; None where it has no border."""
    gates = own.get(COUNTRY[origin])
    return None if gates is None else city in network.routes(origin, network.gates - gates)


def _spans(
    network: Network, measure: str, states: dict[str, list[State]], own: dict[str, frozenset[str]]
) -> Iterator[dict[str, Any]]:
    """The lines of analysis.corridors of one measure: spans in which route, and what it rests on, stay the same."""
    for flow, certainty in product(states, BARS):
        barred = [(state, state.barred(BARS[certainty])) for state in states[flow]]
        for (origin, kind), city in product(ORIGINS.items(), CITIES):
            same = {"flow": flow, "measure": measure, "certainty": certainty, "origin": origin, "origin_kind": kind}
            linked = city in network.routes(origin, NOTHING_BARRED)
            found = ((state, network.routes(origin, shut).get(city) if linked else None) for state, shut in barred)
            told = ((state.from_day, (route, *state.rests_on(route))) for state, route in found)
            begun = [next(days) for _, days in groupby(told, key=itemgetter(1))]
            ends = [*(day for day, _ in begun[1:]), GOING_ON]
            plain = _plain(network, origin, city, own) if linked else None
            for (day, (route, rests_on, reported_on)), after in zip(begun, ends, strict=True):
                days = {"city": city, "from_day": day, "to_day": after, "rests_on": rests_on}
                yield same | days | {"last_reported_on": reported_on, "plain_way": plain} | _line(route, linked)


def _line(route: Route | None, linked: bool) -> dict[str, Any]:
    if route is None:
        empty = dict.fromkeys((*FIGURES, "places", "gates", "legs"))
        return {"outcome": "no_route" if linked else "no_legs"} | empty
    rounded = {name: round(float(getattr(route, name)), 2) for name in FIGURES}
    return {"outcome": "route"} | rounded | {name: list(getattr(route, name)) for name in ("places", "gates", "legs")}


def _told(leg: legs.Leg) -> dict[str, Any]:
    ends = [end.node for end in leg.ends] if leg.ends else [None, None]
    held = ("row_key", "leg_id", "measured_on", "source_name", "source_url")
    return {name: leg.row[name] for name in held} | {
        "from_place": ends[0],
        "to_place": ends[1],
        "gates": sorted(leg.gates),
        "by_car": leg.by_car,
        "used": leg.why is None,
        "left_out": leg.why,
    }


def _way(edge: Edge, measure: str) -> dict[str, Any]:
    gates = sorted(edge.gates)
    way = " - ".join(edge.ends) + (f" by {', '.join(gates)}" if gates else "")
    ends = {"measure": measure, "way": way, "from_place": edge.ends[0], "to_place": edge.ends[1], "gates": gates}
    return ends | {name: round(float(getattr(edge, name)), 2) for name in FIGURES} | {"legs": list(edge.legs)}


def _closure(
    event: dict[str, Any],
    networks: dict[legs.Measure, Network],
    states: dict[str, list[State]],
    own: dict[str, frozenset[str]],
) -> Iterator[dict[str, Any]]:
    """The lines of analysis.corridors_closures of one closure: against the same days with its own gates open."""
    named = {name: event[name] for name in ("border", "started_on", "ended_on", "until", "crossings")}
    for flow, certainty in product(states, BARS):
        during = list(_during(event, states[flow], BARS[certainty]))
        for (measure, network), origin, city in product(networks.items(), ORIGINS, CITIES):
            if line := _detour(network, during, origin, city):
                plain = {"plain_way": _plain(network, origin, city, own)}
                yield named | {"flow": flow, "measure": measure, "certainty": certainty} | line | plain


def _during(
    event: dict[str, Any], states: list[State], bars: tuple[str, ...]
) -> Iterator[tuple[int, frozenset[str], frozenset[str]]]:
    """The closure by stretches of days: how many, the gates barred, and those barred if it had shut none."""
    for state in states:
        days = (min(state.to_day, event["until"]) - max(state.from_day, event["started_on"])).days
        if days > 0:
            barred = state.barred(bars)
            shut = {gate for gate in event["crossings"] if state.status.get(gate) == "closed"}
            yield days, barred, barred - shut


def _detour(
    network: Network, during: list[tuple[int, frozenset[str], frozenset[str]]], origin: str, city: str
) -> dict[str, Any] | None:
    """What a closure adds to the way of one pair, and on how many days it leaves none; None where it adds nothing."""
    longer = cut_off = 0
    added = usual = 0.0
    for days, barred, opened in during:
        without = network.routes(origin, opened).get(city)
        route = network.routes(origin, barred).get(city)
        if without is None:
            continue
        if route is None:
            cut_off += days
        elif route.value > without.value:
            longer += days
            added += days * (route.value - without.value)
            usual += days * without.value
    if not longer and not cut_off:
        return None
    return {
        "origin": origin,
        "city": city,
        "days": sum(days for days, _, _ in during),
        "days_longer": longer,
        "days_without_route": cut_off,
        "added": round(added / longer, 2) if longer else None,
        "usual": round(usual / longer, 2) if longer else None,
        "added_days": round(added, 2),
    }
