"""What closures cost: trade without the closure against trade as reported, for the route and for the country."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import numpy as np
import polars as pl

from analysis import claims, closures, counterfactual, donors, monthly
from analysis.donors import Donors, Synthetic
from analysis.monthly import LAG_MONTHS, Series
from analysis.refresh import Tables, TooLittleError
from analysis.trials import FEWEST_TRIALS, Tried, tried

TITLE = "What did a closure cost?"
VERSION = 3
REFERENCE = (
    "Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter; Brodersen et al. 2015, Annals of "
    "Applied Statistics 9:247; Abadie, Diamond & Hainmueller 2010, JASA 105:493"
)
READS = (
    "closure_episodes",
    "crossing_weights",
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
        "weights": con.sql(claims.WEIGHTS).pl(),
    }


def work_out(gathered: Tables) -> Tables:
    """The tables losses, losses_months, losses_backtest, losses_series, losses_country, losses_claims.

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
    asked = [(event, one) for event in events for one in every_one if one.series.border == event["border"]]
    lines = [line for event, one in asked if (line := told(one, event))]
    tables: dict[str, list[dict[str, object]]] = {
        "losses": (costs := [line for line, _ in lines]),
        "losses_months": [month for _, months in lines for month in months],
        "losses_backtest": [line for one in every_one for line in one.backtest()],
        "losses_series": [_considered(one, found, ready[id(one)]) for one, found in among],
        "losses_country": [line for event in events for line in country(event, gathered["whole"])],
        "losses_claims": list(claims.modelled(gathered["claims"], costs, gathered["weights"])),
    }
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}


def told(fitted: Tried, event: Mapping[str, Any]) -> tuple[dict[str, object], list[dict[str, object]]] | None:
    """The line of analysis.losses and those of its months, None where the series does not reach so far."""
    one, first = fitted.series, fitted.series.place(event["started_on"])
    after = min(one.place(event["until"]) + 1 + LAG_MONTHS, len(one.values))
    if after <= first or first < 0 or not fitted.forecasts.reaches(first):
        return None
    actual, counted = one.counted(first, after)
    if not counted.any():
        return None
    drawn = fitted.forecasts.ahead(first, after - first)
    expected = drawn[:, counted].sum(axis=1)
    middle = float(np.median(expected))
    same = {name: event[name] for name in ("border", "started_on")} | one.key | {"method": fitted.method}
    line = same | {name: event[name] for name in ("ended_on", "crossings", "share_shut")} | {
        "known_to": event["until"],
        "scope": one.scope,
        "first_month": one.month(first),
        "last_month": one.month(after - 1),
        "months": after - first,
        "months_known": int(counted.sum()),
        "closed_days": sum(_closed_days(one.month(first + int(at)), event) for at in np.flatnonzero(counted)),
        "trained_months": int(np.isfinite(one.quiet[:first]).sum()),
        "controls": fitted.controls,
        "actual": actual,
        "without_closure": middle,
        "loss": middle - actual,
        "share_lost": 1 - actual / middle,
        "p_placebo": _p_placebo(fitted, first, after),
    }  # fmt: skip
    limits = {f"loss_{name}": value - actual for name, value in fitted.limits(expected).items()}
    return line | limits, [same | month for month in fitted.by_month(first, drawn)]


def _closed_days(month: dt.date, event: Mapping[str, Any]) -> int:
    """The days of the closure in a month."""
    after = monthly.month_of(monthly.month_number(month) + 1)
    days: int = (min(after, event["until"]) - max(month, event["started_on"])).days
    return max(days, 0)


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
