"""A trend that comes of wider definitions is gone once each is held fixed; one that was made remains."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analysis.methods import counts
from analysis.refresh import TooLittleError

WIDENING = {"narrow": (100, range(2013, 2019)), "wide": (400, range(2016, 2023)), "widest": (1500, range(2019, 2026))}


def made(growth: float, seed: int) -> pl.DataFrame:
    """Three publishers, each counting more than the one before and beginning later; overdispersed."""
    chance, rows = np.random.default_rng(seed), []
    for publisher, (level, years) in WIDENING.items():
        for year in years:
            mean = level * (1 + growth) ** (year - 2019)
            rows.append((publisher, year, float(chance.negative_binomial(40, 40 / (40 + mean)))))
    same = {"geography": "PAK", "metric": "fatalities_total", "counting": "all", "definition": "as told"}
    frame = pl.DataFrame(rows, schema=["publisher", "year", "value"], orient="row")
    return frame.with_columns(**{name: pl.lit(value) for name, value in same.items()})


def told(growth: float, seed: int) -> dict[str, dict[str, float]]:
    rows = counts.work_out({"years": made(growth, seed)})["counts"]
    return {row["kind"]: row for row in rows.filter(pl.col("kind") != "series").iter_rows(named=True)}


def test_a_trend_of_definitions_is_gone_once_they_are_held_fixed() -> None:
    found = told(0.0, 1)
    assert found["mixed"]["growth_low"] > 0.1
    assert found["held_fixed"]["growth_low"] < 0 < found["held_fixed"]["growth_high"]
    assert found["mixed"]["headline_high"] > 0.2


def test_a_trend_that_was_made_remains() -> None:
    lines = [told(0.15, seed)["held_fixed"] for seed in range(40)]
    held = [line["growth_low"] <= 0.15 <= line["growth_high"] for line in lines]
    # Of forty intervals of 95 %, fewer than 33 hold the truth in one of a thousand cases.
    assert sum(held) >= 33


def test_each_publisher_has_a_trend_of_its_own() -> None:
    rows = counts.work_out({"years": made(0.15, 2)})["counts"].filter(kind="series")
    assert rows["publisher"].to_list() == list(WIDENING)
    assert rows["growth"].to_list() == pytest.approx([0.15] * 3, abs=0.12)


def test_three_years_are_no_trend() -> None:
    few = made(0.0, 3).filter(pl.col("year") < 2016)
    with pytest.raises(TooLittleError, match="4 years"):
        counts.work_out({"years": few})
