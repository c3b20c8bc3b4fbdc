"""A warehouse of a released Serai is opened by this one with all that it knew; one of a newer Serai is left alone.

``released/*.sql`` makes the tables as that Serai made them, with some of the rows that it took in.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from ingest import run
from tests.ingest.conftest import House
from warehouse import contracts, disk, journal, publish, schema, versions
from warehouse.connect import reading
from warehouse.publish import STORAGE_VERSION
from warehouse.schema import NewerSchemaError

RELEASED = Path(__file__).with_name("released")
OLD = "20261122T160000Z-ab12"
# What no Serai may change of a row that it has: what was said, and when Serai knew it.
KNOWN = ("loaded_at", "superseded_at", "superseded_why", "run_id", "source")


def old_warehouse(folder: Path, release: str) -> Path:
    """Put a warehouse of that release into the folder, as it published it, and return its file."""
    place = folder / "versions" / OLD
    place.mkdir(parents=True)
    for name in ("serai.duckdb", "shell.duckdb"):
        with duckdb.connect() as con:
            con.execute(f"ATTACH '{place / name}' AS old (STORAGE_VERSION '{STORAGE_VERSION}')")
            con.execute("USE old")
            con.execute((RELEASED / f"{release}.sql").read_text(encoding="utf-8"))
    (place / "lock").touch()
    (folder / versions.LINK).symlink_to(Path("versions") / OLD / "shell.duckdb")
    return place / "serai.duckdb"


def told(con: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> set[tuple[object, ...]]:
    return set(con.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall())


def columns_of(con: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]


def check_kept(old: duckdb.DuckDBPyConnection, new: duckdb.DuckDBPyConnection) -> None:
    """Every version of every fact, every line of the ledger and every correction of the old is in the new."""
    for name in ("claims", "incident_counts", "status_reports"):
        table, now = f"facts.{name}", [*contracts.load(name).columns, *KNOWN]
        same = [column for column in columns_of(old, table) if column in now]
        assert len(same) > len(KNOWN)
        rows = told(old, table, same)
        assert rows, f"the fixture has {name}"
        assert rows <= told(new, table, same)
    tables = old.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'ops'").fetchall()
    for (name,) in tables:
        if name not in ("schema_parts", "freshness", "sources"):
            table = f"ops.{name}"
            assert told(old, table, columns_of(old, table)) <= told(new, table, columns_of(old, table)), name


@pytest.mark.parametrize("release", ["first", "0.1.0"])
def test_the_tables_of_a_release_become_todays_with_every_row(tmp_path: Path, release: str) -> None:
    file = old_warehouse(tmp_path, release)
    before = disk.checksum(file)
    with publish.writing(tmp_path), publish.building(tmp_path) as private:
        with duckdb.connect(str(private)) as con, duckdb.connect(str(file), read_only=True) as old:
            schema.create(con)
            check_kept(old, con)
            assert schema.parts(con)["schema"] == str(schema.SCHEMA)
            for name in contracts.names():
                made = columns_of(con, f"facts.{name}")
                assert made == list(schema.column_comments(contracts.load(name))), name
        version = publish.publish(tmp_path, private, keep=3)
    assert version > OLD
    assert disk.checksum(file) == before, "the version before the migration stays as it was"
    with duckdb.connect(str(file), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM facts.claims").fetchall() == [(5,)]


@pytest.mark.slow
def test_an_ingest_goes_on_where_the_release_ended(house: House) -> None:
    file = old_warehouse(house.places.warehouse, "0.1.0")
    [done] = house.ingest("claims").runs
    assert (done.outcome, done.loaded.corrected, done.loaded.withdrawn) == ("loaded", 1, 0), done.reason
    assert done.loaded.unchanged == 2, "rows that the file still has are the same rows, by the same keys"
    with duckdb.connect(str(file), read_only=True) as old, reading(house.places.warehouse) as new:
        [(current,)] = new.cursor().execute("SELECT count(*) FROM claims").fetchall()
        assert current == done.rows_seen - done.rows_quarantined
        superseded = "SELECT count(*) FROM facts.claims WHERE superseded_at IS NOT NULL"
        [(was,)], [(now,)] = old.execute(superseded).fetchall(), new.cursor().execute(superseded).fetchall()
        assert now == was + 1, "the one row that the release had read otherwise"


def test_a_warehouse_of_a_newer_serai_is_refused_and_left_as_it_is(house: House) -> None:
    folder = house.places.warehouse
    with publish.writing(folder), publish.building(folder) as private:
        with duckdb.connect(str(private)) as con:
            schema.create(con)
            schema.remember(con, "schema", str(schema.SCHEMA + 1))
        version = publish.publish(folder, private, keep=2)
    before = disk.checksum(publish.version_file(folder, version))
    words = f"made by a newer Serai .its schema is {schema.SCHEMA + 1}, this Serai knows {schema.SCHEMA}"
    with pytest.raises(NewerSchemaError, match=words):
        run.ingest(house.places, ["claims"], house.limits, lambda *_: None)
    with pytest.raises(NewerSchemaError, match="update Serai"), reading(folder):
        pass
    assert publish.current_version(folder) == version
    assert disk.checksum(publish.version_file(folder, version)) == before
    assert journal.lines(folder) == []


def test_tables_do_not_change_without_their_number() -> None:
    lock = Path(schema.__file__).with_name("schema.lock")
    number, digest = lock.read_text(encoding="ascii").split()
    assert (int(number), digest) == (schema.SCHEMA, schema.tables_of_now()), (
        "the tables changed: if SCHEMA in warehouse/schema.py was released, raise it by one; then write both, as "
        f"{schema.SCHEMA} {schema.tables_of_now()}, into {lock.name}"
    )


def test_a_released_warehouse_is_read_before_it_is_migrated(tmp_path: Path) -> None:
    old_warehouse(tmp_path, "0.1.0")
    with reading(tmp_path) as reader:
        assert (reader.version, reader.notice) == (OLD, None)
        [(newest,)] = reader.cursor().execute("SELECT max(loaded_at) FROM facts.claims").fetchall()
    assert newest.date() == dt.date(2026, 11, 25), "the day on which the fixture was made"
