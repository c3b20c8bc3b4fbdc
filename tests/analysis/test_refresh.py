"""A method is worked out when its inputs change, and never leaves a number that nobody stands by."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import polars as pl
import pytest

from analysis import refresh
from analysis.refresh import Method, Tables, TooLittleError
from warehouse import schema, stopping

DDL = """
CREATE TABLE analysis.counted (
    n BIGINT NOT NULL -- How many.
);
COMMENT ON TABLE analysis.counted IS 'Counted.';
"""


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        schema.create(opened)
        opened.execute("CREATE TABLE seen (x INTEGER); INSERT INTO seen VALUES (1), (2)")
        yield opened


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    return {"seen": con.sql("FROM seen ORDER BY ALL").pl()}


def work_out(gathered: Tables) -> Tables:
    return {"counted": pl.DataFrame({"n": [gathered["seen"].height]})}


COUNTED = Method("counted", "How many?", 1, "none", ("seen",), gather, work_out, DDL)


def refreshed(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, method: Method = COUNTED
) -> dict[str, int]:
    monkeypatch.setattr(refresh, "found", lambda: [method])
    return refresh.refresh(con)


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple[object, ...]]:
    return con.execute(query).fetchall()


def test_it_is_worked_out_once_and_again_when_the_rows_change(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refreshed(con, monkeypatch) == {"counted": 1}
    assert refreshed(con, monkeypatch) == {}
    con.execute("INSERT INTO seen VALUES (3)")
    assert refreshed(con, monkeypatch) == {"counted": 1}
    assert rows(con, "FROM analysis.counted") == [(3,)]


def test_a_method_that_fails_leaves_no_old_number_behind(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshed(con, monkeypatch)

    def fails(_: Tables) -> Tables:
        raise ValueError("no")

    refreshed(con, monkeypatch, replace(COUNTED, version=2, work_out=fails))
    assert rows(con, "FROM analysis.counted") == []
    assert rows(con, "SELECT outcome, reason FROM analysis.methods") == [("error", "ValueError: no")]


def test_a_panic_in_a_method_keeps_no_fact_from_being_published(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def panics(_: Tables) -> Tables:
        raise pl.exceptions.PanicException("in Polars")  # which is no Exception

    refreshed(con, monkeypatch, replace(COUNTED, work_out=panics))
    assert rows(con, "SELECT reason FROM analysis.methods") == [("RuntimeError: Polars broke off: in Polars",)]


def test_a_stop_that_a_library_turned_into_an_error_is_a_stop_and_no_failure_of_the_method(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupted(_: Tables) -> Tables:
        stopping._told.set()
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(stopping, "_told", threading.Event())
    with pytest.raises(KeyboardInterrupt):
        refreshed(con, monkeypatch, replace(COUNTED, work_out=interrupted))
    assert caplog.text == ""


def test_too_little_is_told_from_an_error(con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks(_: Tables) -> Tables:
        raise TooLittleError("one row is not enough")

    refreshed(con, monkeypatch, replace(COUNTED, work_out=lacks))
    assert rows(con, "SELECT outcome, reason FROM analysis.methods") == [("too_little", "one row is not enough")]


def test_the_tables_of_a_method_that_is_no_more_are_dropped(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    refreshed(con, monkeypatch)
    monkeypatch.setattr(refresh, "found", list)
    refresh.refresh(con)
    assert rows(con, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'analysis'") == [("methods",)]


def test_every_column_of_every_method_says_what_it_is() -> None:
    for method in refresh.found():
        for table, columns in method.tables.items():
            assert table.startswith("analysis."), table
            assert all(columns.values()), (table, columns)
            assert f"COMMENT ON TABLE {table} IS" in method.ddl
