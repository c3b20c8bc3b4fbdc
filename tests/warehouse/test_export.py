"""An export: every table as files that strangers' tools read, whole, the same each time, nothing forbidden in it."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import geopandas as gpd
import mlcroissant
import pytest
import yaml
from frictionless import Package, system

from tests.conftest import HOUSE, serai
from warehouse import export, export_citation, export_tables, export_words, models, schema, versions
from warehouse.connect import Reader
from warehouse.export_citation import Told
from warehouse.export_words import ExportError

DAY = dt.date(2025, 10, 20)
SIZE = 500
URL = "https://serai.example.org"


def wanted(day: dt.date | None = None) -> export.Wanted:
    return export.Wanted(day, [], SIZE, URL)


@pytest.fixture(scope="module")
def folder(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of all shipped facts, by the command, where others reach the dashboard."""
    target = tmp_path_factory.mktemp("exports") / "out"
    done = serai("export", str(target), "--json", data=published, SERAI_PUBLIC_URL=f"{URL}/")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["left_out"] == {}
    return target


def rows(query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as con:
        return con.execute(query).fetchall()


def test_a_stranger_to_serai_finds_the_package_valid(folder: Path) -> None:
    with system.use_context(trusted=True):
        package = Package(str(folder / "datapackage.json"))
        report = package.validate(limit_rows=300)
    assert not report.flatten(["title", "message"])
    assert len(package.resources) > 80


def test_croissant_describes_every_table_and_its_rows_are_read_by_it(folder: Path) -> None:
    dataset = mlcroissant.Dataset(str(folder / "croissant.json"))
    assert list(dataset.metadata.issues.errors) == []
    assert "http://mlcommons.org/croissant/1.1" in str(dataset.metadata.conforms_to)
    assert dataset.metadata.url == URL
    found = list(dataset.records("facts/crossings"))
    assert {row["facts/crossings/crossing_id"] for row in found} >= {b"torkham", b"chaman"}


def test_it_is_cited_as_a_dataset_with_its_version_its_day_and_the_words_of_each_source(
    folder: Path, warehouse: Reader
) -> None:
    cff = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    program = yaml.safe_load((HOUSE / "CITATION.cff").read_text(encoding="utf-8"))
    published = versions.published_at(warehouse.version)
    assert published is not None
    assert (cff["type"], cff["version"], cff["url"]) == ("dataset", warehouse.version, URL)
    assert (cff["date-released"], cff["authors"]) == (f"{published:%Y-%m-%d}", program["authors"])
    held = "SELECT title, publisher, citation FROM ops.sources SEMI JOIN ops.runs USING (source)"
    words = {(one["title"], one["authors"][0]["name"], one["notes"]) for one in cff["references"]}
    assert words == set(warehouse.cursor().execute(held).fetchall())
    told = json.loads((folder / "datapackage.json").read_bytes())["citation"]
    assert told == json.loads((folder / "croissant.json").read_bytes())["citeAs"]
    assert told.startswith(f"The Serai founders ({published.year}): Serai: ")
    assert f"Version {warehouse.version}, published {published:%Y-%m-%d}. Dataset. {URL}. With data of: " in told
    assert all(citation.rstrip(".") in told for _, _, citation in words)


def test_where_nobody_else_reaches_it_the_descriptions_are_valid_without_an_address() -> None:
    told = Told("v", dt.datetime.fromisoformat("2026-11-25 04:05"), DAY, [], {})
    # As it is read from a file: mlcroissant writes into what it is given.
    croissant = json.loads(json.dumps(export_words.croissant([], {}, told)))
    assert list(mlcroissant.Dataset(jsonld=croissant).metadata.issues.errors) == []
    assert "url" not in croissant
    assert croissant["citeAs"] == (
        "The Serai founders (2026): Serai: an observatory of closed and open borders. "
        "Version v, published 2026-11-25, as known on 2025-10-20. Dataset."
    )
    cff = yaml.safe_load(export_citation.cff(told, "about"))
    assert not {"url", "references"} & cff.keys()
    assert cff["title"].endswith("(as known on 2025-10-20)")


def test_every_file_has_its_checksum(folder: Path) -> None:
    done = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    listed = {line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()}
    assert listed == {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    } - {"SHA256SUMS"}  # fmt: skip


@pytest.mark.parametrize(
    "name", ["facts/status_reports", "facts/incident_counts", "models/closure_episodes", "ops/runs"]
)
def test_parquet_and_csv_hold_the_rows_of_the_table(folder: Path, warehouse: Reader, name: str) -> None:
    table = name.replace("/", ".").replace("models.", "main.")
    asked = "SELECT count(*), bit_xor(hash(t::VARCHAR)) FROM {} AS t"
    held = warehouse.cursor().execute(asked.format(table)).fetchall()
    assert rows(asked.format(f"'{folder / name}.parquet'")) == held
    assert rows(f"SELECT count(*) FROM read_csv('{folder / name}.csv')") == [held[0][:1]]


def test_every_table_of_the_version_is_there(folder: Path, warehouse: Reader) -> None:
    there = warehouse.cursor().execute(
        """
        SELECT replace(schema_name, 'main', 'models') || '/' || table_name FROM duckdb_tables()
        WHERE table_name <> 'schema_parts'
        """
    )
    files = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.csv")}
    assert {name for (name,) in there.fetchall()} <= files


def test_what_is_unknown_is_empty_and_text_is_as_it_came(folder: Path, warehouse: Reader) -> None:
    [(unknown,)] = (
        warehouse.cursor().execute("SELECT count(*) FROM facts.status_reports WHERE valid_to IS NULL").fetchall()
    )
    csv = folder / "facts" / "status_reports.csv"
    assert rows(f"SELECT count(*) FROM read_csv('{csv}', all_varchar = true) WHERE valid_to IS NULL") == [(unknown,)]
    assert csv.read_bytes().count(b"\r\n") == csv.read_bytes().count(b"\n") > 900


def test_geopandas_reads_the_places(folder: Path, warehouse: Reader) -> None:
    found = gpd.read_parquet(folder / "facts" / "crossings.geo.parquet").set_index("crossing_id")
    assert found.crs == "OGC:CRS84"
    [(lon, lat)] = (
        warehouse.cursor().execute("SELECT lon, lat FROM crossings WHERE crossing_id = 'torkham'").fetchall()
    )
    assert (found.geometry["torkham"].x, found.geometry["torkham"].y) == (lon, lat)
    assert (found.geometry.isna() == found["lat"].isna()).all()


def test_the_same_version_gives_the_same_bytes_in_the_place_of_the_export_before(
    folder: Path, warehouse: Reader
) -> None:
    before = (folder / "SHA256SUMS").read_bytes()
    (folder / "README.md").unlink()
    export.write(warehouse, folder, wanted(), lambda *_: None)
    assert (folder / "SHA256SUMS").read_bytes() == before
    assert (folder / "README.md").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


def test_as_of_a_day_nothing_later_is_in_it(warehouse: Reader, tmp_path: Path) -> None:
    with warehouse.cursor() as cursor, export_tables.chosen(cursor, DAY, None, tmp_path / "world.duckdb") as found:
        tables = {table.path: table.rows for table in found.tables}
        newest = cursor.execute(
            f"SELECT max(known_from), (SELECT max(day) FROM ({tables['models/disruption_index']})) "
            f"FROM ({tables['facts/status_reports']})"
        ).fetchall()
    assert newest[0][0] <= DAY
    assert newest[0][1] == DAY
    assert "serai analyse --as-of 2025-10-20" in found.left_out["analysis"]
    assert "ops/runs" in found.left_out


def test_a_folder_of_somebody_else_is_left_alone(warehouse: Reader, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(ExportError, match="is no export of Serai"):
        export.write(warehouse, tmp_path / "mine", wanted(), lambda *_: None)
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "thesis.txt"]


def test_an_export_that_breaks_off_leaves_the_one_before_also_where_that_died_amid_its_renames(
    folder: Path, warehouse: Reader
) -> None:
    def breaks(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = (folder / "SHA256SUMS").read_bytes()
    folder.rename(folder.with_name(".out.before"))
    with pytest.raises(OSError, match="No space left"):
        export.write(warehouse, folder, wanted(), breaks)
    assert (folder / "SHA256SUMS").read_bytes() == before
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with one event of a source that may not be passed on, one that may, and one of a source unknown."""
    with duckdb.connect() as opened:
        schema.create(opened)
        for name, provider in (("acled", "ACLED"), ("ucdp_ged", "UCDP"), ("gone", "UCDP")):
            opened.execute(EVENT, {"source": name, "provider": provider})
            if name != "gone":
                opened.execute(SOURCE, [name])
        opened.execute("INSERT INTO geo.places (lat, lon) VALUES (34, 71), (35, 71)")
        models.build(opened)
        yield opened


SOURCE = "INSERT INTO ops.sources VALUES (?, '', 'conflict_events', '', '', '', '', '', '', '', true, '', '')"
EVENT = """
    INSERT INTO facts.conflict_events BY NAME
    SELECT
        $provider AS provider, if($provider = 'UCDP', '26.1', 'live') AS release, upper($source) AS event_id,
        if($provider = 'UCDP', 'annual', 'live') AS series, 'final' AS status, DATE '2025-01-01' AS covers_from,
        DATE '2025-12-31' AS covers_to, DATE '2025-10-01' AS date_start, DATE '2025-10-01' AS date_end,
        'day' AS date_precision, 'exact' AS place_precision, if($source = 'acled', 34, 35) AS lat, 71 AS lon,
        'AFG' AS country, 'battles' AS event_type, 'A' AS actor_a, 'x' AS source_name,
        'https://example.org/' AS source_url, $source AS row_key,
        DATE '2025-10-02' AS known_from, 'published' AS known_from_basis, $source AS source,
        'r' AS run_id, TIMESTAMP '2025-10-03' AS loaded_at
"""


@pytest.mark.parametrize("day", [None, DAY])
@pytest.mark.parametrize(
    ("withheld", "kept"),
    [(["acled"], ["ucdp_ged"]), ([], ["acled", "ucdp_ged"]), (None, ["acled", "gone", "ucdp_ged"])],
)
def test_what_may_not_be_passed_on_is_in_no_table_nor_worked_out_from(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, day: dt.date | None, withheld: list[str] | None, kept: list[str]
) -> None:
    with con.cursor() as cursor, export_tables.chosen(cursor, day, withheld, tmp_path / "world.duckdb") as found:
        tables = {table.path: table.rows for table in found.tables}
        for path in ("facts/conflict_events", "models/conflict_event_latest"):
            got = cursor.execute(f"SELECT row_key FROM ({tables[path]}) ORDER BY ALL").fetchall()
            assert [key for (key,) in got] == kept
        places = cursor.execute(f"SELECT lat FROM ({tables['geo/places']}) ORDER BY ALL").fetchall()
        assert places == [(34.0,), (35.0,)]["acled" not in kept :]
