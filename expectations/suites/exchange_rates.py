"""Exchange rates: periods in order, a rate above zero, a market's with its market, and no leap as of a lost point."""

from __future__ import annotations

import polars as pl

from expectations.promise import is_empty
from expectations.references import References
from expectations.rules import in_order, not_published_before

# Currencies do collapse, so this only warns.
LEAP = 20
EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("period_start"),
    is_empty("not_above_zero", "per_usd.above_zero", "a rate is above zero"),
    is_empty("placeless", "market.of_kind", "a market's rate names its market, an official rate has none"),
    is_empty("leap", "per_usd.no_leap", f"a rate is within {LEAP} times that of the period before", "warning"),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds not_above_zero, placeless (the kind) and leap (the rate, where it is that far from the period before)."""
    rate = pl.col("per_usd")
    before = rate.shift().over("currency", "kind", "admin1", "market", order_by="period_start")
    official = pl.col("kind") == "official_average"
    return rows.with_columns(
        pl.when(official != pl.col("market").is_null()).then(pl.col("kind")).alias("placeless"),
        pl.when(rate <= 0).then(rate).alias("not_above_zero"),
        pl.when((rate > before * LEAP) | (rate * LEAP < before)).then(rate).alias("leap"),
    )
