"""WFP's food prices as HDX HAPI has them, for countries whose own files are not taken in, with codes of districts.

The period of a price runs from the 15th to the 14th; it is WFP's price of the 15th, and dated so here, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ingest import hapi
from ingest.pieces import by_year
from ingest.sources.wfp_afg import is_rate, level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.client import Client
    from ingest.csv_file import ParseLimits
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted
    from warehouse.contracts import Contract
    from warehouse.load import Scope

COLUMNS = (
    "market_name", "market_code", "lat", "lon", "commodity_category", "commodity_name", "commodity_code", "unit",
    "price_flag", "price_type", "currency_code", "price",
)  # fmt: skip
RENAMED = {
    "market_name": "market", "commodity_category": "category", "commodity_name": "commodity",
    "currency_code": "currency", "period_start": "price_date",
}  # fmt: skip
pieces = by_year


def fetch(client: Client, source: Source, wanted: Wanted) -> Iterator[Answer]:
    """The pages or files of the years wanted."""
    name = r"hdx_hapi_food_price_global_\d{4}\.csv"
    return hapi.fetch(client, source, wanted, dataset="hdx-hapi-food-price", file=name)


def scope(answers: list[Answer]) -> Scope:
    """The countries and years asked for; of the last December nothing, for its periods end in January."""
    both = "list_contains($years, year(price_date)) AND list_contains($years, year(price_date + INTERVAL 31 DAY))"
    return hapi.scope(answers, both)


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:
    """The prices in the columns of ``food_prices``; the dollar among the goods is left to wfp_rates."""
    found = hapi.rows(content, limits, COLUMNS).rename(RENAMED).filter(~is_rate())
    worked_out = found.with_columns(
        level("price_flag"),
        pl.col("price_type").str.to_lowercase().str.replace_all(" ", "_", literal=True),
        pl.lit("HDX HAPI, from WFP").alias("source_name"),
        pl.lit("https://data.humdata.org/dataset/hdx-hapi-food-price").alias("source_url"),
    )
    return hapi.with_errors(worked_out, contract)
