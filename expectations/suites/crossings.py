"""Crossings: their coordinates lie at the border that they name."""

from __future__ import annotations

import great_expectations.expectations as gxe
import polars as pl
from great_expectations.expectations.row_conditions import Column

from expectations.promise import is_empty, promise
from expectations.references import References

KM_FROM_BORDER = 20
EXPECTATIONS = [
    promise(
        gxe.ExpectColumnValuesToBeBetween,
        "coordinates.at_border",
        f"coordinates lie within {KM_FROM_BORDER} km of the border line that they name",
        column="km_to_border",
        max_value=KM_FROM_BORDER,
    ),
    promise(
        gxe.ExpectColumnValuesToNotBeNull,
        "coordinates.in_pairs",
        "a latitude has its longitude",
        column="lon",
        row_condition=Column("lat").is_not_null(),
    ),
    is_empty("own_neighbour", "countries.differ", "a crossing lies between two countries"),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:
    """Adds km_to_border (null without coordinates or line) and own_neighbour (country_b where it is country_a)."""
    distances = _distances(rows, refs)
    return rows.with_columns(
        pl.Series("km_to_border", distances, pl.Float64),
        pl.when(pl.col("country_a") == pl.col("country_b")).then(pl.col("country_b")).alias("own_neighbour"),
    )


def _distances(rows: pl.DataFrame, refs: References) -> list[float | None]:
    wanted = rows.select("country_a", "country_b", "lat", "lon").iter_rows()
    return [_distance(refs, *row) for row in wanted]


def _distance(refs: References, a: str, b: str, lat: float | None, lon: float | None) -> float | None:
    """Kilometres from the point to the line, in an equidistant projection around the point."""
    import geopandas as gpd

    lines = refs.border_lines
    line = lines[(lines["country_a"] == a) & (lines["country_b"] == b)]
    if lat is None or lon is None or line.empty or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    around = f"+proj=aeqd +lat_0={lat} +lon_0={lon} +units=km"
    point = gpd.GeoSeries.from_xy([lon], [lat], crs=4326).to_crs(around).iloc[0]
    return float(line.to_crs(around).distance(point).min())
