"""An ingest of one or two small sources in this process, on a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from ingest import run
from ingest.csv_file import ParseLimits
from ingest.manners import Manners
from ingest.run import Ingest, Limits, Places
from tests.conftest import HOUSE, with_facts
from warehouse.connect import reading

MANNERS = Manners(
    connect_seconds=2,
    read_seconds=1,
    whole_seconds=2,
    attempts=3,
    first_wait_seconds=0.01,
    longest_wait_seconds=2,
    pause_seconds=0,
    most_bytes=60_000_000,
)
LIMITS = Limits(ParseLimits(file_bytes=60_000_000, field_characters=20_000), 0.5, keep_versions=2, manners=MANNERS)


class House:
    """A data folder with the shipped facts, and an ingest on it."""

    def __init__(self, data: Path) -> None:
        self.data = with_facts(data)
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

    def ingest(self, *sources: str) -> Ingest:
        """Take in these sources."""
        return run.ingest(self.places, sources, LIMITS, lambda *_: None)

    def rows(self, query: str) -> pl.DataFrame:
        """The answer of the published warehouse."""
        with reading(self.places.warehouse) as reader:
            found: pl.DataFrame = reader.cursor().sql(query).pl()
            return found


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)
