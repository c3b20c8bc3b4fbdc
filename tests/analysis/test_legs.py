"""A leg is used for what its page says of it, and a row that cannot be placed is left out with the reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from analysis import legs
from analysis.legs import Atlas, Gate
from analysis.network import Edge

TORKHAM = Gate("torkham", ("AFG", "PAK"), ("Torkham (Mohmand Dara)", "Torkham (Landi Kotal)"), (24.0, 20.0, 70.0))
HAIRATAN = Gate("hairatan", ("AFG", "UZB"), ("Hairatan", "Termez"), (19.5, 19.5, 19.5), averaged=True)
CHAMAN = Gate("chaman", ("AFG", "PAK"), ("Wesh (Spin Boldak)", "Chaman"))
GATES = {"torkham": TORKHAM, "hairatan": HAIRATAN, "termez": HAIRATAN, "chaman": CHAMAN}
ATLAS = Atlas(GATES, {("AFG", "road"): 30.0, ("PAK", "road"): 25.0, ("UZB", "rail"): 12.0})


def row(from_node: str, to_node: str, crossing_id: str | None = None, **figures: Any) -> dict[str, Any]:
    names = ("distance_km", "time_hours", "cost_usd", "cost_unit", "measured_on", "note")
    ends = {"from_node": from_node, "to_node": to_node, "leg_id": f"{from_node}-{to_node}", "mode": "road"}
    return dict.fromkeys(names) | ends | {"crossing_id": crossing_id} | figures


def network(measure: legs.Measure, *rows: dict[str, Any]) -> dict[tuple[str, str], Edge]:
    return {edge.ends: edge for edge in legs.edges([ATLAS.read(one) for one in rows], ATLAS, measure)}


@pytest.mark.parametrize(
    ("ends", "crossing", "found", "passed"),
    [
        (("karachi", "torkham"), "torkham", ("karachi", "torkham (PAK)"), set()),
        (("torkham", "kabul"), None, ("torkham (AFG)", "kabul"), set()),
        (("karachi", "kabul"), "torkham", ("karachi", "kabul"), {"torkham"}),
        (("tashkent", "hairatan"), "hairatan", ("tashkent", "hairatan (AFG)"), {"hairatan"}),
        (("tashkent", "hairatan"), None, ("tashkent", "hairatan (AFG)"), {"hairatan"}),
        (("tashkent", "termez"), "hairatan", ("tashkent", "hairatan (UZB)"), set()),
        (("termez", "mazar-i-sharif"), "hairatan", ("hairatan (UZB)", "mazar-i-sharif"), {"hairatan"}),
    ],
)
def test_a_leg_leads_through_a_gate_only_where_its_ends_lie_on_either_side(
    ends: tuple[str, str], crossing: str | None, found: tuple[str, str], passed: set[str]
) -> None:
    leg = ATLAS.read(row(*ends, crossing, time_hours=1.0))
    assert leg.ends is not None
    assert tuple(end.node for end in leg.ends) == found
    assert set(leg.gates) == passed
    assert leg.why is None


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (row("karachi", "kabul", "torkham", time_hours=5, note="Planned line"), legs.NOT_BUILT),
        (row("karachi", "afghanistan", "torkham", time_hours=5), legs.REGION),
        (row("tashkent", "torkham", "torkham", time_hours=48), legs.REGION),
        (row("karachi", "tashkent", "torkham", time_hours=120), legs.THROUGH),
        (row("karachi", "kabul", time_hours=5), legs.NAMELESS),
        (row("karachi", "kabul", "torkham", cost_usd=1.0, cost_unit="kg"), legs.NO_FIGURE),
        (row("termez", "termez", distance_km=1.0), legs.NO_WAY),
    ],
)
def test_what_is_left_out_says_why(one: dict[str, Any], why: str) -> None:
    assert ATLAS.read(one).why == why


def test_the_newest_figure_counts_and_the_others_are_its_range() -> None:
    days = [dt.date(2004, 1, 1), dt.date(2020, 1, 1), None]
    rows = [
        row("kabul", "kandahar", time_hours=hours, measured_on=day)
        for hours, day in zip((48.0, 12.0, 6.0), days, strict=True)
    ]
    way = network("hours", *rows)["kabul", "kandahar"]
    assert (way.value, way.low, way.high, way.estimated) == (12, 6, 48, 0)


def test_where_only_kilometres_are_printed_the_slower_side_and_the_gate_make_the_hours() -> None:
    ways = network("hours", row("karachi", "kabul", "torkham", distance_km=1000.0))
    assert ways["kabul", "karachi"].value == pytest.approx(1000 / 25 + 24)
    assert ways["kabul", "karachi"].estimated == pytest.approx(1000 / 25)
    assert ways["torkham (AFG)", "torkham (PAK)"].value == 24


def test_through_a_gate_of_which_nobody_knows_how_long_it_takes_no_hours_lead() -> None:
    ways = network("hours", row("karachi", "kabul", "chaman", distance_km=1000.0))
    assert ("kabul", "karachi") not in ways
    assert ("chaman (AFG)", "chaman (PAK)") not in ways


def test_prices_of_other_things_than_a_container_are_no_prices_of_it() -> None:
    seat = row("kabul", "kandahar", cost_usd=10.0, cost_unit="passenger_seat", distance_km=483.0)
    box = row("karachi", "kabul", "torkham", cost_usd=2000.0, cost_unit="container")
    assert set(network("usd", seat, box)) == {("kabul", "karachi")}


@pytest.mark.parametrize(
    ("figures", "by_car"),
    [
        ({"time_hours": 5.0, "note": "Minibus"}, True),
        ({"time_hours": 2.5, "note": "Truck time; a car needs 1.5 hours"}, False),
        ({"time_hours": 4.3, "distance_km": 557.0}, True),
        ({"time_hours": 30.0, "distance_km": 557.0}, False),
    ],
)
def test_hours_of_cars_are_told_from_those_of_trucks(figures: dict[str, Any], by_car: bool) -> None:
    assert ATLAS.read(row("kabul", "kandahar", **figures)).by_car is by_car
