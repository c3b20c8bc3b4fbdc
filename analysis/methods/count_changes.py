"""Closures that nobody reported: falls in counts at ports, found without being told when, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import polars as pl

from analysis import counterfactual, drops
from analysis.drops import Drop
from analysis.monthly import Series, month_number
from analysis.refresh import Tables, TooLittleError
from analysis.trials import Tried, tried

TITLE = "When did traffic break off at a border where entries are counted?"
VERSION = 2
REFERENCE = (
    "Leys et al. 2013, Journal of Experimental Social Psychology 49:764; Harvey 1989, Forecasting, Structural Time "
    "Series Models and the Kalman Filter; Brodersen et al. 2015, Annals of Applied Statistics 9:247"
)
READS = ("crossing_counts",)
KEY = ("entering", "coming_from", "ports", "measure")
# A fall is weighed by its first year: later the level itself may have wandered anywhere.
MOST_MONTHS = 12
# Counts of a few tens a month leap by themselves.
FEWEST_A_MONTH = 100
# All ports of a border, the fewest that bring half of what is counted, and the rest of them.
COUNTS = """
    WITH months AS (
        SELECT entering, coming_from, measure, port_code, period_start AS month, value
        FROM crossing_counts
        WHERE period_start = date_trunc('month', period_start) AND period_end = last_day(period_start)
    ),

    ranked AS (
        SELECT
            *,
            sum(size) OVER (of_border ORDER BY size DESC, port_code) - size AS before,
            sum(size) OVER of_border AS whole
        FROM (
            SELECT entering, coming_from, measure, port_code, sum(value) AS size
            FROM months
            GROUP BY ALL
        )
        WINDOW of_border AS (PARTITION BY entering, coming_from, measure)
    ),

    grouped AS (
        SELECT
            entering, coming_from, measure, port_code,
            unnest(['all', if(before < whole / 2, 'larger', 'smaller')]) AS ports
        FROM ranked
    )

    SELECT g.entering, g.coming_from, g.ports, g.measure, m.month, sum(m.value) AS value
    FROM months AS m
    INNER JOIN grouped AS g USING (entering, coming_from, measure, port_code)
    GROUP BY ALL
    ORDER BY ALL
"""


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    """Counts by month, measure and group of ports."""
    return {"counts": con.sql(COUNTS).pl()}


def work_out(gathered: Tables) -> Tables:
    """The tables count_changes, count_changes_months, count_changes_backtest.

    Raises TooLittleError where nothing is counted.
    """
    if gathered["counts"].is_empty():
        raise TooLittleError("no entries are counted: serai ingest bts")
    lines: list[dict[str, object]] = []
    months: list[dict[str, object]] = []
    backtest: list[dict[str, object]] = []
    for one, found in found_in(gathered["counts"]):
        fitted = next(_explained(one), None) if one.key["ports"] == "all" else None
        for drop in found:
            line, by_month = _told(one, drop, fitted)
            lines.append(line)
            months += by_month
        backtest += [row | {"falls": len(found)} for row in fitted.backtest()] if fitted else []
    tables = {"count_changes": lines, "count_changes_months": months, "count_changes_backtest": backtest}
    frames = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}
    return {name: frame.drop("border", strict=False) for name, frame in frames.items()}


def found_in(counts: pl.DataFrame) -> Iterator[tuple[Series, list[Drop]]]:
    """Each series in which something fell, with its falls; the months of falls are its touched ones."""
    for key, months in counts.group_by(list(KEY), maintain_order=True):
        numbers = [month_number(month) for month in months["month"]]
        values = np.full(numbers[-1] - numbers[0] + 1, np.nan)
        values[np.array(numbers) - numbers[0]] = months["value"].to_numpy()
        if np.nanmedian(values) < FEWEST_A_MONTH or not (found := drops.drops(values)):
            continue
        touched = np.zeros(len(values), bool)
        for drop in found:
            touched[drop.first : drop.after] = True
        named = dict(zip(KEY, map(str, key), strict=True))
        yield Series(named, named["coming_from"], "border", numbers[0], values, touched, ()), found


def _explained(one: Series) -> Iterator[Tried]:
    if structure := counterfactual.fit(one.quiet):
        yield from tried("structural", one, structure.filtered(one.quiet))


def _told(one: Series, drop: Drop, fitted: Tried | None) -> tuple[dict[str, object], list[dict[str, object]]]:
    """The line of analysis.count_changes and those of its months.

    Without what was lost, and without months, where nothing forecasts the series so early.
    """
    until = len(one.values) if drop.after is None else drop.after
    after = min(until, drop.first + MOST_MONTHS)
    came = one.values[drop.first : after]
    counted = np.isfinite(came)
    line: dict[str, object] = one.key | {
        "started": one.month(drop.first),
        "ended": None if drop.after is None else one.month(drop.after),
        "months": until - drop.first,
        "times_far": drop.times_far,
        "months_counted": int(counted.sum()),
        "actual": float(came[counted].sum()),
    }
    if fitted is None or not fitted.forecasts.reaches(drop.first):
        return line, []
    drawn = fitted.forecasts.ahead(drop.first, after - drop.first)
    together = drawn[:, counted].sum(axis=1)
    without, actual = float(np.median(together)), float(came[counted].sum())
    lost = {f"share_lost_{name}": 1 - actual / end for name, end in fitted.limits(together).items()}
    shares = came / np.median(drawn, axis=0)
    line |= lost | {
        "without_fall": without,
        "share_lost": 1 - actual / without,
        "deepest": one.month(drop.first + int(np.nanargmin(shares))),
        "share_lost_deepest": 1 - float(np.nanmin(shares)),
    }
    same = one.key | {"started": one.month(drop.first)}
    return line, [same | _renamed(month) for month in fitted.by_month(drop.first, drawn)]


def _renamed(month: dict[str, object]) -> dict[str, object]:
    """A fall in counts is no closure for sure."""
    return {"without_fall" if name == "without_closure" else name: value for name, value in month.items()}
