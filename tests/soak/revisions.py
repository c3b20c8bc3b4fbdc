"""What the soak's sources give: three datasets whose rows are revised, taken away and brought back.

Beside it the soak's own ledger: a digest of every revision that was ever offered.
"""

from __future__ import annotations

import csv
import hashlib
import io
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import CURATED

SHIPPED = ("claims", "commitments")
LIVE = "bts"
DATASETS = {"claims": "claims", "commitments": "commitments", "bts": "crossing_counts"}
# What the warehouse holds of each source, as the ledger of the soak has it: key, and what is revised.
QUERIES = {
    "claims": "SELECT claim_id, note FROM claims",
    "commitments": "SELECT commitment_id || '|' || source_url || '|' || title, note FROM commitments",
    "bts": "SELECT concat_ws('|', port_code, measure, period_start), value::BIGINT::VARCHAR FROM crossing_counts",
}
KEYS = {"claims": ("claim_id",), "commitments": ("commitment_id", "source_url", "title")}
BTS_HEADER = [
    *("Port Name", "State", "Port Code", "Border", "Date"),
    *("Measure", "Value", "Latitude", "Longitude", "Point"),
]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def digest(rows: Iterable[tuple[object, ...]]) -> str:
    """A hash over the rows, whatever their order; a row that is there twice is seen."""
    lines = sorted("\x1f".join("" if value is None else str(value) for value in row) for row in rows)
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()[:16]


@dataclass
class Revised:
    """One source: its rows as they are offered now, and the digest of every revision in the order offered."""

    name: str
    header: list[str]
    rows: list[dict[str, str]]
    chance: random.Random
    away: list[dict[str, str]] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)

    def revise(self, number: int) -> bytes:
        """Change one row, or take one away, or bring one back; return the file as it now is, noted as offered."""
        what = self.chance.random()
        if what < 0.2 and len(self.rows) > 5:
            self.away.append(self.rows.pop(self.chance.randrange(len(self.rows))))
        elif what < 0.4 and self.away:
            self.rows.insert(self.chance.randrange(len(self.rows)), self.away.pop())
        else:
            self._change(self.chance.choice(self.rows), number)
        return self.file()

    def file(self) -> bytes:
        """The file as it is now; from here on it may be loaded."""
        self.offered.append(digest(self._kept()))
        text = io.StringIO()
        writer = csv.DictWriter(text, self.header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return text.getvalue().encode()

    def _change(self, row: dict[str, str], number: int) -> None:
        row["Value" if self.name == LIVE else "note"] = str(number) if self.name == LIVE else f"revision {number}"

    def _kept(self) -> list[tuple[str, ...]]:
        if self.name == LIVE:
            return [(f"{row['Port Code']}|{_measure(row)}|{_month(row)}", row["Value"]) for row in self.rows]
        return [("|".join(row[key] for key in KEYS[self.name]), row["note"]) for row in self.rows]


def _measure(row: dict[str, str]) -> str:
    return row["Measure"].lower().replace(" ", "_")


def _month(row: dict[str, str]) -> str:
    month, year = row["Date"].split()
    return f"{year}-{MONTHS.index(month) + 1:02}-01"


def shipped(name: str, seed: int) -> Revised:
    """A shipped source with the real file's rows."""
    with (CURATED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        found = csv.DictReader(file)
        rows = list(found)
        return Revised(name, list(found.fieldnames or ()), rows, random.Random(seed))


def live(seed: int, ports: int = 20) -> Revised:
    """The live source: trucks a month at ports of the Canadian border, in the shape of the real file."""
    rows = [
        dict(zip(BTS_HEADER, _port(port, f"{month} 2024"), strict=True)) for port in range(ports) for month in MONTHS
    ]
    return Revised(LIVE, BTS_HEADER, rows, random.Random(seed))


def _port(port: int, month: str) -> tuple[str, ...]:
    place = ("45.806", "-70.397", "POINT (-70.396722 45.805661)")
    code, counted = f"{100 + port:04}", str(1000 + port)
    return (f"Port {port}", "Maine", code, "US-Canada Border", month, "Trucks", counted, *place)


def offer(path: Path, content: bytes) -> None:
    """Put a shipped file in place, whole."""
    fresh = path.with_suffix(".fresh")
    fresh.write_bytes(content)
    fresh.replace(path)
