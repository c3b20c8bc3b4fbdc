"""The contracts: one description a column, read the same by the database, the package and the judges."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from frictionless import Package, Schema, validate

from docs.make import OWN_KEYS
from ingest import csv_file, source
from tests.conftest import CURATED, HOUSE
from warehouse import contracts, schema
from warehouse.connect import reading
from warehouse.load import Delivery, Loaded, load
from warehouse.models import ordered

PACKAGE = HOUSE / "data" / "raw" / "datapackage.json"


@pytest.mark.parametrize("name", contracts.names())
def test_each_contract_is_a_frictionless_table_schema(name: str) -> None:
    assert Schema.from_descriptor(contracts.descriptor(name)).field_names == contracts.load(name).columns


@pytest.mark.parametrize("name", source.shipped())
def test_each_contract_has_the_columns_of_its_file(name: str) -> None:
    header = (CURATED / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == contracts.load(name).columns


@pytest.mark.parametrize("name", contracts.names())
def test_what_a_contract_names_exists(name: str) -> None:
    contract = contracts.load(name)
    named = {*contract.primary_key, *contract.statement, *contract.not_before, *filter(None, [contract.published])}
    assert named <= set(contract.columns)
    assert set(contract.statement) < set(contract.primary_key) or not contract.statement
    for key in contract.foreign_keys:
        assert key.field in contract.columns
        assert key.reference in contracts.load(key.resource).columns


def test_the_same_name_is_the_same_type_everywhere() -> None:
    types: dict[str, set[str]] = defaultdict(set)
    for name in contracts.names():
        for field in contracts.load(name).fields:
            types[field.name].add(field.type)
    assert {name for name, found in types.items() if len(found) > 1} == set()


def test_the_data_package_of_the_shipped_files_is_valid() -> None:
    report = validate(str(PACKAGE))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])
    assert report.stats["tasks"] == len(source.shipped())


def test_the_rows_that_the_package_passes_over_are_those_that_break_their_schema() -> None:
    """Another reader of the same schema finds the same rows: none is held back for convenience."""
    descriptor: dict[str, Any] = json.loads(PACKAGE.read_text(encoding="utf-8"))
    passed_over = {one["name"]: one.get("dialect", {}).get("commentRows", []) for one in descriptor["resources"]}
    for resource in descriptor["resources"]:
        resource.pop("dialect", None)
    report = Package.from_descriptor(descriptor, basepath=str(PACKAGE.parent)).validate()
    found = {task.name: {error.row_number for error in task.errors} for task in report.tasks}
    assert found["crossing_capacity"] == {96}
    assert found["loss_claims"] == {110}
    assert found["crossings"] == {43}
    assert all(rows <= set(passed_over[name]) for name, rows in found.items())


def test_every_table_and_column_is_described_in_the_database_itself(published: Path) -> None:
    with reading(published / "warehouse") as reader:
        undescribed = (
            reader.cursor()
            .execute(
                """
            SELECT schema_name || '.' || table_name || '.' || column_name FROM duckdb_columns()
            WHERE NOT internal AND coalesce(comment, '') = ''
            UNION ALL SELECT table_name FROM duckdb_tables() WHERE coalesce(comment, '') = ''
            UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal AND coalesce(comment, '') = ''
            """
            )
            .fetchall()
        )
    assert undescribed == []


def test_the_table_itself_refuses_what_the_contract_refuses() -> None:
    with duckdb.connect() as con:
        schema.create(con)
        with pytest.raises(duckdb.ConstraintException):
            con.execute(
                """
                INSERT INTO facts.timeline (row_key, event_id, event_date, kind, title, source_name, source_url,
                    known_from_basis, source, run_id, loaded_at)
                VALUES ('k', 'e', DATE '2025-01-01', 'ambush', 't', 's', 'https://x.org/', 'unknown', 's', 'r', now())
                """
            )


def test_a_changed_contract_rebuilds_its_table_and_keeps_its_rows(published: Path) -> None:
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{published / 'warehouse' / 'serai.duckdb'}' AS old (READ_ONLY)")
        schema.create(con)
        con.execute("DROP VIEW claims")
        con.execute("CREATE OR REPLACE TABLE facts.claims AS SELECT * EXCLUDE (note) FROM old.facts.claims")
        con.execute("UPDATE ops.schema_parts SET made_by = 'an older contract' WHERE name = 'table claims'")
        schema.create(con)
        [(rows, columns)] = con.execute("SELECT count(*), any_value(note) IS NULL FROM claims").fetchall()
        assert (rows, columns) == (28, True)


def test_a_row_is_still_found_by_its_key_when_the_key_has_more_columns() -> None:
    rates = contracts.load("exchange_rates")
    said = {"country": "AFG", "currency": "AFN", "kind": "official_average", "per_usd": 82.6}
    year = {"period_start": dt.date(2023, 1, 1), "period_end": dt.date(2023, 12, 31)}
    row = said | year | {"source_name": "World Bank", "source_url": "https://example.org"}
    types = {field.name: csv_file.POLARS_TYPES[field.type] for field in rates.fields}
    frame = pl.DataFrame([row | dict.fromkeys(("admin1", "market", "published_on"))], schema=types)
    older = replace(rates, primary_key=("currency", "kind", "period_start", "period_end"))
    with duckdb.connect() as con:
        schema.create(con)
        load(con, older, frame, present=frame, by=Delivery("test", "1", dt.datetime(2026, 1, 1)))  # noqa: DTZ001
        con.execute("DROP VIEW exchange_rates")
        con.execute(
            "CREATE OR REPLACE TABLE facts.exchange_rates AS SELECT * EXCLUDE (market) FROM facts.exchange_rates"
        )
        con.execute("UPDATE ops.schema_parts SET made_by = 'older' WHERE name = 'table exchange_rates'")
        schema.create(con)
        again = load(con, rates, frame, present=frame, by=Delivery("test", "2", dt.datetime(2026, 1, 2)))  # noqa: DTZ001
    assert again == Loaded(unchanged=1)


def test_nothing_is_written_twice_when_nothing_changed() -> None:
    with duckdb.connect() as con:
        schema.create(con)
        before = con.execute("SELECT count(*) FROM ops.schema_parts").fetchall()
        started = dt.datetime.now(dt.UTC)
        schema.create(con)
        assert (dt.datetime.now(dt.UTC) - started).total_seconds() < 0.3
        assert con.execute("SELECT count(*) FROM ops.schema_parts").fetchall() == before


def test_own_keys_do_not_reach_the_package() -> None:
    text = PACKAGE.read_text(encoding="utf-8")
    own = set(OWN_KEYS) - {"name", "title", "description"}
    assert {key for key in own if f'"{key}":' in text} == set()


def test_no_model_has_the_name_of_a_dataset() -> None:
    assert {model.name for model in ordered()} & set(contracts.names()) == set()
