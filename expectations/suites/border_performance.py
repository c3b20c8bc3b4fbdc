"""Border performance: measured in a period that had begun; a country average names its country."""

from __future__ import annotations

import polars as pl

from expectations.promise import is_empty
from expectations.references import References
from expectations.rules import in_order, not_published_before, published_after_end

EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("period_start"),
    published_after_end("period_end"),
    is_empty("nowhere", "crossing_id.or_country", "without a crossing, the indicator ends in its country or group"),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds nowhere: the indicator of a row that names neither crossing nor country."""
    of_country = pl.col("indicator").str.contains(r"_([A-Z]{3}|CAREC)$")
    lost = pl.col("crossing_id").is_null() & ~of_country
    return rows.with_columns(pl.when(lost).then(pl.col("indicator")).alias("nowhere"))
