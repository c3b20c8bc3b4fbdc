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


def shared(shares: np.ndarray, first: int) -> pl.DataFrame:
    return monthly("PAK", [1.0] * len(shares), first).with_columns(share=pl.Series(shares))


@pytest.mark.parametrize("moved", [-0.2, 0.0, 0.15])
def test_the_change_of_monthly_shares_is_found_within_its_interval(moved: float) -> None:
    at = np.arange(66)
    season, noise = 0.05 * np.sin(at / 6 * np.pi), np.random.default_rng(5).normal(0, 0.01, 66)
    found = told(shared(0.4 + season + noise + moved * (at >= 60), 2017 * 12))
    assert found["change"] == pytest.approx(moved, abs=0.02)
    assert found["low_95"] < found["low_80"] < moved < found["high_80"] < found["high_95"]
    assert (found["periods_before"], found["periods_during"], found["sure"]) == (6, 6, "interval")
    # From January 2018, the first month with a like, to July 2021, after which six months reach into the closure.
    assert found["starts"] == 43


def test_a_share_that_only_has_a_season_did_not_change() -> None:
    found = told(shared(0.4 + 0.1 * np.sin(np.arange(18) / 6 * np.pi), 2021 * 12))
    assert found["change"] == pytest.approx(0, abs=1e-12)


def test_months_of_which_too_few_are_known_before_have_no_interval() -> None:
    found = told(shared(np.full(18, 0.4), 2021 * 12))
    assert (found["starts"], found["sure"], "low_95" in found) == (0, "months", False)


def test_a_closure_of_more_than_a_year_is_held_against_the_year_before_it() -> None:
    long = CLOSURE | {"until": dt.date(2023, 3, 1)}
    found = told(shared(np.arange(26.0), 2021 * 12), long)
    assert found["share_before"] == pytest.approx(np.mean([*range(12), 0, 1]))
    assert found["share_during"] == pytest.approx(np.mean(range(12, 26)))


def test_two_years_are_two_figures_without_an_interval() -> None:
    found = told(years({2020: 0.5, 2021: 0.48, 2022: 0.28, 2023: 0.3}))
    assert (found["share_before"], found["share_during"], found["share_after"]) == (0.48, 0.28, 0.3)
    assert (found["sure"], "low_95" in found) == ("two_figures", False)


def test_a_year_of_which_the_closure_shut_next_to_nothing_is_not_compared() -> None:
    week = CLOSURE | {"until": SHUT + dt.timedelta(days=7)}
    assert diversion.compared(years({2021: 0.48, 2022: 0.28}), week, NOT_SHUT) is None


def test_without_the_world_shares_are_those_of_the_same_partners_in_every_month() -> None:
    full = [monthly(partner, [value] * 18) for partner, value in (("PAK", 50.0), ("IRN", 30.0), ("UZB", 20.0))]
    gaps = monthly("CHN", [1000.0] * 3)
    [(rows, group)] = diversion._groups(pl.concat([*full, gaps]), SHUT)
    assert group == ["IRN", "PAK", "UZB"]
    assert rows.filter(partner="PAK")["share"].to_list() == [0.5] * 18


def test_where_no_partner_is_known_for_a_year_before_there_is_no_group() -> None:
    assert list(diversion._groups(monthly("PAK", [10.0] * 3), SHUT)) == []


def test_a_month_in_which_one_of_them_is_not_known_is_no_month_of_the_group() -> None:
    full = [monthly(partner, [10.0] * 18) for partner in ("PAK", "IRN", "UZB")]
    late = full[0].filter(pl.col("first_month") != dt.date(2022, 3, 1))
    [(rows, _)] = diversion._groups(pl.concat([late, *full[1:]]), SHUT)
    assert dt.date(2022, 3, 1) not in set(rows["first_month"])
    assert rows["share"].to_list() == pytest.approx([1 / 3] * rows.height)
