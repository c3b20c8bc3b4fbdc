"""A world of its own: a day as it was known, or some sources alone, for one cursor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import pytest

from warehouse import world
from warehouse.connect import Reader

DAY = dt.date(2025, 10, 20)


@pytest.fixture(scope="module")
def inside(warehouse: Reader) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor in the world of the day, without what the reports of incidents say."""
    cursor = warehouse.cursor()
    sources = [name for (name,) in cursor.execute("SELECT source FROM ops.sources").fetchall()]
    with world.standing(cursor, DAY, sources=[name for name in sources if name != "incident_counts"]):
        yield cursor


@pytest.mark.parametrize("name", ["status_reports", "closure_episodes", "disruption_index", "trade_months"])
def test_a_table_is_what_the_house_says_it_was_on_the_day(
    inside: duckdb.DuckDBPyConnection, warehouse: Reader, name: str
) -> None:
    query = f"SELECT count(*), bit_xor(hash(t)) FROM {name} AS t"
    assert inside.execute(query).fetchall() == warehouse.cursor(DAY).execute(query).fetchall()


def test_today_is_the_day(inside: duckdb.DuckDBPyConnection) -> None:
    assert inside.execute("SELECT current_date, max(day) FROM crossing_days").fetchall() == [(DAY, DAY)]


def test_a_source_left_out_is_in_no_dataset_and_no_model(inside: duckdb.DuckDBPyConnection) -> None:
    counts = "SELECT (SELECT count(*) FROM incident_counts), (SELECT count(*) FROM incident_years)"
    assert inside.execute(counts).fetchall() == [(0, 0)]


def test_nothing_else_of_the_house_is_there(inside: duckdb.DuckDBPyConnection) -> None:
    for name in ("facts.status_reports", "ops.runs", "analysis.methods", "quarantine"):
        with pytest.raises(duckdb.CatalogException):
            inside.execute(f"FROM {name}")
