"""A reader's own SQL: asked through warehouse.question as `serai sql` asks it, and whose data its tables hold."""

from __future__ import annotations

import datetime as dt
import functools
import re
import threading
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dashboards.queries import reader
from serai.settings import HOUSE, settings
from warehouse import contracts, macros, models, question
from warehouse.connect import Limits, QueryError
from warehouse.sql import read_macro

EXAMPLE = re.compile(
    r"^## \d+\. (?P<title>[^\n]+)\n\n(?P<lead>.+?)\n\n```sql\n(?P<query>.+?);?\n```", re.MULTILINE | re.DOTALL
)
WORD = re.compile(r"[a-z_][a-z0-9_]*")
# A cell that a spreadsheet would run as a formula.
FORMULA = r"^[=+\-@\t\r]"
NUMBER = r"^[+-]?[0-9][0-9.,]*$"
UNSHOWABLE = (ArithmeticError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException)


@dataclass(frozen=True)
class Example:
    """One question of docs/sql.md: its title, what is said before it, and its SQL."""

    title: str
    lead: str
    query: str


@dataclass(frozen=True)
class Rows:
    """An answer: its rows, whether they were cut, the version they are of and the day they were known on."""

    query: str
    frame: pl.DataFrame
    cut: bool
    version: str
    as_of: dt.date | None


def limits() -> Limits:
    """What one question may use."""
    return settings().sql_limits


@functools.cache
def _places() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(settings().sql_at_once)


def ask(query: str) -> Rows:
    """The answer of the published version, as known on the day that the page shows. Raises QueryError in words."""
    version, day = reader.version(), reader.as_of()
    if not _places().acquire(timeout=limits().seconds):
        raise QueryError(f"{settings().sql_at_once} other questions are under way: ask again in a moment")
    try:
        answer = question.ask(settings().warehouse, query, limits(), day)
    finally:
        _places().release()
    try:
        return Rows(query, pl.DataFrame(pl.from_arrow(answer.table)), answer.cut, version, day)
    except UNSHOWABLE as error:
        raise QueryError(f"a value cannot be shown ({str(error)[:100]}): cast its column to VARCHAR") from None


@functools.cache
def examples() -> list[Example]:
    """The questions of docs/sql.md."""
    text = (HOUSE / "docs" / "sql.md").read_text(encoding="utf-8")
    return [
        Example(one["title"], " ".join(one["lead"].split()), one["query"].strip()) for one in EXAMPLE.finditer(text)
    ]


def datasets(query: str) -> list[str]:
    """The datasets on which the tables named in the query rest."""
    behind, known = _behind(), set(contracts.names())
    waiting, seen = set(WORD.findall(query.lower())), set[str]()
    while waiting:
        name = waiting.pop().removesuffix("_as_of")
        if name not in seen:
            seen.add(name)
            waiting |= behind.get(name, frozenset())
    return sorted(seen & known)


@functools.cache
def _behind() -> dict[str, frozenset[str]]:
    """Each model and macro with what it reads and calls."""
    found = {model.name: model.reads for model in models.ordered()}
    paths = sorted(Path(macros.HERE).glob("*.sql"))
    return found | {one.name: one.reads | one.calls for one in map(read_macro, paths)}


def sources(names: list[str]) -> pl.DataFrame:
    """The sources whose rows these datasets hold: dataset, title, publisher, licence, citation, of_acled."""
    held = " UNION ALL ".join(f"SELECT DISTINCT source FROM facts.{name}" for name in names)
    return reader.ask(
        f"""
        SELECT dataset, title, publisher, licence, citation, source = 'acled' AS of_acled
        FROM ops.sources WHERE source IN ({held}) ORDER BY dataset, title
        """
    )


def csv(frame: pl.DataFrame) -> bytes:
    """The rows as CSV; lists with ; between, and text that a spreadsheet would run with an apostrophe before it."""
    plain = flat(frame)
    texts = [pl.col(name) for name, kind in plain.schema.items() if kind == pl.String]
    return (
        plain.with_columns(
            pl.when(one.str.contains(FORMULA) & ~one.str.contains(NUMBER))
            .then("'" + one)
            .otherwise(one)
            .alias(one.meta.output_name())
            for one in texts
        )
        .write_csv()
        .encode()
    )


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows without lists in their cells: what was in them, with ; between."""
    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    return frame.with_columns(_flat(name, frame.schema[name]) for name in nested)


def _flat(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.List) and not kind.inner.is_nested():
        return pl.col(name).cast(pl.List(pl.String)).list.join(";")
    return pl.col(name).map_elements(str, return_dtype=pl.String)
