"""A reader as of a day: what it answers, and that the door for people's SQL stays as narrow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.connect import Limits, Reader, reading

DAY = dt.date(2025, 10, 20)
LIMITS = Limits(seconds=5, rows=100, memory_mb=256)


@pytest.fixture
def reader(published: Path) -> Iterator[Reader]:
    with reading(published / "warehouse") as opened:
        yield opened


@pytest.mark.parametrize(
    "table", ["closure_episodes", "crossing_spans", "crossing_latest", "status_reports", "timeline"]
)
def test_a_cursor_of_a_day_answers_as_the_macro_of_that_day(reader: Reader, table: str) -> None:
    of_day = reader.cursor(DAY).sql(f"FROM {table}").pl()
    of_macro = reader.cursor().sql(f"FROM {table}_as_of(DATE '{DAY}')").pl()
    assert of_day.columns == of_macro.columns
    assert sorted(map(str, of_day.rows())) == sorted(map(str, of_macro.rows()))
    assert not of_day.is_empty()


def test_a_cursor_of_a_day_knows_no_report_of_a_later_day(reader: Reader) -> None:
    newest = "SELECT max(known_from) FROM status_reports"
    assert reader.cursor(DAY).execute(newest).fetchall() == [(DAY,)]
    assert reader.cursor().execute(newest).fetchall() > [(DAY,)]


def test_the_day_is_that_cursors_alone(reader: Reader) -> None:
    reader.cursor(DAY).execute("FROM crossing_latest").fetchall()
    other = reader.cursor()
    assert other.execute("SELECT getvariable('as_of'), current_setting('search_path')").fetchall() == [(None, "")]


def test_the_run_ledger_and_the_quarantine_are_asked_as_they_are_now(reader: Reader) -> None:
    for table in ("ops.runs", "ops.freshness", "quarantine"):
        count = f"SELECT count(*) FROM {table}"
        assert reader.cursor(DAY).execute(count).fetchall() == reader.cursor().execute(count).fetchall()


@pytest.mark.parametrize(
    "forbidden",
    [
        "FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET memory_limit = '100GB'",
        "CREATE TABLE as_of.mine AS SELECT 1",
        "CREATE OR REPLACE VIEW as_of.timeline AS SELECT 1",
        "DELETE FROM facts.claims",
    ],
)
def test_a_day_opens_no_door_that_is_shut(reader: Reader, forbidden: str) -> None:
    reader.restrict(LIMITS)
    with pytest.raises(duckdb.Error):
        reader.cursor(DAY).execute(forbidden)
    assert reader.cursor(DAY).execute("SELECT count(*) > 0 FROM timeline").fetchall() == [(True,)]
