"""When a target of trade is met at the paces held so far: a walk with drift through the years that are known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import polars as pl

from analysis.counterfactual import SEED, Array
from analysis.refresh import Tables, TooLittleError

TITLE = "In which year is a target of trade met?"
VERSION = 1
REFERENCE = (
    "Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter, 2.1 (random walk with drift)"
)
READS = ("commitment_pace", "turnover_years")
# Steps between known years that tell a spread; years ahead that are looked at.
FEWEST_STEPS, MOST_YEARS, DRAWS = 3, 30, 10_000
# The figure of a year as in commitment_pace: by one side, what most pages print, a bound only where nothing else is.
YEARS = """
    WITH targets AS (
        SELECT DISTINCT pair, target_value, counted_by
        FROM commitment_pace
        WHERE measured_by_turnover AND latest < target_value
    ),

    printed AS (
        SELECT
            t.pair, t.target_value, y.year, y.value,
            bool_or(y.qualifier IN ('exact', 'about')) AS is_figure,
            count(DISTINCT y.source_url) AS pages
        FROM targets AS t
        INNER JOIN turnover_years AS y
            ON t.pair = y.pair AND (y.reporter IS NULL OR y.reporter = t.counted_by)
        WHERE y.value > 0
        GROUP BY ALL
    )

    SELECT pair, target_value, year, arg_max(value, (is_figure, pages, value)) AS value
    FROM printed
    GROUP BY ALL
    ORDER BY ALL
"""


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    """The turnover of each year that is known, for each target that is not met."""
    return {"years": con.sql(YEARS).pl()}


def work_out(gathered: Tables) -> Tables:
    """The tables commitments, commitments_paths. Raises TooLittleError where no target has four years."""
    lines, paths = [], []
    for (pair, target), years in gathered["years"].group_by(["pair", "target_value"], maintain_order=True):
        value = float(np.asarray(target))
        same = {"pair": str(pair), "target_value": value}
        found = reached(years["year"].to_numpy(), years["value"].to_numpy(), value)
        if found:
            lines.append(same | found[0])
            paths += [same | row for row in found[1]]
    if not lines:
        raise TooLittleError(f"no target has figures of {FEWEST_STEPS + 1} years")
    tables = {"commitments": lines, "commitments_paths": paths}
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}


def reached(years: Array, values: Array, target: float) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """The line of a target and its path by year; None where too few years are known."""
    spans, steps = np.diff(years), np.diff(np.log(values))
    if len(steps) < FEWEST_STEPS:
        return None
    free, latest, last = len(steps) - 1, float(values[-1]), int(years[-1])
    drift = float(steps.sum() / spans.sum())
    variance = float(np.sum((steps - drift * spans) ** 2 / spans) / free)
    paces = steps / spans
    drawn = _walks(drift, variance, float(spans.sum()), free)
    needed = np.log(target / latest)
    met = drawn >= needed
    first = np.where(met.any(axis=1), last + 1 + met.argmax(axis=1), np.inf)
    low, middle, high = np.quantile(first, [0.1, 0.5, 0.9], method="higher")
    line = {
        "latest_year": last,
        "latest": latest,
        "figures": len(values),
        "growth": float(np.expm1(drift)),
        "fastest": float(np.expm1(paces.max())),
        "slowest": float(np.expm1(paces.min())),
        "latest_growth": float(np.expm1(paces[-1])),
        "met_fastest": _year(last, needed, float(paces.max())),
        "met_slowest": _year(last, needed, float(paces.min())),
        "met_latest": _year(last, needed, float(paces[-1])),
        "met_low_80": _known(low),
        "met": _known(middle),
        "met_high_80": _known(high),
        "share_never": float(np.isinf(first).mean()),
    }
    return line, list(_path(last, latest, drawn))


def _walks(drift: float, variance: float, known_years: float, free: int) -> Array:
    """Logarithms of the latest figure's growth, draws × years ahead: drift and spread are not known for sure."""
    chance = np.random.default_rng(SEED)
    spread = np.sqrt(variance * free / chance.chisquare(free, DRAWS))
    drifts = drift + spread * chance.normal(size=DRAWS) / np.sqrt(known_years)
    steps = drifts[:, None] + spread[:, None] * chance.normal(size=(DRAWS, MOST_YEARS))
    return np.asarray(np.cumsum(steps, axis=1))


def _path(last: int, latest: float, drawn: Array) -> Iterator[dict[str, Any]]:
    for ahead in range(drawn.shape[1]):
        ends = latest * np.exp(np.quantile(drawn[:, ahead], [0.025, 0.1, 0.5, 0.9, 0.975]))
        yield {"year": last + 1 + ahead} | dict(
            zip(("low_95", "low_80", "value", "high_80", "high_95"), map(float, ends), strict=True)
        )


def _year(last: int, needed: float, pace: float) -> int | None:
    return last + int(np.ceil(needed / pace)) if pace > 0 else None


def _known(year: float) -> int | None:
    return int(year) if np.isfinite(year) else None
