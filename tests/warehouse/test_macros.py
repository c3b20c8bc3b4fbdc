"""Macros: a crossing by any of its names, its state on a day, its closed days, and all of it as of a day."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import macros
from warehouse.connect import Limits, QueryError, Reader, ask, reading
from warehouse.sql import read_macro

LIMITS = Limits(seconds=30, rows=1000, memory_mb=1024)
SHELL = Path(sys.executable).with_name("duckdb")
FIRST = dt.date(2014, 1, 1)
DAYS = st.dates(FIRST - dt.timedelta(days=30), dt.date(2026, 10, 31))


@pytest.fixture(scope="module")
def warehouse(published: Path) -> Iterator[Reader]:
    """A reader with its door shut, as `serai sql` has it."""
    with reading(published / "warehouse") as reader:
        reader.restrict(LIMITS)
        yield reader


def asked(reader: Reader, query: str) -> list[tuple[Any, ...]]:
    rows = ask(reader.cursor(), query, LIMITS).table.to_pylist()
    return [tuple(row.values()) for row in rows]


def test_torkham_was_closed_to_exports_for_26_days_in_february_and_march_2025(warehouse: Reader) -> None:
    period = "DATE '2025-02-01', DATE '2025-04-01'"
    query = (
        f"SELECT days_closed, first_closed, last_closed FROM closed_days('torkham', {period}) WHERE flow = 'exports'"
    )
    assert asked(warehouse, query) == [(26, dt.date(2025, 2, 21), dt.date(2025, 3, 18))]


def test_the_day_after_does_not_count(warehouse: Reader) -> None:
    closed = "SELECT days_closed FROM closed_days('torkham', '2025-02-21', '{}') WHERE flow = 'exports'"
    assert asked(warehouse, closed.format("2025-02-22")) == [(1,)]
    assert asked(warehouse, closed.format("2025-02-28")) == [(7,)]


@settings(max_examples=15, deadline=None)
@given(crossing=st.sampled_from(["torkham", "chaman", "hairatan", "wakhjir"]), one=DAYS, other=DAYS)
def test_days_closed_restricted_open_and_unknown_add_up_to_the_period(
    warehouse: Reader, crossing: str, one: dt.date, other: dt.date
) -> None:
    first, after = min(one, other), max(one, other) + dt.timedelta(days=1)
    found = asked(
        warehouse,
        f"""
        SELECT days_closed + days_restricted + days_open + days_unknown, days_closed
        FROM closed_days('{crossing}', '{first}', '{after}') ORDER BY flow
        """,
    )
    counted = asked(
        warehouse,
        f"""
        SELECT count(*) FILTER (d.status = 'closed' AND d.day >= '{first}' AND d.day < '{after}')
        FROM crossing_days AS d WHERE d.crossing_id = '{crossing}' GROUP BY d.flow ORDER BY d.flow
        """,
    )
    assert found == [((after - first).days, closed) for (closed,) in counted]


def test_days_before_the_panel_and_days_to_come_are_unknown_and_not_open(warehouse: Reader) -> None:
    query = "SELECT DISTINCT days_closed, days_open, days_unknown FROM closed_days('torkham', '{}-12-22', '{}-01-01')"
    assert asked(warehouse, query.format(2013, 2014)) == [(0, 0, 10)]
    assert asked(warehouse, query.format(2999, 3000)) == [(0, 0, 10)]


def test_a_period_without_a_day_is_refused_in_words(warehouse: Reader) -> None:
    with pytest.raises(
        QueryError, match="no day lies from 2025-03-01 to 2025-03-01: day_after is the first day after"
    ):
        asked(warehouse, "FROM closed_days('torkham', '2025-03-01', '2025-03-01')")
    with pytest.raises(QueryError, match="no day lies from NULL to 2025-03-01"):
        asked(warehouse, "FROM closed_days('torkham', NULL, '2025-03-01')")
    with pytest.raises(QueryError, match="NULL is not in the panel"):
        asked(warehouse, "FROM status_on('torkham', NULL)")


def test_the_state_of_a_disputed_day_comes_with_those_who_disagree(warehouse: Reader) -> None:
    state = asked(
        warehouse,
        """
        SELECT status, basis, disputed, dissent, len(dissenting_report_ids), source_url LIKE 'http%'
        FROM status_on('torkham', DATE '2025-11-01') WHERE flow = 'exports'
        """,
    )
    dissent = ["open: EcoNews, citing Mehr and Dawn", "open: TRT (via sun.mv)"]
    assert state == [("closed", "reported", True, dissent, 2, True)]


def test_status_on_says_what_the_panel_says(warehouse: Reader) -> None:
    for crossing in ("torkham", "islam_qala", "wakhjir"):
        columns = "flow, status, basis, voices, disputed, report_id"
        of_macro = asked(warehouse, f"SELECT {columns} FROM status_on('{crossing}', '2025-10-20') ORDER BY flow")
        of_panel = f"FROM crossing_days WHERE crossing_id = '{crossing}' AND day = '2025-10-20' ORDER BY flow"
        assert of_macro == asked(warehouse, f"SELECT {columns} {of_panel}")
        assert len(of_macro) == 8


def test_a_state_that_rests_on_no_report_has_no_age(warehouse: Reader) -> None:
    [(bases, ages)] = asked(
        warehouse, "SELECT list(DISTINCT basis), max(age_days) FROM status_on('wakhjir', '2016-06-01')"
    )
    assert set(bases) <= {"assumed", "unknown"}
    assert ages is None


@pytest.mark.parametrize("day", ["2013-12-31", "2999-01-01"])
def test_a_day_outside_the_panel_is_refused_in_words(warehouse: Reader, day: str) -> None:
    with pytest.raises(QueryError, match=f"{day} is not in the panel: ask for a day from 2014-01-01 to 20"):
        asked(warehouse, f"FROM status_on('torkham', '{day}')")


def test_every_name_of_a_crossing_means_it_in_capitals_or_not(warehouse: Reader) -> None:
    strays = "SELECT name FROM crossing_names WHERE crossing_named(' ' || upper(name)) <> crossing_id"
    assert asked(warehouse, strays) == []


@pytest.mark.parametrize("name", ["Spin Boldak", "chaman", "WESH-CHAMAN", "Bab-e-Dosti"])
def test_chaman_by_its_aliases(warehouse: Reader, name: str) -> None:
    assert asked(warehouse, f"SELECT DISTINCT crossing_id FROM status_on('{name}', '2025-10-20')") == [("chaman",)]


@pytest.mark.parametrize("name", ["'Torkam'", "'Atlantis'", "''", "NULL"])
@pytest.mark.parametrize("macro", ["status_on({}, '2025-10-20')", "closed_days({}, '2025-10-01', '2025-11-01')"])
def test_a_name_that_is_no_crossings_is_refused_in_words(warehouse: Reader, name: str, macro: str) -> None:
    with pytest.raises(QueryError, match=r"no one crossing is called .*: is it .*, .*, .*FROM crossing_names lists"):
        asked(warehouse, f"FROM {macro.format(name)}")
    if name == "'Torkam'":
        with pytest.raises(QueryError, match="called Torkam: is it torkham"):
            asked(warehouse, f"FROM {macro.format(name)}")


@pytest.mark.parametrize(
    "macro", ["closed_days{}('Chaman', '2025-10-01', '2025-10-21'", "status_on{}('Chaman', '2025-10-14'"]
)
def test_a_macro_as_of_a_day_and_of_the_sessions_day_say_the_same(warehouse: Reader, macro: str) -> None:
    of_day = asked(warehouse, f"FROM {macro.format('_as_of')}, '2025-10-20') ORDER BY flow")
    session = f"SET VARIABLE as_of = DATE '2025-10-20'; FROM as_of.{macro.format('')}) ORDER BY flow"
    assert of_day == asked(warehouse, session)
    assert of_day != asked(warehouse, f"FROM {macro.format('')}) ORDER BY flow")


def test_a_macro_as_of_a_day_counts_the_panel_of_that_day(warehouse: Reader) -> None:
    of_macro = "SELECT flow, days_closed FROM closed_days_as_of('Chaman', '2025-10-01', '2025-11-01', '2025-10-20')"
    of_panel = """
        SELECT flow, count(*) FILTER (status = 'closed') FROM crossing_days_as_of('2025-10-20')
        WHERE crossing_id = 'chaman' AND day >= '2025-10-01' GROUP BY flow ORDER BY flow
    """
    assert asked(warehouse, of_macro) == asked(warehouse, of_panel)


def test_a_day_that_was_still_to_come_is_refused(warehouse: Reader) -> None:
    with pytest.raises(
        QueryError, match="2025-10-21 is not in the panel: ask for a day from 2014-01-01 to 2025-10-20"
    ):
        asked(warehouse, "FROM status_on_as_of('torkham', '2025-10-21', '2025-10-20')")


@pytest.mark.parametrize("question", ["crossing_spans", "closed_days('torkham', '2025-10-01', '2025-11-01')"])
def test_a_session_without_a_day_is_told_to_set_one(warehouse: Reader, question: str) -> None:
    with pytest.raises(QueryError, match="no day is set: SET VARIABLE as_of = DATE '2025-10-20'"):
        asked(warehouse, f"FROM as_of.{question}")


def test_a_reader_of_a_day_has_the_macros_of_that_day(warehouse: Reader) -> None:
    query = "SELECT days_closed FROM closed_days('Chaman', '2025-10-01', '2025-10-21') WHERE flow = 'exports'"
    assert warehouse.cursor(dt.date(2025, 10, 20)).execute(query).fetchall() == [(3,)]
    assert warehouse.cursor().execute(query).fetchall() == [(10,)]


def test_the_published_file_has_the_macros_in_an_older_shell(published: Path) -> None:
    query = (
        "SELECT days_closed FROM closed_days('Spin Boldak', '2017-05-01', '2017-06-01') WHERE flow = 'exports';"
        "SELECT status FROM status_on_as_of('TORKHAM', '2025-10-19', DATE '2025-10-20') WHERE flow = 'exports';"
        "SELECT comment LIKE 'The state of a crossing on a day%' FROM duckdb_functions() "
        "WHERE function_name = 'status_on' AND schema_name = 'main'"
    )
    file = published / "warehouse" / "serai.duckdb"
    found = subprocess.run(
        [SHELL, "-readonly", "-csv", "-noheader", file, query], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["22", "closed", "true"]


def test_every_macro_of_ours_has_its_comment(warehouse: Reader) -> None:
    silent = """
        SELECT function_name FROM duckdb_functions()
        WHERE function_type IN ('macro', 'table_macro') AND NOT internal AND comment IS NULL
    """
    assert asked(warehouse, silent) == []


def test_a_macro_without_a_word_on_a_parameter_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "near.sql"
    file.write_text(
        "-- near\nCREATE MACRO near(\n    here, -- Where.\n    far\n) AS TABLE\nSELECT\n    1 AS n -- A number.\n"
    )
    with pytest.raises(ValueError, match="no comment behind far"):
        read_macro(file)


def test_a_macro_in_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "near.sql").write_text("-- near\nCREATE MACRO far(here /* Where. */) AS (here + 1)")
    with pytest.raises(ValueError, match="makes far, not near"):
        read_macro(tmp_path / "near.sql")


def test_a_table_alone_is_no_macro(tmp_path: Path) -> None:
    (tmp_path / "near.sql").write_text("SELECT 1 AS n -- A number.")
    with pytest.raises(ValueError, match="a macro is one CREATE MACRO"):
        read_macro(tmp_path / "near.sql")


def test_two_crossings_of_one_name_are_refused() -> None:
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE crossing_names AS FROM (VALUES ('Gate', 'a'), ('gate', 'b')) AS t (name, crossing_id)"
        )
        con.execute(read_macro(macros.HERE / "crossing_named.sql").statement)
        with pytest.raises(duckdb.Error, match="no one crossing is called Gate: is it a, b"):
            con.execute("SELECT crossing_named('Gate')")
