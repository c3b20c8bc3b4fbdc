"""Partners' shares that were made up: a closure moves one of them by a known part."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from analysis.monthly import month_number, month_of

SHUT_FROM, SHUT_TO = dt.date(2024, 1, 1), dt.date(2024, 7, 1)
# What the closure takes from Pakistan's share.
MOVED = -0.15


def gathered(seed: int, years: int) -> tuple[dict[str, pl.DataFrame], float]:
    """What the method works from, with so many years before a closure of six months, and by what the share moved.

    The share has a season, and its noise hangs together from month to month (0.5); four partners have all trade.
    """
    chance = np.random.default_rng(seed)
    first, shut = month_number(SHUT_FROM) - 12 * years, 12 * years
    at = np.arange(shut + 6)
    noise = np.empty(len(at))
    noise[0] = chance.normal(0, 0.03)
    for place in at[1:]:
        noise[place] = 0.5 * noise[place - 1] + chance.normal(0, 0.03 * np.sqrt(1 - 0.5**2))
    own = 0.45 + 0.05 * np.sin(at / 6 * np.pi) + noise + MOVED * (at >= shut)
    rest = {"IRN": 0.5, "UZB": 0.3, "CHN": 0.2}
    shares = {"PAK": own} | {name: (1 - own) * part for name, part in rest.items()}
    total = np.exp(chance.normal(4, 0.3, len(at)))
    months = [month_of(first + int(place)) for place in at]
    collected = pl.concat(_months(name, months, total * part) for name, part in shares.items())
    return _around(collected), MOVED


def _months(partner: str, months: list[dt.date], values: np.ndarray) -> pl.DataFrame:
    text = {"counted_by": "AFG", "partner": partner, "flow": "import", "basis": "imts", "calendar": "gregorian"}
    return pl.DataFrame({"first_month": months, "value": values}).with_columns(
        *(pl.lit(value).alias(name) for name, value in text.items()),
        last_day=pl.col("first_month").dt.month_end(),
        months=pl.lit(1),
        disputed=pl.lit(False),
    )


def _around(collected: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The months with the closure, and with nothing else."""
    days = pl.date_range(SHUT_FROM, SHUT_TO, closed="left", eager=True)
    shut = pl.DataFrame({"day": days}).with_columns(border=pl.lit("AFG-PAK"), share_shut=pl.lit(1.0), low=pl.lit(1.0))
    event = {"event": 1, "border": "AFG-PAK", "started_on": SHUT_FROM, "ended_on": SHUT_TO, "known_to": SHUT_TO}
    keys = ("crossing_id", "measure", "direction", "unit")
    routes = pl.DataFrame(schema=dict.fromkeys(keys, pl.String) | {"period_start": pl.Date, "period_end": pl.Date})
    return {
        "closures": pl.DataFrame([event | {"still_shut": False, "crossing_id": "torkham"}]),
        "collected": collected,
        "shares": collected.with_columns(share=pl.lit(1.0)).clear(),
        "routes": routes,
        "shut": shut,
    }
