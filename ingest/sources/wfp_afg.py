"""WFP's food prices, one CSV file a country on HDX, of which the catalogue says where it is today.

Row 2 has HXL tags. The header grew by two codes. ``usdprice`` is not read: WFP has converted the same prices by other
rates in another year. The file of Afghanistan has the dollar's rate among the goods: no price, but a row of
exchange_rates (wfp_rates).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from ingest import hdx, unpack
from ingest.csv_file import BatchError, ParseLimits, in_columns
from warehouse.contracts import Contract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.client import Client
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted

FIRST_HEADER = [
    "date", "admin1", "admin2", "market", "latitude", "longitude", "category", "commodity", "unit",
    "priceflag", "pricetype", "currency", "price", "usdprice",
]  # fmt: skip
CODES = ["market_id", "commodity_id"]
RATE = "Exchange rate"
RENAMED = {
    "latitude": "lat", "longitude": "lon", "market_id": "market_code", "commodity_id": "commodity_code",
    "priceflag": "price_flag", "pricetype": "price_type", "date": "price_date",
}  # fmt: skip


def fetch(client: Client, source: Source, _: Wanted) -> Iterator[Answer]:
    """The file of Afghanistan."""
    return file_of(client, source, "wfp_food_prices_afg.csv")


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:
    """The prices of the file in the columns of ``food_prices``; the header is row 1."""
    return prices(content, contract, limits, country="AFG", dataset="wfp-food-prices-for-afghanistan")


def file_of(client: Client, source: Source, name: str) -> Iterator[Answer]:
    """The dataset's file of that name. The catalogue's answer is not kept: it counts visits, so it never rests."""
    yield client.get(hdx.file(client.get(source.address).content, name))


def prices(content: bytes, contract: Contract, limits: ParseLimits, *, country: str, dataset: str) -> pl.DataFrame:
    """The prices of one country's file, in the columns of ``food_prices``."""
    rows = read(content, limits).filter(~is_rate())
    worked_out = rows.with_columns(
        pl.lit(country).alias("country"),
        level("priceflag"),
        pl.col("pricetype").str.to_lowercase().str.replace_all(" ", "_", literal=True),
        *published_by(dataset),
    )
    return in_columns(worked_out.rename(RENAMED), contract)


def is_rate() -> pl.Expr:
    """Whether the good is what a dollar costs: "Exchange rate", in other countries "Exchange rate (unofficial)"."""
    return pl.col("commodity").str.starts_with(RATE).fill_null(value=False)


def level(flag: str) -> pl.Expr:
    """Whether a price is a market's or the mean of a province or country, by its flag and the market's name."""
    of_country = pl.col("market") == "National Average"
    of_market = pl.when(of_country).then(pl.lit("country")).otherwise(pl.lit("market"))
    return pl.when(pl.col(flag) == "aggregate").then(pl.lit("province")).otherwise(of_market).alias("level")


def published_by(dataset: str) -> list[pl.Expr]:
    """Who publishes the file, and the page of its dataset."""
    page = f"https://data.humdata.org/dataset/{dataset}"
    return [pl.lit("World Food Programme").alias("source_name"), pl.lit(page).alias("source_url")]


def read(content: bytes, limits: ParseLimits) -> pl.DataFrame:
    """The file as text with row_number, without its HXL row; codes that an older file lacks are empty."""
    if len(content) > limits.file_bytes:
        raise BatchError(f"the file has {len(content):,} bytes: raise SERAI_MAX_FILE_BYTES if that is right")
    unpack.check_text(content)
    try:
        found = pl.read_csv(io.BytesIO(content), infer_schema=False, encoding="utf8")
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise BatchError(f"this is not CSV as WFP writes it ({reason}): try later") from None
    lacking = [name for name in FIRST_HEADER if name not in found.columns]
    unknown = [name for name in found.columns if name not in FIRST_HEADER + CODES]
    if lacking or unknown:
        raise BatchError(
            f"row 1 is not the known header (missing: {', '.join(lacking) or 'none'}; unknown: "
            f"{', '.join(unknown) or 'none'}): see what WFP changed, then mend wfp_afg.py"
        )
    codes = [pl.lit(None, pl.String).alias(name) for name in CODES if name not in found.columns]
    numbered = found.with_columns((pl.int_range(pl.len(), dtype=pl.Int64) + 2).alias("row_number"), *codes)
    return numbered.filter(~pl.col("date").str.starts_with("#").fill_null(value=False))
