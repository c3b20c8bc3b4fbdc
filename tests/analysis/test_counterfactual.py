"""The structural model finds a loss that was made; calibrated intervals hold the truth as often as they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis import counterfactual
from analysis.counterfactual import Array

SEASON = 0.2 * np.sin(np.arange(12) / 12 * 2 * np.pi)


def made(months: int, chance: np.random.Generator, noise: float = 0.1) -> Array:
    """A series with a season and a level that wanders."""
    level = 4 + np.cumsum(chance.normal(0, 0.04, months))
    season = np.resize(SEASON, months)
    return np.asarray(np.exp(level + season + chance.normal(0, noise, months)))


def test_a_made_fall_is_found() -> None:
    values = made(84, np.random.default_rng(3))
    fallen = values.copy()
    fallen[78:81] *= 0.4
    quiet = np.where(np.isin(np.arange(84), [78, 79, 80]), np.nan, fallen)
    structure = counterfactual.fit(quiet)
    assert structure is not None
    drawn = structure.ahead(quiet[:78], 3).sum(axis=1)
    truth, seen = values[78:81].sum(), fallen[78:81].sum()
    low, high = np.quantile(drawn - seen, [0.025, 0.975])
    assert low <= truth - seen <= high
    assert low > 0


def test_months_that_are_not_known_leave_no_hole() -> None:
    values = made(60, np.random.default_rng(4))
    values[10:14] = np.nan
    structure = counterfactual.fit(values)
    assert structure is not None
    assert np.isfinite(structure.ahead(values, 6)).all()


def test_too_few_months_are_not_fitted() -> None:
    values = np.full(40, np.nan)
    values[: counterfactual.FEWEST - 1] = 5.0
    assert counterfactual.fit(values) is None


@pytest.mark.parametrize("nominal", [0.8, 0.95])
def test_calibrated_intervals_hold_the_truth_at_their_rate(nominal: float) -> None:
    """Forecasts that are too sure by a factor of two, whose misses are known, are widened to what they promise."""
    chance, held = np.random.default_rng(5), 0
    misses = np.abs(chance.normal(0, 2, 400)) / 1.2816
    for _ in range(400):
        truth = np.exp(chance.normal(0, 0.2))
        drawn = np.exp(chance.normal(0, 0.1, 500))
        low, high = counterfactual.calibrated(drawn, misses, nominal)
        held += low <= truth <= high
    assert held / 400 == pytest.approx(nominal, abs=0.05)


def test_weights_find_the_mixture_that_was_made() -> None:
    donors = np.random.default_rng(6).uniform(1, 9, (60, 5))
    truth = np.array([0.5, 0.0, 0.3, 0.0, 0.2])
    assert counterfactual.weights(donors @ truth, donors) == pytest.approx(truth, abs=0.01)


def test_forecasts_have_the_moments_of_the_library() -> None:
    values = made(60, np.random.default_rng(7))
    values[20:23] = np.nan
    controls = np.random.default_rng(8).normal(0, 0.3, (66, 1))
    structure = counterfactual.fit(values, controls[:60])
    assert structure is not None
    structure = replace(structure, controls=controls)
    mean, covariance = structure.filtered(values).moments(60, 6)
    model = counterfactual._model(np.log(values), structure.season, controls[:60])
    expected = model.smooth(structure.parameters).get_forecast(6, exog=controls[60:])
    assert mean == pytest.approx(expected.predicted_mean)
    assert np.diag(covariance) == pytest.approx(expected.var_pred_mean)


def test_one_pass_sees_from_each_month_what_the_months_before_it_show() -> None:
    values = made(60, np.random.default_rng(9))
    structure = counterfactual.fit(values)
    assert structure is not None
    later = structure.filtered(values).ahead(48, 3)
    assert later == pytest.approx(structure.ahead(values[:48], 3))
