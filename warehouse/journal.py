"""The lines of the run ledger that no version has yet: of runs that found nothing new, for which none was published.

``<warehouse>/unpublished.json`` is written whole or not at all, by the one writer. The next version takes the lines
into ops.runs; until then a reader finds them in the table ``unpublished`` (Reader.ledger).
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

NAME = "unpublished.json"
TIMES = ("started_at", "finished_at", "clock_at", "due_at")


def lines(folder: Path) -> list[dict[str, Any]]:
    """The lines, the oldest first: column of ops.runs → value."""
    try:
        found: list[dict[str, Any]] = json.loads((folder / NAME).read_bytes())
    except FileNotFoundError:
        return []
    return [
        line | {name: dt.datetime.fromisoformat(line[name]) for name in TIMES if line.get(name)} for line in found
    ]


def add(folder: Path, more: list[dict[str, Any]]) -> None:
    """Add lines; the writer's place must be held."""
    fresh = folder / f".{NAME}-{os.getpid()}"
    fresh.write_text(json.dumps([*lines(folder), *more], default=str), encoding="utf-8")
    fresh.replace(folder / NAME)


def fold(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Take the lines into ops.runs; those that it has stay as they are."""
    for line in lines(folder):
        insert(con, line)


def insert(con: duckdb.DuckDBPyConnection, line: dict[str, Any]) -> None:
    """Write one line of the ledger, unless it is there."""
    names = ", ".join(line)
    values = ", ".join(f"${name}" for name in line)
    con.execute(f"INSERT OR IGNORE INTO ops.runs ({names}) VALUES ({values})", line)


def changed_at(folder: Path) -> int:
    """When a line was last added, as a number that only such a change changes; 0 where there is none."""
    try:
        return (folder / NAME).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def clear(folder: Path) -> None:
    """Forget the lines, once a version has them."""
    (folder / NAME).unlink(missing_ok=True)


def show(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Give a reader's connection the table ``unpublished``: the lines that ops.runs lacks, in its columns."""
    con.execute("CREATE OR REPLACE TEMP TABLE unpublished AS FROM ops.runs LIMIT 0")
    if found := lines(folder):
        # The version may have been made by an older Serai, or some lines: each column that is on either side.
        known = [row[0] for row in con.execute("DESCRIBE unpublished").fetchall()]
        con.register("lines", pa.Table.from_pylist([{name: line.get(name) for name in known} for line in found]))
        con.execute("INSERT INTO unpublished BY NAME FROM lines WHERE run_id NOT IN (SELECT run_id FROM ops.runs)")
        con.unregister("lines")
