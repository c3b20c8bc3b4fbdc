"""Trade flows: fiscal years have twelve months, partners differ, a page says a figure in one way."""

from __future__ import annotations

import great_expectations.expectations as gxe
import polars as pl
from great_expectations.expectations.row_conditions import Column

from expectations.promise import is_empty, promise
from expectations.references import References
from expectations.rules import in_order, not_published_before, published_after_end

FISCAL_YEAR = r"(?i)fiscal year|\bFY ?\d"
# A part of a fiscal year says so: seven months of, first quarter of, April-January.
PART_OF_YEAR = r"(?i)month|quarter|half|[A-Z][a-z]+-[A-Z][a-z]+"
EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("period_start"),
    published_after_end("period_end"),
    promise(
        gxe.ExpectColumnValuesToBeBetween,
        "period.fiscal_year",
        "a fiscal year has twelve months",
        column="days",
        min_value=364,  # the Afghan and Iranian year begins on 20 or 21 March
        max_value=367,
        row_condition=Column("of_fiscal_year") == True,  # noqa: E712 (a condition, not a comparison)
    ),
    is_empty("own_partner", "partner.another", "partner is another than the reporter"),
    is_empty(
        "worded_twice",
        "qualifier.one_a_page",
        "one page words one figure in one way: a second reading is not a second source",
        "warning",
    ),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds days, of_fiscal_year, own_partner and worded_twice (the qualifier, where the page has another too)."""
    note = pl.col("note").fill_null("")
    figure = ["reporter", "partner", "flow", "commodity", "basis", "period_start", "period_end", "unit"]
    wordings = pl.col("qualifier").n_unique().over(*figure, "source_url", "value")
    return rows.with_columns(
        (pl.col("period_end") - pl.col("period_start")).dt.total_days().add(1).alias("days"),
        (note.str.contains(FISCAL_YEAR) & ~note.str.contains(PART_OF_YEAR)).alias("of_fiscal_year"),
        pl.when(pl.col("reporter") == pl.col("partner")).then(pl.col("partner")).alias("own_partner"),
        pl.when(wordings > 1).then(pl.col("qualifier")).alias("worded_twice"),
    )
