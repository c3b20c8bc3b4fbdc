"""Loading by key, against a naive log: whatever comes in whatever order, the past can be asked."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import astuple

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import contracts, schema
from warehouse.load import Delivery, Loaded, Scope, load

CLAIMS = contracts.load("claims")
COUNTS = contracts.load("incident_counts")
EPOCH = dt.datetime(2026, 1, 1)  # noqa: DTZ001 (the warehouse keeps UTC without a zone)
# A batch: which claims it holds, and what each says.
BATCHES = st.lists(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3), max_size=6), min_size=1, max_size=8)


def claims(batch: dict[str, int]) -> pl.DataFrame:
    """The batch as rows of claims; the key is the claim's name, the value what it claims."""
    rows = [
        {
            "claim_id": key,
            "claimed_on": dt.date(2026, 2, 1),
            "claimant": "Somebody",
            "topic": "strikes",
            "stance": "asserts",
            "metric": "dead",
            "value": float(value),
            "source_name": "A paper",
            "source_url": "https://example.org/a",
        }
        for key, value in batch.items()
    ]
    types = {
        field.name: {"date": pl.Date, "number": pl.Float64}.get(field.type, pl.String) for field in CLAIMS.fields
    }
    return pl.DataFrame(rows, schema=types)


def loaded(con: duckdb.DuckDBPyConnection, batch: dict[str, int], number: int, source: str = "one") -> Loaded:
    rows = claims(batch)
    at = EPOCH + dt.timedelta(days=number)
    return load(con, CLAIMS, rows, present=rows, by=Delivery(source, f"run {number}", at))


@contextlib.contextmanager
def fresh() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with nothing in it: made once, emptied for each example."""
    con = _warehouse()
    con.execute("TRUNCATE facts.claims; TRUNCATE facts.incident_counts")
    yield con


@functools.cache
def _warehouse() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    schema.create(con)
    return con


def state(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, float]:
    return dict(con.execute(f"SELECT claim_id, value FROM {query}").fetchall())


@settings(max_examples=60, deadline=None)
@given(BATCHES)
def test_the_current_rows_are_the_last_batch_and_history_gives_back_every_past_state(
    batches: list[dict[str, int]],
) -> None:
    with fresh() as con:
        for number, batch in enumerate(batches):
            loaded(con, batch, number)
        assert state(con, "claims") == batches[-1]
        for number, batch in enumerate(batches):
            then = EPOCH + dt.timedelta(days=number, hours=1)
            as_of = f"facts.claims WHERE loaded_at <= '{then}' AND coalesce(superseded_at > '{then}', true)"
            assert state(con, as_of) == batch


@settings(max_examples=60, deadline=None)
@given(BATCHES)
def test_the_counts_of_a_load_are_those_of_a_comparison_by_hand(batches: list[dict[str, int]]) -> None:
    with fresh() as con:
        before: dict[str, int] = {}
        for number, batch in enumerate(batches):
            common = before.keys() & batch.keys()
            same = sum(before[key] == batch[key] for key in common)
            expected = (
                len(batch.keys() - before.keys()),
                len(common) - same,
                len(before.keys() - batch.keys()),
                same,
            )
            assert astuple(loaded(con, batch, number)) == expected
            before = batch


@settings(max_examples=20, deadline=None)
@given(BATCHES)
def test_the_same_batch_again_writes_nothing(batches: list[dict[str, int]]) -> None:
    with fresh() as con:
        for number, batch in enumerate(batches):
            loaded(con, batch, 2 * number)
            written = con.execute("SELECT count(*), max(loaded_at), max(superseded_at) FROM facts.claims").fetchall()
            assert loaded(con, batch, 2 * number + 1) == Loaded(unchanged=len(batch))
            assert (
                con.execute("SELECT count(*), max(loaded_at), max(superseded_at) FROM facts.claims").fetchall()
                == written
            )


def test_one_source_does_not_withdraw_the_rows_of_another() -> None:
    with fresh() as con:
        loaded(con, {"a": 1}, 0, source="one")
        assert loaded(con, {"b": 2}, 1, source="two").withdrawn == 0
        assert state(con, "claims") == {"a": 1, "b": 2}


def test_a_row_held_back_keeps_its_last_good_version() -> None:
    with fresh() as con:
        loaded(con, {"a": 1, "b": 2}, 0)
        good, all_rows = claims({"a": 3}), claims({"a": 3, "b": 9})
        at = EPOCH + dt.timedelta(days=1)
        counts = load(con, CLAIMS, good, present=all_rows, by=Delivery("one", "r", at))
        assert counts == Loaded(corrected=1)
        assert state(con, "claims") == {"a": 3, "b": 2}


def counts(*figures: float) -> pl.DataFrame:
    """One series, period and page, with these figures printed on it."""
    rows = [
        {
            "series_id": "inc-picss-pak-militant_attacks-cnt-m",
            "publisher": "PICSS",
            "geography": "PAK",
            "period_start": dt.date(2023, 1, 1),
            "period_end": dt.date(2023, 1, 31),
            "metric": "militant_attacks",
            "value": figure,
            "qualifier": "exact",
            "source_name": "A paper",
            "source_url": "https://example.org/a",
            "published_on": None,
            "note": None,
        }
        for figure in figures
    ]
    return pl.DataFrame(rows, schema_overrides={"published_on": pl.Date, "note": pl.String}).select(COUNTS.columns)


def load_counts(con: duckdb.DuckDBPyConnection, number: int, *figures: float) -> Loaded:
    rows = counts(*figures)
    at = EPOCH + dt.timedelta(days=number)
    return load(con, COUNTS, rows, present=rows, by=Delivery("one", f"run {number}", at))


def test_one_figure_for_another_on_a_page_is_a_correction() -> None:
    with fresh() as con:
        load_counts(con, 0, 294)
        assert load_counts(con, 1, 194) == Loaded(corrected=1)
        assert con.execute("SELECT superseded_why FROM facts.incident_counts WHERE value = 294").fetchall() == [
            ("corrected",)
        ]


def test_a_second_figure_on_a_page_is_a_second_row() -> None:
    with fresh() as con:
        load_counts(con, 0, 294)
        assert load_counts(con, 1, 294, 194) == Loaded(added=1, unchanged=1)


def test_where_several_figures_change_at_once_none_is_said_to_follow_another() -> None:
    with fresh() as con:
        load_counts(con, 0, 1, 2)
        assert load_counts(con, 1, 3, 4) == Loaded(added=2, withdrawn=2)


def test_what_lies_outside_the_scope_of_a_batch_stays() -> None:
    with fresh() as con:
        loaded(con, {"a": 1, "b": 2, "c": 3}, 1)
        rows = claims({"a": 1})
        at = EPOCH + dt.timedelta(days=2)
        scope = Scope("list_contains($asked, claim_id)", {"asked": ["a", "b"]})
        counts = load(con, CLAIMS, rows, present=rows, by=Delivery("one", "r", at, scope))
        assert counts == Loaded(withdrawn=1, unchanged=1)
        assert con.sql("SELECT claim_id FROM claims ORDER BY 1").fetchall() == [("a",), ("c",)]
