"""Bilateral trade joins the monthly series: as series of their own, each month with its provider's row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl
import pytest

from ingest.csv_file import POLARS_TYPES
from tests.warehouse.trade_facts import built, fact
from warehouse import as_of, contracts, models
from warehouse.connect import Reader
from warehouse.load import Delivery, load

TRADE = contracts.load("bilateral_trade")
OWN = [fact("2025-01-01", "2025-01-31", 40), fact("2025-01-01", "2025-03-31", 120)]
MONTHS = "SELECT reporter, partner, flow, basis, month::VARCHAR, value, derivation, qualifier FROM trade_months"


def month(number: int, value: float, **more: Any) -> dict[str, Any]:
    """What the IMF has of PAK's exports to AFG in a month of 2025."""
    start = dt.date(2025, number, 1)
    return {
        "provider": "imts",
        "reporter": "PAK",
        "partner": "AFG",
        "flow": "export",
        "period_start": start,
        "period_end": dt.date(2025, number + 1, 1) - dt.timedelta(days=1),
        "frequency": "monthly",
        "indicator": "XG_FOB_USD",
        "value": value,
        "valuation": "FOB",
        "estimated": False,
        "source_name": "International Monetary Fund",
        "source_url": "https://example.org",
        **more,
    }


def with_trade(facts: list[dict[str, Any]], trade: list[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    """A database with trade_months made from these rows of both datasets."""
    con = built(facts)
    con.execute("DELETE FROM facts.bilateral_trade")
    add(con, trade, dt.datetime(2025, 6, 1))  # noqa: DTZ001 (the warehouse keeps UTC without a zone)
    return con


def add(con: duckdb.DuckDBPyConnection, trade: list[dict[str, Any]], at: dt.datetime) -> None:
    schema = {field.name: POLARS_TYPES[field.type] for field in TRADE.fields}
    frame = pl.DataFrame([dict.fromkeys(schema) | row for row in trade], schema=schema)
    load(con, TRADE, frame, present=frame, by=Delivery("imts", str(at), at))
    [model] = [model for model in models.ordered() if model.name == "trade_months"]
    con.execute(f"CREATE OR REPLACE TABLE trade_months AS {model.query}")


@pytest.fixture(autouse=True)
def leave_nothing() -> Iterator[None]:
    """The database is shared with the other tests of trade."""
    yield
    built([]).execute("DELETE FROM facts.bilateral_trade")


def test_months_of_a_provider_are_a_series_of_their_own_and_change_no_other() -> None:
    before = built(OWN).execute(f"FROM ({MONTHS}) ORDER BY ALL").fetchall()
    con = with_trade(OWN, [month(1, 41_500_000), month(2, 39_000_000, estimated=True)])
    found = con.execute(f"FROM ({MONTHS}) ORDER BY ALL").fetchall()
    series = ("PAK", "AFG", "export", "imts")
    assert [row for row in found if row[3] != "imts"] == before
    assert [row for row in found if row[3] == "imts"] == [
        (*series, "2025-01-01", 41.5, "given", "exact"),
        (*series, "2025-02-01", 39.0, "given", "about"),
    ]


def test_a_month_of_which_the_provider_does_not_say_that_it_was_reported_is_not_called_exact() -> None:
    con = with_trade([], [month(1, 41_500_000, estimated=None)])
    assert con.execute("SELECT qualifier FROM trade_months").fetchall() == [("about",)]


def test_each_month_names_its_provider_and_its_row() -> None:
    con = with_trade(OWN, [month(1, 41_500_000)])
    named = con.execute(
        """
        SELECT split_part(m.source_row, ':', 1), t.value
        FROM (SELECT unnest(source_rows) AS source_row FROM trade_months WHERE basis = 'imts') AS m
        INNER JOIN bilateral_trade AS t ON m.source_row = t.provider || ':' || t.row_key
        """
    ).fetchall()
    assert named == [("imts", 41_500_000)]


def test_both_mirrors_are_kept_and_providers_are_not_mixed() -> None:
    mirror = {"reporter": "AFG", "partner": "PAK", "flow": "import", "indicator": "MG_CIF_USD", "valuation": "CIF"}
    other = {"provider": "comtrade", "indicator": "HS TOTAL"}
    con = with_trade([], [month(1, 41e6), month(1, 47e6, **mirror), month(1, 42e6, **other)])
    assert con.execute("SELECT reporter, flow, basis, value FROM trade_months ORDER BY value").fetchall() == [
        ("PAK", "export", "imts", 41),
        ("PAK", "export", "comtrade", 42),
        ("AFG", "import", "imts", 47),
    ]


def test_quarters_and_years_make_no_months() -> None:
    quarter = {"period_end": dt.date(2025, 3, 31), "frequency": "quarterly"}
    assert with_trade([], [month(1, 120e6, **quarter)]).execute("FROM trade_months").fetchall() == []


def test_as_of_a_day_a_month_has_the_figure_that_was_held_then() -> None:
    con = with_trade([], [month(1, 41e6)])
    add(con, [month(1, 43e6)], dt.datetime(2025, 7, 1))  # noqa: DTZ001
    by_name = {model.name: model for model in models.ordered()}
    con.execute(as_of.of_model(by_name["trade_months"], by_name))
    for day, values in (("2025-01-30", []), ("2025-06-15", [(41,)]), ("2025-07-02", [(43,)])):
        assert con.execute(f"SELECT value FROM trade_months_as_of(DATE '{day}')").fetchall() == values


def test_without_live_data_there_are_the_series_of_the_shipped_facts_alone(warehouse: Reader) -> None:
    bases = warehouse.cursor().execute("SELECT DISTINCT basis FROM trade_months ORDER BY 1").fetchall()
    assert bases == [("balance_of_payments",), ("customs",), (None,)]
