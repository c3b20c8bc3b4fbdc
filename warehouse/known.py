"""What readers ask of one day, worked out once: the models as known on it, in memory, in the place of their views.

``as_of.<model>`` works out all that the model rests on, with every question. Here a model is made when a question
first names it, from those that it reads, and stands before its view in the search path. What rests on a dataset of
many rows stays a view: a question wants few of its rows.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from warehouse import as_of, models
from warehouse.sql import Model, quoted, with_today

# So many days are kept, and of datasets with more rows than this nothing is.
DAYS, MANY = 3, 100_000
# The version, as it is called beside the days.
HOUSE = "house"
WORD = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass
class Day:
    """What is made of one day, and how many questions are reading it."""

    made: set[str] = field(default_factory=set)
    readers: int = 0


class Known:
    """The models of the last few days that were asked for, beside one published version. For any number of threads.

    In a database of its own, to which the version is attached: other readers of the version do not see it.
    """

    def __init__(self, file: Path) -> None:
        self._lock, self._days = threading.Lock(), dict[dt.date, Day]()
        self._con = duckdb.connect()
        self._con.execute(f"ATTACH {quoted(str(file))} AS {HOUSE} (READ_ONLY)")
        large = self._con.execute(f"SELECT dataset FROM {HOUSE}.ops.freshness WHERE rows > ?", [MANY]).fetchall()
        self._large = {name for (name,) in large}

    def close(self) -> None:
        """Let go of the version and of all days."""
        self._con.close()

    @contextlib.contextmanager
    def cursor(self, query: str, day: dt.date) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor on which the names of that query mean what was known on the day."""
        with self._lock:
            kept = self._days.pop(day, None) or Day()
            self._days[day] = kept  # the last one asked for stands last
            kept.readers += 1
            try:
                self._make(day, kept, set(WORD.findall(query.lower())))
                self._forget()
            except BaseException:
                kept.readers -= 1
                raise
        try:
            with self._con.cursor() as cursor:
                self._face(cursor, day, kept)
                yield cursor
        finally:
            with self._lock:
                kept.readers -= 1

    def _make(self, day: dt.date, kept: Day, named: set[str]) -> None:
        """Make the models that are named and not made, each after those that it reads."""
        every = _models()
        wanted = [model for name, model in every.items() if name in named and self._small(model)]
        names = dict.fromkeys(one for model in wanted for one in (*as_of.needed(model, every), model.name))
        lacking = [every[name] for name in names if name in every and name not in kept.made]
        if not lacking:
            return
        with self._con.cursor() as cursor:
            cursor.execute(f"ATTACH IF NOT EXISTS ':memory:' AS {_home(day)} (READ_WRITE)")
            for model in lacking:
                self._face(cursor, day, kept)
                query = with_today(model.query, f"DATE '{day}'")
                cursor.execute(f"CREATE OR REPLACE {model.kind} {_home(day)}.main.{model.name} AS {query}")
                kept.made.add(model.name)

    def _face(self, cursor: duckdb.DuckDBPyConnection, day: dt.date, kept: Day) -> None:
        """Let the cursor's names mean what is made of the day, else its views, else what has no day."""
        # The first decides in which database a schema that is named lies: one of the house, without names of its own.
        house = [f"{HOUSE}.{schema}" for schema in ("geo", "as_of", "main")]
        path = [house[0], *([f"{_home(day)}.main"] if kept.made else []), *house[1:]]
        cursor.execute(f"SET VARIABLE as_of = DATE '{day.isoformat()}'")
        cursor.execute(f"SET search_path = '{','.join(path)}'")

    def _small(self, model: Model) -> bool:
        """Whether no dataset that the model rests on has many rows."""
        return not self._large & set(as_of.needed(model, _models()))

    def _forget(self) -> None:
        """Let go of the days asked for longest ago, but for those that are being read."""
        spare = [day for day, kept in self._days.items() if not kept.readers]
        for day in spare[: max(0, len(self._days) - DAYS)]:
            del self._days[day]
            self._con.execute(f"DETACH DATABASE IF EXISTS {_home(day)}")  # made in part where a model failed


@functools.cache
def _models() -> dict[str, Model]:
    return {model.name: model for model in models.ordered() if model.of_facts}


def _home(day: dt.date) -> str:
    return f"known_{day:%Y%m%d}"
