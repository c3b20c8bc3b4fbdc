"""What closures cost: trade without the closure against trade as reported, for the route and for the country."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from analysis import closures, counterfactual, donors, monthly
from analysis.counterfactual import Array
from analysis.donors import Donors, Synthetic
from analysis.monthly import LAG_MONTHS, Series
from analysis.refresh import Tables, TooLittleError

TITLE = "What did a closure cost?"
VERSION = 3
REFERENCE = (
    "Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter; Brodersen et al. 2015, Annals of "
    "Applied Statistics 9:247; Abadie, Diamond & Hainmueller 2010, JASA 105:493"
)
READS = ("closure_episodes", "crossings", "disruption_index", "trade_months", "trade_periods")
HORIZONS = (1, 2, 3, 6)
FEWEST_TRIALS = 10
NOMINAL = (0.8, 0.95)
# All trade of Afghanistan as printed, of months and of longer periods up to a year.
WHOLE = """
    SELECT
        p.flow,
        coalesce(p.basis, '') AS basis,
        p.period_start, p.period_end, p.value, p.lowest, p.highest,
        list_sort(list_distinct(list(f.note) FILTER (f.note IS NOT NULL))) AS notes,
        p.row_keys
    FROM trade_periods AS p
    INNER JOIN trade_flows AS f ON list_contains(p.row_keys, f.row_key)
    WHERE p.reporter = 'AFG' AND p.partner = 'WLD' AND p.unit = 'USD_million' AND p.flow IN ('export', 'import')
    GROUP BY ALL
    ORDER BY ALL
"""
WHOLE_KEY = ("flow", "basis", "period_start", "period_end")


class Forecasts(Protocol):
    """What explains a series from the months before."""

    def reaches(self, start: int) -> bool:
        """Whether the months before ``start`` carry a forecast."""
        ...

    def ahead(self, start: int, steps: int) -> Array:
        """Draws of the ``steps`` months from ``start`` on: draws × steps."""
        ...


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    """Closures without the days that only pass, months of trade, days with something shut, the whole trade."""
    rows = closures.cargo(con).drop("days")
    return {
        "closures": rows,
        "trade": con.sql(monthly.SERIES).pl(),
        "shut": closures.shut(con),
        "whole": con.sql(WHOLE).pl(),
    }


def work_out(gathered: Tables) -> Tables:
    """The tables losses, losses_months, losses_backtest, losses_series, losses_country.

    Raises TooLittleError where there is no closure of seven days to ask about.
    """
    events = list(closures.lasting_events(gathered["closures"], gathered["shut"]))
    if not events:
        raise TooLittleError("no closure of cargo of seven days and more is known")
    borders = {event["border"] for event in events}
    every = [one for one in monthly.of_borders(gathered["trade"], gathered["shut"]) if one.border in borders]
    among = [(one, donors.of(one, gathered["trade"], gathered["shut"])) for one in every]
    tested = {id(one): list(fitted(one, found)) for one, found in among}
    asked = [(event, one) for event in events for every in tested.values() for one in every if one.of(event)]
    told = [line for event, one in asked if (line := one.told(event))]
    tables: dict[str, list[dict[str, object]]] = {
        "losses": [line for line, _ in told],
        "losses_months": [month for _, months in told for month in months],
        "losses_backtest": [line for every in tested.values() for one in every for line in one.backtest()],
        "losses_series": [_considered(one, found, tested[id(one)]) for one, found in among],
        "losses_country": [line for event in events for line in country(event, gathered["whole"])],
    }
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}


@dataclass(frozen=True)
class Fitted:
    """A series with what explains it, and what its forecasts missed without closure: start, horizon, miss."""

    method: str
    series: Series
    forecasts: Forecasts
    controls: int
    starts: npt.NDArray[np.int64]
    horizons: npt.NDArray[np.int64]
    misses: Array

    def of(self, event: Mapping[str, Any]) -> bool:
        """Whether the closure was on the border of the series."""
        return bool(self.series.border == event["border"])

    def told(self, event: Mapping[str, Any]) -> tuple[dict[str, object], list[dict[str, object]]] | None:
        """The line of analysis.losses and those of its months, None where the series does not reach so far."""
        one, first = self.series, self.series.place(event["started_on"])
        after = min(one.place(event["until"]) + 1 + LAG_MONTHS, len(one.values))
        if after <= first or first < 0 or not self.forecasts.reaches(first):
            return None
        actual, counted = one.counted(first, after)
        if not counted.any():
            return None
        drawn = self.forecasts.ahead(first, after - first)
        expected = drawn[:, counted].sum(axis=1)
        middle = float(np.median(expected))
        same = {name: event[name] for name in ("border", "started_on")} | one.key | {"method": self.method}
        line = same | {name: event[name] for name in ("ended_on", "crossings", "share_shut")} | {
            "scope": one.scope,
            "first_month": one.month(first),
            "last_month": one.month(after - 1),
            "months": after - first,
            "months_known": int(counted.sum()),
            "trained_months": int(np.isfinite(one.quiet[:first]).sum()),
            "controls": self.controls,
            "actual": actual,
            "without_closure": middle,
            "loss": middle - actual,
            "share_lost": 1 - actual / middle,
            "p_placebo": self._p_placebo(first, after),
        }  # fmt: skip
        limits = {f"loss_{name}": value - actual for name, value in self._limits(expected).items()}
        return line | limits, [same | month for month in self._by_month(first, drawn)]

    def _p_placebo(self, first: int, after: int) -> float | None:
        came = self.series.values[first:after]
        if not isinstance(self.forecasts, Synthetic) or not np.isfinite(came).any():
            return None
        return self.forecasts.p_placebo(first, came)

    def _limits(self, drawn: Array) -> dict[str, float]:
        found: dict[str, float] = {}
        for nominal in NOMINAL:
            low, high = counterfactual.calibrated(drawn, self.misses, nominal)
            found |= {f"low_{nominal * 100:.0f}": low, f"high_{nominal * 100:.0f}": high}
        return found

    def _by_month(self, first: int, drawn: Array) -> Iterator[dict[str, object]]:
        for step in range(drawn.shape[1]):
            value = self.series.values[first + step]
            yield self._limits(drawn[:, step]) | {
                "month": self.series.month(first + step),
                "actual": float(value) if np.isfinite(value) else None,
                "without_closure": float(np.median(drawn[:, step])),
            }

    def backtest(self) -> Iterator[dict[str, object]]:
        """The lines of analysis.losses_backtest. Each trial is judged by the misses of trials that share no month."""
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
        rank = min(int(np.ceil((len(others) + 1) * nominal)), len(others)) - 1
        return int(self.misses[trial] <= np.sort(others)[rank])


def fitted(one: Series, found: Donors) -> Iterator[Fitted]:
    """The series with each method that it carries and that can be tested: untested, nobody knows how sure it is."""
    if structure := counterfactual.fit(one.quiet):
        yield from _tested("structural", one, structure.filtered(one.quiet))
    cut = one.since(found.since)
    if found.why_not is None and (structure := counterfactual.fit(cut.quiet, found.control)):
        yield from _tested("structural_controls", cut, structure.filtered(cut.quiet), len(found.partners))
        yield from _tested("synthetic_control", cut, Synthetic(cut.quiet, found.values), len(found.partners))


def _tested(method: str, one: Series, forecasts: Forecasts, controls: int = 0) -> Iterator[Fitted]:
    found = list(_trials(one.quiet, forecasts))
    if len({start for start, _, _ in found}) >= FEWEST_TRIALS:
        starts, horizons, misses = map(np.array, zip(*found, strict=True))
        yield Fitted(method, one, forecasts, controls, starts, horizons, misses)


def _trials(quiet: Array, forecasts: Forecasts) -> Iterator[tuple[int, int, float]]:
    """Forecasts on dates without closure: start, horizon, and by how many half-widths the middle missed what came."""
    for start in filter(forecasts.reaches, np.flatnonzero(np.isfinite(quiet)).tolist()):
        drawn = forecasts.ahead(start, min(max(HORIZONS), len(quiet) - start))
        for horizon in HORIZONS:
            came = quiet[start : start + horizon]
            if len(came) == horizon and np.isfinite(came).all() and came.sum() > 0:
                middle, half = counterfactual.width(drawn[:, :horizon].sum(axis=1))
                yield start, horizon, abs(np.log(came.sum()) - middle) / half


def _considered(one: Series, found: Donors, tested: list[Fitted]) -> dict[str, object]:
    """The line of analysis.losses_series."""
    known, quiet = (np.flatnonzero(np.isfinite(values)) for values in (one.values, one.quiet))
    methods = [each.method for each in tested]
    why = None
    if len(quiet) < counterfactual.FEWEST:
        why = f"{len(quiet)} months without closure are known; {counterfactual.FEWEST} are needed"
    elif "structural" not in methods:
        why = f"fewer than {FEWEST_TRIALS} dates without closure can be tested"
    return one.key | {
        "border": one.border,
        "scope": one.scope,
        "first_known": one.month(int(known[0])),
        "last_known": one.month(int(known[-1])),
        "months_known": len(known),
        "months_quiet": len(quiet),
        "methods": methods,
        "why_not": why,
        "candidates": found.candidates,
        "donors": list(found.partners),
        "why_no_donors": found.why_not,
    }


def country(event: Mapping[str, Any], whole: pl.DataFrame) -> Iterator[dict[str, object]]:
    """The lines of analysis.losses_country: figures of all trade that reach into a closure, with the ones before."""
    last = monthly.month_of(monthly.month_number(event["until"]) + LAG_MONTHS)
    first = event["started_on"].replace(day=1)
    printed = {tuple(row[name] for name in WHOLE_KEY): row for row in whole.iter_rows(named=True)}
    for (flow, basis, start, end), row in printed.items():
        if end < first or start > last or not 27 <= (end - start).days <= 366:
            continue
        year = printed.get((flow, basis, _year_before(start), _year_before(end)))
        yield row | {
            "border": event["border"],
            "started_on": event["started_on"],
            "year_before": year["value"] if year else None,
            "notes": row["notes"] or [],
            "row_keys": row["row_keys"] + (year["row_keys"] if year else []),
        }


def _year_before(day: dt.date) -> dt.date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
