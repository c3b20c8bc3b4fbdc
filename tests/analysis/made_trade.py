"""Trade that was made up: Pakistan's exports to Afghanistan and eight others, and a closure of known cost."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from analysis.monthly import month_of

FIRST, MONTHS = 2016 * 12, 108
SHUT_FROM, SHUT_TO = dt.date(2024, 2, 1), dt.date(2024, 3, 31)
PARTNERS = ("AFG", "CHN", "IND", "KAZ", "KGZ", "TJK", "TKM", "UZB", "DEU")
# January 2024 is month 96: with the month after it the closure touches three.
TOUCHED = slice(97, 100)


def trade(seed: int, left: float = 1.0, noise: float = 0.05) -> tuple[pl.DataFrame, float]:
    """The months, and what the closure cost; ``left`` is the share of trade that it left. All share one economy."""
    chance = np.random.default_rng(seed)
    economy = np.cumsum(chance.normal(0, 0.08, MONTHS)) + 0.15 * np.sin(np.arange(MONTHS) / 6 * np.pi)
    frames, lost = [], 0.0
    for partner in PARTNERS:
        values = np.exp(chance.uniform(3, 5) + economy + chance.normal(0, noise, MONTHS))
        if partner == "AFG":
            whole = values[TOUCHED].sum()
            values[TOUCHED] *= left
            lost = float(whole - values[TOUCHED].sum())
        frames.append(_months(partner, values))
    return pl.concat(frames), lost


def _months(partner: str, values: np.ndarray) -> pl.DataFrame:
    months = [month_of(FIRST + at) for at in range(MONTHS)]
    return pl.DataFrame({"month": months, "value": values}).with_columns(
        reporter=pl.lit("PAK"),
        partner=pl.lit(partner),
        flow=pl.lit("export"),
        basis=pl.lit("imts"),
        period_start=pl.col("month"),
        period_end=pl.col("month").dt.month_end(),
        shared_by=pl.lit(1),
        known=pl.lit(True),
    )


def gathered(months: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What the method works from: these months and the closure."""
    days = pl.date_range(SHUT_FROM, SHUT_TO, eager=True)
    shut = pl.DataFrame({"day": days}).with_columns(border=pl.lit("AFG-PAK"), share_shut=pl.lit(1.0), low=pl.lit(1.0))
    event = {"event": 1, "border": "AFG-PAK", "started_on": SHUT_FROM, "ended_on": SHUT_TO, "known_to": SHUT_TO}
    closed = pl.DataFrame([event | {"still_shut": False, "crossing_id": "torkham"}])
    text, day = pl.String, pl.Date
    whole = pl.DataFrame(schema={"flow": text, "basis": text, "period_start": day, "period_end": day, "value": float})
    return {
        "closures": closed,
        "trade": months,
        "shut": shut,
        "whole": whole,
        "claims": pl.DataFrame(),
    }
