"""Forecasts that were tried on dates without closure: what they missed says how wide an interval has to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from analysis import counterfactual
from analysis.counterfactual import Array
from analysis.monthly import Series

HORIZONS = (1, 2, 3, 6)
# Fewer dates than that test nothing, more tell no more.
FEWEST_TRIALS, MOST_STARTS = 10, 120
NOMINAL = (0.8, 0.95)


class Forecasts(Protocol):
    """What explains a series from the months before."""

    def reaches(self, start: int) -> bool:
        """Whether the months before ``start`` carry a forecast."""
        ...

    def ahead(self, start: int, steps: int) -> Array:
        """Draws of the ``steps`` months from ``start`` on: draws × steps."""
        ...


@dataclass(frozen=True)
class Tried:
    """A series with what explains it, and what its forecasts missed without closure: start, horizon, miss."""

    method: str
    series: Series
    forecasts: Forecasts
    controls: int
    starts: npt.NDArray[np.int64]
    horizons: npt.NDArray[np.int64]
    misses: Array

    @property
    def longest(self) -> int:
        """The most months whose sum was forecast and came without a closure, often enough to be judged."""
        return max((one for one in HORIZONS if (self.horizons == one).sum() >= FEWEST_TRIALS), default=0)

    def limits(self, drawn: Array) -> dict[str, float]:
        """Lower and upper ends of what was drawn: low_80, high_80, low_95, high_95."""
        found: dict[str, float] = {}
        for nominal in NOMINAL:
            low, high = counterfactual.calibrated(drawn, self.misses, nominal)
            found |= {f"low_{nominal * 100:.0f}": low, f"high_{nominal * 100:.0f}": high}
        return found

    def by_month(self, first: int, drawn: Array) -> Iterator[dict[str, object]]:
        """Month by month from ``first`` on: month, actual, without_closure and the limits."""
        for step in range(drawn.shape[1]):
            value = self.series.values[first + step]
            yield self.limits(drawn[:, step]) | {
                "month": self.series.month(first + step),
                "actual": float(value) if np.isfinite(value) else None,
                "without_closure": float(np.median(drawn[:, step])),
            }

    def backtest(self) -> Iterator[dict[str, object]]:
        """How often the truth lay in the intervals. Each trial is judged by those that share no month with it."""
        for horizon in HORIZONS:
            of_horizon = np.flatnonzero(self.horizons == horizon)
            if len(of_horizon) < FEWEST_TRIALS:
                continue
            for nominal in NOMINAL:
                held = sum(self._held(int(trial), nominal) for trial in of_horizon)
                yield self.series.key | {
                    "border": self.series.border,
                    "method": self.method,
                    "horizon_months": horizon,
                    "nominal": nominal,
                    "trials": len(of_horizon),
                    "held": held,
                    "share_held": held / len(of_horizon),
                }

    def _held(self, trial: int, nominal: float) -> int:
        first, after = self.starts[trial], self.starts[trial] + self.horizons[trial]
        others = self.misses[(self.starts >= after) | (self.starts + self.horizons <= first)]
        return int(self.misses[trial] <= counterfactual.reach(others, nominal))


def tried(method: str, one: Series, forecasts: Forecasts, controls: int = 0) -> Iterator[Tried]:
    """The series with its forecasts, tried on dates without closure; nothing where there are too few of these."""
    found = list(_trials(one.quiet, forecasts))
    if len({start for start, _, _ in found}) >= FEWEST_TRIALS:
        starts, horizons, misses = map(np.array, zip(*found, strict=True))
        yield Tried(method, one, forecasts, controls, starts, horizons, misses)


def _trials(quiet: Array, forecasts: Forecasts) -> Iterator[tuple[int, int, float]]:
    """Forecasts on dates without closure: start, horizon, and by how many half-widths the middle missed what came."""
    starts = [start for start in np.flatnonzero(np.isfinite(quiet)).tolist() if forecasts.reaches(start)]
    for start in starts[-MOST_STARTS:]:
        drawn = forecasts.ahead(start, min(max(HORIZONS), len(quiet) - start))
        for horizon in HORIZONS:
            came = quiet[start : start + horizon]
            if len(came) == horizon and np.isfinite(came).all() and came.sum() > 0:
                middle, half = counterfactual.width(drawn[:, :horizon].sum(axis=1))
                yield start, horizon, abs(np.log(came.sum()) - middle) / half
