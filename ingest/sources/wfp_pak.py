"""WFP's food prices of Pakistan: the same file as Afghanistan's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.sources import wfp_afg

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from ingest.client import Client
    from ingest.csv_file import ParseLimits
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted
    from warehouse.contracts import Contract


def fetch(client: Client, source: Source, _: Wanted) -> Iterator[Answer]:
    """The file of Pakistan."""
    return wfp_afg.file_of(client, source, "wfp_food_prices_pak.csv")


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:
    """The prices of the file in the columns of ``food_prices``; the header is row 1."""
    return wfp_afg.prices(content, contract, limits, country="PAK", dataset="wfp-food-prices-for-pakistan")
