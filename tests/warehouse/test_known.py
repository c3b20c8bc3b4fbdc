"""What is worked out once for a day answers as the views of that day do, for any number of readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from warehouse import known
from warehouse.connect import Reader, reading

DAY = dt.date(2025, 10, 20)
ALL = "SELECT count(*), bit_xor(hash(one)) FROM {table} AS one"


@pytest.fixture
def reader(published: Path) -> Iterator[Reader]:
    with reading(published / "warehouse") as opened:
        yield opened


def rows(reader: Reader, table: str, day: dt.date) -> tuple[int, int]:
    """How many rows, and a hash over them in any order."""
    with reader.asking(query := ALL.format(table=table), day) as cursor:
        [(count, every)] = cursor.execute(query).fetchall()
    return count, every


def beside(reader: Reader, query: str) -> list[tuple[object, ...]]:
    """What a question finds in the database that has the days."""
    with reader.asking(query, DAY) as cursor:
        return cursor.execute(query).fetchall()


def kept(reader: Reader) -> list[tuple[object, ...]]:
    """The days of which anything is kept."""
    return beside(reader, "SELECT database_name FROM duckdb_databases() WHERE database_name LIKE 'known%' ORDER BY 1")


@pytest.mark.parametrize("table", ["crossing_days", "closure_episodes", "commitment_pace", "status_reports"])
def test_it_answers_as_the_macro_of_the_day(reader: Reader, table: str) -> None:
    [expected] = reader.cursor().execute(ALL.format(table=f"{table}_as_of(DATE '{DAY}')")).fetchall()
    assert rows(reader, table, DAY) == expected
    assert expected[0] > 0


def test_what_is_made_of_a_day_is_made_once(reader: Reader) -> None:
    made = "SELECT table_oid FROM duckdb_tables() WHERE table_name = 'crossing_spans' AND database_name LIKE 'known%'"
    rows(reader, "crossing_spans", DAY)
    first = beside(reader, made)
    rows(reader, "closure_episodes", DAY)
    assert beside(reader, made) == first
    assert len(first) == 1


def test_the_last_days_are_kept_and_an_earlier_one_is_made_again(reader: Reader) -> None:
    days = [DAY + dt.timedelta(days=n) for n in range(known.DAYS + 1)]
    first = [rows(reader, "commitment_pace", day) for day in days]
    assert rows(reader, "commitment_pace", DAY) == first[0]
    assert kept(reader) == [(f"known_{day:%Y%m%d}",) for day in (DAY, *days[2:])]


def test_other_readers_of_the_version_see_nothing_of_it(reader: Reader, published: Path) -> None:
    every = "SELECT database_name FROM duckdb_databases() WHERE NOT internal"
    before = reader.cursor().execute(every).fetchall()
    rows(reader, "commitment_pace", DAY)
    with reading(published / "warehouse") as other:
        assert other.cursor().execute(every).fetchall() == before == reader.cursor().execute(every).fetchall()


def test_readers_of_many_days_at_once_each_get_their_own(reader: Reader) -> None:
    days = [DAY - dt.timedelta(days=60 * n) for n in range(6)]
    alone = [rows(reader, "incident_years", day) for day in days]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda day: rows(reader, "incident_years", day), days * 3)) == alone * 3


def test_what_rests_on_many_rows_is_not_kept(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MANY", 10)
    [expected] = reader.cursor().execute(ALL.format(table=f"commitment_pace_as_of(DATE '{DAY}')")).fetchall()
    assert rows(reader, "commitment_pace", DAY) == expected
    assert kept(reader) == []
