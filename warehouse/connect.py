"""Reading the published warehouse: a version held while it is read, and SQL from people kept harmless."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse import journal, schema, versions


@dataclass(frozen=True)
class Limits:
    """What one query of a person may use."""

    seconds: float
    rows: int
    memory_mb: int


@dataclass(frozen=True)
class Answer:
    """The rows of one query, and whether they were cut at the limit."""

    table: pa.Table
    cut: bool


class QueryError(Exception):
    """A query that could not be answered, in words for the person who typed it."""


class Reader:
    """A read-only connection to one published version, which is not pruned until the reader is closed.

    One cursor for each call: threads that share a DuckDB connection get each other's rows.
    """

    def __init__(self, folder: Path, verify_minutes: float = versions.VERIFY_MINUTES) -> None:
        self._folder = folder
        self._held = contextlib.ExitStack()
        try:
            self._open(verify_minutes)
        except duckdb.IOException:
            # A file damaged since it was last compared: if so, the comparison finds out, and an older one is read.
            self._held.close()
            self._open(0)

    def _open(self, verify_minutes: float) -> None:
        self.version, path = self._held.enter_context(versions.holding(self._folder, verify_minutes))
        self._con = self._held.enter_context(duckdb.connect(str(path), read_only=True))
        with self._con.cursor() as cursor:
            schema.refuse_newer(cursor)

    @property
    def notice(self) -> str | None:
        """One sentence where a version is read that is not the newest, for that is damaged; else None."""
        return versions.notice(self._folder, self.version)

    def cursor(self, as_of: dt.date | None = None) -> duckdb.DuckDBPyConnection:
        """A cursor of its own, to be used by one thread; with a day, tables are asked as they were known on it.

        What has no such view (the run ledger, the quarantine) is asked as it is now. The day is this cursor's alone.
        """
        cursor = self._con.cursor()
        if as_of is not None:
            cursor.execute(f"SET VARIABLE as_of = DATE '{as_of.isoformat()}'")
            cursor.execute("SET search_path = 'as_of,main'")
        return cursor

    def ledger(self) -> duckdb.DuckDBPyConnection:
        """A cursor that has the table ``unpublished`` too: the runs since the version was published."""
        cursor = self._con.cursor()
        journal.show(cursor, self._folder)
        return cursor

    def restrict(self, limits: Limits) -> None:
        """Close the door to files, network, extensions and settings, and bound the memory; for good."""
        self._con.execute(f"SET memory_limit = '{limits.memory_mb}MB'")
        self._con.execute("SET enable_external_access = false")
        self._con.execute("SET lock_configuration = true")

    def close(self) -> None:
        """Let go of the version."""
        self._held.close()


@contextlib.contextmanager
def reading(folder: Path, verify_minutes: float = versions.VERIFY_MINUTES) -> Iterator[Reader]:
    """A reader of the published version, closed when the block ends (versions.holding says which, and its errors)."""
    reader = Reader(folder, verify_minutes)
    try:
        yield reader
    finally:
        reader.close()


def _one_question(cursor: duckdb.DuckDBPyConnection, text: str) -> str:
    """The one question in the text, after its SET statements were run. Raises QueryError for none or several."""
    statements = cursor.extract_statements(text)
    setting = [one for one in statements if one.type == duckdb.StatementType.SET]
    asking = [one for one in statements if one.type != duckdb.StatementType.SET]
    if len(asking) > 1:
        raise QueryError(f"ask one question at a time: there are {len(asking)} here")
    for one in setting:
        cursor.execute(one)
    if not asking:
        raise QueryError("nothing is asked: a SET alone lasts no longer than this command")
    return str(asking[0].query)


def ask(cursor: duckdb.DuckDBPyConnection, query: str, limits: Limits) -> Answer:
    """The answer to one query, within the limits of time and rows. Raises QueryError in words."""
    timer = threading.Timer(limits.seconds, cursor.interrupt)
    timer.start()
    try:
        found = cursor.sql(_one_question(cursor, query))
        if found is None:
            raise QueryError("that statement returns no rows: only questions can be asked here")
        rows = found.limit(limits.rows + 1).to_arrow_table()
        return Answer(rows.slice(0, limits.rows), cut=rows.num_rows > limits.rows)
    except duckdb.InterruptException:
        raise QueryError(f"stopped after {limits.seconds:g} seconds: narrow it, or set SERAI_SQL_SECONDS") from None
    except duckdb.Error as error:
        raise QueryError(str(error)) from None
    finally:
        timer.cancel()
