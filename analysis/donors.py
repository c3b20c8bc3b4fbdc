"""Other partners as a yardstick: which may serve, a control made of them, and a synthetic control.

Chosen before looking at any result. Donors are other partners of the side that is not Afghanistan, as that side
counts them on the same basis: trade that a closure drives from a route turns up in Afghanistan's other trade, so
Afghanistan's own other partners are no yardstick. No donor is a group of countries, or has a land border with that
side of which anything was shut meanwhile; each is known and above nought in every month of the last ten years of the
series. Of more than twenty the largest serve; fewer than five do not suffice.

Synthetic control: Abadie, Diamond & Hainmueller 2010, JASA 105:493; of series divided by their mean, for a route's
level is its own (Ferman & Pinto 2021, Quantitative Economics 12:1197). The same for each donor is the placebo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analysis import closures, counterfactual
from analysis.counterfactual import Array
from analysis.monthly import Series, month_number

FEWEST, MOST = 5, 20
WINDOW = 120


@dataclass(frozen=True)
class Donors:
    """The donors of a series from its place ``since`` on: their partners, their months (months × donors), how many
    partners there were to choose from, and, where they do not suffice, why not.
    """

    since: int
    partners: tuple[str, ...]
    values: Array
    candidates: int
    why_not: str | None

    @property
    def control(self) -> Array:
        """One control: the mean of the donors' logarithms, each less its own mean. None is chosen by how it fits."""
        logged = np.log(self.values)
        return np.asarray((logged - logged.mean(axis=0)).mean(axis=1, keepdims=True))


def of(one: Series, trade: pl.DataFrame, shut: pl.DataFrame) -> Donors:
    """The donors that there are for a series. ``trade`` and ``shut`` as in analysis.monthly."""
    since = max(len(one.values) - WINDOW, 0)
    if one.scope == "country":
        return _none(since, 0, "all trade of Afghanistan has no other partner to be compared with")
    side, flow = _counted_by(one.key)
    others = trade.filter(
        pl.col("known") & (pl.col("value") > 0),
        pl.col("basis") == one.key["basis"],
        pl.col("reporter") == side,
        pl.col("flow") == flow,
        pl.col("partner").str.contains("^[A-Z]{3}$") & ~pl.col("partner").is_in(["AFG", "WLD"]),
    )
    candidates = others["partner"].n_unique()
    first, months = one.first + since, len(one.values) - since
    found = {}
    for (partner,), lines in others.group_by(["partner"], maintain_order=True):
        values = _placed(lines, first, months)
        if np.isfinite(values).all() and not _shut_within(shut, str(partner), side, first, months):
            found[str(partner)] = values
    chosen = sorted(found, key=lambda partner: -found[partner].sum())[:MOST]
    if len(chosen) < FEWEST:
        found_of = f"{len(chosen)} of {candidates} other partners of {side} on this basis have"
        return _none(since, candidates, f"{found_of} all months and no closure; {FEWEST} are needed")
    return Donors(since, tuple(chosen), np.column_stack([found[partner] for partner in chosen]), candidates, None)


def _none(since: int, candidates: int, reason: str) -> Donors:
    return Donors(since, (), np.empty((0, 0)), candidates, reason)


def _placed(lines: pl.DataFrame, first: int, months: int) -> Array:
    """The values of known months by their place, NaN elsewhere."""
    values = np.full(months, np.nan)
    for month, value in lines.select("month", "value").iter_rows():
        if 0 <= (place := month_number(month) - first) < months:
            values[place] = value
    return values


def _counted_by(key: dict[str, str]) -> tuple[str, str]:
    """The side that is not Afghanistan, and the flow as it counts it."""
    if key["reporter"] != "AFG":
        return key["reporter"], key["flow"]
    return key["partner"], {"export": "import", "import": "export"}[key["flow"]]


def _shut_within(shut: pl.DataFrame, partner: str, side: str, first: int, months: int) -> bool:
    touched = closures.touched_months(shut, "-".join(sorted((partner, side))))
    return any(0 <= month_number(month) - first < months for month in touched)


@dataclass(frozen=True)
class Synthetic:
    """Forecasts of a series from what its donors did: their weighted mean, by weights fitted to the months before."""

    values: Array
    donors: Array

    def reaches(self, start: int) -> bool:
        """Whether as many months before ``start`` are known as the structural model asks for."""
        return int(np.isfinite(self.values[:start]).sum()) >= counterfactual.FEWEST

    def ahead(self, start: int, steps: int, seed: int = counterfactual.SEED) -> Array:
        """Draws of the ``steps`` months from ``start`` on: the weighted mean, with gaps drawn from those before."""
        middle, gaps = self._fitted(start, steps)
        chance = np.random.default_rng(seed)
        return np.asarray(middle * np.exp(chance.choice(gaps, size=(counterfactual.DRAWS, steps))))

    def p_placebo(self, start: int, came: Array) -> float:
        """Share of donors and the series itself that fell as much, beside how well each was met before.

        ``came``: what was traded from ``start`` on, NaN where not known. Each donor in turn is explained by the other
        donors; the series, which the closure touched, explains none.
        """
        own, known = self._fall(start, came), np.isfinite(came)
        falls = []
        for at in range(self.donors.shape[1]):
            donor = Synthetic(self.donors[:, at], np.delete(self.donors, at, axis=1))
            falls.append(donor._fall(start, np.where(known, donor.values[start : start + len(came)], np.nan)))
        return (1 + sum(fall >= own for fall in falls)) / (1 + len(falls))

    def _fall(self, start: int, came: Array) -> float:
        """The mean fall of the months known, in logarithms, by how far gaps lay from nought before."""
        middle, gaps = self._fitted(start, len(came))
        fall = np.log(middle) - np.log(np.maximum(came, counterfactual.tiny(self.values)))
        return float(np.nanmean(fall) / max(np.sqrt(np.mean(gaps**2)), 1e-6))

    def _fitted(self, start: int, steps: int) -> tuple[Array, Array]:
        """The weighted mean of ``steps`` months from ``start`` on; the gaps in logarithms of the months before."""
        known = np.flatnonzero(np.isfinite(self.values[:start]))
        own, scale = float(self.values[known].mean()), self.donors[known].mean(axis=0)
        shares = counterfactual.weights(self.values[known] / own, self.donors[known] / scale)
        mean = (self.donors / scale) @ shares * own
        gaps = np.log(np.maximum(self.values[known], counterfactual.tiny(self.values))) - np.log(mean[known])
        return mean[start : start + steps], gaps
