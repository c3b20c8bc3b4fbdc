"""Vintages: what every method says on a day from what was known on it, with today's methods.

Schema ``analysis_as_of`` has the tables of ``analysis`` with a leading column ``as_of``. A day once worked out stays,
and is worked out anew where what was known on it, or a method, is another than when it was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from analysis import refresh
from warehouse import contracts, schema, world
from warehouse.events import log
from warehouse.sql import described, described_columns, table_comments

DECLARED = Path(__file__).with_name("vintages.sql")
AS_OF = "Day on which the method knew what was known."
OF_DAY = "As known on the day in as_of."
OUTCOMES = """
    SELECT count(*) FILTER (outcome = 'worked_out'), count(*) FILTER (outcome <> 'worked_out') FROM analysis.methods
"""


def listed(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The days that are worked out, in order: as_of, methods, methods_without, worked_out_at, seconds.

    None in a version of an older Serai.
    """
    try:
        found = con.sql("SELECT * EXCLUDE (known) FROM analysis_as_of.days WHERE known <> '' ORDER BY as_of")
    except duckdb.CatalogException:
        return []
    return [dict(zip(found.columns, line, strict=True)) for line in found.fetchall()]


def days(con: duckdb.DuckDBPyConnection) -> list[dt.date]:
    """The days that are worked out, in order."""
    return [line["as_of"] for line in listed(con)]


def lacking(con: duckdb.DuckDBPyConnection, wanted: Iterable[dt.date]) -> list[dt.date]:
    """Of the days wanted those that are not worked out."""
    return sorted(set(wanted) - set(days(con)))


def refresh_days(
    con: duckdb.DuckDBPyConnection, wanted: Iterable[dt.date], forgotten: Iterable[dt.date] = ()
) -> dict[dt.date, int]:
    """Work out the days wanted and those that are there, where anything of them is another; return their rows.

    ``analysis`` itself must be refreshed before. Days forgotten are removed.
    """
    _declare(con)
    for day in forgotten:
        for table in ("days", *_tables(con)):
            con.execute(f"DELETE FROM analysis_as_of.{table} WHERE as_of = ?", [day])
    held = dict(con.execute("SELECT as_of, known FROM analysis_as_of.days").fetchall())
    done = {}
    for day in sorted({*held, *wanted} - set(forgotten)):
        if held.get(day) != (known := _known(con, day)):
            done[day] = _work_out(con, day, known)
    return done


def _tables(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The tables of analysis by name, with their comments."""
    return dict(
        con.execute(
            """
            SELECT table_name, coalesce(comment, '') FROM duckdb_tables()
            WHERE database_name = current_database() AND schema_name = 'analysis' ORDER BY table_name
            """
        ).fetchall()
    )


def _declare(con: duckdb.DuckDBPyConnection) -> None:
    """Make each table of analysis once more with the day before its columns; one of other columns begins anew."""
    own = DECLARED.read_text(encoding="utf-8")
    con.execute(own)
    tables, parts = _tables(con), schema.parts(con)
    made = {name.removeprefix("vintages "): by for name, by in parts.items() if name.startswith("vintages ")}
    if made.get("days") != own:
        for table, columns in table_comments(own):
            con.execute(described_columns(table, columns))
        schema.remember(con, "vintages days", own)
    for name in made.keys() - tables.keys() - {"days"}:
        con.execute(f"DROP TABLE IF EXISTS analysis_as_of.{name}")
        con.execute("DELETE FROM ops.schema_parts WHERE name = ?", [f"vintages {name}"])
    for name, comment in tables.items():
        found = _columns(con, name)
        by = f"{comment}\n{found}"
        if made.get(name) != by:
            _make(con, name, comment, {column: text for column, _, text in found})
            schema.remember(con, f"vintages {name}", by)
            # Its rows are gone: no day is whole any more.
            con.execute("UPDATE analysis_as_of.days SET known = ''")


def _columns(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str, str]]:
    return con.execute(
        """
        SELECT column_name, data_type, coalesce(comment, '') FROM duckdb_columns()
        WHERE database_name = current_database() AND schema_name = 'analysis' AND table_name = ?
        ORDER BY column_index
        """,
        [table],
    ).fetchall()


def _make(con: duckdb.DuckDBPyConnection, name: str, comment: str, columns: dict[str, str]) -> None:
    table = f"analysis_as_of.{name}"
    con.execute(
        f"""
        CREATE OR REPLACE TABLE {table} AS SELECT NULL::DATE AS as_of, * FROM analysis.{name} LIMIT 0;
        {described("TABLE", table, f"{OF_DAY} {comment}", {"as_of": AS_OF} | columns)}
        """
    )


def _known(con: duckdb.DuckDBPyConnection, day: dt.date) -> str:
    """A hash over the rows known on a day, where places lie, and all code that works on them."""
    rows = [f"SELECT count(*), bit_xor(hash(row_key, loaded_at)) FROM {name}_as_of(DATE '{day}')"
            for name in contracts.names()]  # fmt: skip
    rows.append("SELECT count(*), bit_xor(hash(p)) FROM geo.places AS p")
    found = [con.execute(query).fetchall() for query in rows]
    made_by = schema.parts(con)
    scripts = sorted((name, by) for name, by in made_by.items() if name == "models" or name.startswith("analysis "))
    return hashlib.sha256(repr((found, scripts, refresh.code())).encode()).hexdigest()


def _keep(cursor: duckdb.DuckDBPyConnection, home: str, name: str, day: dt.date) -> int:
    """Bring one table out of the world, in the place of what was there of its day; return its rows."""
    table = f"{home}.analysis_as_of.{name}"
    cursor.execute(f"DELETE FROM {table} WHERE as_of = DATE '{day}'")
    [(rows,)] = cursor.execute(f"INSERT INTO {table} SELECT DATE '{day}' AS as_of, * FROM analysis.{name}").fetchall()
    return int(rows)


def _work_out(con: duckdb.DuckDBPyConnection, day: dt.date, known: str) -> int:
    """Work out every method in the world of that day and keep its tables; return their rows."""
    clock, names = time.monotonic(), list(_tables(con))
    with con.cursor() as cursor, world.standing(cursor, day) as home:
        refresh.declare(cursor)
        # A method whose inputs are the same keeps what it gave.
        for name in names:
            there = f"AND method IN (SELECT method FROM {home}.analysis.methods)" if name == "methods" else ""
            cursor.execute(
                f"""
                INSERT INTO analysis.{name}
                SELECT * EXCLUDE (as_of) FROM {home}.analysis_as_of.{name} WHERE as_of = DATE '{day}' {there}
                """
            )
        refresh.refresh(cursor)
        rows = sum(_keep(cursor, home, name, day) for name in names)
        [(good, bad)] = cursor.execute(OUTCOMES).fetchall()
    seconds = time.monotonic() - clock
    at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    con.execute(
        "INSERT OR REPLACE INTO analysis_as_of.days VALUES (?, ?, ?, ?, ?, ?)", [day, known, good, bad, at, seconds]
    )
    log.info("worked out", step="analysis", as_of=str(day), seconds=round(seconds, 3), rows=rows)
    return rows
