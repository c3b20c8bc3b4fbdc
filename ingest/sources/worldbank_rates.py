"""The World Bank's official exchange rates: one indicator of its API, whose countries name the currencies."""

from __future__ import annotations

import polars as pl

from ingest.csv_file import ParseLimits, in_columns
from ingest.sources import worldbank
from warehouse.contracts import Contract

fetch = worldbank.fetch
CURRENCIES = {
    "AFG": "AFN", "CHN": "CNY", "IND": "INR", "IRN": "IRR", "PAK": "PKR", "TJK": "TJS", "TKM": "TMT", "UZB": "UZS",
}  # fmt: skip


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:  # noqa: ARG001
    """The rows of one page that have a figure, in the columns of ``exchange_rates``."""
    country = pl.col("country")
    rows = worldbank.observations(content).with_columns(
        country.replace_strict(CURRENCIES, default=None).alias("currency"),
        pl.lit("official_average").alias("kind"),
        pl.col("value").alias("per_usd"),
        pl.lit("World Bank").alias("source_name"),
        pl.format("https://data.worldbank.org/indicator/{}", "indicator").alias("source_url"),
    )
    return in_columns(rows, contract)
