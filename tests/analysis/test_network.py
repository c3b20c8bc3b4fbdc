"""The shortest open way is the shortest of all there are, and barring a gate never makes one shorter."""

from __future__ import annotations

from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from analysis.network import Edge, Network

PLACES = ["a", "b", "c", "d", "e"]
GATES = ["g", "h", "i"]


@st.composite
def edge(draw: st.DrawFn) -> Edge:
    one, two = sorted(draw(st.lists(st.sampled_from(PLACES), min_size=2, max_size=2, unique=True)))
    gates = draw(st.frozensets(st.sampled_from(GATES), max_size=2))
    value = float(draw(st.integers(1, 50)))
    return Edge((one, two), gates, value, value / 2, value * 2)


def shortest(edges: list[Edge], barred: frozenset[str]) -> float | None:
    """The shortest way from a to e by trying every order of places."""
    usable: dict[tuple[str, ...], float] = {}
    for one in edges:
        if not one.gates & barred:
            usable[one.ends] = min(one.value, usable.get(one.ends, one.value))
    found = []
    for count in range(len(PLACES) - 1):
        for between in permutations("bcd", count):
            steps = [tuple(sorted(step)) for step in pairwise(("a", *between, "e"))]
            if all(step in usable for step in steps):
                found.append(sum(usable[step] for step in steps))
    return min(found, default=None)


networks = st.lists(edge(), max_size=12)
barrings = st.frozensets(st.sampled_from(GATES))


@given(networks, barrings)
def test_no_way_is_shorter_than_the_one_that_is_found(edges: list[Edge], barred: frozenset[str]) -> None:
    route = Network(edges, ["a"], ["e"]).routes("a", barred).get("e")
    assert (route.value if route else None) == shortest(edges, barred)


@given(networks, barrings)
def test_a_way_leads_through_no_barred_gate_and_is_the_sum_of_its_parts(
    edges: list[Edge], barred: frozenset[str]
) -> None:
    route = Network(edges, ["a"], ["e"]).routes("a", barred).get("e")
    if route:
        assert not barred.intersection(route.gates)
        assert (route.places[0], route.places[-1]) == ("a", "e")
        assert (route.low, route.high) == (route.value / 2, route.value * 2)


@given(networks, barrings, barrings)
def test_a_closure_makes_no_way_shorter(edges: list[Edge], barred: frozenset[str], closed: frozenset[str]) -> None:
    network = Network(edges, ["a"], ["e"])
    before, after = (network.routes("a", gates).get("e") for gates in (barred, barred | closed))
    assert after is None or (before is not None and before.value <= after.value)
