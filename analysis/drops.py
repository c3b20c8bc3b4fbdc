"""Falls in monthly counts, found without being told when: a month far below what its season had before.

A month is compared with the median of the same month in the three years before, and that with how it stood in the
year before. Far is at least a quarter, and four robust standard deviations of the five years before (median absolute
deviation: Leys et al. 2013, Journal of Experimental Social Psychology 49:764). A fall has ended with the first of two
months in a row that are within a quarter of the level from before it. The two numbers were chosen beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.counterfactual import Array

FAR, DEVIATIONS = float(np.log(4 / 3)), 4.0
YEAR, YEARS = 12, 3
# Months by which the level and the spread are known, and the fewest that tell them.
LEVEL, SPREAD, FEWEST_LEVEL, FEWEST_SPREAD = 12, 60, 6, 24


@dataclass(frozen=True)
class Drop:
    """A fall: the place of its first month, of the first after it (None: it goes on), in multiples of far."""

    first: int
    after: int | None
    times_far: float


def drops(values: Array) -> list[Drop]:
    """The falls in a series of months, unknown ones NaN, in the order of time."""
    found: list[Drop] = []
    # What fell says nothing of what is usual.
    clean = np.where(values > 0, values, np.nan)
    gaps = np.full(len(values), np.nan)
    place = 0
    while place < len(values):
        gaps[place] = _logarithm(values[place]) - _usual(clean, place)
        level, far = _level(gaps, place)
        if not gaps[place] - level < -far:
            place += 1
            continue
        after = _end(values, clean, place, level)
        found.append(Drop(place, after, float((level - gaps[place]) / far)))
        until = len(values) if after is None else after
        clean[place:until] = gaps[place:until] = np.nan
        place = until
    return found


def _usual(clean: Array, place: int) -> float:
    """The logarithm of the median of the same month in the three years before; NaN where fewer than two are known."""
    before = np.array([clean[place - YEAR * back] for back in range(1, YEARS + 1) if place >= YEAR * back])
    known = before[np.isfinite(before)]
    return float(np.log(np.median(known))) if len(known) > 1 else np.nan


def _level(gaps: Array, place: int) -> tuple[float, float]:
    """How months stood to their usual in the year before, and how far below that is far; NaN where unknown."""
    year, years = (gaps[max(place - back, 0) : place] for back in (LEVEL, SPREAD))
    year, years = year[np.isfinite(year)], years[np.isfinite(years)]
    if len(year) < FEWEST_LEVEL or len(years) < FEWEST_SPREAD:
        return np.nan, np.nan
    spread = 1.4826 * float(np.median(np.abs(years - np.median(years))))
    return float(np.median(year)), max(FAR, DEVIATIONS * spread)


def _end(values: Array, clean: Array, first: int, level: float) -> int | None:
    """The first of two months in a row that are back, against the years before the fall."""
    back = 0
    for place in range(first + 1, len(values)):
        base = _usual(clean[:first], first + (place - first) % YEAR)
        gap = _logarithm(values[place]) - base - level
        back = back + 1 if gap > -FAR else 0
        if back == 2:
            return place - 1
    return None


def _logarithm(value: float) -> float:
    """Of nought as of half of one: a count that fell to nought fell."""
    return float(np.log(max(value, 0.5)))
