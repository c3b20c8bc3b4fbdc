"""Natural Earth: shapefiles in a zip, codes that are no codes, and borders held against OpenStreetMap's."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
import shapely.affinity

from ingest.csv_file import BatchError
from ingest.sources import natural_earth
from tests.conftest import HOUSE
from tests.ingest import live
from tests.ingest.conftest import LIMITS, House
from tests.server import Reply, Server
from warehouse import contracts

PATH = "/naturalearth/10m/cultural/ne_10m_admin_0_countries.zip"
PROVINCES = "/naturalearth/10m/cultural/ne_10m_admin_1_states_provinces.zip"
# A shape that is Afghanistan's by OpenStreetMap, simplified to about 1 km.
AFGHANISTAN = gpd.read_parquet(HOUSE / "data" / "geometry" / "countries.parquet").set_index("iso3").geometry["AFG"]
SQUARE = shapely.box(70, 30, 71, 31)
pytestmark = pytest.mark.usefixtures("few_rows")


def country(code: str, name: str, shape: Any, iso: str | None = None) -> dict[str, Any]:
    names = {"NAME": name, "NAME_EN": name, "NAME_FA": "افغانستان", "NAME_UR": None, "NAME_RU": "Афганистан"}
    return {"ADM0_A3": code, "ISO_A3_EH": iso or code, "TYPE": "Sovereign country", **names, "geometry": shape}


def province(code: str, name: str, country_code: str, iso: str) -> dict[str, Any]:
    names = {"name": name, "name_en": name, "name_fa": None, "name_ur": None, "name_ru": None}
    words = {"adm1_code": code, "iso_3166_2": iso, "type_en": "Province", "adm0_a3": country_code}
    return {**words, **names, "geometry": SQUARE}


def zipped(folder: Path, rows: list[dict[str, Any]]) -> Reply:
    """A shapefile as Natural Earth packs it, with its edition in a file beside it."""
    folder.mkdir(exist_ok=True)
    gpd.GeoDataFrame(rows, crs=4326).to_file(folder / "ne.shp", encoding="utf-8")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.glob("ne.*")):
            archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes())
        archive.writestr(zipfile.ZipInfo("ne.VERSION.txt"), "5.1.1\r\n")
        archive.writestr(zipfile.ZipInfo("ne.README.html"), "<html></html>")
    return Reply(packed.getvalue(), headers={"Content-Type": "application/zip"})


COUNTRIES = [country("AFG", "Afghanistan", AFGHANISTAN), country("KOS", "Kosovo", SQUARE, "-99")]


@pytest.fixture
def atlas(built_house: House, server: Server, tmp_path: Path) -> House:
    built_house.visit(server, "natural_earth", "natural_earth_admin1")
    server.routes[PATH] = zipped(tmp_path / "countries", COUNTRIES)
    return built_house


def test_a_country_has_its_code_its_names_and_its_shape(atlas: House) -> None:
    [run] = atlas.ingest("natural_earth").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined, run.warnings) == ("loaded", 2, 0, 0), run.reason
    first, second = atlas.rows("FROM areas ORDER BY area_id").rows(named=True)
    assert (first["country"], first["name_fa"], first["name_ur"], first["edition"]) == (
        "AFG", "افغانستان", None, "5.1.1",
    )  # fmt: skip
    assert second["country"] == "KOS"
    drawn = shapely.from_wkt(first["geometry"])
    assert drawn.contains(shapely.Point(first["lon"], first["lat"]))
    assert drawn.hausdorff_distance(AFGHANISTAN) < 0.0001
    # 652,864 km2 by its government, as the CIA's World Factbook has it.
    assert first["area_km2"] == pytest.approx(652_000, rel=0.02)
    # A degree each way at 30.5 degrees north.
    assert second["area_km2"] == pytest.approx(111.2 * 95.9 * 0.996, rel=0.01)


def test_of_the_provinces_those_of_the_region_are_kept(atlas: House, server: Server, tmp_path: Path) -> None:
    rows = [province("AFG-1741", "Badghis", "AFG", "AF-BDG"), province("FRA-5362", "Pas-de-Calais", "FRA", "FR-62")]
    server.routes[PROVINCES] = zipped(tmp_path / "provinces", rows)
    atlas.ingest("natural_earth", "natural_earth_admin1")
    found = atlas.rows("SELECT area_id, country, iso_3166_2, kind FROM areas WHERE level = 'admin1'").rows()
    assert found == [("AFG-1741", "AFG", "AF-BDG", "Province")]
    assert atlas.rows("SELECT count(*) FROM areas").item() == 3


def test_a_border_far_from_openstreetmaps_is_warned_of(atlas: House, server: Server, tmp_path: Path) -> None:
    moved = shapely.affinity.translate(AFGHANISTAN, 0.3)
    server.routes[PATH] = zipped(tmp_path / "moved", [country("AFG", "Afghanistan", moved)])
    [run] = atlas.ingest("natural_earth").runs
    assert (run.outcome, run.loaded.added) == ("loaded", 1), run.reason
    warned = atlas.rows("FROM ops.validations WHERE expectation = 'geometry.border_as_osm'").row(0, named=True)
    assert (warned["severity"], warned["outcome"]) == ("warning", "fail")
    assert "AFG-IRN up to" in warned["observed"]


def test_the_same_file_again_changes_nothing(atlas: House) -> None:
    live.check_unchanged(atlas, "natural_earth")


def test_a_border_drawn_anew_is_a_new_version_and_is_replayed(atlas: House, server: Server, tmp_path: Path) -> None:
    atlas.ingest("natural_earth")
    server.routes[PATH] = zipped(
        tmp_path / "anew", [COUNTRIES[0], country("KOS", "Kosovo", shapely.box(70, 30, 71, 32))]
    )
    live.check_replays(atlas, server, "natural_earth")
    assert atlas.rows("SELECT area_id FROM facts.areas WHERE superseded_why = 'corrected'").item() == "KOS"


def test_every_bad_day_of_the_source_is_refused_and_changes_nothing(atlas: House, server: Server) -> None:
    live.check_survives(atlas, server, "natural_earth", PATH, "wrong checksum")
    live.check_refuses_all(server, "natural_earth", PATH)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda folder: zipped(folder, [{"NAME": "x", "geometry": SQUARE}]).body,
            "lacks the column adm0_a3, iso_a3_eh",
        ),
        (lambda folder: zipped(folder, COUNTRIES).body[:-200], "this is no zip that can be read"),
        (lambda _: packed({"ne.txt": b"x"}), r"the zip has no shapefile, or several \(ne.txt\)"),
        (lambda _: packed({"ne.shp": b"x"}), "the shapefile cannot be read"),
    ],
    ids=["renamed columns", "cut off", "another zip", "damaged"],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, change: Any, words: str) -> None:
    with pytest.raises(BatchError, match=words):
        natural_earth.parse(change(tmp_path), contracts.load("areas"), LIMITS.parse)


def packed(files: dict[str, bytes]) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return found.getvalue()


@live.real_file
def test_the_real_countries_lie_where_openstreetmap_has_them_but_for_two_borders(
    atlas: House, server: Server, tmp_path: Path
) -> None:
    """Sir Creek, and the sea off Gwadar: time zones go on into territorial waters there."""
    codes = ("AFG", "IRN", "PAK", "TJK", "TKM", "UZB")
    features = [json.loads(live.sample(f"geometry/ne_10m/{code}.geojson").read_bytes()) for code in codes]
    kept = {name.lower() for name in country("", "", None)} - {"geometry"}
    rows = [
        # In the shapefile of countries the columns are in capitals.
        {name.upper(): one["properties"][name] for name in kept}
        | {"geometry": shapely.geometry.shape(one["geometry"])}
        for one in features
    ]
    server.routes[PATH] = zipped(tmp_path / "real", rows)
    [run] = atlas.ingest("natural_earth").runs
    assert (run.outcome, run.loaded.added, run.rows_quarantined) == ("loaded", 6, 0), run.reason
    found = atlas.rows("SELECT observed FROM ops.validations WHERE expectation = 'geometry.border_as_osm'").item()
    assert "IND-PAK up to 29 km; PAK-IRN up to" in found
    assert "AFG" not in found.replace("AFG-", "")
    assert "AFG-" not in found
