"""Publishers: an outlet is one thing, and nobody is his own agency."""

from __future__ import annotations

import great_expectations.expectations as gxe
import polars as pl

from expectations.promise import is_empty, promise
from expectations.references import References

EXPECTATIONS = [
    is_empty("own_agency", "agency.another", "agency is another than the outlet itself"),
    promise(
        gxe.ExpectColumnValuesToBeInSet,
        "outlet.one_kind",
        "the names of one outlet share its country and kind",
        column="kinds_of_outlet",
        value_set=[1],
    ),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds own_agency (the agency where it is the outlet) and kinds_of_outlet (how many kinds and countries)."""
    return rows.with_columns(
        pl.when(pl.col("agency") == pl.col("outlet")).then(pl.col("agency")).alias("own_agency"),
        pl.struct("country", "kind").n_unique().over("outlet").cast(pl.Int64).alias("kinds_of_outlet"),
    )
