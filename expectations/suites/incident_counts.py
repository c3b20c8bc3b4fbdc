"""Incident counts: whole numbers, of a period that had begun."""

from __future__ import annotations

import polars as pl

from expectations.promise import is_empty
from expectations.references import References
from expectations.rules import in_order, not_published_before, published_after_end

EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("period_start"),
    published_after_end("period_end"),
    is_empty("part_of_one", "value.whole", "a count is a whole number"),
    is_empty("series_of_another", "series_id.of_metric", "series_id names the row's metric"),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds part_of_one (a value that is not whole) and series_of_another (a series_id without the metric)."""
    named = pl.col("series_id").str.contains(pl.format("-{}-", pl.col("metric")), literal=True)
    return rows.with_columns(
        pl.when(pl.col("value") % 1 != 0).then(pl.col("value")).alias("part_of_one"),
        pl.when(~named).then(pl.col("series_id")).alias("series_of_another"),
    )
