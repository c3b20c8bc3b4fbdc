"""What a batch is judged against: the current rows of other datasets, the border lines and the country shapes."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

if TYPE_CHECKING:
    import geopandas as gpd


class References:
    """The warehouse under construction as a suite may look at it."""

    def __init__(self, con: duckdb.DuckDBPyConnection, geometry: Path) -> None:
        self._con = con
        self._geometry = geometry

    def rows(self, dataset: str) -> pl.DataFrame:
        """The current rows of a dataset, as loaded so far."""
        rows: pl.DataFrame = self._con.sql(f"SELECT * FROM {dataset}").pl()
        return rows

    @functools.cached_property
    def border_lines(self) -> gpd.GeoDataFrame:
        """The border lines: country_a, country_b, geometry (lines, EPSG:4326)."""
        import geopandas as gpd

        return gpd.read_parquet(self._geometry / "borders.parquet")

    @functools.cached_property
    def country_shapes(self) -> gpd.GeoDataFrame:
        """The countries at the crossings: iso3, name, geometry (EPSG:4326, simplified to about 1 km)."""
        import geopandas as gpd

        return gpd.read_parquet(self._geometry / "countries.parquet")
