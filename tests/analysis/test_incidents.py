"""An effect that was made is found; where none was made the placebos say so."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from analysis.methods import incidents
from analysis.refresh import Tables

FIRST = dt.date(2018, 1, 1)
DAYS = 2500


def gathered(effect: float, seed: int) -> Tables:
    """Incidents on one day in fifty; a closure begins on any day in sixty, and after an incident with that chance."""
    chance = np.random.default_rng(seed)
    struck = chance.random(DAYS) < 0.02
    begun = (chance.random(DAYS) < 1 / 60) | (struck & (chance.random(DAYS) < effect))
    every = [FIRST + dt.timedelta(days=one) for one in range(DAYS)]
    days = [day for day, one in zip(every, struck, strict=True) if one]
    return {
        "incidents": pl.DataFrame({"place": "AFG-PAK", "counted_by": "timeline", "kind": "clash", "day": days}),
        "begun": pl.DataFrame({"place": "AFG-PAK", "day": [d for d, one in zip(every, begun, strict=True) if one]}),
        "open": pl.DataFrame({"place": "AFG-PAK", "day": every}),
    }


def line(tables: Tables, window: int) -> dict[str, float]:
    chosen = tables["incidents"].filter(kind="all", window_days=window)
    found: dict[str, float] = chosen.to_dicts()[0]
    return found


def test_a_made_effect_is_found_and_no_placebo_has_it() -> None:
    found = line(incidents.work_out(gathered(0.5, 1)), 1)
    assert found["share_low"] <= 0.5 + 0.5 / 60 <= found["share_high"]
    assert found["p_placebo"] < 0.01
    assert found["p_shuffled"] < 0.01


def test_where_there_is_no_effect_placebos_do_as_much() -> None:
    values = [line(incidents.work_out(gathered(0.0, seed)), 7)["p_shuffled"] for seed in range(2, 22)]
    # Twenty draws of what should be uniform: more than five below 0.05 has a chance below one in a thousand.
    assert sum(value < 0.05 for value in values) <= 5
    assert max(values) > 0.5


def test_days_on_which_all_is_shut_are_left_out() -> None:
    tables = gathered(0.5, 3)
    half = FIRST + dt.timedelta(days=DAYS // 2)
    shut = {**tables, "open": tables["open"].filter(pl.col("day") < half)}
    before = tables["incidents"].filter(pl.col("day") < half).height
    assert line(incidents.work_out(shut), 7)["incident_days"] == before


def test_the_hazard_finds_the_odds_that_were_made() -> None:
    odds = incidents.work_out(gathered(0.5, 4))["incidents_hazard"]
    [near] = odds.filter(term="days_0_to_2").to_dicts()
    # A third of the window has the chance of a half against one in sixty.
    assert near["low"] > 3
