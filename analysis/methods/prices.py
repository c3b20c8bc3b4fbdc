"""Prices around closures: markets that the closed border feeds against the others, before and meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import stdtrit

from analysis import closures
from analysis.counterfactual import Array
from analysis.monthly import month_number, month_numbers, month_of
from analysis.refresh import Tables, TooLittleError

TITLE = "Do prices rise where a closed border feeds the market?"
VERSION = 2
REFERENCE = (
    "Angrist & Pischke 2009, Mostly Harmless Econometrics, ch. 5 (difference in differences); Bertrand, Duflo & "
    "Mullainathan 2004, Quarterly Journal of Economics 119:249 (placebos, grouped errors); Cameron & Miller 2015, "
    "Journal of Human Resources 50:317, equation 11 (grouped errors of few groups)"
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
        known, every = Priced.of(of_country), of_country["month"].unique().sort().to_list()
        found = [
            event for event in closures.lasting_events(gathered["closures"], shut) if str(country) in event["border"]
        ]
        for border in sorted({event["border"] for event in found}):
            quiet = [told["difference"] for month in _quiet(shut, border, every)
                     if (told := known.compared(border, month, month))]  # fmt: skip
            lines += [
                _line(event, str(country), told, quiet)
                for event in found
                if event["border"] == border and (told := known.compared(border, *_months(event)))
            ]
        months += [line | {"country": str(country)} for event in found for line in followed(known, event)]
    tables = {"prices": lines, "prices_months": months}
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}


def followed(known: Priced, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The difference month by month around one closure, each against the three months before its first.

    Months before the closure are there to be looked at: where they differ too, the closure is not the reason.
    """
    first = event["started_on"].replace(day=1)
    for offset in FOLLOWED:
        month = _moved(first, offset)
        if told := known.compared(event["border"], month, month, since=first):
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
    return month_of(month_number(month) + by)


def _quiet(shut: pl.DataFrame, border: str, months: Iterable[dt.date]) -> Iterator[dt.date]:
    """Months in whose neighbourhood the border was not shut."""
    touched = set(closures.touched_months(shut, border))
    for month in months:
        if not any(_moved(month, by) in touched for by in range(-MONTHS_BEFORE, 1)):
            yield month


@dataclass(frozen=True)
class Priced:
    """The prices of one country: a row for each good at a market, a column for each month, NaN where not known.

    ``market`` and ``good`` have the number of each row's, ``fed_over`` the border that feeds its market.
    """

    first: int
    logged: Array
    market: npt.NDArray[np.int64]
    good: npt.NDArray[np.int64]
    fed_over: npt.NDArray[np.object_]

    @classmethod
    def of(cls, prices: pl.DataFrame) -> Priced:
        """The prices in rows of market, good, month, logged, fed_over."""
        keys = ["good", "market", "fed_over"]
        rows = prices.select(keys).unique().sort(keys)
        placed = prices.join(rows.with_row_index("row"), on=keys, nulls_equal=True)
        at = placed.select(month_numbers("month")).to_series().to_numpy()
        first = int(at.min())
        logged = np.full((rows.height, int(at.max()) - first + 1), np.nan)
        logged[placed["row"].to_numpy(), at - first] = placed["logged"].to_numpy()
        market, good = (rows[name].rank("dense").to_numpy().astype(np.int64) - 1 for name in ("market", "good"))
        return cls(first, logged, market, good, np.array(rows["fed_over"].to_list(), dtype=object))

    def compared(
        self, border: str, first: dt.date, last: dt.date, *, since: dt.date | None = None
    ) -> dict[str, Any] | None:
        """Rises of prices at markets fed over the border against others, goods held alike; None where markets lack.

        Rises are those against the three months before ``since`` (else before ``first``).
        """
        begins = month_number(since or first)
        rises = self._mean(month_number(first), month_number(last) + 1) - self._mean(begins - MONTHS_BEFORE, begins)
        fed, known = self.fed_over == border, np.isfinite(rises)
        goods = [np.bincount(self.good[known & one], minlength=self.good.max() + 1) > 0 for one in (fed, ~fed)]
        both = goods[0] & goods[1]
        chosen = known & both[self.good]
        fed, rises, market, good = fed[chosen], rises[chosen], self.market[chosen], self.good[chosen]
        counts = (len(np.unique(market[fed])), len(np.unique(market[~fed])))
        if min(counts) < FEWEST_MARKETS:
            return None
        difference, low, high = _difference(rises, fed.astype(float), good, market)
        return {
            "first_month": first,
            "last_month": last,
            "fed_markets": counts[0],
            "other_markets": counts[1],
            "commodities": int(both.sum()),
            "pairs": len(rises),
            "rise_fed": float(rises[fed].mean()),
            "rise_other": float(rises[~fed].mean()),
            "difference": difference,
            "low": low,
            "high": high,
        }

    def _mean(self, first: int, after: int) -> Array:
        """The mean of each row over the months known of those from first on before after; NaN where none is."""
        part = self.logged[:, max(first - self.first, 0) : max(after - self.first, 0)]
        known = np.isfinite(part)
        count = known.sum(axis=1)
        total = np.where(known, part, 0).sum(axis=1)
        return np.asarray(np.divide(total, count, out=np.full(len(part), np.nan), where=count > 0))


def _difference(
    rises: Array, fed: Array, good: npt.NDArray[np.int64], market: npt.NDArray[np.int64]
) -> tuple[float, float, float]:
    """The difference of rises within goods, with its 95 % interval by errors grouped by market.

    One slope, written out: OLS of statsmodels gives the same, and took most of the time of the method.
    """
    size = np.maximum(np.bincount(good), 1)
    rises, fed = (values - (np.bincount(good, values) / size)[good] for values in (rises, fed))
    spread = float(fed @ fed)
    slope = float(fed @ rises) / spread
    groups = len(np.unique(market))
    scores = np.bincount(market, fed * (rises - slope * fed))
    error = np.sqrt(groups / (groups - 1) * float(scores @ scores)) / spread
    reach = float(stdtrit(groups - 1, 0.975)) * float(error)
    return slope, slope - reach, slope + reach


def _line(event: dict[str, Any], country: str, told: dict[str, Any], placebos: list[float]) -> dict[str, Any]:
    as_far = sum(abs(one) >= abs(told["difference"]) for one in placebos)
    same = {name: event[name] for name in ("border", "started_on", "share_shut")}
    return same | told | {
        "country": country,
        "placebos": len(placebos),
        "p_placebo": (as_far + 1) / (len(placebos) + 1) if len(placebos) >= FEWEST_PLACEBOS else None,
    }  # fmt: skip
