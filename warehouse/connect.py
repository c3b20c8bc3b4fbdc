"""Reading the published warehouse: a version held while it is read, and SQL from people kept harmless."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from warehouse import journal, schema, versions

if TYPE_CHECKING:
    from warehouse.known import Known


@dataclass(frozen=True)
class Limits:
    """What one query of a person may use. ``memory_mb`` is all that its process may take beside itself."""

    seconds: float
    rows: int
    memory_mb: int
    result_mb: int = 64
    threads: int = 2


@dataclass(frozen=True)
class Answer:
    """The rows of one query, and whether they were cut at the limit of rows or of bytes."""

    table: pa.Table
    cut: bool


# Kinds of statements that ask and change nothing; a PIVOT is several in one.
ASKS = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI}
# Of the bytes that a result may have, so many rows are looked at together.
BATCH = 2048
# What is left of the memory for the answer itself.
DATABASE_SHARE = 0.75
VARIABLE = re.compile(r"(?:SET|RESET)\s+VARIABLE\b", re.IGNORECASE)
REMARK = re.compile(r"--[^\n]*(?:\n|$)|/\*.*?\*/", re.DOTALL)


class QueryError(Exception):
    """A query that could not be answered, in words for the person who typed it."""


class Reader:
    """A read-only connection to one published version, which is not pruned until the reader is closed.

    One cursor for each call: threads that share a DuckDB connection get each other's rows.
    """

    def __init__(self, folder: Path, verify_minutes: float = versions.VERIFY_MINUTES) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._held = contextlib.ExitStack()
        try:
            self._open(verify_minutes)
        except duckdb.IOException:
            # A file damaged since it was last compared: if so, the comparison finds out, and an older one is read.
            self._held.close()
            self._open(0)

    def _open(self, verify_minutes: float) -> None:
        self.version, self._file = self._held.enter_context(versions.holding(self._folder, verify_minutes))
        self._con = self._held.enter_context(duckdb.connect(str(self._file), read_only=True))
        with self._con.cursor() as cursor:
            schema.refuse_newer(cursor)
        self._known: Known | None = None

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

    @contextlib.contextmanager
    def asking(self, query: str, as_of: dt.date | None) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for one of several questions: what is worked out for a day is kept for those that follow."""
        with self.cursor() if as_of is None else self._kept().cursor(query, as_of) as cursor:
            yield cursor

    def _kept(self) -> Known:
        from warehouse.known import Known  # it reads the models' own text, which takes its time to load

        with self._lock:
            if self._known is None:
                self._known = self._held.enter_context(contextlib.closing(Known(self._file)))
        return self._known

    def ledger(self, as_of: dt.date | None = None) -> duckdb.DuckDBPyConnection:
        """A cursor that has the table ``unpublished`` too: the runs since the version was published."""
        cursor = self.cursor(as_of)
        journal.show(cursor, self._folder)
        return cursor

    def restrict(self, limits: Limits) -> None:
        """Close the door to files, network, extensions and settings, and bound memory and threads; for good."""
        self._con.execute(
            f"""
            SET memory_limit = '{int(limits.memory_mb * DATABASE_SHARE)}MB';
            SET threads = {limits.threads};
            SET temp_directory = ''; -- what does not fit is refused, not spilled
            SET max_temp_directory_size = '0B';
            SET python_enable_replacements = false; -- a frame in our own memory is no table
            SET autoinstall_known_extensions = false;
            SET autoload_known_extensions = false;
            SET home_directory = 'none'; -- so that no error names a folder of ours
            SET secret_directory = 'none';
            SET extension_directory = 'none';
            SET enable_external_access = false;
            SET lock_configuration = true
            """
        )

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


def ask(cursor: duckdb.DuckDBPyConnection, query: str, limits: Limits) -> Answer:
    """The answer to one query, cut at the limits of rows and bytes. Raises QueryError in words.

    At the limit of time it is interrupted, which not every function heeds: what a stranger asks goes through
    warehouse.question, where a process of its own is stopped.
    """
    timer = threading.Timer(limits.seconds, cursor.interrupt)
    timer.start()
    try:
        found = cursor.sql(_one_question(cursor, query))
        if found is None:
            raise QueryError("that statement returns no rows: only questions can be asked here")
        return _within(found.limit(limits.rows + 1).to_arrow_reader(BATCH), limits)
    except duckdb.InterruptException:
        raise QueryError(too_long(limits)) from None
    except (MemoryError, pa.ArrowMemoryError, duckdb.OutOfMemoryException):
        raise QueryError(too_much(limits)) from None
    except (duckdb.Error, pa.ArrowException, OSError) as error:  # OSError: what DuckDB raises amid the rows
        raise QueryError(_words(error, limits)) from None
    except ValueError as error:
        raise QueryError(f"this cannot be asked: {error}") from None
    finally:
        timer.cancel()


def too_long(limits: Limits) -> str:
    """What is said of a query that took too long."""
    return f"stopped after {limits.seconds:g} seconds: narrow it, or set SERAI_SQL_SECONDS"


def too_much(limits: Limits) -> str:
    """What is said of a query that wanted more memory than it may have."""
    return f"stopped, it needs more than {limits.memory_mb:,} MB of memory: narrow it, or set SERAI_SQL_MEMORY_MB"


def _words(error: Exception, limits: Limits) -> str:
    text = str(error)
    if "INTERRUPT" in text:
        return too_long(limits)
    return too_much(limits) if "Out of Memory" in text or "bad_alloc" in text else text


def _one_question(cursor: duckdb.DuckDBPyConnection, text: str) -> str:
    """The one question in the text, after its SET VARIABLE statements were run.

    Raises QueryError for none or several, and for whatever does anything but ask.
    """
    statements = cursor.extract_statements(text)
    setting = [one for one in statements if one.type == duckdb.StatementType.SET]
    asking = [one for one in statements if one.type != duckdb.StatementType.SET]
    if len(asking) > 1:
        raise QueryError(f"ask one question at a time: there are {len(asking)} here")
    for one in asking:
        if one.type not in ASKS:
            raise QueryError(
                f"only questions can be asked here, no {one.type.name.replace('_', ' ')}: SELECT or FROM"
            )
    for one in setting:
        if not VARIABLE.match(REMARK.sub(" ", one.query).strip()):
            raise QueryError("settings are locked: only SET VARIABLE is allowed, as in SET VARIABLE as_of = …")
        cursor.execute(one)
    if not statements:
        raise QueryError("nothing is asked: write a SELECT or FROM")
    if not asking:
        raise QueryError("nothing is asked: a SET alone lasts no longer than this question")
    return str(asking[0].query)


def _within(found: pa.RecordBatchReader, limits: Limits) -> Answer:
    """The rows that come, as many as may."""
    kept, rows, size, most = [], 0, 0, limits.result_mb * 1_000_000
    for batch in found:
        kept.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if size > most:
            break
    table = pa.Table.from_batches(kept, schema=found.schema)
    fits = min(limits.rows, rows if size <= most else int(rows * most / size))
    while fits and table.slice(0, fits).nbytes > most:
        fits //= 2
    if rows and not fits:
        raise QueryError(
            f"its first row alone has more than {limits.result_mb} MB: narrow it, or set SERAI_SQL_RESULT_MB"
        )
    return Answer(table.slice(0, fits), cut=rows > fits)
