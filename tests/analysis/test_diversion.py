"""A share that moves while a border is shut is found, with an interval where months carry one, and never mixed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest

from analysis.methods import diversion

SHUT, OPENED = dt.date(2022, 1, 10), dt.date(2022, 7, 1)
CLOSURE = {"border": "AFG-PAK", "started_on": SHUT, "ended_on": OPENED, "until": OPENED, "share_shut": 1.0}
NOT_SHUT = pl.DataFrame(schema={"border": pl.String, "day": pl.Date, "share_shut": pl.Float64, "low": pl.Float64})


def months(first: int, count: int) -> list[dt.date]:
    return [dt.date((first + place) // 12, (first + place) % 12 + 1, 1) for place in range(count)]


def monthly(partner: str, values: list[float], first: int = 2021 * 12) -> pl.DataFrame:
    at = months(first, len(values))
    known = pl.DataFrame({"first_month": at, "value": values}).with_columns(
        last_day=pl.col("first_month").dt.month_end()
    )
    same = {"counted_by": "AFG", "partner": partner, "flow": "import", "basis": "imts", "calendar": "gregorian"}
    return known.with_columns(
        *(pl.lit(text).alias(name) for name, text in same.items()), months=pl.lit(1), disputed=pl.lit(False)
    )


def years(shares: dict[int, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"first_month": dt.date(year, 1, 1), "last_day": dt.date(year, 12, 31), "months": 12, "share": share,
             "disputed": False}
            for year, share in shares.items()
        ]
    )  # fmt: skip


def told(rows: pl.DataFrame, closure: dict[str, Any] = CLOSURE) -> dict[str, Any]:
    found = diversion.compared(rows, closure, NOT_SHUT)
    assert found is not None
    return found


@pytest.mark.parametrize("moved", [-0.2, 0.0, 0.15])
def test_the_change_of_monthly_shares_is_found_within_its_interval(moved: float) -> None:
    noise = np.random.default_rng(5).normal(0, 0.01, 18)
    shares = [0.4 + (moved if place >= 12 else 0) + noise[place] for place in range(18)]
    found = told(monthly("PAK", [1.0] * 18).with_columns(share=pl.Series(shares)))
    assert found["change"] == pytest.approx(moved, abs=0.02)
    assert found["low"] < moved < found["high"]
    assert (found["periods_before"], found["periods_during"], found["sure"]) == (12, 6, "interval")


def test_two_years_are_two_figures_without_an_interval() -> None:
    found = told(years({2020: 0.5, 2021: 0.48, 2022: 0.28, 2023: 0.3}))
    assert (found["share_before"], found["share_during"], found["share_after"]) == (0.48, 0.28, 0.3)
    assert (found["low"], found["high"], found["sure"]) == (None, None, "two_figures")


def test_a_year_of_which_the_closure_shut_next_to_nothing_is_not_compared() -> None:
    week = CLOSURE | {"until": SHUT + dt.timedelta(days=7)}
    assert diversion.compared(years({2021: 0.48, 2022: 0.28}), week, NOT_SHUT) is None


def test_without_the_world_shares_are_those_of_the_same_partners_in_every_month() -> None:
    full = [monthly(partner, [value] * 18) for partner, value in (("PAK", 50.0), ("IRN", 30.0), ("UZB", 20.0))]
    gaps = monthly("CHN", [1000.0] * 3)
    [(rows, group)] = diversion._groups(pl.concat([*full, gaps]), SHUT, OPENED)
    assert group == ["IRN", "PAK", "UZB"]
    assert rows.filter(partner="PAK")["share"].to_list() == [0.5] * 18


def test_a_month_in_which_one_of_them_is_not_known_is_no_month_of_the_group() -> None:
    full = [monthly(partner, [10.0] * 18) for partner in ("PAK", "IRN", "UZB")]
    late = full[0].filter(pl.col("first_month") != dt.date(2022, 3, 1))
    [(rows, _)] = diversion._groups(pl.concat([late, *full[1:]]), SHUT, OPENED)
    assert dt.date(2022, 3, 1) not in set(rows["first_month"])
    assert rows["share"].to_list() == pytest.approx([1 / 3] * rows.height)
