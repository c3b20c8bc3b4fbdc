"""An ingest of one or two small sources in this process, on a folder of its own."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from ingest import run, source
from ingest.bench import Limits, Places
from ingest.csv_file import ParseLimits
from ingest.manners import Manners
from ingest.run import Ingest
from ingest.sources import ucdp_candidate, ucdp_ged
from tests.conftest import HOUSE, made_once, with_facts
from tests.ingest.ucdp_files import GED, JANUARY, event, file, packed
from tests.server import Server
from warehouse.connect import reading

MANNERS = Manners(
    connect_seconds=2,
    read_seconds=1,
    whole_seconds=2,
    attempts=2,
    first_wait_seconds=0.01,
    longest_wait_seconds=2,
    pause_seconds=0,
    most_bytes=60_000_000,
)
LIMITS = Limits(
    ParseLimits(file_bytes=60_000_000, field_characters=20_000), 0.5, keep_versions=2, memory_mb=500, manners=MANNERS
)


class House:
    """A data folder with the shipped facts, and an ingest on it."""

    def __init__(self, data: Path) -> None:
        self.data = with_facts(data)
        self.limits = LIMITS
        self.tables: Path | None = None
        self.places = Places(data / "raw", data / "warehouse", data / "reports", HOUSE / "data" / "geometry")

    def file(self, name: str) -> Path:
        """The shipped file of a source, free to change."""
        return self.data / "raw" / "curated" / f"{name}.csv"

    def edit(self, name: str, change: Callable[[str], str]) -> None:
        """Change the text of a shipped file."""
        path = self.file(name)
        before = path.read_text(encoding="utf-8")
        after = change(before)
        assert after != before, "the change changed nothing"
        path.write_text(after, encoding="utf-8")

    def visit(self, server: Server, *sources: str) -> None:
        """Let these live sources be fetched from the test server."""
        self.places = replace(self.places, base_urls=dict.fromkeys(sources, server.address))

    def put_tables(self, tables: Path) -> None:
        """Begin with this warehouse, which has tables and no facts."""
        shutil.copytree(tables, self.places.warehouse, symlinks=True)
        self.tables = tables

    def ingest(self, *sources: str) -> Ingest:
        """Take in these sources."""
        return run.ingest(self.places, sources, self.limits, lambda *_: None)

    def replay(self, *sources: str, until: str | None = None) -> Ingest:
        """Take in what was recorded of these sources."""
        return run.replay(self.places, sources, until, self.limits, lambda *_: None)

    def rows(self, query: str) -> pl.DataFrame:
        """The answer of the published warehouse."""
        with reading(self.places.warehouse) as reader:
            found: pl.DataFrame = reader.ledger().sql(query).pl()
            return found


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a few rows are let in, and the test server needs no pause between questions."""
    load = source.load
    monkeypatch.setattr(source, "load", lambda name: replace(load(name), fewest=1, pause=0))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture(scope="session")
def without_facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published warehouse with every table and no facts, shared by all workers, to be copied."""
    return made_once(tmp_path_factory, "without_facts", lambda data: House(data).ingest()) / "warehouse"


@pytest.fixture
def built_house(house: House, without_facts: Path) -> House:
    """The same with its tables made, which takes most of a first ingest's time."""
    house.put_tables(without_facts)
    return house


@pytest.fixture
def uppsala(built_house: House, server: Server, monkeypatch: pytest.MonkeyPatch) -> House:
    """UCDP on a day of November 2026: the year 2025 final, January 2026 as candidates."""
    for module in (ucdp_ged, ucdp_candidate):
        monkeypatch.setattr(module, "today", lambda: dt.date(2026, 11, 25))
    monkeypatch.delenv("SERAI_UCDP_TOKEN", raising=False)
    monkeypatch.setattr(ucdp_ged, "CHECKSUMS", {})
    built_house.visit(server, "ucdp_ged", "ucdp_candidate")
    server.routes[GED] = packed([event(1, "2025-10-12"), event(2, "2025-10-13", code_status="Check dyad")])
    server.routes[JANUARY] = file([event(3), event(4, "2025-12-22", deaths_a=0, best=2)])
    return built_house
