"""What a dollar costs at the markets of Afghanistan: the good "Exchange rate" in WFP's file of food prices."""

from __future__ import annotations

import polars as pl

from ingest.csv_file import BatchError, ParseLimits, in_columns
from ingest.sources import wfp_afg
from warehouse.contracts import Contract

fetch = wfp_afg.fetch
UNIT = "USD/LCU"


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:
    """The rates of the file in the columns of ``exchange_rates``; a rate of the 15th is that of its month."""
    rows = wfp_afg.read(content, limits).filter(wfp_afg.is_rate())
    if strange := sorted(set(zip(rows["commodity"], rows["unit"], strict=True)) - {(wfp_afg.RATE, UNIT)}):
        shown = ", ".join(f"{name} ({unit})" for name, unit in strange)
        raise BatchError(f"there is the exchange rate {shown}, not {wfp_afg.RATE} ({UNIT}): see what WFP changed")
    day, aggregate = pl.col("date").str.to_date("%Y-%m-%d", strict=False), pl.col("priceflag") == "aggregate"
    days = {"period_start": day.dt.month_start(), "period_end": day.dt.month_end()}
    worked_out = rows.with_columns(
        pl.lit("AFG").alias("country"),
        pl.when(aggregate).then(pl.lit("market_mean")).otherwise(pl.lit("market")).alias("kind"),
        *(day.dt.to_string("%Y-%m-%d").fill_null(pl.col("date")).alias(name) for name, day in days.items()),
        pl.col("price").alias("per_usd"),
        *wfp_afg.published_by("wfp-food-prices-for-afghanistan"),
    )
    return in_columns(worked_out, contract)
