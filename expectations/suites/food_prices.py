"""Food prices: above zero, no province's mean among the markets, and no leap that another currency would make."""

from __future__ import annotations

import polars as pl

from expectations.promise import is_empty
from expectations.references import References
from expectations.rules import not_published_before

# Prices do double in a month. The afghani of before October 2002 was a thousandth of today's.
LEAP = 10
SERIES = ["source_name", "country", "admin1", "market", "level", "commodity", "unit", "price_type", "currency"]
EXPECTATIONS = [
    not_published_before("price_date"),
    is_empty("not_above_zero", "price.above_zero", "a price is above zero"),
    is_empty("unlike_flag", "level.of_flag", "what is flagged aggregate is a province's mean, all else a market's"),
    is_empty("leap", "price.no_leap", f"a price is within {LEAP} times the one before it in its series", "warning"),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds not_above_zero, unlike_flag (the level) and leap (the price, where it is that far from the one before)."""
    price, level = pl.col("price"), pl.col("level")
    before = price.shift().over(SERIES, order_by="price_date")
    of_flag = pl.when(pl.col("price_flag") == "aggregate").then(pl.lit("province")).otherwise(pl.lit("market"))
    return rows.with_columns(
        pl.when(price <= 0).then(price).alias("not_above_zero"),
        pl.when((level != of_flag) & (level != "country")).then(level).alias("unlike_flag"),
        pl.when((price > before * LEAP) | (price * LEAP < before)).then(price).alias("leap"),
    )
