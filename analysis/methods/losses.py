"""What closures cost: trade without the closure against trade as reported, for the route and for the country."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from analysis import closures, counterfactual
from analysis.counterfactual import Array, Filtered
from analysis.refresh import Tables, TooLittleError

TITLE = "What did a closure cost?"
VERSION = 2
REFERENCE = (
    "Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter; Brodersen et al. 2015, Annals of "
    "Applied Statistics 9:247; Abadie, Diamond & Hainmueller 2010, JASA 105:493"
)
READS = ("closure_episodes", "crossings", "disruption_index", "trade_months")
# Customs and banks record late: the month after a closure is still counted. Chosen before looking.
LAG_MONTHS = 1
FEWEST_DONORS = 5
HORIZONS = (1, 2, 3, 6)
FEWEST_TRIALS = 10
KEY = ("reporter", "partner", "flow", "basis")
SERIES = """
    SELECT
        reporter, partner, flow, coalesce(basis, '') AS basis, month, period_start, period_end, shared_by,
        derivation IN ('given', 'difference') AS known, value
    FROM trade_months
    WHERE unit = 'USD_million' AND calendar = 'gregorian' AND flow IN ('export', 'import') AND value IS NOT NULL
    ORDER BY ALL
"""
NOMINAL = (0.8, 0.95)


@dataclass(frozen=True)
class Series:
    """One monthly series: its key, its border, its first month (month_number), values (NaN where not known), and
    which months a closure of the border touched. ``sums`` has what is known of several months together: first, after,
    sum.
    """

    key: dict[str, str]
    border: str
    scope: str
    first: int
    values: Array
    touched: npt.NDArray[np.bool_]
    sums: tuple[tuple[int, int, float], ...]

    @property
    def quiet(self) -> Array:
        """The values, those of months that a closure touched as if they were not known."""
        return np.where(self.touched, np.nan, self.values)

    def place(self, day: dt.date) -> int:
        """The place of a day's month, which may lie outside."""
        return month_number(day) - self.first

    def month(self, place: int) -> dt.date:
        """The first day of the month at a place."""
        year, month = divmod(self.first + place, 12)
        return dt.date(year, month + 1, 1)


def month_number(day: dt.date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    """Closures without the days that only pass, months of trade, and days on which something was shut."""
    rows = closures.cargo(con).drop("days")
    return {"closures": rows, "trade": con.sql(SERIES).pl(), "shut": closures.shut(con)}


def work_out(gathered: Tables) -> Tables:
    """The tables losses, losses_months, losses_backtest. Raises TooLittleError where no series is long enough."""
    tested = map(_fitted, series(gathered["trade"], gathered["shut"]))
    found = [one for one in tested if one is not None]
    if not found:
        raise TooLittleError("no series between two sides is known for enough months without closure to be tested")
    lines = [
        one.told(event)
        for event in closures.lasting_events(gathered["closures"], gathered["shut"])
        for one in found
        if one.series.border == event["border"]
    ]
    told = [line for line in lines if line]
    tables = {
        "losses": [line for line, _ in told],
        "losses_months": [month for _, months in told for month in months],
        "losses_backtest": [line for one in found for line in one.backtest()],
    }
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}


def series(trade: pl.DataFrame, shut: pl.DataFrame) -> Iterator[Series]:
    """The series between two sides of a border, and those of Afghanistan with the world, for AFG-PAK."""
    for key, lines in trade.group_by(list(KEY), maintain_order=True):
        named = dict(zip(KEY, map(str, key), strict=True))
        sides = sorted((named["reporter"], named["partner"]))
        scope, border = "route", "-".join(sides)
        if sides == ["AFG", "WLD"]:
            scope, border = "country", "AFG-PAK"
        known = lines.filter("known")
        if "AFG" not in sides or known.height < counterfactual.FEWEST:
            continue
        numbers = [month_number(month) for month in lines["month"]]
        first, months = min(numbers), max(numbers) - min(numbers) + 1
        values = np.full(months, np.nan)
        values[[month_number(month) - first for month in known["month"]]] = known["value"].to_numpy()
        touched = _touched(shut, border, first, months)
        yield Series(named, border, scope, first, values, touched, _sums(lines, first))


def _touched(shut: pl.DataFrame, border: str, first: int, months: int) -> npt.NDArray[np.bool_]:
    """Which months a closure touched, the lag after it included."""
    found = np.zeros(months + LAG_MONTHS, bool)
    for month in closures.touched_months(shut, border):
        if 0 <= (at := month_number(month) - first) < months:
            found[at : at + 1 + LAG_MONTHS] = True
    return found[:months]


def _sums(lines: pl.DataFrame, first: int) -> tuple[tuple[int, int, float], ...]:
    """What is known of several months only together: the estimates add up to it."""
    rest = lines.filter(~pl.col("known") & pl.col("period_start").is_not_null())
    found = []
    for _, parts in rest.group_by(["period_start", "period_end"], maintain_order=True):
        at = [month_number(month) - first for month in parts["month"]]
        if len(at) == parts["shared_by"][0] == at[-1] - at[0] + 1:
            found.append((at[0], at[-1] + 1, float(parts["value"].sum())))
    return tuple(found)


@dataclass(frozen=True)
class Fitted:
    """A series with its model, and what its forecasts missed by on dates without closure: start, horizon, miss."""

    series: Series
    forecasts: Filtered
    starts: npt.NDArray[np.int64]
    horizons: npt.NDArray[np.int64]
    misses: Array

    def told(self, event: dict[str, Any]) -> tuple[dict[str, object], list[dict[str, object]]] | None:
        """The line of analysis.losses and those of its months, None where the series does not reach so far."""
        one, first = self.series, self.series.place(event["started_on"])
        after = min(one.place(event["until"]) + 1 + LAG_MONTHS, len(one.values))
        before = one.quiet[: max(first, 0)]
        if after <= first or first < 0 or not self.forecasts.reaches(first):
            return None
        actual, counted = _known(one, first, after)
        if not counted.any():
            return None
        drawn = self.forecasts.ahead(first, after - first)
        expected = drawn[:, counted].sum(axis=1)
        middle = float(np.median(expected))
        same = {name: event[name] for name in ("border", "started_on")} | one.key | {"method": "structural"}
        line = same | {name: event[name] for name in ("ended_on", "crossings", "share_shut")} | {
            "scope": one.scope,
            "first_month": one.month(first),
            "last_month": one.month(after - 1),
            "months": after - first,
            "months_known": int(counted.sum()),
            "trained_months": int(np.isfinite(before).sum()),
            "controls": 0,
            "actual": actual,
            "without_closure": middle,
            "loss": middle - actual,
            "share_lost": 1 - actual / middle,
            "p_placebo": None,
        }  # fmt: skip
        limits = {f"loss_{name}": value - actual for name, value in self._limits(expected).items()}
        return line | limits, [same | month for month in self._by_month(first, drawn)]

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


def _fitted(one: Series) -> Fitted | None:
    """The series with its model and tests; None where it cannot be tested, for then nobody knows how sure it is."""
    quiet = one.quiet
    structure = counterfactual.fit(quiet)
    if structure is None:
        return None
    forecasts = structure.filtered(quiet)
    found = list(_trials(quiet, forecasts))
    if len({start for start, _, _ in found}) < FEWEST_TRIALS:
        return None
    starts, horizons, misses = map(np.array, zip(*found, strict=True))
    return Fitted(one, forecasts, starts, horizons, misses)


def _trials(quiet: Array, forecasts: Filtered) -> Iterator[tuple[int, int, float]]:
    """Forecasts on dates without closure: start, horizon, and by how many half-widths the middle missed what came."""
    for start in filter(forecasts.reaches, np.flatnonzero(np.isfinite(quiet)).tolist()):
        drawn = forecasts.ahead(start, max(HORIZONS))
        for horizon in HORIZONS:
            came = quiet[start : start + horizon]
            if len(came) == horizon and np.isfinite(came).all() and came.sum() > 0:
                middle, half = counterfactual.width(drawn[:, :horizon].sum(axis=1))
                yield start, horizon, abs(np.log(came.sum()) - middle) / half


def _known(one: Series, first: int, after: int) -> tuple[float, npt.NDArray[np.bool_]]:
    """What was traded from first on before after, as far as it is known, and which months that counts."""
    counted = np.isfinite(one.values[first:after])
    total = float(one.values[first:after][counted].sum())
    for since, until, together in one.sums:
        if first <= since and until <= after and not counted[since - first : until - first].any():
            counted[since - first : until - first] = True
            total += together
    return total, counted
