"""Where a place lies: its country, its nearest crossing, and whether it is in that crossing's catchment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import geopandas as gpd
import polars as pl
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import CURATED, HOUSE
from warehouse import contracts, locate, schema

GEOMETRY = HOUSE / "data" / "geometry"
WGS84 = pyproj.Geod(ellps="WGS84")
latitudes, longitudes = (st.floats(-limit, limit, allow_nan=False) for limit in (90, 180))
NO_PROVINCES = pl.DataFrame()
somewhere = st.lists(st.tuples(latitudes, longitudes), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def countries() -> gpd.GeoDataFrame:
    return gpd.read_parquet(GEOMETRY / "countries.parquet")


@pytest.fixture(scope="module")
def crossings() -> pl.DataFrame:
    """The shipped ones that have coordinates."""
    shipped = pl.read_csv(CURATED / "crossings.csv", infer_schema=False)
    return gates(shipped.select("crossing_id", "country_a", "country_b", "lat", "lon").drop_nulls().rows())


@pytest.fixture
def con(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse in which crossing_counts, which has coordinates, is a located dataset."""
    load = contracts.load
    monkeypatch.setattr(contracts, "load", lambda name: replace(load(name), located=name == "crossing_counts"))
    with duckdb.connect() as fresh:
        schema.create(fresh)
        yield fresh


def gates(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    text = dict.fromkeys(("crossing_id", "country_a", "country_b"), pl.String())
    numbers = [(*row[:3], float(str(row[3])), float(str(row[4]))) for row in rows]
    return pl.DataFrame(numbers, schema=text | {"lat": pl.Float64(), "lon": pl.Float64()}, orient="row")


def at(*places: tuple[float, float]) -> pl.DataFrame:
    return pl.DataFrame(places, schema={"lat": pl.Float64(), "lon": pl.Float64()}, orient="row")


def add_crossing(con: duckdb.DuckDBPyConnection, name: str, lat: float | None, lon: float | None) -> None:
    con.execute(
        """
        INSERT INTO facts.crossings BY NAME SELECT
            $name AS row_key, $name AS crossing_id, $name AS name, 'AFG' AS country_a, 'PAK' AS country_b,
            $lat AS lat, $lon AS lon, 'informal' AS category, 'x' AS source_name, 'urn:x' AS source_url,
            'unknown' AS known_from_basis, 'test' AS source, 'run' AS run_id, TIMESTAMP '2026-01-01' AS loaded_at
        """,
        {"name": name, "lat": lat, "lon": lon},
    )


def add_facts(con: duckdb.DuckDBPyConnection, *places: tuple[float | None, float | None]) -> None:
    con.executemany(
        """
        INSERT INTO facts.crossing_counts BY NAME SELECT
            uuid()::VARCHAR AS row_key, 'AFG' AS entering, 'PAK' AS coming_from, 'X' AS port_code, 'x' AS port_name,
            'trucks' AS measure, DATE '2026-01-01' AS period_start, DATE '2026-01-01' AS period_end, 1 AS value,
            $1 AS lat, $2 AS lon, 'x' AS source_name, 'urn:x' AS source_url, 'unknown' AS known_from_basis,
            'test' AS source, 'run' AS run_id, TIMESTAMP '2026-01-01' AS loaded_at
        """,
        places,
    )


def located(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("SELECT crossing_id, round(km), in_catchment FROM geo.places ORDER BY lat").fetchall()


@given(places=somewhere, ends=somewhere)
def test_no_crossing_is_nearer_than_the_one_that_is_named(
    places: list[tuple[float, float]], ends: list[tuple[float, float]]
) -> None:
    registry = gates([(f"gate_{number}", "AFG", "PAK", *end) for number, end in enumerate(ends)])
    nowhere = gpd.GeoDataFrame({"iso3": ["AFG"]}, geometry=[shapely.Point(0, 0)], crs=4326)
    for place in locate.locate(at(*places), registry, nowhere, NO_PROVINCES).iter_rows(named=True):
        naive = {
            gate: WGS84.inv(place["lon"], place["lat"], lon, lat)[2] / 1000
            for gate, _, _, lat, lon in registry.iter_rows()
        }
        assert place["km"] == pytest.approx(naive[place["crossing_id"]], abs=1e-6)
        # Half way round the earth the straight line and the way along it part by a few kilometres.
        assert place["km"] <= min(naive.values()) + (0.001 if place["km"] < 2000 else 40)


@given(places=somewhere)
def test_places_come_back_in_their_order(
    countries: gpd.GeoDataFrame, crossings: pl.DataFrame, places: list[tuple[float, float]]
) -> None:
    found = locate.locate(at(*places), crossings, countries, NO_PROVINCES)
    assert found.select("lat", "lon").rows() == at(*places).rows()
    alone = [locate.locate(at(place), crossings, countries, NO_PROVINCES).row(0) for place in places[:3]]
    assert found.rows()[:3] == alone


@pytest.mark.parametrize(
    ("name", "place", "expected"),
    [
        ("Landi Kotal, on the road to Torkham", (34.100, 71.145), ("PAK", "torkham", True)),
        ("Spin Boldak, behind the gate of Chaman", (31.005, 66.400), ("AFG", "chaman", True)),
        ("Termez, across the river from Hairatan", (37.220, 67.280), ("UZB", "hairatan", True)),
        ("Peshawar, the next city down the road", (34.015, 71.580), ("PAK", "torkham", False)),
        ("Lahore, 23 km from Wagah", (31.550, 74.340), ("PAK", "attari_wagah", False)),
        ("Rubat's corner, but in Pakistan", (29.830, 60.950), ("PAK", "rubat_ghargharook", False)),
        ("Karachi", (24.860, 67.010), ("PAK", "mand_pishin", False)),
        ("El Paso, over the pole", (31.760, -106.490), (None, "shohon_shurobod", False)),
    ],
)
def test_known_places(
    countries: gpd.GeoDataFrame, crossings: pl.DataFrame, name: str, place: tuple[float, float], expected: object
) -> None:
    found = locate.locate(at(place), crossings, countries, NO_PROVINCES)
    assert found.select("country", "crossing_id", "in_catchment").row(0) == expected, name


def test_each_crossing_lies_in_its_own_catchment(countries: gpd.GeoDataFrame, crossings: pl.DataFrame) -> None:
    found = locate.locate(crossings, crossings, countries, NO_PROVINCES)
    assert found["crossing_id"].to_list() == crossings["crossing_id"].to_list()
    assert found["km"].max() == pytest.approx(0, abs=1e-6)
    assert found["in_catchment"].all()


def test_a_province_is_one_of_the_places_own_country(countries: gpd.GeoDataFrame, crossings: pl.DataFrame) -> None:
    # Coarse as Natural Earth's: the line between them runs 5 km east of Torkham's.
    shapes = {
        ("AFG", "Nangarhar"): shapely.box(70, 33.5, 71.13, 35),
        ("PAK", "Khyber Pakhtunkhwa"): shapely.box(71.13, 33.5, 72, 35),
    }
    provinces = pl.DataFrame(
        [(country, name, shape.wkt) for (country, name), shape in shapes.items()],
        schema=["country", "admin1", "geometry"],
        orient="row",
    )
    places = at((34.43, 70.45), (34.1, 71.115), (34.015, 71.58), (24.86, 67.01), (31.76, -106.49))
    found = locate.locate(places, crossings, countries, provinces).select("country", "admin1").rows()
    assert found == [
        ("AFG", "Nangarhar"),
        ("PAK", "Khyber Pakhtunkhwa"),
        ("PAK", "Khyber Pakhtunkhwa"),
        ("PAK", None),
        (None, None),
    ]


def test_without_a_crossing_nothing_is_near(countries: gpd.GeoDataFrame) -> None:
    found = locate.locate(at((34.1, 71.1)), gates([]), countries, NO_PROVINCES).row(0, named=True)
    assert found["country"] == "PAK"
    assert [found[name] for name in ("crossing_id", "km", "on_its_border", "in_catchment")] == [None] * 4


def test_only_what_is_new_is_located(con: duckdb.DuckDBPyConnection) -> None:
    add_crossing(con, "torkham", 34.11472, 71.08472)
    add_facts(con, (34.1, 71.1), (34.1, 71.1), (None, None))
    assert locate.refresh(con, GEOMETRY) == 1
    assert locate.refresh(con, GEOMETRY) == 0
    add_facts(con, (35.0, 71.1))
    assert locate.refresh(con, GEOMETRY) == 1
    assert located(con) == [("torkham", 2, True), ("torkham", 98, False)]


def test_a_crossing_that_gets_coordinates_takes_its_places(con: duckdb.DuckDBPyConnection) -> None:
    add_crossing(con, "torkham", 34.11472, 71.08472)
    add_crossing(con, "ghakhi_pass", None, None)
    add_facts(con, (34.1, 71.1), (34.9, 71.2))
    locate.refresh(con, GEOMETRY)
    assert [line[0] for line in located(con)] == ["torkham", "torkham"]
    con.execute("UPDATE facts.crossings SET lat = 34.9, lon = 71.2 WHERE crossing_id = 'ghakhi_pass'")
    assert locate.refresh(con, GEOMETRY) == 2
    assert located(con) == [("torkham", 2, True), ("ghakhi_pass", 0, True)]
