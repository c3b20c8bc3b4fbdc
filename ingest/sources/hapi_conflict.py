"""Conflict events by district and month, as HDX HAPI counts them from ACLED's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ingest import hapi
from ingest.pieces import by_year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.client import Client
    from ingest.csv_file import ParseLimits
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted
    from warehouse.contracts import Contract
    from warehouse.load import Scope

COLUMNS = ("event_type", "events", "fatalities")
pieces = by_year


def fetch(client: Client, source: Source, wanted: Wanted) -> Iterator[Answer]:
    """The pages or files of the years wanted."""
    name = r"hdx_hapi_conflict_event_global_\d{4}\.csv"
    return hapi.fetch(client, source, wanted, dataset="hdx-hapi-conflict-event", file=name)


def scope(answers: list[Answer]) -> Scope:
    """The countries and years asked for."""
    return hapi.scope(answers, "list_contains($years, year(period_start))")


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:
    """The counts in the columns of ``conflict_counts``."""
    found = hapi.rows(content, limits, COLUMNS).with_columns(
        pl.lit("HDX HAPI, from ACLED").alias("source_name"),
        pl.lit("https://data.humdata.org/dataset/hdx-hapi-conflict-event").alias("source_url"),
    )
    return hapi.with_errors(found, contract)
