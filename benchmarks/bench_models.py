"""Time the models on the shipped facts, and on a hundred times the status reports: part of ``make bench``.

Bounds: all models from the fact tables in 2 s, `crossing_days_as_of` for any day in 0.5 s, one crossing's year in
20 ms, and at a hundred times the reports no more than 130 times as long.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from serai.settings import settings
from warehouse import models
from warehouse.publish import holding

TIMES = 100
YEAR = """
SELECT * FROM crossing_days WHERE crossing_id = 'torkham' AND day BETWEEN '2025-01-01' AND '2025-12-31'
"""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private copy of the published warehouse, to be written to."""
    copy = tmp_path_factory.mktemp("bench") / "serai.duckdb"
    with holding(settings().warehouse) as (_, path):
        shutil.copy(path, copy)
    with duckdb.connect(str(copy)) as con:
        yield con


def rows(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a table has."""
    [(count,)] = con.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


def test_all_models_from_the_fact_tables(benchmark: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    built = benchmark.pedantic(models.build, args=(warehouse,), rounds=5, warmup_rounds=1)
    reports = rows(warehouse, "status_reports")
    print(f"\n{len(built)} models with {sum(built.values()):,} rows, from {reports:,} status reports")
    assert benchmark.stats.stats.median < 2


@pytest.mark.parametrize("day", ["2017-03-01", "2021-08-15", "2025-10-20", "2026-11-22"])
def test_the_panel_as_of_a_day(benchmark: Any, warehouse: duckdb.DuckDBPyConnection, day: str) -> None:
    query = f"SELECT count(*), count(report_id), max(voices) FROM crossing_days_as_of(DATE '{day}')"
    [(days, *_)] = benchmark.pedantic(lambda: warehouse.execute(query).fetchall(), rounds=5, warmup_rounds=1)
    print(f"\n{days:,} rows as of {day}")
    assert benchmark.stats.stats.median < 0.5


def test_the_year_of_a_crossing(benchmark: Any, warehouse: duckdb.DuckDBPyConnection) -> None:
    days = benchmark(lambda: warehouse.execute(YEAR).fetchall())
    print(f"\n{len(days):,} rows of {rows(warehouse, 'crossing_days'):,}")
    assert benchmark.stats.stats.median < 0.02


def test_a_hundred_times_the_reports(warehouse: duckdb.DuckDBPyConnection) -> None:
    once = statistics.median(seconds(warehouse) for _ in range(3))
    before = rows(warehouse, "status_reports")
    multiply(warehouse)
    often = seconds(warehouse)
    after = rows(warehouse, "status_reports")
    print(f"\n{before:,} reports {once:.2f} s, {after:,} reports {often:.2f} s: {often / once:.0f} times as long")
    assert after == before * TIMES
    assert often / once < 130


def seconds(con: duckdb.DuckDBPyConnection) -> float:
    """The time of one rebuild."""
    started = time.monotonic()
    models.build(con)
    return time.monotonic() - started


def multiply(con: duckdb.DuckDBPyConnection) -> None:
    """Add synthetic reports: each of the real ones 99 times over, by another publisher and at another time."""
    con.execute(
        """
        CREATE TEMP TABLE synthetic AS
        SELECT r.* REPLACE (
            r.row_key || '-' || n AS row_key,
            r.report_id || '-' || n AS report_id,
            r.source_name || ' ' || n AS source_name,
            (r.valid_from - (n * 31)::INT) AS valid_from,
            (r.valid_to - (n * 31)::INT) AS valid_to,
            (r.published_on - (n * 31)::INT) AS published_on,
            (r.known_from - (n * 31)::INT) AS known_from
        )
        FROM facts.status_reports AS r
        CROSS JOIN range(1, ?) AS copies (n)
        """,
        [TIMES],
    )
    con.execute("INSERT INTO facts.status_reports FROM synthetic")
