"""Areas: shapes that can be read, and borders that lie where OpenStreetMap, which our crossings go by, has them."""

from __future__ import annotations

from typing import Any

import polars as pl

from expectations.promise import is_empty
from expectations.references import References

# A line drawn for 1:10 million is good to a few kilometres.
KM_APART = 10
# Degrees; about 100 m: what a border may be simplified by before it is measured.
FINE = 0.001
POLYGONS = ("Polygon", "MultiPolygon")
EXPECTATIONS = [
    is_empty("no_shape", "geometry.readable", "geometry is a polygon in well-known text"),
    is_empty("not_valid", "geometry.valid", "the outline of a shape does not cross itself", "warning"),
    is_empty(
        "borders_apart",
        "geometry.border_as_osm",
        f"a country's borders lie within {KM_APART} km of OpenStreetMap's",
        "warning",
    ),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:
    """Adds no_shape, not_valid (why) and borders_apart (each border that lies farther off, with its kilometres)."""
    import shapely

    shapes = shapely.from_wkt(rows["geometry"].to_list(), on_invalid="ignore")
    areas = [shape if shape is not None and shape.geom_type in POLYGONS else None for shape in shapes]
    each = list(zip(rows["level"], rows["country"], areas, strict=True))
    wrong = [not_area if shape is None else None for shape, not_area in zip(areas, rows["geometry"], strict=True)]
    apart = [_apart(refs, country, shape) if shape and level == "country" else None for level, country, shape in each]
    return rows.with_columns(
        pl.Series("no_shape", wrong, pl.String).str.slice(0, 60),
        pl.Series("not_valid", [_why(shape) if shape else None for shape in areas], pl.String),
        pl.Series("borders_apart", apart, pl.String),
    )


def _why(shape: Any) -> str | None:
    import shapely

    return None if shapely.is_valid(shape) else str(shapely.is_valid_reason(shape))


def _apart(refs: References, country: str, shape: Any) -> str | None:
    """The borders of the country that lie too far off, such as `IND-PAK 29 km`; None where none does."""
    lines = refs.border_lines
    own = lines[(lines["country_a"] == country) | (lines["country_b"] == country)]
    far = [(f"{row.country_a}-{row.country_b}", _km(row.geometry, shape)) for row in own.itertuples()]
    found = [f"{border} up to {km:.0f} km" for border, km in far if km > KM_APART]
    return "; ".join(found) or None


def _km(line: Any, shape: Any) -> float:
    """The farthest that a point of the line lies from the outline of the shape, in kilometres."""
    import geopandas as gpd
    import shapely

    centre = line.centroid
    around = f"+proj=aeqd +lat_0={centre.y} +lon_0={centre.x} +units=km"
    drawn = gpd.GeoSeries([line.simplify(FINE), shape.boundary], crs=4326).to_crs(around)
    points, outline = shapely.points(shapely.get_coordinates(drawn.iloc[0])), drawn.iloc[1]
    shapely.prepare(outline)
    return float(shapely.distance(points, outline).max())
