"""The sources: what each one declares.

A source is ``ingest/sources/<name>.yaml`` (who publishes, under which licence, where, how often, how many rows to
expect) and, where its bytes are not already a CSV file in its dataset's shape, ``<name>.py`` beside it with
``parse(content, contract, limits)``. Its known errors, if any, are ``<name>.corrections.yaml`` (ingest.corrections).
Nothing else names a source.
"""

from __future__ import annotations

import graphlib
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import yaml

from ingest import csv_file
from ingest.csv_file import ParseLimits
from warehouse import contracts
from warehouse.contracts import Contract

HERE = Path(__file__).with_name("sources")
Parse = Callable[[bytes, Contract, ParseLimits], pl.DataFrame]


@dataclass(frozen=True)
class Source:
    """One declared source; ``address`` is a path below data/raw."""

    name: str
    title: str
    dataset: str
    publisher: str
    side: str
    licence: str
    licence_url: str
    citation: str
    address: str
    cadence: str
    fewest: int
    most: int

    @property
    def files(self) -> list[Path]:
        """The files that define the source."""
        declared = (HERE / f"{self.name}.yaml", HERE / f"{self.name}.py", self.corrections)
        return [path for path in declared if path.exists()]

    @property
    def corrections(self) -> Path:
        """The file of its known errors, which need not exist."""
        return HERE / f"{self.name}.corrections.yaml"

    @property
    def parse(self) -> Parse:
        """How its bytes become rows: its module's ``parse``, or the CSV reader."""
        if (HERE / f"{self.name}.py").exists():
            found: Parse = importlib.import_module(f"ingest.sources.{self.name}").parse
            return found
        return csv_file.parse


def names() -> list[str]:
    """All sources, in alphabetical order."""
    return sorted(path.stem for path in HERE.glob("*.yaml") if not path.stem.endswith(".corrections"))


def load(name: str) -> Source:
    """The declaration of one source; KeyError where there is none of that name."""
    path = HERE / f"{name}.yaml"
    if name not in names():
        raise KeyError(f"no source is called {name!r}: there are {', '.join(names())}")
    raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    licence, rows = raw.pop("licence"), raw.pop("rows")
    return Source(
        name=name,
        licence=licence["name"],
        licence_url=licence["url"],
        fewest=rows["fewest"],
        most=rows["most"],
        **raw,
    )


def ordered(chosen: Iterable[str]) -> list[Source]:
    """The chosen sources, each after those whose datasets it is judged against."""
    sources = [load(name) for name in chosen]
    feeding: dict[str, set[str]] = {}
    for source in sources:
        feeding.setdefault(source.dataset, set()).add(source.name)
    graph = {
        source.name: set().union(*(feeding.get(dataset, set()) for dataset in judged_against(source.dataset)))
        for source in sources
    }
    by_name = {source.name: source for source in sources}
    return [by_name[name] for name in graphlib.TopologicalSorter(graph).static_order()]


def judged_against(dataset: str) -> set[str]:
    """The datasets that rows of this one are compared with: its foreign keys' and those its contract names."""
    contract = contracts.load(dataset)
    return {key.resource for key in contract.foreign_keys} | set(contract.judged_against)
