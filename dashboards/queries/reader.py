"""The way from a question to its answer: SQL with bound parameters in, Polars frames out, cached by version.

The reader holds one published version. Once a newer one is published, the next question lets go of it and opens the
new one: a publish shows on the next rerun, without a restart. Where the reader of the dashboard asks for what was
known on a day, every question is answered as of that day.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl
import streamlit as st

from serai.settings import settings
from warehouse import dictionary, journal
from warehouse.connect import Reader
from warehouse.versions import newest_good

# The columns of a fact that people read; the rest is bookkeeping.
FACT = "* EXCLUDE (row_key, source, run_id, loaded_at)"
# Where the session keeps the day whose knowledge is shown; the date control on every page writes it.
AS_OF = "as_of"


@dataclass(frozen=True)
class Question:
    """One question as it was asked: SQL with named parameters, their values, the day it was asked as of."""

    sql: str
    parameters: dict[str, Any]
    as_of: dt.date | None


# Whom those ask who have no session, and as of which day: the printed pages.
_outside: ContextVar[tuple[Reader, dt.date | None] | None] = ContextVar("outside", default=None)
# The questions of the page that is being drawn, or of the block that is being recorded.
_asked: ContextVar[list[Question] | None] = ContextVar("asked", default=None)


def _newest(held: Reader) -> bool:
    return held.version == newest_good(settings().warehouse)


@st.cache_resource(validate=_newest, on_release=Reader.close, show_spinner=False)
def reader() -> Reader:
    """The reader of the published version. NothingPublishedError where there is none."""
    return Reader(settings().warehouse, settings().verify_minutes)


def version() -> str:
    """The version that the pages show."""
    return held().version


def held() -> Reader:
    """The reader that questions go to."""
    given = _outside.get()
    return given[0] if given else reader()


@contextlib.contextmanager
def outside(given: Reader, day: dt.date | None) -> Iterator[None]:
    """Questions in the block go to that reader, as of that day; without a session, and nothing is kept."""
    before = _outside.set((given, day))
    try:
        yield
    finally:
        _outside.reset(before)


def notice() -> str | None:
    """One sentence where the newest version is damaged and an older one is shown; else None."""
    return reader().notice


def as_of() -> dt.date | None:
    """The day whose knowledge is asked for; None = all that is known now."""
    if given := _outside.get():
        return given[1]
    day: dt.date | None = st.session_state.get(AS_OF)
    return day


@contextlib.contextmanager
def recording() -> Iterator[list[Question]]:
    """The questions asked in the block, in the order in which they were asked."""
    questions: list[Question] = []
    before = _asked.set(questions)
    try:
        yield questions
    finally:
        _asked.reset(before)


def note(question: Question) -> None:
    """Let a question stand among those that were asked."""
    if (noted := _asked.get()) is not None:
        noted.append(question)


def asked() -> list[Question]:
    """The questions that the page has asked so far, each once."""
    found = _asked.get() or []
    return [one for at, one in enumerate(found) if one not in found[:at]]


@st.cache_data(max_entries=400, show_spinner=False)
def _answer(
    key: str,  # noqa: ARG001
    day: dt.date | None,
    sql: str,
    parameters: dict[str, Any],
    _held: Reader,
) -> pl.DataFrame:
    return _rows(_held, day, sql, parameters)


def _rows(found: Reader, day: dt.date | None, sql: str, parameters: dict[str, Any]) -> pl.DataFrame:
    with found.ledger() if "unpublished" in sql else found.asking(sql, day) as cursor:
        frame: pl.DataFrame = cursor.sql(sql, params=parameters).pl()
    return frame


def ask(sql: str, **parameters: Any) -> pl.DataFrame:
    """The rows that a fixed query gives with these parameters, as of the day asked for, from the newest version."""
    day = as_of()
    note(Question(sql, parameters, day))
    if given := _outside.get():
        return _rows(given[0], day, sql, parameters)
    found = reader()
    try:
        return _answer(_key(found, sql), day, sql, parameters, found)
    except duckdb.ConnectionException:
        # Another tab noticed a newer version between the two lines and let go of this one.
        found = reader()
        return _answer(_key(found, sql), day, sql, parameters, found)


def _key(held: Reader, sql: str) -> str:
    """What makes an answer another: the version, and of runs those since it was published."""
    return f"{held.version} {journal.changed_at(settings().warehouse)}" if "unpublished" in sql else held.version


def tables() -> list[dict[str, Any]]:
    """The data dictionary: every table."""
    with reader().cursor() as cursor:
        return dictionary.tables(cursor)


@st.cache_data(max_entries=100, show_spinner=False)
def _columns(version: str, table: str, _held: Reader) -> list[dict[str, Any]]:  # noqa: ARG001 - a key
    with _held.cursor() as cursor:
        return dictionary.columns(cursor, table)


def columns(table: str) -> list[dict[str, Any]]:
    """The columns of one table."""
    held = reader()
    return _columns(held.version, table, held)
