"""Prices around closures: markets that the closed border feeds against the others, before and meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import polars as pl

from analysis import closures
from analysis.refresh import Tables, TooLittleError

TITLE = "Do prices rise where a closed border feeds the market?"
VERSION = 2
REFERENCE = (
    "Angrist & Pischke 2009, Mostly Harmless Econometrics, ch. 5 (difference in differences); Bertrand, Duflo & "
    "Mullainathan 2004, Quarterly Journal of Economics 119:249 (placebos, grouped errors)"
)
READS = ("closure_episodes", "crossings", "crossing_weights", "disruption_index", "food_prices")
# Chosen before looking: how far a crossing feeds, and which months are compared.
REACH_KM, MONTHS_BEFORE, MONTHS_MEANWHILE = 200, 3, 6
FEWEST_MARKETS, FEWEST_PLACEBOS = 3, 10
# The months around a closure that are followed one by one.
FOLLOWED = range(-6, 7)
# Each market with its nearest weighed crossing; great circle on a sphere of 6371 km.
PRICES = """
    WITH markets AS (
        SELECT DISTINCT country, market, lat, lon FROM food_prices WHERE level = 'market' AND lat IS NOT NULL
    ),
    nearest AS (
        SELECT
            m.country, m.market, w.border,
            2 * 6371 * asin(sqrt(
                pow(sin(radians(c.lat - m.lat) / 2), 2)
                + cos(radians(m.lat)) * cos(radians(c.lat)) * pow(sin(radians(c.lon - m.lon) / 2), 2)
            )) AS km
        FROM markets AS m
        CROSS JOIN (SELECT DISTINCT crossing_id, border FROM crossing_weights WHERE weight > 0) AS w
        INNER JOIN crossings AS c ON w.crossing_id = c.crossing_id AND c.lat IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY m.country, m.market ORDER BY km, w.crossing_id) = 1
    )
    SELECT
        f.country, f.market, f.commodity || ' ' || f.unit || ' ' || f.price_type AS good,
        date_trunc('month', f.price_date)::DATE AS month,
        avg(ln(f.price)) AS logged,
        any_value(CASE WHEN n.km <= $reach THEN n.border END) AS fed_over
    FROM food_prices AS f
    INNER JOIN nearest AS n ON f.country = n.country AND f.market = n.market
    -- One publisher: where two publish the same prices they would count twice.
    WHERE f.level = 'market' AND f.category <> 'non-food' AND f.price > 0 AND f.source LIKE 'wfp%'
    GROUP BY ALL
    ORDER BY ALL
"""


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    """Food prices by market, good and month; closures; and days on which something was shut."""
    prices = con.sql(PRICES, params={"reach": REACH_KM}).pl()
    return {"prices": prices, "closures": closures.cargo(con).drop("days"), "shut": closures.shut(con)}


def work_out(gathered: Tables) -> Tables:
    """The tables prices and prices_months. Raises TooLittleError where there are no prices."""
    prices, shut = gathered["prices"], gathered["shut"]
    if prices.is_empty():
        raise TooLittleError("there are no food prices: serai ingest wfp_afg wfp_pak")
    lines, months = [], []
    for (country,), of_country in prices.group_by(["country"], maintain_order=True):
        found = [
            event for event in closures.lasting_events(gathered["closures"], shut) if str(country) in event["border"]
        ]
        for border in sorted({event["border"] for event in found}):
            quiet = [told["difference"] for month in _quiet(shut, border, of_country)
                     if (told := compared(of_country, border, month, month))]  # fmt: skip
            lines += [
                _line(event, str(country), told, quiet)
                for event in found
                if event["border"] == border and (told := compared(of_country, border, *_months(event)))
            ]
        months += [line | {"country": str(country)} for event in found for line in followed(of_country, event)]
    tables = {"prices": lines, "prices_months": months}
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}


def followed(prices: pl.DataFrame, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The difference month by month around one closure, each against the three months before its first.

    Months before the closure are there to be looked at: where they differ too, the closure is not the reason.
    """
    first = event["started_on"].replace(day=1)
    near = pl.col("month").is_between(_moved(first, FOLLOWED[0]), _moved(first, FOLLOWED[-1]))
    prices = prices.filter(near)
    for offset in FOLLOWED:
        month = _moved(first, offset)
        if told := compared(prices, event["border"], month, month, since=first):
            counts = ("fed_markets", "other_markets", "commodities", "pairs", "difference", "low", "high")
            same = {
                "border": event["border"],
                "started_on": event["started_on"],
                "month": month,
                "offset_months": offset,
            }
            yield same | {name: told[name] for name in counts}


def _months(event: dict[str, Any]) -> tuple[dt.date, dt.date]:
    first = event["started_on"].replace(day=1)
    last = min((event["until"] - dt.timedelta(days=1)).replace(day=1), _moved(first, MONTHS_MEANWHILE - 1))
    return first, max(first, last)


def _moved(month: dt.date, by: int) -> dt.date:
    years, place = divmod(month.month - 1 + by, 12)
    return dt.date(month.year + years, place + 1, 1)


def _quiet(shut: pl.DataFrame, border: str, prices: pl.DataFrame) -> Iterator[dt.date]:
    """Months in whose neighbourhood the border was not shut."""
    touched = set(closures.touched_months(shut, border))
    for month in sorted(set(prices["month"])):
        if not any(_moved(month, by) in touched for by in range(-MONTHS_BEFORE, 1)):
            yield month


def compared(
    prices: pl.DataFrame, border: str, first: dt.date, last: dt.date, *, since: dt.date | None = None
) -> dict[str, Any] | None:
    """Rises of prices at markets fed over the border against others, goods held alike; None where markets lack.

    Rises are those against the three months before ``since`` (else before ``first``).
    """
    begins = since or first
    before = prices.filter(pl.col("month") >= _moved(begins, -MONTHS_BEFORE), pl.col("month") < begins)
    meanwhile = prices.filter(pl.col("month") >= first, pl.col("month") <= last)
    keys = ["market", "good", "fed_over"]
    means = [part.group_by(keys).agg(pl.col("logged").mean()) for part in (before, meanwhile)]
    pairs = means[0].join(means[1], on=keys, suffix="_meanwhile", nulls_equal=True).with_columns(
        rise=pl.col("logged_meanwhile") - pl.col("logged"), fed=pl.col("fed_over").eq_missing(border)
    )  # fmt: skip
    both = pairs.group_by("good").agg(pl.col("fed").n_unique()).filter(pl.col("fed") == 2)
    pairs = pairs.join(both.select("good"), on="good").sort("good", "market")
    fed = pairs.filter("fed")
    counts = (fed["market"].n_unique(), pairs.filter(~pl.col("fed"))["market"].n_unique())
    if min(counts) < FEWEST_MARKETS:
        return None
    difference, low, high = _difference(pairs)
    return {
        "first_month": first,
        "last_month": last,
        "fed_markets": counts[0],
        "other_markets": counts[1],
        "commodities": both.height,
        "pairs": pairs.height,
        "rise_fed": fed["rise"].mean(),
        "rise_other": pairs.filter(~pl.col("fed"))["rise"].mean(),
        "difference": difference,
        "low": low,
        "high": high,
    }


def _difference(pairs: pl.DataFrame) -> tuple[float, float, float]:
    """The difference of rises within goods, with its 95 % interval by errors grouped by market."""
    from statsmodels.regression.linear_model import OLS

    within = pairs.select(
        "market",
        rise=pl.col("rise") - pl.col("rise").mean().over("good"),
        fed=pl.col("fed").cast(pl.Float64) - pl.col("fed").cast(pl.Float64).mean().over("good"),
    )
    groups = within["market"].rank("dense").to_numpy().astype(int)
    result = OLS(within["rise"].to_numpy(), within["fed"].to_numpy()[:, None]).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    low, high = np.asarray(result.conf_int())[0]
    return float(result.params[0]), float(low), float(high)


def _line(event: dict[str, Any], country: str, told: dict[str, Any], placebos: list[float]) -> dict[str, Any]:
    as_far = sum(abs(one) >= abs(told["difference"]) for one in placebos)
    same = {name: event[name] for name in ("border", "started_on", "share_shut")}
    return same | told | {
        "country": country,
        "placebos": len(placebos),
        "p_placebo": (as_far + 1) / (len(placebos) + 1) if len(placebos) >= FEWEST_PLACEBOS else None,
    }  # fmt: skip
