"""Publishers: an outlet is one thing, and nobody is his own agency."""

from __future__ import annotations

import great_expectations.expectations as gxe
import polars as pl

from expectations.promise import is_empty, promise
from expectations.references import References

EXPECTATIONS = [
    is_empty("own_agency", "agency.another", "agency is another than the outlet itself"),
    # Else one voice would count as two, under the name that pages print and under the outlet's.
    is_empty("agency_alias", "agency.canonical", "agency is spelt as the outlet of that name is"),
    promise(
        gxe.ExpectColumnValuesToBeInSet,
        "outlet.one_kind",
        "the names of one outlet share its country and kind",
        column="kinds_of_outlet",
        value_set=[1],
    ),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds own_agency (the agency where it is the outlet), agency_alias (where it is another name of one) and
    kinds_of_outlet (how many kinds and countries)."""
    aliases = rows.filter(pl.col("publisher") != pl.col("outlet"))["publisher"].implode()
    return rows.with_columns(
        pl.when(pl.col("agency") == pl.col("outlet")).then(pl.col("agency")).alias("own_agency"),
        pl.when(pl.col("agency").is_in(aliases)).then(pl.col("agency")).alias("agency_alias"),
        pl.struct("country", "kind").n_unique().over("outlet").cast(pl.Int64).alias("kinds_of_outlet"),
    )
