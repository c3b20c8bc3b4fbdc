"""Where places lie: country, province, nearest crossing and its distance, once for each distinct pair of coordinates.

Facts of a dataset that its contract calls ``located`` join ``geo.places`` by ``lat`` and ``lon``. What is there is
kept until a crossing, a shape or a rule in this file changes; then all is located anew.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from warehouse import contracts, schema

if TYPE_CHECKING:
    import geopandas as gpd

# As far as the register's own coordinates may be from the border that they name (expectations/suites/crossings.py):
# the towns at both ends of a gate, and not the next city down the road. Lahore is 23 km from Wagah.
CATCHMENT_KM = 20
# So many places at a time against all crossings: bounds the memory.
AT_ONCE = 20_000
# Degrees, some 10 km: the lines of provinces are coarser than those of countries, by up to 7 km.
NEAR_PROVINCE = 0.1
PLACES = "geo.places"
PROVINCES = """
    SELECT country, coalesce(name_en, name) AS admin1, geometry FROM areas WHERE level = 'admin1'
    ORDER BY country, admin1
"""


def refresh(con: duckdb.DuckDBPyConnection, geometry: Path) -> int:
    """Bring geo.places up to date with the facts and the crossings; return how many places were located."""
    crossings = con.sql(
        """
        SELECT crossing_id, country_a, country_b, lat, lon FROM crossings
        WHERE lat IS NOT NULL AND lon IS NOT NULL
        ORDER BY crossing_id
        """
    ).pl()
    shapes = geometry / "countries.parquet"
    made_by = _made_by(con, crossings, shapes)
    if schema.parts(con).get(PLACES) != made_by:
        con.execute(f"DELETE FROM {PLACES}")
        schema.remember(con, PLACES, made_by)
    missing = _missing(con)
    provinces = con.sql(PROVINCES).pl() if missing.height else pl.DataFrame()
    for part in missing.iter_slices(AT_ONCE):
        con.register("located", locate(part, crossings, _countries(shapes), provinces).to_arrow())
        con.execute(f"INSERT INTO {PLACES} BY NAME FROM located")
        con.unregister("located")
    return missing.height


def locate(
    places: pl.DataFrame, crossings: pl.DataFrame, countries: gpd.GeoDataFrame, provinces: pl.DataFrame
) -> pl.DataFrame:
    """Each place (lat, lon) with country, admin1, crossing_id, km, on_its_border and in_catchment.

    ``crossings`` has crossing_id, country_a, country_b, lat and lon; ``countries`` iso3 and geometry (EPSG:4326);
    ``provinces``, which may be empty, country, admin1 and geometry (well-known text).
    """
    found = places.select("lat", "lon").with_columns(pl.Series("country", _country(places, countries), pl.String))
    found = found.with_columns(_province(found, provinces), *_nearest(places, crossings))
    of_crossing = crossings.select("crossing_id", "country_a", "country_b")
    joined = found.join(of_crossing, on="crossing_id", how="left", maintain_order="left")
    ours = (pl.col("country") == pl.col("country_a")) | (pl.col("country") == pl.col("country_b"))
    at_border = pl.when(pl.col("crossing_id").is_not_null()).then(ours.fill_null(False))
    return joined.select(
        *found.columns,
        at_border.alias("on_its_border"),
        (at_border & (pl.col("km") <= CATCHMENT_KM)).alias("in_catchment"),
    )


def _missing(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The places of all versions of all located facts that have no line yet."""
    located = [name for name in contracts.names() if contracts.load(name).located]
    asked = " UNION ".join(f"SELECT lat, lon FROM facts.{name}" for name in located)
    if not asked:
        return pl.DataFrame(schema={"lat": pl.Float64(), "lon": pl.Float64()})
    found: pl.DataFrame = con.sql(
        f"""
        SELECT lat, lon FROM ({asked}) WHERE lat IS NOT NULL AND lon IS NOT NULL
        EXCEPT SELECT lat, lon FROM {PLACES}
        """
    ).pl()
    return found


def _made_by(con: duckdb.DuckDBPyConnection, crossings: pl.DataFrame, shapes: Path) -> str:
    """A hash of all that decides where a place lies."""
    shaped = f"SELECT bit_xor(hash(country, admin1, geometry)) FROM ({PROVINCES})"
    provinces = str(con.execute(shaped).fetchall())
    parts = [Path(__file__).read_bytes(), shapes.read_bytes(), crossings.write_csv().encode(), provinces.encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _countries(shapes: Path) -> gpd.GeoDataFrame:
    import geopandas as gpd

    return gpd.read_parquet(shapes)


def _country(places: pl.DataFrame, countries: gpd.GeoDataFrame) -> list[str | None]:
    """The country whose shape holds each place; on a line between two the first by name of the code."""
    import geopandas as gpd

    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(places["lon"], places["lat"], crs=4326))
    # Shapes asked for points, not points for shapes: so each shape is prepared once.
    holding = countries[["iso3", "geometry"]].sjoin(points, predicate="intersects")
    first = holding.groupby("index_right")["iso3"].min().to_dict()
    return [first.get(position) for position in points.index]


def _province(places: pl.DataFrame, provinces: pl.DataFrame) -> pl.Series:
    """The province of its own country that holds each place, or the nearest within NEAR_PROVINCE; else null.

    Of its own country, for the two kinds of shapes have not the same borders.
    """
    import shapely

    found: list[str | None] = [None] * places.height
    for (country,), shapes in provinces.group_by("country") if provinces.height else ():
        here = places.with_row_index("position").filter(pl.col("country") == country)
        points = shapely.points(here["lon"].to_numpy(), here["lat"].to_numpy())
        tree = shapely.STRtree(shapely.from_wkt(shapes["geometry"].to_numpy()))
        asked, nearest = tree.query_nearest(points, max_distance=NEAR_PROVINCE, all_matches=False)
        for position, name in zip(here["position"].gather(asked), shapes["admin1"].gather(nearest), strict=True):
            found[position] = name
    return pl.Series("admin1", found, pl.String)


def _nearest(places: pl.DataFrame, crossings: pl.DataFrame) -> list[pl.Series]:
    """crossing_id and km of the crossing nearest to each place; null where there is no crossing at all.

    Nearest by the straight line through the earth, which puts near things in the same order as the way along it.
    """
    import pyproj

    if crossings.is_empty() or places.is_empty():
        empty = [None] * places.height
        return [pl.Series("crossing_id", empty, pl.String), pl.Series("km", empty, pl.Float64)]
    place, crossing = _in_space(places), _in_space(crossings)
    squared = (place**2).sum(axis=1)[:, None] - 2 * place @ crossing.T + (crossing**2).sum(axis=1)
    chosen = crossings[squared.argmin(axis=1)]
    lon, lat, gate_lon, gate_lat = (
        end.to_numpy() for frame in (places, chosen) for end in (frame["lon"], frame["lat"])
    )
    *_, metres = pyproj.Geod(ellps="WGS84").inv(lon, lat, gate_lon, gate_lat)
    return [chosen["crossing_id"], pl.Series("km", metres / 1000)]


def _in_space(frame: pl.DataFrame) -> Any:
    """x, y and z of each row in kilometres from the centre of the earth."""
    import geopandas as gpd
    import numpy as np

    sea_level = np.zeros(frame.height)
    points = gpd.GeoSeries.from_xy(frame["lon"], frame["lat"], z=sea_level, crs="EPSG:4979").to_crs("EPSG:4978")
    return points.get_coordinates(include_z=True).to_numpy() / 1000
