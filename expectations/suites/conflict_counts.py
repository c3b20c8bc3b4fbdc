"""Conflict counts: whole months, a place as deep as its level, and no deaths without an event."""

from __future__ import annotations

import polars as pl

from expectations.promise import is_empty
from expectations.references import References
from expectations.rules import in_order, not_published_before

EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("period_start"),
    is_empty("part_of_month", "period.whole_month", "a count is of one whole month"),
    is_empty("placeless", "admin1.of_level", "a province or district says in which province it lies", "warning"),
    is_empty("deaths_of_nothing", "fatalities.of_events", "where no event was counted nobody died in one", "warning"),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds part_of_month (its last day), placeless (the level) and deaths_of_nothing (the deaths)."""
    start, end = pl.col("period_start"), pl.col("period_end")
    whole = (start == start.dt.month_start()) & (end == start.dt.month_end())
    return rows.with_columns(
        pl.when(~whole).then(end).alias("part_of_month"),
        pl.when((pl.col("admin_level") > 0) & pl.col("admin1").is_null()).then("admin_level").alias("placeless"),
        pl.when((pl.col("events") == 0) & (pl.col("fatalities") > 0)).then("fatalities").alias("deaths_of_nothing"),
    )
