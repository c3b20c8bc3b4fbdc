"""Paces are those held, and the band widens; how often it holds the truth: test_coverage."""

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


def test_the_band_widens_and_holds_its_middle() -> None:
    found = commitments.reached(YEARS.astype(float), np.array([500.0, 617, 800, 653, 867, 1115, 1700]), 5000.0)
    assert found is not None
    first, last = found[1][0], found[1][-1]
    assert first["low_95"] < first["low_80"] < first["value"] < first["high_80"] < first["high_95"]
    assert last["high_80"] / last["low_80"] > first["high_80"] / first["low_80"]


def test_of_three_years_nothing_is_said() -> None:
    assert commitments.reached(np.arange(FEWEST_STEPS, dtype=float), np.full(FEWEST_STEPS, 5.0), 9.0) is None
