"""Sea transits: whole ships, types that add up to their total, chokepoints without holes between their days."""

from __future__ import annotations

import polars as pl

from expectations.promise import is_empty
from expectations.references import References

# The source rounds each type and the total for itself.
ROUNDING = 6
FIGURES = ("vessels", "capacity_dwt", "import_tonnes", "export_tonnes")
EXPECTATIONS = [
    is_empty("part_of_one", "vessels.whole", "a count of ships is a whole number"),
    is_empty("not_of_kind", "figures.of_kind", "a chokepoint has capacity, a port has tonnes landed and loaded"),
    is_empty("total_apart", "all.adds_up", "what is counted of all ships is the sum over their types", "warning"),
    is_empty("days_missing", "day.no_hole", "a chokepoint has a row for every day between its days", "warning"),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds part_of_one, not_of_kind, total_apart (which figure, all and sum) and days_missing (how many, before)."""
    return rows.join(_sums(rows), on=["place_id", "day"], how="left", maintain_order="left").with_columns(
        pl.when(pl.col("vessels") % 1 != 0).then(pl.col("vessels")).alias("part_of_one"),
        pl.when(_of_other_kind()).then(pl.col("place_kind")).alias("not_of_kind"),
        pl.coalesce(_apart(figure) for figure in FIGURES).alias("total_apart"),
        _days_missing().alias("days_missing"),
    )


def _sums(rows: pl.DataFrame) -> pl.DataFrame:
    """What the types of a place and day add up to; null where one of the five is not there."""
    types = rows.filter(pl.col("ship_type") != "all")
    sums = [pl.when(pl.col(name).count() == 5).then(pl.col(name).sum()).alias(f"sum_{name}") for name in FIGURES]
    return types.group_by("place_id", "day").agg(sums)


def _of_other_kind() -> pl.Expr:
    capacity, tonnes = pl.col("capacity_dwt").is_not_null(), ("import_tonnes", "export_tonnes")
    has_tonnes = pl.any_horizontal(pl.col(name).is_not_null() for name in tonnes)
    lacks_tonnes = pl.any_horizontal(pl.col(name).is_null() for name in tonnes)
    return (
        pl.when(pl.col("place_kind") == "chokepoint").then(~capacity | has_tonnes).otherwise(capacity | lacks_tonnes)
    )


def _apart(figure: str) -> pl.Expr:
    apart = (pl.col(figure) - pl.col(f"sum_{figure}")).abs() > ROUNDING
    said = pl.format("{} {}, its types {}", pl.lit(figure), figure, f"sum_{figure}")
    return pl.when((pl.col("ship_type") == "all") & apart).then(said)


def _days_missing() -> pl.Expr:
    before = pl.col("day").shift().over("place_id", "ship_type", order_by="day")
    missing = (pl.col("day") - before).dt.total_days() - 1
    of_chokepoint = (pl.col("place_kind") == "chokepoint") & (pl.col("ship_type") == "all")
    return pl.when(of_chokepoint & (missing > 0)).then(pl.format("{} days before {}", missing, "day"))
