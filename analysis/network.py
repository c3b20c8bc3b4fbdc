"""A network of legs and gates, and the shortest way through it that no gate bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx

Barred = frozenset[str]
NOTHING_BARRED: Barred = frozenset()


@dataclass(frozen=True, order=True)
class Edge:
    """A way between two places that leads through ``gates``, with what it takes in one measure.

    ``low`` and ``high`` are the least and the most that was printed of it; ``estimated`` is the part of the value
    that nobody measured as such, ``by_car`` the part that was measured in a passenger vehicle.
    """

    ends: tuple[str, str]
    gates: frozenset[str]
    value: float
    low: float
    high: float
    estimated: float = 0.0
    by_car: float = 0.0
    legs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """A shortest way: what it takes, the places on it, and the gates and legs in their order."""

    value: float
    low: float
    high: float
    estimated: float
    by_car: float
    places: tuple[str, ...]
    gates: tuple[str, ...]
    legs: tuple[str, ...]


class Network:
    """Edges of one measure, as far as they can lie between the ``origins`` and the ``ends``; the others are dropped.

    What was asked once is kept: few sets of gates are ever barred together.
    """

    def __init__(self, edges: Iterable[Edge], origins: Iterable[str], ends: Iterable[str]) -> None:
        self._ends = tuple(ends)
        self.edges = _between(sorted(edges, key=lambda edge: (edge.value, edge.ends, edge.legs)), origins, self._ends)
        self.gates: Barred = NOTHING_BARRED.union(*(edge.gates for edge in self.edges))
        self._graphs: dict[Barred, nx.Graph[str]] = {}
        self._known: dict[tuple[str, Barred], Mapping[str, Route]] = {}

    def routes(self, origin: str, barred: Barred) -> Mapping[str, Route]:
        """The shortest way from the origin to each end that can be reached, by end."""
        asked = (origin, self.gates & barred)
        if asked not in self._known:
            self._known[asked] = self._found(*asked)
        return self._known[asked]

    def _found(self, origin: str, barred: Barred) -> Mapping[str, Route]:
        if barred not in self._graphs:
            self._graphs[barred] = self._usable(barred)
        graph = self._graphs[barred]
        if origin not in graph:
            return {}
        _, paths = nx.single_source_dijkstra(graph, origin)
        return {end: _route(graph, paths[end]) for end in self._ends if end in paths and end != origin}

    def _usable(self, barred: Barred) -> nx.Graph[str]:
        """The places with the shortest edge between each two that leads through no barred gate."""
        graph: nx.Graph[str] = nx.Graph()
        for edge in self.edges:
            if not edge.gates & barred and not graph.has_edge(*edge.ends):
                graph.add_edge(*edge.ends, weight=edge.value, edge=edge)
        return graph


def _between(edges: list[Edge], origins: Iterable[str], ends: Iterable[str]) -> list[Edge]:
    """The edges from which both an origin and an end can be reached while every gate is open."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edges_from(edge.ends for edge in edges)
    starts, stops = set(origins), set(ends)
    linked = [part for part in nx.connected_components(graph) if part & starts and part & stops]
    return [edge for edge in edges if any(edge.ends[0] in part for part in linked)]


def _route(graph: nx.Graph[str], path: list[str]) -> Route:
    edges: list[Edge] = [graph.edges[pair]["edge"] for pair in pairwise(path)]
    return Route(
        sum(edge.value for edge in edges),
        sum(edge.low for edge in edges),
        sum(edge.high for edge in edges),
        sum(edge.estimated for edge in edges),
        sum(edge.by_car for edge in edges),
        tuple(path),
        # A gate that two edges name, as the end of a leg and as the gate itself, is passed once.
        tuple(dict.fromkeys(gate for edge in edges for gate in sorted(edge.gates))),
        tuple(leg for edge in edges for leg in edge.legs),
    )
