"""The yearly release of UCDP's Georeferenced Event Dataset: a zip by download, or pages of JSON where a token is set.

What a row's release is stands in the address alone, so answers are read with it. Rows of other countries than those
at the crossings, their neighbours among them, are passed over.
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

if TYPE_CHECKING:
    from ingest.client import Client
    from ingest.source import Source, Wanted

# What others have published of the file's bytes; a release without an entry is fetched unchecked.
CHECKSUMS = {"26.1": "md5:1a816a55df5042bd8bf144b040981c7d"}
OLDEST = 26


def today() -> dt.date:
    """The day, UTC."""
    return dt.datetime.now(dt.UTC).date()


def fetch(client: Client, source: Source, _: Wanted) -> Iterator[Answer]:
    """The newest release that is out. Raises FetchError; with the newest one's words where none is."""
    unreleased: BaseException | None = None
    for year in range(today().year % 100, OLDEST - 1, -1):
        release = Release(f"{year}.1")
        names = [f"ged{year}1-csv.zip"]
        try:
            yield from ucdp.brought(client, source, release, names, CHECKSUMS.get(release.version))
        except ucdp.UnreleasedError as error:
            unreleased = unreleased or error.__cause__ or error
        else:
            return
    if unreleased:
        raise unreleased


def parse_slices(answer: Answer, contract: Contract, limits: ParseLimits) -> Iterator[pl.DataFrame]:
    """The rows of the zip or page of the countries at the crossings, in the columns of ``conflict_events``."""
    yield ucdp.read(answer, contract, limits)
