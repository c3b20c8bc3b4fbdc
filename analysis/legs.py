"""Legs of corridors as their sources print them, read into the edges of a network; what is left out says why."""

from __future__ import annotations

import datetime as dt
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from analysis.network import Edge
from analysis.places import AFGHANISTAN, COUNTRY

Measure = Literal["hours", "km", "usd"]
COLUMNS: dict[Measure, str] = {"hours": "time_hours", "km": "distance_km", "usd": "cost_usd"}
# Prices for other units (a seat, a kilogram, a box of a given length) are no prices of the same thing.
PRICED = "container"
NOT_BUILT = "planned, expected, or not built when it was printed"
REGION = "an end is a country or a region, or lies nowhere that this method knows"
THROUGH = "it leads through Afghanistan, and names only one of the two crossings"
NAMELESS = "it enters Afghanistan at a crossing that the row does not name"
NO_WAY = "both ends are the same place"
NO_FIGURE = "no hours, kilometres, or dollars a container"
PLANNED = re.compile(r"\b(plan|planned|expected|unbuilt|being built)\b", re.IGNORECASE)
# What the words of the note do not tell by themselves.
LEFT_OUT = {
    "khaf-herat_rail": NOT_BUILT,
    "border-herat_rail": NOT_BUILT,
    "rozanak-herat_rail": NOT_BUILT,
    "termez-kharlachi_rail": NOT_BUILT,
    "karachi-zaranj": "the page likely means another port",
}
BY_CAR = re.compile(r"\b(taxi|minibus|bus|car|jeep|passenger|guidebook|drive)\b", re.IGNORECASE)
# No truck goes so fast there: CPMM has 25 to 38 km/h without delays.
FASTER_THAN_TRUCKS = 60


@dataclass(frozen=True)
class Gate:
    """A crossing: its two countries, the places on either side, and the hours that passing it takes, where known."""

    crossing_id: str
    countries: tuple[str, str]
    sides: tuple[str, str]
    hours: tuple[float, float, float] | None = None
    averaged: bool = False

    def side(self, name: str, other: str | None) -> str | None:
        """The country in which a place at the gate lies, by its name, else by the leg's other end; None = unknown."""
        named = [one for one, text in zip(self.countries, self.sides, strict=True) if name in text.lower()]
        if len(named) == 1:
            return named[0]
        return other if other in self.countries else None

    def node(self, country: str) -> str:
        """The name of one side of the gate in the network."""
        return f"{self.crossing_id} ({country})"


@dataclass(frozen=True)
class Place:
    """An end of a leg: its name in the network, its country, and the gate whose side it is."""

    node: str
    country: str
    gate: Gate | None = None


@dataclass(frozen=True)
class Leg:
    """One row of corridor_legs, its ends found in the network; ``why`` says for what it is left out."""

    row: Mapping[str, Any]
    ends: tuple[Place, Place] | None
    gates: frozenset[str]
    why: str | None

    @property
    def by_car(self) -> bool:
        """Whether its time is that of a passenger vehicle, as its note says or its speed."""
        note, km, hours = self.row["note"] or "", self.row["distance_km"], self.row["time_hours"]
        fast = bool(km and hours and km / hours > FASTER_THAN_TRUCKS)
        return fast or (bool(BY_CAR.search(note)) and "truck" not in note.lower())


@dataclass(frozen=True)
class Atlas:
    """The gates by their names, and the speeds on road and rail by country. [km/h]"""

    names: Mapping[str, Gate]
    speeds: Mapping[tuple[str, str], float]

    def read(self, row: Mapping[str, Any]) -> Leg:
        """The leg of one row."""
        names = (row["from_node"], row["to_node"])
        found = [self._place(name, names[1 - at]) for at, name in enumerate(names)]
        if found[0] is None or found[1] is None:
            return Leg(row, None, frozenset(), REGION)
        ends = (found[0], found[1])
        gate = self.names.get(row["crossing_id"] or "") or _beyond(ends)
        gates = _passed(ends, gate)
        return Leg(row, ends, gates, _why_not(row, ends, gate if gates else None))

    def _place(self, name: str, other: str) -> Place | None:
        if name in COUNTRY:
            return Place(name, COUNTRY[name])
        gate = self.names.get(name)
        country = gate.side(name, self._country(other)) if gate else None
        return Place(gate.node(country), country, gate) if gate and country else None

    def _country(self, name: str) -> str | None:
        gate = self.names.get(name)
        return COUNTRY.get(name, gate.side(name, None) if gate else None)

    def speed(self, ends: tuple[Place, Place], way: str) -> float | None:
        """The slowest of the speeds known for the countries at either end. [km/h]"""
        countries = {one for end in ends for one in (end.gate.countries if end.gate else (end.country,))}
        known = [self.speeds[one, way] for one in sorted(countries) if (one, way) in self.speeds]
        return min(known) if known else None


def _beyond(ends: tuple[Place, Place]) -> Gate | None:
    """The gate on whose far side a leg ends: it is passed, though the row names no crossing."""
    for end, other in (ends, ends[::-1]):
        if end.gate and other.country != end.country and other.country in end.gate.countries:
            return end.gate
    return None


def _passed(ends: tuple[Place, Place], gate: Gate | None) -> frozenset[str]:
    """The gate that a leg leads through. A leg that ends on the near side of it does not."""
    if gate is None:
        return frozenset()
    for end, other in (ends, ends[::-1]):
        if end.gate == gate:
            home = end.country == AFGHANISTAN
            through = other.country != end.country and (home or other.country in gate.countries)
            return frozenset([gate.crossing_id]) if through else frozenset()
    return frozenset([gate.crossing_id])


def _why_not(row: Mapping[str, Any], ends: tuple[Place, Place], passed: Gate | None) -> str | None:
    inside = [end.country == AFGHANISTAN for end in ends]
    if PLANNED.search(row["note"] or ""):
        return NOT_BUILT
    if row["leg_id"] in LEFT_OUT:
        return LEFT_OUT[row["leg_id"]]
    if ends[0].node == ends[1].node:
        return NO_WAY
    if not any(_figure(row, measure) for measure in COLUMNS):
        return NO_FIGURE
    if passed and AFGHANISTAN in passed.countries and not any(inside):
        return THROUGH
    return NAMELESS if inside[0] != inside[1] and not passed else None


def _figure(row: Mapping[str, Any], measure: Measure) -> float | None:
    value: float | None = row[COLUMNS[measure]]
    return None if measure == "usd" and row["cost_unit"] != PRICED else value


def edges(legs: list[Leg], atlas: Atlas, measure: Measure) -> list[Edge]:
    """The edges of the network of one measure: a way for all legs between two places by one gate, and the gates."""
    ways = defaultdict(list)
    for leg in legs:
        if leg.why is None and leg.ends:
            ways[tuple(sorted(end.node for end in leg.ends)), leg.gates].append(leg)
    found = [edge for of_way in ways.values() if (edge := _way(of_way, atlas, measure))]
    if measure == "usd":
        # A price for a container is for the whole way.
        return found
    gates = {gate.crossing_id: gate for gate in atlas.names.values()}
    told = {(edge.ends, edge.gates) for edge in found}
    return found + [edge for edge in _gates(gates, measure) if (edge.ends, edge.gates) not in told]


def _way(legs: list[Leg], atlas: Atlas, measure: Measure) -> Edge | None:
    told = [leg for leg in legs if _figure(leg.row, measure) is not None]
    if not told:
        return _reckoned(legs, atlas) if measure == "hours" else None
    newest = _newest(told)
    figures = [float(_figure(leg.row, measure) or 0) for leg in told]
    value = statistics.median(float(_figure(leg.row, measure) or 0) for leg in newest)
    return _edge(
        newest,
        value,
        min(figures),
        max(figures),
        by_car=value if measure == "hours" and all(leg.by_car for leg in newest) else 0.0,
    )


def _reckoned(legs: list[Leg], atlas: Atlas) -> Edge | None:
    """The hours of a way of which only kilometres are printed, at the speed measured there, and at its gates."""
    told = [leg for leg in legs if leg.row["distance_km"] is not None]
    ends = legs[0].ends
    gates = [atlas.names[gate] for gate in sorted(legs[0].gates)]
    if not told or not ends or any(gate.hours is None for gate in gates):
        return None
    newest = _newest(told)
    speed = atlas.speed(ends, "rail" if newest[0].row["mode"] == "rail" else "road")
    if speed is None:
        return None
    under_way = statistics.median(leg.row["distance_km"] for leg in newest) / speed
    waits = [gate.hours for gate in gates if gate.hours]
    value, low, high = (under_way + sum(wait[at] for wait in waits) for at in range(3))
    averaged = sum(gate.hours[0] for gate in gates if gate.hours and gate.averaged)
    return _edge(newest, value, low, high, estimated=under_way + averaged)


def _newest(legs: list[Leg]) -> list[Leg]:
    """The legs measured last; those of which nobody says when are the oldest."""
    days = [leg.row["measured_on"] or dt.date.min for leg in legs]
    return [leg for leg, day in zip(legs, days, strict=True) if day == max(days)]


def _edge(legs: list[Leg], value: float, low: float, high: float, **parts: float) -> Edge:
    one, two = sorted(end.node for end in legs[0].ends or ())
    names = tuple(sorted({leg.row["leg_id"] for leg in legs}))
    return Edge((one, two), legs[0].gates, value, low, high, legs=names, **parts)


def _gates(gates: Mapping[str, Gate], measure: Measure) -> Iterator[Edge]:
    """The gates themselves. Where nobody measured how long one takes, no route by hours leads through it."""
    for name, gate in sorted(gates.items()):
        hours = gate.hours if measure == "hours" else (0.0, 0.0, 0.0)
        if hours:
            one, two = sorted(gate.node(country) for country in gate.countries)
            averaged = hours[0] if measure == "hours" and gate.averaged else 0.0
            yield Edge((one, two), frozenset([name]), *hours, estimated=averaged)
