"""A world of its own for one cursor: datasets and models as known on a day, or from some sources alone, kept apart.

In the attached database ``WORLD`` every dataset is a table of the rows chosen, and every model that rests on facts
alone is made from these. What else the warehouse has (ledger, quarantine, other versions of rows) is not there, so
that what is asked in it cannot see what was not known.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

import duckdb

from warehouse import contracts, models
from warehouse.sql import quoted, with_today

WORLD = "world"


@contextlib.contextmanager
def standing(
    cursor: duckdb.DuckDBPyConnection,
    day: dt.date,
    *,
    as_known: bool = True,
    sources: list[str] | None = None,
    at: str = ":memory:",
) -> Iterator[str]:
    """Let the cursor's plain names mean the world of that day until the block ends; gives the house's own name.

    ``as_known``: the rows known on the day, else the current ones; ``day`` is ``current_date`` either way.
    ``sources``: only rows of these. The world lies ``at`` a file, or in memory. One world at a time in one database.
    """
    [(house,)] = cursor.execute("SELECT current_database()").fetchall()
    home = '"' + house.replace('"', '""') + '"'
    cursor.execute(f"ATTACH {quoted(at)} AS {WORLD} (READ_WRITE)")
    try:
        _take_over(cursor, day, as_known=as_known, sources=sources)
        cursor.execute(f"CREATE VIEW {WORLD}.geo.places AS FROM {home}.geo.places; USE {WORLD}")
        # A method's question says current_date and means the day.
        cursor.execute(f"CREATE OR REPLACE TEMP MACRO current_date() AS DATE '{day}'")
        _derive(cursor, day)
        yield home
    finally:
        cursor.execute(f"USE {home}; DROP MACRO IF EXISTS temp.current_date; DETACH {WORLD}")


def _take_over(cursor: duckdb.DuckDBPyConnection, day: dt.date, *, as_known: bool, sources: list[str] | None) -> None:
    """The rows of every dataset, and what tells what a table was made by."""
    cursor.execute(f"CREATE SCHEMA {WORLD}.geo; CREATE SCHEMA {WORLD}.ops")
    cursor.execute(f"CREATE TABLE {WORLD}.ops.schema_parts (name VARCHAR PRIMARY KEY, made_by VARCHAR NOT NULL)")
    chosen = "" if sources is None else f"WHERE source IN ({', '.join(map(quoted, sources)) or 'NULL'})"
    for name in contracts.names():
        rows = f"{name}_as_of(DATE '{day}')" if as_known else name
        cursor.execute(f"CREATE TABLE {WORLD}.main.{name} AS FROM {rows} {chosen}")


def _derive(cursor: duckdb.DuckDBPyConnection, day: dt.date) -> None:
    for model in models.ordered():
        if model.of_facts:
            query = with_today(model.query, f"DATE '{day}'")
            cursor.execute(f"CREATE {model.kind} {model.name} AS {query}")
