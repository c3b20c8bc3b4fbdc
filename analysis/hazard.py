"""Discrete-time hazards: the chance that what lasts ends on its next day, by how long it has lasted and what it is.

A ridge-penalised logistic regression over person-days, those alike counted together (Singer & Willett 1993, Journal
of Educational Statistics 18:155; Hess & Persson 2012, Empirical Economics 43:1083, on why days in ties want this
rather than Cox). Two ways to end compete: each has a hazard of its own, and a day's chances are exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Array = npt.NDArray[np.float64]
# First days of the spans within which the hazard of a closure is one number.
EDGES = np.array([1, 2, 3, 4, 6, 8, 11, 15, 22, 31, 46, 61, 91, 121, 181, 366, 731, 1462, 10_000])
# A coefficient of one is a change of odds by 2.7: more is believed only if the data insist.
PRIOR_SD = 1.0
# About twice the loss above the least at which one more step ends the search.
NEAR = 1e-8


@dataclass(frozen=True)
class Lasting:
    """What lasted: days of each (a lower bound where it did not end), how it ended (0 = it did not, as far as known;
    1, 2 = the competing ends), and what is known of each from its first day: one row of features each.
    """

    days: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    features: Array

    def part(self, chosen: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Lasting:
        """Those chosen, by position or mask."""
        return Lasting(self.days[chosen], self.end[chosen], self.features[chosen])


@dataclass(frozen=True)
class Hazards:
    """The fitted coefficients of each end: intercept, log of the day, its bend after a month, then the features."""

    coefficients: tuple[Array, ...]

    def daily(self, features: Array, first: int, last: int) -> Array:
        """The chance of each end on each day, given that it lasted until then: ends × days from first to last."""
        shape = _with_time(np.arange(first, last + 1), np.broadcast_to(features, (last - first + 1, len(features))))
        chances = np.vstack([expit(shape @ one) for one in self.coefficients])
        # Hazards fitted apart may add up to more than one where both are high.
        return np.asarray(chances / np.maximum(chances.sum(axis=0), 1.0))

    def ended_by(self, features: Array, already: int, horizon: int) -> Array:
        """The chance that each end has come within 1 to ``horizon`` days, given ``already`` days: ends × days."""
        daily = self.daily(features, already + 1, already + horizon)
        lasting = np.concatenate([[1.0], np.cumprod(1 - daily.sum(axis=0))[:-1]])
        return np.asarray(np.cumsum(daily * lasting, axis=1))


def fit(lasting: Lasting, ends: int = 2) -> Hazards:
    """The hazards of each end. Where an end never came its hazard is next to nothing."""
    design, trials, events = _counted(lasting, ends)
    return Hazards(tuple(_ridge(design, trials, events[:, one]) for one in range(ends)))


def _counted(lasting: Lasting, ends: int) -> tuple[Array, Array, Array]:
    """Days at risk and ends of each closure in each span of days: design, trials, events by end."""
    starts, stops = EDGES[:-1], EDGES[1:]
    at_risk = np.clip(lasting.days[:, None] - starts + 1, 0, stops - starts)
    one, span = np.nonzero(at_risk)
    trials = at_risk[one, span].astype(float)
    # The day of a span that stands for it: the middle one on the scale of the logarithm.
    middle = np.sqrt(starts * np.maximum(stops - 1, starts)).astype(float)
    final = lasting.days[one] < stops[span]
    events = np.stack([(final & (lasting.end[one] == end + 1)).astype(float) for end in range(ends)], axis=1)
    return _with_time(middle[span], lasting.features[one]), trials, events


def _with_time(days: npt.NDArray[np.float64] | npt.NDArray[np.int64], features: Array) -> Array:
    # Past two years nobody has seen a closure's hazard change: it is held.
    logged = np.log(np.minimum(days, EDGES[-3]).astype(float))
    after_a_month = np.maximum(logged - np.log(30), 0)
    return np.column_stack([np.ones(len(logged)), logged, after_a_month, features])


def _ridge(design: Array, trials: Array, events: Array) -> Array:
    """The coefficients of least loss, by Newton's method: the loss is convex, and a few steps end at its bottom."""
    penalty = np.full(design.shape[1], 1 / PRIOR_SD**2)
    penalty[0] = 0.01

    def loss(beta: Array) -> float:
        linear = design @ beta
        return float(np.sum(trials * np.logaddexp(0, linear) - events * linear) + 0.5 * np.sum(penalty * beta**2))

    beta = np.zeros(design.shape[1])
    beta[0] = np.log((events.sum() + 0.5) / trials.sum())
    while True:
        chance = expit(design @ beta)
        slope = design.T @ (trials * chance - events) + penalty * beta
        bend = (design.T * (trials * chance * (1 - chance))) @ design + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        left = float(slope @ step)
        if left < NEAR:
            return np.asarray(beta - step)
        # A whole step from far away may overshoot.
        size, before = 1.0, loss(beta)
        while loss(beta - size * step) > before - size * left / 4:
            size /= 2
        beta = beta - size * step
