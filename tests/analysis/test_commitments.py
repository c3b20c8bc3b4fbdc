"""The year in which a target is met lies in its interval as often as it says, and paces are those held."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.methods import commitments
from analysis.methods.commitments import FEWEST_STEPS

YEARS = np.array([2016, 2017, 2020, 2021, 2023, 2024, 2025])


def test_the_paces_are_those_held() -> None:
    found = commitments.reached(np.array([2020.0, 2022, 2023, 2024]), np.array([100.0, 144, 144, 72]), 288.0)
    assert found is not None
    line = found[0]
    assert (line["fastest"], line["slowest"], line["latest_growth"]) == pytest.approx((0.2, -0.5, -0.5))
    assert (line["met_fastest"], line["met_slowest"], line["met_latest"]) == (2032, None, None)


def test_the_year_lies_in_its_interval_about_as_often_as_it_says() -> None:
    chance, held, runs = np.random.default_rng(5), 0, 120
    for _ in range(runs):
        steps = chance.normal(0.12, 0.15, 45)
        path = 500 * np.exp(np.cumsum(steps))
        every = dict(zip(range(2016, 2061), path.tolist(), strict=True))
        target = every[2025] * 3
        truth = next((year for year, value in every.items() if year > 2025 and value >= target), np.inf)
        found = commitments.reached(YEARS.astype(float), np.array([every[int(year)] for year in YEARS]), target)
        assert found is not None
        low, high = (found[0][f"met_{end}_80"] or np.inf for end in ("low", "high"))
        held += low <= truth <= high
    # Of 120 intervals of 80 %, fewer than 81 hold the truth in one of a thousand cases.
    assert held >= 81


def test_the_band_widens_and_holds_its_middle() -> None:
    found = commitments.reached(YEARS.astype(float), np.array([500.0, 617, 800, 653, 867, 1115, 1700]), 5000.0)
    assert found is not None
    first, last = found[1][0], found[1][-1]
    assert first["low_95"] < first["low_80"] < first["value"] < first["high_80"] < first["high_95"]
    assert last["high_80"] / last["low_80"] > first["high_80"] / first["low_80"]


def test_of_three_years_nothing_is_said() -> None:
    assert commitments.reached(np.arange(FEWEST_STEPS, dtype=float), np.full(FEWEST_STEPS, 5.0), 9.0) is None
