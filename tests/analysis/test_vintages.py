"""Vintages: what a method says of a day gone by rests on what was known on it, and stays until that changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import polars as pl
import pytest

from analysis import refresh, vintages
from analysis.refresh import Method, Tables
from warehouse import models, schema

DAY, LATER = dt.date(2025, 10, 20), dt.date(2025, 11, 1)
DDL = """
CREATE TABLE analysis.counted (
    n BIGINT NOT NULL, -- How many.
    today DATE NOT NULL, -- The day that the method took for today.
    PRIMARY KEY (today)
);
COMMENT ON TABLE analysis.counted IS 'Counted.';
"""
WORKED = list[str]


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    return {"events": con.sql("SELECT event_id, current_date AS today FROM timeline ORDER BY ALL").pl()}


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        schema.create(opened)
        yield opened


@pytest.fixture
def worked() -> WORKED:
    return []


@pytest.fixture
def con(
    empty: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, worked: WORKED
) -> duckdb.DuckDBPyConnection:
    def work_out(gathered: Tables) -> Tables:
        events = gathered["events"]
        worked.append("counted")
        return {"counted": pl.DataFrame({"n": [events.height], "today": [events["today"][0]]})}

    method = Method("counted", "?", 1, "-", ("timeline",), gather, work_out, DDL)
    monkeypatch.setattr(refresh, "found", lambda: [method])
    monkeypatch.setattr(models, "ordered", list)  # it reads none
    empty.execute("DELETE FROM facts.timeline; DROP SCHEMA IF EXISTS analysis_as_of CASCADE")
    empty.execute("DELETE FROM ops.schema_parts WHERE name LIKE 'vintages %'")
    add(empty, "first", "2025-10-01")
    add(empty, "second", "2025-10-25")
    refresh.refresh(empty)
    worked.clear()
    return empty


def add(con: duckdb.DuckDBPyConnection, event_id: str, known_from: str) -> None:
    con.execute(
        """
        INSERT INTO facts.timeline BY NAME
        SELECT
            $id AS event_id, $day::DATE AS event_date, 'clash' AS kind, 'AFG' AS actors, 'x' AS title,
            'Somebody' AS source_name, 'https://example.org/' AS source_url, $id AS row_key, $day::DATE AS known_from,
            'published' AS known_from_basis, 'timeline' AS source, 'r' AS run_id, now()::TIMESTAMP AS loaded_at
        """,
        {"id": event_id, "day": known_from},
    )


def counted(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return con.execute("FROM analysis_as_of.counted ORDER BY as_of").fetchall()


def test_a_method_knows_of_a_day_what_was_known_on_it_and_takes_it_for_today(con: duckdb.DuckDBPyConnection) -> None:
    vintages.refresh_days(con, [DAY, LATER])
    assert counted(con) == [(DAY, 1, DAY), (LATER, 2, LATER)]
    assert con.execute("SELECT n FROM analysis.counted").fetchall() == [(2,)]


def test_a_day_is_worked_out_anew_only_where_what_was_known_on_it_changed(
    con: duckdb.DuckDBPyConnection, worked: WORKED
) -> None:
    vintages.refresh_days(con, [DAY, LATER])
    add(con, "third", "2025-10-28")
    worked.clear()
    assert list(vintages.refresh_days(con, [])) == [LATER]
    assert worked == ["counted"]
    assert counted(con) == [(DAY, 1, DAY), (LATER, 3, LATER)]


def test_a_method_whose_inputs_are_the_same_keeps_what_it_gave(
    con: duckdb.DuckDBPyConnection, worked: WORKED
) -> None:
    vintages.refresh_days(con, [DAY])
    con.execute("UPDATE facts.timeline SET loaded_at = loaded_at + INTERVAL 1 SECOND")
    worked.clear()
    assert list(vintages.refresh_days(con, [])) == [DAY]
    assert worked == []
    assert counted(con) == [(DAY, 1, DAY)]


def test_a_table_of_other_columns_is_filled_anew_for_every_day(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    vintages.refresh_days(con, [DAY, LATER])
    [method] = refresh.found()
    ddl = DDL.replace("n BIGINT NOT NULL", "n DOUBLE NOT NULL")
    monkeypatch.setattr(refresh, "found", lambda: [replace(method, ddl=ddl)])
    refresh.refresh(con)
    vintages.refresh_days(con, [])
    assert counted(con) == [(DAY, 1.0, DAY), (LATER, 2.0, LATER)]


def test_the_tables_of_a_method_that_is_no_more_go_with_it(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    vintages.refresh_days(con, [DAY])
    monkeypatch.setattr(refresh, "found", list)
    refresh.refresh(con)
    vintages.refresh_days(con, [])
    left = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'analysis_as_of' ORDER BY ALL")
    assert left.fetchall() == [("days",), ("methods",)]


def test_a_day_that_is_forgotten_leaves_no_row(con: duckdb.DuckDBPyConnection) -> None:
    vintages.refresh_days(con, [DAY, LATER])
    vintages.refresh_days(con, [], [DAY])
    assert vintages.days(con) == [LATER]
    assert counted(con) == [(LATER, 2, LATER)]


def test_no_method_can_see_past_the_day_by_another_name(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def peeks(con: duckdb.DuckDBPyConnection) -> Tables:
        return {"events": con.sql("SELECT event_id, current_date AS today FROM facts.timeline").pl()}

    [method] = refresh.found()
    monkeypatch.setattr(refresh, "found", lambda: [replace(method, gather=peeks)])
    vintages.refresh_days(con, [LATER])
    assert counted(con) == []
    [(outcome, reason)] = con.execute("SELECT outcome, reason FROM analysis_as_of.methods").fetchall()
    assert outcome == "error"
    assert "facts" in reason
