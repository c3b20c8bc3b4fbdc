"""The lines of the run ledger that no version has yet: of runs that found nothing new, for which none was published.

``<warehouse>/unpublished.json`` is written whole or not at all, by the one writer. The next version takes the lines
into ops.runs; until then a reader finds them in the table ``unpublished`` (Reader.ledger).
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse import disk

NAME = "unpublished.json"
TIMES = ("started_at", "finished_at", "clock_at", "due_at")
# How long a line stays beside the version that has it: nobody looks at one version for longer at a time.
KEPT = dt.timedelta(hours=1)
log = logging.getLogger(__name__)


def lines(folder: Path) -> list[dict[str, Any]]:
    """The lines, the oldest first: column of ops.runs → value. None where the file is damaged, which is logged."""
    try:
        return _read(folder)
    except ValueError:
        log.warning(
            "serai: %s is damaged: runs that found nothing new since the last publish are missing from the ledger, "
            "no fact is; restore it from a backup, or the next ingest puts it aside",
            folder / NAME,
        )
        return []


def _read(folder: Path) -> list[dict[str, Any]]:
    """The lines. Raises ValueError where the file is damaged."""
    try:
        found: list[dict[str, Any]] = json.loads((folder / NAME).read_bytes())
        if not isinstance(found, list):
            raise ValueError("no list")
        if not all(line["run_id"] and line["started_at"] and line["finished_at"] for line in found):
            raise ValueError("a line without its run or times")
        return [
            line | {name: dt.datetime.fromisoformat(line[name]) for name in TIMES if line.get(name)} for line in found
        ]
    except FileNotFoundError:
        return []
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error)) from error


def add(folder: Path, more: list[dict[str, Any]]) -> None:
    """Add lines, which stay from then on; the writer's place must be held."""
    _write(folder, [*lines(folder), *more])


def doubt(folder: Path) -> None:
    """Let the lines no longer say of what they found that the warehouse has it: what had it was damaged."""
    if found := lines(folder):
        _write(folder, [line | {"fingerprint": None} for line in found])


def _write(folder: Path, every: list[dict[str, Any]]) -> None:
    disk.write(folder / NAME, json.dumps(every, default=str).encode())


def put_aside(folder: Path) -> None:
    """Where the file is damaged, give it another name, so that what is left of it is not written over."""
    try:
        _read(folder)
    except ValueError:
        lines(folder)  # says so
        (folder / NAME).replace(folder / f"damaged-{NAME}")


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
    """Forget the lines, once a version has them; those of the last hour stay, for readers of the version before."""
    since = dt.datetime.now(dt.UTC).replace(tzinfo=None) - KEPT
    if found := lines(folder):
        _write(folder, [line for line in found if line["finished_at"] > since])


def show(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Give a reader's connection the table ``unpublished``: the lines that ops.runs lacks, in its columns."""
    con.execute("CREATE OR REPLACE TEMP TABLE unpublished AS FROM ops.runs LIMIT 0")
    if found := lines(folder):
        # The version may have been made by an older Serai, or some lines: each column that is on either side.
        known = [row[0] for row in con.execute("DESCRIBE unpublished").fetchall()]
        con.register("lines", pa.Table.from_pylist([{name: line.get(name) for name in known} for line in found]))
        con.execute("INSERT INTO unpublished BY NAME FROM lines WHERE run_id NOT IN (SELECT run_id FROM ops.runs)")
        con.unregister("lines")
