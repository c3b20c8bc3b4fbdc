"""Trade flows: fiscal years have twelve months, partners differ, a page says a figure in one way."""

from __future__ import annotations

import great_expectations.expectations as gxe
import polars as pl
from great_expectations.expectations.row_conditions import Column

from expectations.promise import is_empty, promise
from expectations.references import References
from expectations.rules import in_order, not_published_before, published_after_end

FIGURE = ["reporter", "partner", "commodity", "basis", "period_start", "period_end", "unit"]
# A gap of one in a hundred is a revision or a rounding; more is a dispute (docs/method.md, trade_months).
REVISED = 0.01
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
    is_empty(
        "sum_of_parts",
        "total.adds_up",
        "a total is what pages print as exports and imports for the same period, counted alike",
        "warning",
    ),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds days, of_fiscal_year, own_partner, worded_twice (the qualifier, where the page has another too) and
    sum_of_parts (the nearest sum of exports and imports that pages print, where it is not the total)."""
    note = pl.col("note").fill_null("")
    wordings = pl.col("qualifier").n_unique().over(*FIGURE, "flow", "source_url", "value")
    return rows.join(_unlike_its_parts(rows), on="row_number", how="left", maintain_order="left").with_columns(
        (pl.col("period_end") - pl.col("period_start")).dt.total_days().add(1).alias("days"),
        (note.str.contains(FISCAL_YEAR) & ~note.str.contains(PART_OF_YEAR)).alias("of_fiscal_year"),
        pl.when(pl.col("reporter") == pl.col("partner")).then(pl.col("partner")).alias("own_partner"),
        pl.when(wordings > 1).then(pl.col("qualifier")).alias("worded_twice"),
    )


def _unlike_its_parts(rows: pl.DataFrame) -> pl.DataFrame:
    """The totals that no printed exports and imports make up, by row_number, with the nearest sum_of_parts."""
    figures = rows.filter(~pl.col("qualifier").is_in(["over", "under"]))

    def printed(flow: str) -> pl.DataFrame:
        return figures.filter(pl.col("flow") == flow).select(*FIGURE, pl.col("value").alias(flow)).unique()

    parts = printed("export").join(printed("import"), on=FIGURE, nulls_equal=True)
    gap = (pl.col("value") - pl.col("sum_of_parts")).abs()
    rounding = (_last_digit("value") + _last_digit("export") + _last_digit("import")) / 2
    allowed = pl.max_horizontal(rounding, REVISED * pl.col("value"))
    return (
        figures.filter(pl.col("flow") == "total")
        .join(parts, on=FIGURE, nulls_equal=True)
        .with_columns((pl.col("export") + pl.col("import")).round(6).alias("sum_of_parts"))
        .with_columns(gap.alias("gap"), (gap - allowed).alias("beyond"))
        .group_by("row_number")
        .agg(pl.col("sum_of_parts").sort_by("gap").first(), pl.col("beyond").min())
        .filter(pl.col("beyond") > 0)
        .drop("beyond")
    )


def _last_digit(column: str) -> pl.Expr:
    """What the last digit that a figure shows is worth: 100 in 1,400, 0.01 in 25.89."""
    millionths = (pl.col(column) * 1e6).round().cast(pl.Int64)
    steps = [pl.when(millionths % 10**power == 0).then(pl.lit(10.0 ** (power - 6))) for power in range(16)]
    return pl.when(millionths == 0).then(pl.lit(1.0)).otherwise(pl.max_horizontal(steps))
