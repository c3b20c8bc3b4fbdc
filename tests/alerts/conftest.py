"""An office: the shipped facts as published, free to change and to take in again."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts import book
from alerts.book import Alert
from analysis import refresh
from ingest import run
from ingest.run import Ingest
from serai.settings import Settings
from tests.conftest import CURATED
from warehouse.connect import reading

Row = dict[str, str]


class Office:
    """A data folder with everything published, in this process."""

    def __init__(self, data: Path, published: Path) -> None:
        shutil.copytree(CURATED, data / "raw" / "curated")
        shutil.copytree(published / "warehouse", data / "warehouse", symlinks=True)
        self.settings = Settings(data=data)

    def change(self, name: str, change: Callable[[list[Row]], list[Row]]) -> None:
        """Change the rows of a shipped file."""
        path = self.settings.data / "raw" / "curated" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        changed = change([dict(row) for row in rows])
        assert changed != rows, "the change changed nothing"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(changed)

    def add(self, name: str, **values: str) -> None:
        """Add a row to a shipped file; what is not given is empty."""
        self.change(name, lambda rows: [*rows, dict.fromkeys(rows[0], "") | values])

    def ingest(self, *sources: str) -> Ingest:
        """Take in these sources."""
        return run.ingest(self.settings.places, sources, self.settings.ingest_limits, lambda *_: None)

    def alerts(self) -> list[Alert]:
        """What the published version has to tell."""
        with reading(self.settings.warehouse) as reader:
            return book.newest(reader.cursor())


@pytest.fixture
def office(tmp_path: Path, published: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    # No rule reads what the methods work out, which would take most of each ingest.
    monkeypatch.setattr(refresh, "refresh", lambda _: {})
    return Office(tmp_path, published)
