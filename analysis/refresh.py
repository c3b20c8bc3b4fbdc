"""Working out what has other inputs than when it was last worked out, each method by itself."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import importlib
import pkgutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from analysis import methods
from warehouse import panics, schema, stopping
from warehouse.events import log
from warehouse.sql import described_columns, table_comments

HERE = Path(__file__).resolve().parent
Tables = Mapping[str, pl.DataFrame]


class TooLittleError(Exception):
    """The data do not carry the method; the message says what is lacking."""


@dataclass(frozen=True)
class Method:
    """One method: ``gather`` brings what it works from, ``work_out`` turns that into the rows of its tables by name.

    ``work_out`` sees nothing else, so that the same inputs give the same results, and unchanged ones need no work.
    """

    name: str
    title: str
    version: int
    reference: str
    reads: tuple[str, ...]
    gather: Callable[[duckdb.DuckDBPyConnection], Tables]
    work_out: Callable[[Tables], Tables]
    ddl: str

    @property
    def tables(self) -> dict[str, dict[str, str]]:
        """Its tables, with their columns and what each means."""
        return dict(table_comments(self.ddl))


def found() -> list[Method]:
    """All methods, by name."""
    names = sorted(one.name for one in pkgutil.iter_modules(methods.__path__))
    return [_load(name) for name in names if (HERE / "methods" / f"{name}.sql").exists()]


def refresh(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Work out each method whose inputs changed; return the rows of those. One that fails leaves its tables empty."""
    done = {method.name: _refresh(con, method) for method in declare(con)}
    return {name: rows for name, rows in done.items() if rows is not None}


def declare(con: duckdb.DuckDBPyConnection) -> list[Method]:
    """Make the tables of every method, drop those of methods that are no more, and return the methods."""
    _declare(con, "methods", (HERE / "methods.sql").read_text(encoding="utf-8"))
    every = found()
    _forget_others(con, {method.name for method in every})
    for method in every:
        _declare(con, method.name, method.ddl)
    return every


def _refresh(con: duckdb.DuckDBPyConnection, method: Method) -> int | None:
    """The rows of a method that was worked out anew; None where nothing that it works from has changed."""
    clock, inputs, tables, outcome, reason = time.monotonic(), "", dict[str, pl.DataFrame](), "worked_out", None
    try:
        gathered = method.gather(con)
        inputs = _inputs(method, gathered)
        held = con.execute("SELECT inputs FROM analysis.methods WHERE method = ?", [method.name]).fetchall()
        if held == [(inputs,)]:
            return None
        with panics.as_errors():
            tables = dict(method.work_out(gathered))
    except TooLittleError as error:
        outcome, reason = "too_little", str(error)
    except Exception as error:
        stopping.heed()
        # A question that cannot be answered keeps no fact from being published.
        log.exception("broke", step="analysis", method=method.name)
        outcome, reason = "error", f"{type(error).__name__}: {error}"
    rows = sum(_fill(con, table, tables.get(table.removeprefix("analysis."))) for table in method.tables)
    _note(con, method, inputs, (outcome, reason, rows, time.monotonic() - clock))
    return rows


def _note(
    con: duckdb.DuckDBPyConnection, method: Method, inputs: str, came: tuple[str, str | None, int, float]
) -> None:
    outcome, reason, rows, seconds = came
    log.info("worked out", step="analysis", method=method.name, outcome=outcome, seconds=round(seconds, 3), rows=rows)
    line = {
        "method": method.name,
        "title": method.title,
        "version": method.version,
        "reference": method.reference,
        "reads": list(method.reads),
        "inputs": inputs,
        "outcome": outcome,
        "reason": reason,
        "rows": rows,
        "worked_out_at": dt.datetime.now(dt.UTC).replace(tzinfo=None),
        "seconds": seconds,
    }
    con.execute(
        f"INSERT OR REPLACE INTO analysis.methods BY NAME SELECT {', '.join(f'${name} AS {name}' for name in line)}",
        line,
    )


def _load(name: str) -> Method:
    module = importlib.import_module(f"{methods.__name__}.{name}")
    ddl = (HERE / "methods" / f"{name}.sql").read_text(encoding="utf-8")
    return Method(
        name, module.TITLE, module.VERSION, module.REFERENCE, module.READS, module.gather, module.work_out, ddl
    )


def _declare(con: duckdb.DuckDBPyConnection, name: str, ddl: str) -> None:
    """Make the tables that the script declares, anew where an older script made them."""
    part = f"analysis {name}"
    if schema.parts(con).get(part) == ddl:
        return
    tables = dict(table_comments(ddl))
    for table in tables:
        con.execute(f"DROP TABLE IF EXISTS {table}")
    con.execute(ddl)
    for table, columns in tables.items():
        con.execute(described_columns(table, columns))
    schema.remember(con, part, ddl)
    if name != "methods":
        con.execute("DELETE FROM analysis.methods WHERE method = ?", [name])


def _forget_others(con: duckdb.DuckDBPyConnection, names: set[str]) -> None:
    """Drop the tables of methods that are no more."""
    for (name,) in con.execute("SELECT method FROM analysis.methods").fetchall():
        if name not in names:
            made = schema.parts(con)[f"analysis {name}"]
            for table, _ in table_comments(made):
                con.execute(f"DROP TABLE IF EXISTS {table}")
            con.execute("DELETE FROM analysis.methods WHERE method = ?", [name])
            con.execute("DELETE FROM ops.schema_parts WHERE name = ?", [f"analysis {name}"])


def _inputs(method: Method, gathered: Tables) -> str:
    """A hash over the method's code and what it works from."""
    hashed = hashlib.sha256(f"{method.version}\0{method.ddl}\0{code()}".encode())
    for name, frame in sorted(gathered.items()):
        hashed.update(name.encode())
        hashed.update(frame.write_ipc(None).getvalue())
    return hashed.hexdigest()


@functools.cache
def code() -> str:
    """A hash over the code of all methods and what they share."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(HERE.rglob("*.py")))).hexdigest()


def _fill(con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame | None) -> int:
    con.execute(f"DELETE FROM {table}")
    if rows is None or rows.is_empty():
        return 0
    con.register("worked_out", rows.to_arrow())
    con.execute(f"INSERT INTO {table} BY NAME FROM worked_out")
    con.unregister("worked_out")
    return rows.height
