"""UCDP's candidate events: a CSV file a month, a cumulative one a quarter, or pages of JSON where a token is set.

Every release since the yearly data end is asked for each time, for an older one may be mended; what is not out yet is
passed over. An event may stand in several: which counts is for the models to say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from ingest import ucdp
from ingest.csv_file import ParseLimits
from ingest.snapshots import Answer
from ingest.ucdp import Release
from warehouse.contracts import Contract
from warehouse.load import Scope

if TYPE_CHECKING:
    from ingest.client import Client
    from ingest.source import Source, Wanted

# Casing differs between releases.
SPELLINGS = ("GEDEvent", "GEDevent")
# By then the yearly data of the year before are out.
ANNUAL_BY_MONTH = 7


def today() -> dt.date:
    """The day, UTC."""
    return dt.datetime.now(dt.UTC).date()


def fetch(client: Client, source: Source, wanted: Wanted) -> Iterator[Answer]:
    """Every release of the time that the yearly data do not cover, or of a backfill, in order of what they cover.

    Raises FetchError; with the first one's words where none is out.
    """
    unreleased: BaseException | None = None
    found = False
    for release in releases(wanted.first, wanted.last):
        names = [f"{spelling}_v{release.version.replace('.', '_')}.csv" for spelling in SPELLINGS]
        try:
            yield from ucdp.brought(client, source, release, names)
        except ucdp.UnreleasedError as error:
            unreleased = unreleased or error.__cause__ or error
        else:
            found = True
    if unreleased and not found:
        raise unreleased


def releases(first: dt.date | None, last: dt.date | None) -> list[Release]:
    """The releases of each month and quarter that is over, from ``first`` to ``last``, in order."""
    now = today()
    first = first or dt.date(now.year if now.month >= ANNUAL_BY_MONTH else now.year - 1, 1, 1)
    until = min(last or now, now.replace(day=1) - dt.timedelta(days=1))
    months = [(year, month) for year in range(first.year, until.year + 1) for month in range(1, 13)]
    found = []
    for year, month in months:
        if (first.year, first.month) <= (year, month) <= (until.year, until.month):
            yy = year % 100
            found.append(Release(f"{yy}.0.{month}"))
            found += [Release(f"{yy}.01.{yy}.{month:02}")] if month % 3 == 0 else []
    return found


def parse_slices(answer: Answer, contract: Contract, limits: ParseLimits) -> Iterator[pl.DataFrame]:
    """The rows of the file or page of the countries at the crossings, in the columns of ``conflict_events``."""
    yield ucdp.read(answer, contract, limits)


def scope(answers: list[Answer]) -> Scope:
    """All that there is of the releases that answered; of others nothing is said."""
    answered = sorted({ucdp.release_of(answer.url).version for answer in answers})
    return Scope("list_contains($releases, release)", {"releases": answered})
