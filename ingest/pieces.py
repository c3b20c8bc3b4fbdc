"""The days of a backfill cut where the calendar turns: what most sources with a past take as ``pieces``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace

from ingest.source import Wanted


def by_day(wanted: Wanted) -> Iterator[Wanted]:
    """Each day by itself."""
    return _cut(wanted, lambda day: day + dt.timedelta(days=1))


def by_month(wanted: Wanted) -> Iterator[Wanted]:
    """The months, the first and last of them perhaps in part."""
    return _cut(wanted, lambda day: (day.replace(day=1) + dt.timedelta(days=31)).replace(day=1))


def by_year(wanted: Wanted) -> Iterator[Wanted]:
    """The calendar years, the first and last of them perhaps in part."""
    return _cut(wanted, lambda day: dt.date(day.year + 1, 1, 1))


def _cut(wanted: Wanted, after: Callable[[dt.date], dt.date]) -> Iterator[Wanted]:
    assert wanted.first
    assert wanted.last
    first = wanted.first
    while first <= wanted.last:
        beyond = after(first)
        yield replace(wanted, first=first, last=min(beyond - dt.timedelta(days=1), wanted.last))
        first = beyond
