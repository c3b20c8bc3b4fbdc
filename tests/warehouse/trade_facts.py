"""A few figures of one trade series, and the months that the models make of them."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from typing import Any

import duckdb
import polars as pl

from tests.warehouse.empty import empty
from warehouse import contracts, models
from warehouse.load import Delivery, load

FLOWS = contracts.load("trade_flows")
Months = dict[str, tuple[float, str]]


def in_a_row(blocks: list[tuple[int, float]]) -> list[dict[str, Any]]:
    """Facts: periods of so many months with these totals, one after the other from January 1990."""
    ends = list(itertools.accumulate(length for length, _ in blocks))
    return [
        fact(month_number(end - length), month_number(end) - dt.timedelta(days=1), total)
        for end, (length, total) in zip(ends, blocks, strict=True)
    ]


def month_number(number: int) -> dt.date:
    return dt.date(1990 + number // 12, number % 12 + 1, 1)


def fact(first: dt.date | str, last: dt.date | str, value: float, **more: Any) -> dict[str, Any]:
    """What one page says of the customs exports of PAK to AFG, published long after, unless said otherwise."""
    start, end = (dt.date.fromisoformat(day) if isinstance(day, str) else day for day in (first, last))
    return {
        "reporter": "PAK",
        "partner": "AFG",
        "flow": "export",
        "commodity": "total",
        "basis": "customs",
        "period_start": start,
        "period_end": end,
        "value": float(value),
        "unit": "USD_million",
        "qualifier": "exact",
        "source_name": "A paper",
        "source_url": f"https://example.org/{start}/{end}",
        "published_on": dt.date(2040, 1, 1),
        **more,
    }


@functools.cache
def trade_models() -> list[tuple[str, str]]:
    needed = ("voices", "trade_periods", "trade_figures", "trade_months")
    return [(model.name, model.query) for model in models.ordered() if model.name in needed]


def built(facts: list[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    """A database with trade_months made from these facts alone."""
    con = empty("trade")
    con.execute("DELETE FROM facts.trade_flows")
    own = {"date": pl.Date(), "number": pl.Float64()}
    frame = pl.DataFrame(facts, schema={field.name: own.get(field.type, pl.String()) for field in FLOWS.fields})
    at = dt.datetime(2040, 11, 22)  # noqa: DTZ001 (the warehouse keeps UTC without a zone)
    load(con, FLOWS, frame, present=frame, by=Delivery("test", "r", at))
    for name, query in trade_models():
        con.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")
    return con


def monthly(facts: list[dict[str, Any]]) -> Months:
    """The months made from these facts: month → value, derivation."""
    rows = (
        built(facts).execute("SELECT month::VARCHAR, value, derivation FROM trade_months ORDER BY month").fetchall()
    )
    return {month: (value, derivation) for month, value, derivation in rows}


def figure_uses(facts: list[dict[str, Any]]) -> set[tuple[float, str]]:
    return set(built(facts).execute("SELECT value, use FROM trade_figures").fetchall())
