"""A rise that was made where a border feeds is found, goods held alike; one that is everywhere is none."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from statsmodels.regression.linear_model import OLS

from analysis.methods import prices

MONTHS = [dt.date(2020 + place // 12, place % 12 + 1, 1) for place in range(24)]
SHUT = dt.date(2021, 3, 1)


def made(extra: float, everywhere: float = 0.0) -> pl.DataFrame:
    """Six markets fed over AFG-PAK and six others, four goods; what is shut raises prices where it feeds."""
    chance = np.random.default_rng(11)
    rows = []
    for market in range(12):
        fed = market < 6
        for good in range(4):
            for month in MONTHS:
                logged = 3 + good + chance.normal(0, 0.02)
                if month >= SHUT:
                    logged += everywhere + (extra if fed else 0)
                rows.append((f"m{market}", f"g{good}", month, logged, "AFG-PAK" if fed else None))
    return pl.DataFrame(rows, schema=["market", "good", "month", "logged", "fed_over"], orient="row")


@pytest.mark.parametrize(("extra", "everywhere"), [(0.1, 0.0), (0.1, 0.3), (0.0, 0.3)])
def test_only_what_differs_between_markets_counts(extra: float, everywhere: float) -> None:
    found = prices.Priced.of(made(extra, everywhere)).compared("AFG-PAK", SHUT, dt.date(2021, 4, 1))
    assert found is not None
    assert found["difference"] == pytest.approx(extra, abs=0.02)
    assert found["low"] <= extra <= found["high"]
    assert (found["fed_markets"], found["other_markets"], found["commodities"]) == (6, 6, 4)


def test_with_too_few_markets_nothing_is_said() -> None:
    few = made(0.1).filter(pl.col("market").is_in(["m0", "m1", "m6", "m7", "m8"]))
    assert prices.Priced.of(few).compared("AFG-PAK", SHUT, SHUT) is None


def test_the_difference_and_its_interval_are_those_of_statsmodels() -> None:
    chance = np.random.default_rng(3)
    good, market = np.repeat(np.arange(9), 20), np.tile(np.arange(20), 9)
    kept = chance.random(180) < 0.7
    good, market, rises = good[kept], market[kept], chance.normal(0, 0.1, kept.sum()) + 0.05 * (market[kept] % 2)
    fed = (market < 7).astype(float)
    within = [values - (np.bincount(good, values) / np.bincount(good))[good] for values in (rises, fed)]
    fitted = OLS(within[0], within[1][:, None]).fit(cov_type="cluster", cov_kwds={"groups": market}, use_t=True)
    found = prices._difference(rises, fed, good, market)
    assert found == pytest.approx((fitted.params[0], *np.asarray(fitted.conf_int())[0]), rel=1e-9)


def test_a_good_without_a_price_before_is_not_compared() -> None:
    new = made(0.1).filter((pl.col("good") != "g3") | (pl.col("month") >= SHUT))
    found = prices.Priced.of(new).compared("AFG-PAK", SHUT, SHUT)
    assert found is not None
    assert (found["commodities"], found["pairs"]) == (3, 36)


def test_month_by_month_the_difference_begins_with_the_closure() -> None:
    event = {"border": "AFG-PAK", "started_on": dt.date(2021, 3, 9)}
    found = {line["offset_months"]: line for line in prices.followed(prices.Priced.of(made(0.1)), event)}
    assert list(found) == list(range(-6, 7))
    for offset, line in found.items():
        assert line["difference"] == pytest.approx(0.1 if offset >= 0 else 0, abs=0.03), offset
    held = sum(line["low"] <= (0.1 if offset >= 0 else 0) <= line["high"] for offset, line in found.items())
    assert held >= 10
