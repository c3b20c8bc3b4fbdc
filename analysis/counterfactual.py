"""What a monthly series would have been: a structural time series model, or a weighted mean of others like it.

Structural: the logarithm of the series is a level that wanders, a fixed season, and other series as controls
(Harvey 1989; Brodersen et al. 2015, Annals of Applied Statistics 9:247). Months that are not known, or that a closure
may have touched, are missing: the Kalman filter needs no others in their place. Synthetic control: Abadie, Diamond &
Hainmueller 2010, JASA 105:493.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

Array = npt.NDArray[np.float64]
# Months that must be known: to fit at all, and to fit a season.
FEWEST, FEWEST_FOR_SEASON = 18, 36
DRAWS = 10_000
SEED = 20251011


@dataclass(frozen=True)
class Structure:
    """A fitted model of a series; ``parameters`` are its variances and the weights of controls."""

    floor: float
    season: bool
    parameters: Array
    controls: Array | None

    def reaches(self, before: Array) -> bool:
        """Whether the months before carry a forecast: enough are known, and of a season each month of the year."""
        known = np.flatnonzero(np.isfinite(before))
        return len(known) >= FEWEST and (not self.season or len(np.unique(known % 12)) == 12)

    def ahead(self, before: Array, steps: int, seed: int = SEED) -> Array:
        """Draws of the next ``steps`` months given the months before, unknown ones NaN: draws × steps."""
        return self.filtered(before).ahead(len(before), steps, seed)

    def filtered(self, values: Array) -> Filtered:
        """What each month looks like from the months before it, by one pass of the Kalman filter over all."""
        months = len(values)
        model = _model(_logged(values, self.floor), self.season, _rows(self.controls, 0, months))
        model.update(self.parameters)
        found = model.ssm.filter()
        count = 0 if self.controls is None else self.controls.shape[1]
        shift = np.zeros(months) if self.controls is None else self.controls @ self.parameters[-count:]
        noise = model.ssm["selection"] @ model.ssm["state_cov"] @ model.ssm["selection"].T
        space = Space(model.ssm["design"].ravel(), model.ssm["transition"], noise, float(model.ssm["obs_cov"][0, 0]))
        return Filtered(
            self, values, space, found.predicted_state.T, np.moveaxis(found.predicted_state_cov, 2, 0), shift
        )


@dataclass(frozen=True)
class Space:
    """The state space of a model: what of the state is seen, how it moves, its noise and that of what is seen."""

    design: Array
    transition: Array
    noise: Array
    seen: float


@dataclass(frozen=True)
class Filtered:
    """A series with the state expected for each month from those before it; ``shift`` is the part of controls."""

    structure: Structure
    values: Array
    space: Space
    states: Array
    covariances: Array
    shift: Array

    def reaches(self, start: int) -> bool:
        """Whether the months before ``start`` carry a forecast."""
        return self.structure.reaches(self.values[:start])

    def moments(self, start: int, steps: int) -> tuple[Array, Array]:
        """Mean and covariance of the logarithms of the ``steps`` months from ``start`` on, as seen from before it.

        The chance of each month and the wandering of the level are in it; that the model may be wrong is not: see
        ``calibrated``.
        """
        space, state, spread = self.space, self.states[start], self.covariances[start]
        mean, covariance = np.empty(steps), np.empty((steps, steps))
        for step in range(steps):
            mean[step] = space.design @ state
            reach = space.design @ spread
            for later in range(step, steps):
                covariance[step, later] = covariance[later, step] = reach @ space.design
                reach = space.transition @ reach
            state, spread = space.transition @ state, space.transition @ spread @ space.transition.T + space.noise
        shift = self.shift[start : start + steps]
        mean[: len(shift)] += shift
        return mean, covariance + space.seen * np.eye(steps)

    def ahead(self, start: int, steps: int, seed: int = SEED) -> Array:
        """Draws of the ``steps`` months from ``start`` on, given the months before: draws × steps."""
        chance = np.random.default_rng(seed)
        drawn = chance.multivariate_normal(*self.moments(start, steps), size=DRAWS, method="eigh")
        # Beyond a hundred times what was ever seen a draw says no more than "unbounded".
        highest = np.log(np.nanmax(self.values[:start]) * 100)
        return np.asarray(np.exp(np.minimum(drawn, highest)))


def fit(values: Array, controls: Array | None = None) -> Structure | None:
    """The model of a series, unknown months NaN; None where too few are known. ``controls``: whole columns."""
    known = np.isfinite(values)
    if known.sum() < FEWEST:
        return None
    floor, season = tiny(values), bool(known.sum() >= FEWEST_FOR_SEASON)
    if floor <= 0:
        return None
    model = _model(_logged(values, floor), season, controls)
    found = model.fit(disp=False, maxiter=200)
    return Structure(floor, season, np.asarray(found.params), controls)


def tiny(values: Array) -> float:
    """What stands for nought where logarithms are taken: a thousandth of the median."""
    return float(np.nanmedian(values)) / 1000


def _model(logged: Array, season: bool, controls: Array | None) -> Any:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    seasonal = {"seasonal": 12, "stochastic_seasonal": False} if season else {}
    return UnobservedComponents(logged, level="local level", exog=controls, **seasonal)


def _logged(values: Array, floor: float) -> Array:
    return np.asarray(np.log(np.maximum(values, floor)))


def _rows(controls: Array | None, first: int, after: int) -> Array | None:
    return None if controls is None else controls[first:after]


def width(drawn: Array) -> tuple[float, float]:
    """Where sums drawn lie: the logarithm of the middle one, and half the width of the 80 % interval around it."""
    low, middle, high = np.log(np.quantile(drawn, [0.1, 0.5, 0.9]))
    return float(middle), float(max((high - low) / 2, 1e-9))


def calibrated(drawn: Array, misses: Array, nominal: float) -> tuple[float, float]:
    """The interval of a sum that held the truth at the nominal rate where the truth was known.

    ``misses`` has by how many half-widths (``width``) the middle of such forecasts lay from what came; the interval
    is as wide as they ask for.
    """
    middle, half = width(drawn)
    far = reach(misses, nominal) * half
    return float(np.exp(middle - far)), float(np.exp(middle + far))


def reach(misses: Array, nominal: float) -> float:
    """How far one more miss goes at the nominal rate (conformal prediction: Lei et al. 2018, JASA 113:1094)."""
    rank = min(int(np.ceil((len(misses) + 1) * nominal)), len(misses)) - 1
    return float(np.sort(misses)[rank])


def weights(target: Array, donors: Array) -> Array:
    """The shares of donors, none negative and one in all, whose mean comes closest to the target: months × donors."""
    # The last row, heavy, makes the shares add up to one.
    heavy = 1e3 * max(float(np.abs(donors).max()), 1e-12)
    found, _ = nnls(np.vstack([donors, np.full(donors.shape[1], heavy)]), np.append(target, heavy))
    return np.asarray(found / found.sum())
