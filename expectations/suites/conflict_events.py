"""Conflict events: the dead add up, dates are in order, the point lies in the country that is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from expectations.promise import is_empty
from expectations.references import References
from expectations.rules import in_order

if TYPE_CHECKING:
    import geopandas as gpd

# Degrees, some 10 km: shapes are simplified, and a point that stands for a border lies on either side of it.
NEAR_COUNTRY = 0.1
PARTS = ("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown")
EXPECTATIONS = [
    in_order("date_start", "date_end"),
    in_order("covers_from", "covers_to"),
    is_empty("parts_and_best", "deaths.add_up", "the dead of both sides, civilians and unknown make deaths_best"),
    # Uppsala's own files have it the other way round for 1 event in 30, of the year 2000 as of 2021.
    is_empty("disordered", "deaths.in_order", "deaths_low <= deaths_best <= deaths_high", "warning"),
    is_empty("alone", "coordinates.in_pairs", "a latitude has its longitude"),
    is_empty(
        "elsewhere",
        "coordinates.in_country",
        "the point lies in the country that is named, or within 10 km of it",
        "warning",
    ),
    is_empty("placeholder", "actors.named", "both actors are known, not UCDP's placeholder XXX", "warning"),
    is_empty("undated", "date_precision.known", "how well the day is known is said", "warning"),
    is_empty("final_but_marked", "status.final", "only an annual event with nothing to check is final"),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:
    """Adds a column for each promise above, with what is wrong with the row, else empty."""
    parts = pl.sum_horizontal(PARTS, ignore_nulls=False)
    low, best, high = (pl.col(f"deaths_{name}") for name in ("low", "best", "high"))
    actors = [pl.col(name) for name in ("actor_a", "actor_b")]
    unnamed = [actor.str.contains(r"^XXX\d*$").fill_null(False) for actor in actors]
    final = (pl.col("series") == "annual") & (pl.col("code_status").fill_null("Clear") == "Clear")
    return rows.with_columns(
        pl.Series("elsewhere", _elsewhere(rows, refs.country_shapes), pl.String),
        pl.when(parts != best).then(pl.format("{} and {}", parts, best)).alias("parts_and_best"),
        pl.when((low > best) | (best > high)).then(pl.format("{}, {}, {}", low, best, high)).alias("disordered"),
        pl.when(pl.col("lat").is_null() != pl.col("lon").is_null()).then(pl.col("event_id")).alias("alone"),
        pl.coalesce(pl.when(name).then(actor) for name, actor in zip(unnamed, actors, strict=True)).alias(
            "placeholder"
        ),
        pl.when(pl.col("date_precision") == "unknown").then(pl.col("date_precision")).alias("undated"),
        pl.when((pl.col("status") == "final") & ~final).then(pl.col("code_status")).alias("final_but_marked"),
    )


def _elsewhere(rows: pl.DataFrame, shapes: gpd.GeoDataFrame) -> pl.Series:
    """The country and coordinates where these lie outside the country by more than NEAR_COUNTRY, else null."""
    import geopandas as gpd
    import shapely

    claimed = rows.select("country", "lat", "lon")
    places = claimed.unique().drop_nulls().filter(pl.col("country").is_in(shapes["iso3"].to_list()))
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(places["lon"], places["lat"], crs=4326))
    wider = shapely.buffer(shapes.geometry.to_numpy(), NEAR_COUNTRY)
    around = gpd.GeoDataFrame({"iso3": shapes["iso3"]}, geometry=wider, crs=4326)
    held = around.sjoin(points, predicate="intersects")
    at_home = held["iso3"].to_numpy() == places["country"].to_numpy()[held["index_right"]]
    homes = set(held["index_right"][at_home])
    far = places.with_row_index("position").filter(~pl.col("position").is_in(homes))
    words = pl.format("{} {} {}", "country", "lat", "lon").alias("elsewhere")
    return claimed.join(
        far.select("country", "lat", "lon", words), on=["country", "lat", "lon"], how="left", maintain_order="left"
    )["elsewhere"]
