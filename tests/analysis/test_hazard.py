"""The hazard gives back what simulated closures were made of, and competes as it should."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.hazard import Array, Lasting, fit
from analysis.methods.reopening import given, kaplan_meier, scored

CHANCE = np.random.default_rng(7)


def simulated(count: int, daily: float, partly: float = 0.0, longest: int = 400) -> Lasting:
    """Closures that end on each day with the same chance, some by the second way; cut off after ``longest`` days."""
    days = CHANCE.geometric(daily + partly, count)
    end = np.where(CHANCE.random(count) < partly / (daily + partly), 2, 1)
    end = np.where(days > longest, 0, end)
    return Lasting(np.minimum(days, longest), end, np.zeros((count, 0)))


def test_a_constant_hazard_is_recovered() -> None:
    curve = fit(simulated(2000, 0.05)).ended_by(np.zeros(0), 0, 90)[0]
    truth = 1 - 0.95 ** np.arange(1, 91)
    assert np.abs(curve - truth).max() < 0.05


def test_what_is_cut_off_does_not_shorten_it() -> None:
    curve = fit(simulated(2000, 0.02, longest=30)).ended_by(np.zeros(0), 0, 30)[0]
    assert abs(curve[29] - (1 - 0.98**30)) < 0.05


def test_two_ways_to_end_share_what_ends() -> None:
    opened, partly = fit(simulated(3000, 0.03, partly=0.01)).ended_by(np.zeros(0), 0, 365)
    assert opened[-1] + partly[-1] <= 1 + 1e-9
    assert opened[-1] / partly[-1] == pytest.approx(3, rel=0.25)


def test_a_feature_that_doubles_the_hazard_is_seen() -> None:
    feature = CHANCE.integers(0, 2, 3000).astype(float)
    days = CHANCE.geometric(0.02 * (1 + feature))
    made = Lasting(days, np.ones(3000, int), feature[:, None])
    model = fit(made)
    without, with_it = (model.ended_by(np.array([value]), 0, 10)[0, -1] for value in (0.0, 1.0))
    assert without == pytest.approx(1 - 0.98**10, abs=0.03)
    assert with_it == pytest.approx(1 - 0.96**10, abs=0.03)


@pytest.mark.slow
def test_the_interval_covers_the_truth_at_its_nominal_rate() -> None:
    """Samples of closures, each resampled: the 80 % interval of the chance to open within 30 days."""
    truth, held, trials = 1 - 0.95**30, 0, 60
    for _ in range(trials):
        made = simulated(80, 0.05)
        drawn = [
            fit(made.part(CHANCE.integers(0, 80, 80)), ends=1).ended_by(np.zeros(0), 0, 30)[0, -1] for _ in range(40)
        ]
        low, high = np.quantile(drawn, [0.1, 0.9])
        held += low <= truth <= high
    # A share of 0.8 in 60 trials lies between 0.65 and 0.93 all but once in two hundred.
    assert 0.65 <= held / trials <= 0.93, held / trials


def test_kaplan_meier_is_that_of_statsmodels() -> None:
    from statsmodels.duration.survfunc import SurvfuncRight

    days, ended = CHANCE.integers(1, 40, 60), CHANCE.random(60) < 0.7
    ours, theirs = kaplan_meier(days, ended), SurvfuncRight(days, ended)
    at: Array = np.asarray(theirs.surv_times, dtype=int) - 1
    assert 1 - ours[at] == pytest.approx(theirs.surv_prob)


def test_the_chance_from_today_on_is_of_those_that_lasted_so_long() -> None:
    km = np.array([0.2, 0.4, 0.4, 0.7])
    assert given(km, 0, 2) == pytest.approx(0.4)
    assert given(km, 2, 2) == pytest.approx((0.7 - 0.4) / (1 - 0.4))
    assert given(km, 2, 90) == given(km, 2, 2)
    assert given(km, 4, 1) is None


def test_a_perfect_forecast_scores_nothing_and_a_wrong_one_its_distance_in_days() -> None:
    days = np.arange(1, 366)
    right, late = (days >= 20).astype(float), (days >= 50).astype(float)
    of_right = {line["score"]: line["value"] for line in scored("x", right, 20, ended=True)}
    of_late = {line["score"]: line["value"] for line in scored("x", late, 20, ended=True)}
    assert of_right["crps"] == 0
    assert of_late["crps"] == 30


def test_of_an_end_that_nobody_told_only_the_days_known_are_scored() -> None:
    lines = scored("x", np.full(365, 0.5), 10, ended=False)
    assert [line["horizon_days"] for line in lines] == [7]
