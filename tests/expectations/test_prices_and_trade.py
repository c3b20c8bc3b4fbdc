"""What the suites of prices, rates, trade and conflict counts find in a wrong row, and do not in a right one."""

from __future__ import annotations

import datetime as dt
import importlib
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from expectations.references import References
from ingest.csv_file import POLARS_TYPES
from warehouse import contracts

FIRST, LAST = dt.date(2025, 2, 1), dt.date(2025, 2, 28)
MONTH = {"period_start": FIRST, "period_end": LAST}
RATE = {"currency": "AFN", "kind": "market", "admin1": "Kabul", "market": "Kabul", "per_usd": 70.0, **MONTH}
TRADE = {"reporter": "PAK", "partner": "AFG", "frequency": "monthly", "value": 9e7, **MONTH}
COUNT = {"admin_level": 2, "admin1": "Nangarhar", "events": 7, "fatalities": 12, **MONTH}
PRICE = {"level": "province", "price_flag": "aggregate", "price": 50.0, "price_date": FIRST}


@pytest.mark.parametrize(
    ("dataset", "row", "change", "finding"),
    [
        ("exchange_rates", RATE, {"per_usd": 0.0}, "not_above_zero"),
        ("exchange_rates", RATE, {"kind": "official_average"}, "placeless"),
        ("exchange_rates", RATE, {"market": None}, "placeless"),
        ("bilateral_trade", TRADE, {"partner": "PAK"}, "own_partner"),
        ("bilateral_trade", TRADE, {"frequency": "annual"}, "unlike_frequency"),
        ("bilateral_trade", TRADE, {"period_end": dt.date(2025, 2, 27)}, "unlike_frequency"),
        ("bilateral_trade", TRADE, {"value": 9e13}, "too_much"),
        ("conflict_counts", COUNT, {"period_end": dt.date(2025, 3, 31)}, "part_of_month"),
        ("conflict_counts", COUNT, {"admin1": None}, "placeless"),
        ("conflict_counts", COUNT, {"events": 0}, "deaths_of_nothing"),
        ("food_prices", PRICE, {"price": 0.0}, "not_above_zero"),
        ("food_prices", PRICE, {"level": "market"}, "unlike_flag"),
        ("food_prices", PRICE, {"price_flag": "actual"}, "unlike_flag"),
    ],
)
def test_a_wrong_row_is_found_and_a_right_one_is_not(
    dataset: str, row: dict[str, Any], change: dict[str, Any], finding: str
) -> None:
    suite = importlib.import_module(f"expectations.suites.{dataset}")
    types = {field.name: POLARS_TYPES[field.type] for field in contracts.load(dataset).fields}
    with duckdb.connect() as con:
        refs = References(con, Path())
        right, wrong = (
            suite.measure(pl.DataFrame([dict.fromkeys(types) | one], schema=types), refs)
            for one in (row, row | change)
        )
    measured = [name for name in right.columns if name not in types]
    assert right.select(measured).row(0) == (None,) * len(measured)
    assert wrong[finding].item() is not None


def test_a_rate_leaps_only_against_its_own_market() -> None:
    suite = importlib.import_module("expectations.suites.exchange_rates")
    later = {"period_start": dt.date(2025, 3, 1), "period_end": dt.date(2025, 3, 31), "per_usd": 7000.0}
    rows = pl.DataFrame([RATE, RATE | later, RATE | later | {"market": "Hirat", "admin1": "Hirat"}])
    with duckdb.connect() as con:
        assert suite.measure(rows, References(con, Path()))["leap"].to_list() == [None, 7000.0, None]
