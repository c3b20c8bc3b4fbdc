"""Corridor legs: a price has its unit, and speeds are those of lorries and trains."""

from __future__ import annotations

import great_expectations.expectations as gxe
import polars as pl
from great_expectations.expectations.row_conditions import Column

from expectations.promise import promise
from expectations.references import References

EXPECTATIONS = [
    promise(
        gxe.ExpectColumnValuesToNotBeNull,
        "cost_unit.of_cost",
        "a price says what it is for",
        column="cost_unit",
        row_condition=Column("cost_usd").is_not_null(),
    ),
    promise(
        gxe.ExpectColumnValuesToBeBetween,
        "speed.plausible",
        "distance over time is at most 130 km/h on land",
        severity="warning",
        column="km_per_hour",
        max_value=130,
    ),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds km_per_hour for legs on land (null where distance or time is not given)."""
    on_land = ~pl.col("mode").str.contains("air")
    speed = pl.col("distance_km") / pl.col("time_hours")
    return rows.with_columns(pl.when(on_land & speed.is_finite()).then(speed).alias("km_per_hour"))
