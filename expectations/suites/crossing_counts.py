"""Crossing counts: one port a code, one figure a month, and ports that share a name are told apart."""

from __future__ import annotations

import polars as pl

from expectations.promise import is_empty
from expectations.references import References
from expectations.rules import in_order, not_published_before

EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("period_start"),
    is_empty("part_of_one", "value.whole", "a count is a whole number"),
    is_empty("own_neighbour", "countries.differ", "coming_from is another country than entering"),
    is_empty("code_of_two", "port_code.one_port", "a port code names one port"),
    is_empty(
        "name_of_two",
        "port_name.one_port",
        "a name means one port: where two share it, tell them apart by port_code",
        "warning",
    ),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:  # noqa: ARG001 (all suites measure alike)
    """Adds part_of_one, own_neighbour, code_of_two and name_of_two (the name with the codes that share it)."""
    ports = rows.select("entering", "port_code", "port_name", "admin1").unique()
    names = _shared(ports, "port_name", "port_code").rename({"shared": "name_of_two"})
    codes = _shared(ports, "port_code", "port_name").rename({"shared": "code_of_two"})
    return (
        rows.join(names, on=["entering", "port_name"], how="left", nulls_equal=True, maintain_order="left")
        .join(codes, on=["entering", "port_code"], how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            pl.when(pl.col("value") % 1 != 0).then(pl.col("value")).alias("part_of_one"),
            pl.when(pl.col("entering") == pl.col("coming_from")).then(pl.col("entering")).alias("own_neighbour"),
        )
    )


def _shared(ports: pl.DataFrame, name: str, other: str) -> pl.DataFrame:
    """The values of ``name`` that stand with more than one of ``other``, and with which: Eastport (0103 Maine, …)."""
    place = pl.concat_str(other, "admin1", separator=" ", ignore_nulls=True)
    return (
        ports.group_by("entering", name)
        .agg(pl.col(other).n_unique().alias("count"), place.unique().sort().str.join(", ").alias("places"))
        .filter(pl.col("count") > 1)
        .select("entering", name, pl.format("{} ({})", name, "places").alias("shared"))
    )
