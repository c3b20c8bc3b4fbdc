"""Bilateral trade: partners differ, periods are as long as their frequency says, dollars are plain dollars."""

from __future__ import annotations

import polars as pl

from expectations.promise import is_empty
from expectations.references import References
from expectations.rules import in_order, not_published_before

# The largest pair of countries trades about 600 billion dollars a year in one direction.
MOST = 1e12
MONTHS = {"monthly": 1, "quarterly": 3, "annual": 12}
EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("period_start"),
    is_empty("own_partner", "partner.another", "partner is another than the reporter"),
    is_empty("unlike_frequency", "frequency.of_period", "a period has the whole months that its frequency says"),
    is_empty(
        "too_much",
        "value.plain_dollars",
        f"no two countries trade {MOST:,.0f} dollars in a period: else it was multiplied by its scale",
    ),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds own_partner, unlike_frequency (the frequency) and too_much (the value)."""
    start, end, value = pl.col("period_start"), pl.col("period_end"), pl.col("value")
    months = pl.col("frequency").replace_strict(MONTHS, default=None, return_dtype=pl.Int64)
    whole = (start == start.dt.month_start()) & (
        end == start.dt.offset_by(pl.format("{}mo", months)).dt.offset_by("-1d")
    )
    return rows.with_columns(
        pl.when(pl.col("reporter") == pl.col("partner")).then(pl.col("partner")).alias("own_partner"),
        pl.when(~whole).then(pl.col("frequency")).alias("unlike_frequency"),
        pl.when((value >= MOST) & (pl.col("partner") != "WLD")).then(value).alias("too_much"),
    )
