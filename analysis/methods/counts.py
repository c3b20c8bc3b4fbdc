"""What remains of a trend in counts when each publisher's definition is held fixed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import polars as pl

from analysis.counterfactual import Array
from analysis.refresh import Tables, TooLittleError

TITLE = "Does the trend in counts remain when the definition is held fixed?"
VERSION = 1
REFERENCE = "McCullagh & Nelder 1989, Generalized Linear Models, 2nd ed., chapter 8 (errors that grow with the mean)"
READS = ("incident_years",)
# Years of one series that carry a trend, and degrees of freedom that are left for its error.
FEWEST_YEARS, FEWEST_FREE = 4, 2
SERIES = ["geography", "metric", "publisher", "counting", "definition"]
# A year counted before it was over is no year.
YEARS = """
    SELECT geography, metric, publisher, counting, coalesce(definition, '') AS definition, year, value
    FROM incident_years
    WHERE derivation <> 'given_to_date'
    ORDER BY ALL
"""


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    """Counts by year, one series for each publisher and definition."""
    return {"years": con.sql(YEARS).pl()}


def work_out(gathered: Tables) -> Tables:
    """The table counts. Raises TooLittleError where no series has four years."""
    years = gathered["years"]
    lines = [
        line for _, part in years.group_by(["geography", "metric"], maintain_order=True) for line in trends(part)
    ]
    if not lines:
        raise TooLittleError(f"no publisher's count of one thing is known for {FEWEST_YEARS} years")
    return {"counts": pl.DataFrame(lines, infer_schema_length=None)}


def trends(years: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """The lines of analysis.counts for one place and metric: each series, then all, mixed and held fixed."""
    for key, one in years.group_by(SERIES, maintain_order=True):
        if one.height >= FEWEST_YEARS and (line := _line("series", one, np.ones((one.height, 1)))):
            yield dict(zip(SERIES, key, strict=True)) | line
    # Of a series with one year nothing is left once its level is held.
    longer = years.filter(pl.len().over(SERIES) > 1)
    levels = longer.select(pl.struct(SERIES).rank("dense"))["geography"].to_numpy().astype(int) - 1
    if len(set(levels)) < 2:
        return
    same = longer.row(0, named=True)
    for kind, design in (("mixed", np.ones((longer.height, 1))), ("held_fixed", np.eye(levels.max() + 1)[levels])):
        if line := _line(kind, longer, design):
            headlines = _headlines(longer) if kind == "mixed" else {}
            yield {name: same[name] for name in ("geography", "metric")} | line | headlines


def _line(kind: str, years: pl.DataFrame, design: Array) -> dict[str, Any] | None:
    found = growth(years["value"].to_numpy(), years["year"].to_numpy().astype(float), design)
    if found is None:
        return None
    return {
        "kind": kind,
        "first_year": years["year"].min(),
        "last_year": years["year"].max(),
        "figures": years.height,
        "series": years.select(SERIES).n_unique(),
        "growth": found[0],
        "growth_low": found[1],
        "growth_high": found[2],
    }


def growth(values: Array, years: Array, design: Array) -> tuple[float, float, float] | None:
    """Growth a year with its 95 % interval, levels as in the design; None where too few figures are left over.

    Counts of hundreds vary by a share of themselves from year to year, far more than Poisson's: the standard
    deviation grows with the mean, as of the negative binomial, and its share is estimated.
    """
    from scipy.stats import t
    from statsmodels.genmod.families import Gamma
    from statsmodels.genmod.families.links import Log
    from statsmodels.genmod.generalized_linear_model import GLM

    free = len(values) - design.shape[1] - 1
    if free < FEWEST_FREE or len(set(years)) < 3 or values.sum() <= 0:
        return None
    # Of nought as of half of one: the logarithm wants something.
    model = GLM(np.maximum(values, 0.5), np.column_stack([design, years - years.mean()]), family=Gamma(Log()))
    fitted = model.fit(scale="X2")
    reach = float(t.ppf(0.975, free)) * float(fitted.bse[-1])
    rate = float(fitted.params[-1])
    return float(np.expm1(rate)), float(np.expm1(rate - reach)), float(np.expm1(rate + reach))


def _headlines(years: pl.DataFrame) -> dict[str, float | None]:
    """The least and the most growth a year that one figure of the first year and one of the last would tell."""
    first, last = years["year"].min(), years["year"].max()
    earlier, later = (years.filter(year=at)["value"].to_numpy() for at in (first, last))
    earlier = earlier[earlier > 0]
    if not len(earlier):
        return {"headline_low": None, "headline_high": None}
    span = int(np.asarray(last)) - int(np.asarray(first))
    told = (later[None, :] / earlier[:, None]) ** (1 / span) - 1
    return {"headline_low": float(told.min()), "headline_high": float(told.max())}
