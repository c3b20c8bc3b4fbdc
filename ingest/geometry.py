"""Country shapes and border lines, built once from the polygons of the package timezonefinder.

``python -m ingest.geometry`` writes data/geometry/countries.parquet (iso3, name, geometry; simplified for maps) and
borders.parquet (country_a, country_b, geometry; full detail, lines). In this region time zones are countries, drawn
from OpenStreetMap by timezone-boundary-builder: © OpenStreetMap contributors, ODbL 1.0.
"""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import shapely
from timezonefinder import TimezoneFinder

HOUSE = Path(__file__).resolve().parent.parent
OUT = HOUSE / "data" / "geometry"
CROSSINGS = HOUSE / "data" / "raw" / "curated" / "crossings.csv"
# Degrees; about 1 km: fine enough for a map of a country, coarse enough for a browser.
MAP_TOLERANCE = 0.01
# Degrees; the two sides of a border repeat each other's vertices but for the last digits.
SHARED_TOLERANCE = 0.002
COUNTRIES = {
    "AFG": ("Afghanistan", ["Asia/Kabul"]),
    "PAK": ("Pakistan", ["Asia/Karachi"]),
    "IRN": ("Iran", ["Asia/Tehran"]),
    "TKM": ("Turkmenistan", ["Asia/Ashgabat"]),
    "UZB": ("Uzbekistan", ["Asia/Tashkent", "Asia/Samarkand"]),
    "TJK": ("Tajikistan", ["Asia/Dushanbe"]),
    "KGZ": ("Kyrgyzstan", ["Asia/Bishkek"]),
    "IND": ("India", ["Asia/Kolkata"]),
    "CHN": ("China", ["Asia/Shanghai", "Asia/Urumqi"]),
    "KAZ": (
        "Kazakhstan",
        [
            "Asia/Almaty",
            "Asia/Aqtau",
            "Asia/Aqtobe",
            "Asia/Atyrau",
            "Asia/Oral",
            "Asia/Qostanay",
            "Asia/Qyzylorda",
        ],
    ),
}


def main() -> None:
    """Build both files."""
    countries = shapes()
    OUT.mkdir(parents=True, exist_ok=True)
    borders(countries).to_parquet(OUT / "borders.parquet", compression="zstd")
    simple = countries.assign(geometry=shapely.coverage_simplify(countries.geometry.array, MAP_TOLERANCE))
    simple.to_parquet(OUT / "countries.parquet", compression="zstd")


def shapes() -> gpd.GeoDataFrame:
    """Columns iso3, name and geometry (EPSG:4326), in full detail."""
    finder = TimezoneFinder(in_memory=True)
    shape = {iso3: _country(finder, zones) for iso3, (_, zones) in COUNTRIES.items()}
    names = [name for name, _ in COUNTRIES.values()]
    return gpd.GeoDataFrame({"iso3": list(shape), "name": names}, geometry=list(shape.values()), crs=4326)


def borders(countries: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Columns country_a, country_b and geometry: the line that each pair of countries with crossings shares."""
    outline = dict(zip(countries["iso3"], countries.geometry.boundary, strict=True))
    pairs = _pairs_with_crossings(set(outline))
    lines = [outline[a].intersection(outline[b].buffer(SHARED_TOLERANCE)) for a, b in pairs]
    return gpd.GeoDataFrame(pairs, columns=["country_a", "country_b"], geometry=lines, crs=4326)


def _country(finder: TimezoneFinder, zones: list[str]) -> shapely.Geometry:
    polygons = [
        shapely.Polygon(outer, holes)
        for zone in zones
        for outer, *holes in finder.get_geometry(tz_name=zone, coords_as_pairs=True)
    ]
    return shapely.union_all(shapely.make_valid(polygons))


def _pairs_with_crossings(known: set[str]) -> list[tuple[str, str]]:
    with CROSSINGS.open(encoding="utf-8", newline="") as file:
        pairs = {(row["country_a"], row["country_b"]) for row in csv.DictReader(file)}
    return sorted(pair for pair in pairs if set(pair) <= known)


if __name__ == "__main__":
    main()
