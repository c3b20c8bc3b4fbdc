"""What closures cost: trade without the closure against trade as reported, for the route and for the country."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from analysis import claims, closures, counterfactual, donors, monthly
from analysis.counterfactual import Array
from analysis.donors import Donors, Synthetic
from analysis.monthly import LAG_MONTHS, Series
from analysis.refresh import Tables, TooLittleError
from analysis.trials import FEWEST_TRIALS, Tried, tried

TITLE = "What did a closure cost?"
VERSION = 4
REFERENCE = (
    "Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter; Brodersen et al. 2015, Annals of "
    "Applied Statistics 9:247; Abadie, Diamond & Hainmueller 2010, JASA 105:493"
)
READS = (
    "closure_episodes",
    "crossings",
    "disruption_index",
    "loss_claims_weighed",
    "trade_flows",
    "trade_months",
    "trade_periods",
)
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


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    """Closures without the days that only pass, trade by month, days with something shut, all trade, claims."""
    rows = closures.cargo(con).drop("days")
    return {
        "closures": rows,
        "trade": con.sql(monthly.SERIES).pl(),
        "shut": closures.shut(con),
        "whole": con.sql(WHOLE).pl(),
        "claims": con.sql(claims.CLAIMS).pl(),
    }


def work_out(gathered: Tables) -> Tables:
    """The tables losses, and losses_ with left_out, months, backtest, series, country and claims.

    Raises TooLittleError where there is no closure of seven days to ask about.
    """
    events = list(closures.lasting_events(gathered["closures"], gathered["shut"]))
    if not events:
        raise TooLittleError("no closure of cargo of seven days and more is known")
    borders = {event["border"] for event in events}
    every = [one for one in monthly.of_borders(gathered["trade"], gathered["shut"]) if one.border in borders]
    among = [(one, donors.of(one, gathered["trade"], gathered["shut"])) for one in every]
    ready = {id(one): list(every_method(one, found)) for one, found in among}
    every_one = [one for of_series in ready.values() for one in of_series]
    asked = [Asked(event, one) for event in events for one in every_one if one.series.border == event["border"]]
    answered = [one for one in asked if one.why_not is None]
    costs = [one.line(events) for one in answered]
    left_out = [one.same | {"scope": one.fitted.series.scope, "why_not": one.why_not} for one in asked if one.why_not]
    tables: dict[str, list[dict[str, object]]] = {
        "losses": costs,
        "losses_left_out": left_out,
        "losses_months": [one.same | month for one in answered for month in one.by_month()],
        "losses_backtest": [line for one in every_one for line in one.backtest()],
        "losses_series": [_considered(one, found, ready[id(one)]) for one, found in among],
        "losses_country": [line for event in events for line in country(event, gathered["whole"])],
        "losses_claims": list(claims.modelled(gathered["claims"], events, [*costs, *left_out])),
    }
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}


@dataclass(frozen=True)
class Asked:
    """What a closure cost by one series and method."""

    event: Mapping[str, Any]
    fitted: Tried

    @property
    def first(self) -> int:
        """The place of its first month in the series, which may lie outside."""
        return self.fitted.series.place(self.event["started_on"])

    @property
    def after(self) -> int:
        """The place behind the month after its last, or behind the series."""
        one = self.fitted.series
        return min(one.place(self.event["until"]) + 1 + LAG_MONTHS, len(one.values))

    @property
    def same(self) -> dict[str, Any]:
        """The columns that name closure, series and method."""
        key = {name: self.event[name] for name in ("border", "started_on")}
        return key | self.fitted.series.key | {"method": self.fitted.method}

    @cached_property
    def counted(self) -> tuple[float, npt.NDArray[np.bool_]]:
        """What was traded in its months as far as they are known, and which months that counts."""
        return self.fitted.series.counted(self.first, self.after)

    @cached_property
    def drawn(self) -> Array:
        """Draws of its months without it: draws × months."""
        return self.fitted.forecasts.ahead(self.first, self.after - self.first)

    @cached_property
    def why_not(self) -> str | None:
        """Why no loss is worked out; None where one is."""
        return next(self._reasons(), None)

    def _reasons(self) -> Iterator[str]:
        """Of these only the first holds for sure: each takes those before it not to hold."""
        share, months, longest = self.event["share_shut"], self.after - self.first, self.fitted.longest
        if share is None:
            yield "how much of the border's capacity was shut is not known"
        if share < monthly.TOUCHED:
            yield f"less than {monthly.TOUCHED * 100:.0f} % of the border's capacity was shut meanwhile"
        if self.first < 0 or months <= 0 or not self.counted[1].any():
            yield "of none of its months the trade is known"
        if not self._closed_days():
            yield "no closed day lies in the months that are known"
        if not self.fitted.forecasts.reaches(self.first):
            yield "too few months are known before it"
        if months > longest:
            yield f"it would need a forecast of {months} months, and those of this series are tested to {longest}"

    def line(self, events: Iterable[Mapping[str, Any]]) -> dict[str, object]:
        """The line of analysis.losses; ``events``: all closures, to name those in the same months."""
        one, (actual, counted) = self.fitted.series, self.counted
        expected = self.drawn[:, counted].sum(axis=1)
        middle = float(np.median(expected))
        closed, days = (
            self._closed_days(),
            sum(_days(one.month(self.first + int(at))) for at in np.flatnonzero(counted)),
        )
        told = self.same | {name: self.event[name] for name in ("ended_on", "crossings", "share_shut")} | {
            "known_to": self.event["until"],
            "scope": one.scope,
            "first_month": one.month(self.first),
            "last_month": one.month(self.after - 1),
            "months": self.after - self.first,
            "months_known": int(counted.sum()),
            "closed_days": closed,
            "shared_with": self._overlaps(events),
            "trained_months": int(np.isfinite(one.quiet[: self.first]).sum()),
            "controls": self.fitted.controls,
            "actual": actual,
            "without_closure": middle,
            "at_stake": middle * closed / days * self.event["share_shut"],
            "loss": middle - actual,
            "share_lost": 1 - actual / middle if actual < middle else None,
            "p_placebo": _p_placebo(self.fitted, self.first, self.after),
        }  # fmt: skip
        told |= {f"loss_{name}": value - actual for name, value in self.fitted.limits(expected).items()}
        return told | {"doubts": list(_doubts(told))}

    def by_month(self) -> Iterator[dict[str, object]]:
        """The lines of analysis.losses_months."""
        return self.fitted.by_month(self.first, self.drawn)

    def _closed_days(self) -> int:
        """The days of the closure in the months that are counted."""
        one, closed = self.fitted.series, 0
        for at in np.flatnonzero(self.counted[1]):
            month = one.month(self.first + int(at))
            until = min(month + dt.timedelta(days=_days(month)), self.event["until"])
            closed += max((until - max(month, self.event["started_on"])).days, 0)
        return closed

    def _overlaps(self, events: Iterable[Mapping[str, Any]]) -> list[dt.date]:
        """The first days of other closures of the border that go on in the months counted."""
        first, after = self.fitted.series.month(self.first), self.fitted.series.month(self.after)
        others = [one for one in events if one["border"] == self.event["border"] and one is not self.event]
        return [one["started_on"] for one in others if one["started_on"] < after and one["until"] > first]


def _days(month: dt.date) -> int:
    return calendar.monthrange(month.year, month.month)[1]


def _doubts(line: Mapping[str, Any]) -> Iterator[str]:
    """Why a loss is weak or not the closure's alone."""
    if line["loss_low_80"] <= 0 <= line["loss_high_80"]:
        yield "nought lies within the 80 % interval"
    elif line["loss"] < 0:
        yield "more was traded than expected"
    if line["loss"] > line["at_stake"]:
        yield "more is missing than was at stake on the closed days"
    if line["shared_with"]:
        yield "other closures of the border share its months"


def _p_placebo(fitted: Tried, first: int, after: int) -> float | None:
    came = fitted.series.values[first:after]
    if not isinstance(fitted.forecasts, Synthetic) or not np.isfinite(came).any():
        return None
    return fitted.forecasts.p_placebo(first, came)


def every_method(one: Series, found: Donors) -> Iterator[Tried]:
    """The series with each method that it carries and that can be tested: untested, nobody knows how sure it is."""
    if structure := counterfactual.fit(one.quiet):
        yield from tried("structural", one, structure.filtered(one.quiet))
    cut = one.since(found.since)
    if found.why_not is None and (structure := counterfactual.fit(cut.quiet, found.control)):
        yield from tried("structural_controls", cut, structure.filtered(cut.quiet), len(found.partners))
        yield from tried("synthetic_control", cut, Synthetic(cut.quiet, found.values), len(found.partners))


def _considered(one: Series, found: Donors, ready: list[Tried]) -> dict[str, object]:
    """The line of analysis.losses_series."""
    known, quiet = (np.flatnonzero(np.isfinite(values)) for values in (one.values, one.quiet))
    methods = [each.method for each in ready]
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
