"""A claim stands beside the modelled loss of its own closure and flow, or the reason is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from analysis import claims

OCTOBER, UNTIL = dt.date(2025, 10, 12), dt.date(2026, 3, 1)
WEIGHTS = pl.DataFrame(
    [
        {"border": "AFG-PAK", "crossing_id": crossing, "flow": flow, "weight": weight}
        for crossing, weight in (("torkham", 30.0), ("chaman", 10.0))
        for flow in ("exports", "imports")
    ]
)


def loss(flow: str = "export", **more: Any) -> dict[str, Any]:
    """80 closed days that cost 160 million dollars, 80 % interval 40 to 320, of 200."""
    line = {"border": "AFG-PAK", "started_on": OCTOBER, "known_to": UNTIL, "reporter": "PAK", "scope": "route"}
    low = {"loss_low_80": 40.0, "loss_low_95": -40.0}
    high = {"loss_high_80": 320.0, "loss_high_95": 400.0}
    known = {"closed_days": 80, "loss": 160.0, "actual": 40.0, "without_closure": 200.0}
    return (
        line
        | low
        | high
        | known
        | {"flow": flow, "basis": "", "method": "structural", "crossings": ["torkham"]}
        | more
    )


def claim(**more: Any) -> dict[str, Any]:
    """Pakistan's exporters lose 4 million dollars a day, over twenty days of the closure."""
    line = {"claim_id": "c", "row_key": "r", "claimant": "A chamber", "claimant_side": "PAK", "border": "AFG-PAK"}
    span = {"period_start": OCTOBER, "period_end": OCTOBER + dt.timedelta(days=19)}
    sums = {"claimed_a_day": 4.0, "normal_a_day": 4.2, "of_normal": 0.95, "exceeds_all": False}
    return line | span | sums | {"crossing_id": "*AFG-PAK", "measure": "exports_lost", "flow": "imports"} | more


def beside(said: dict[str, Any], *lines: dict[str, Any]) -> dict[str, Any]:
    [found] = claims.modelled(pl.DataFrame([said]), lines, WEIGHTS)
    return found


def test_a_claim_is_so_many_times_the_modelled_loss_of_a_day() -> None:
    found = beside(claim(), loss())
    assert (found["modelled_a_day"], found["modelled_of_normal"]) == (2.0, 0.8)
    assert (found["times_modelled"], found["times_low_80"], found["times_high_80"]) == (2.0, 1.0, 8.0)


def test_where_there_may_have_been_no_loss_the_factor_has_no_upper_end() -> None:
    assert beside(claim(), loss(loss_low_80=-1.0))["times_high_80"] is None


def test_what_enters_afghanistan_is_what_the_other_side_exports() -> None:
    assert beside(claim(flow="exports"), loss("export"))["why_not"] == "no modelled closure has half of its days"
    assert beside(claim(flow="exports"), loss("import"))["modelled_a_day"] == 2.0


def test_trade_both_ways_adds_both_flows() -> None:
    assert beside(claim(flow="cargo"), loss("export"), loss("import", loss=80.0))["modelled_a_day"] == 3.0


def test_a_crossing_bears_its_part_of_what_was_shut() -> None:
    both = loss(crossings=["torkham", "chaman"])
    assert beside(claim(crossing_id="torkham"), both)["modelled_a_day"] == pytest.approx(1.5)
    assert beside(claim(crossing_id="torkham"), loss())["modelled_a_day"] == 2.0


def test_of_two_closures_the_one_that_shares_more_days_is_meant() -> None:
    earlier = loss(started_on=dt.date(2025, 9, 1), known_to=OCTOBER + dt.timedelta(days=15))
    assert beside(claim(), earlier, loss())["started_on"] == OCTOBER


def test_a_closure_of_which_nothing_was_known_any_more_is_not_meant() -> None:
    forgotten = loss(started_on=dt.date(2024, 1, 12), known_to=dt.date(2024, 1, 23))
    assert beside(claim(), forgotten)["why_not"] == "no modelled closure has half of its days"


def test_a_claim_for_a_year_is_no_claim_for_a_closure_in_it() -> None:
    year = claim(period_start=dt.date(2025, 1, 1), period_end=dt.date(2025, 12, 31))
    assert beside(year, loss())["why_not"] == "no modelled closure has half of its days"


def test_afghanistans_own_figures_are_not_taken_for_the_other_sides() -> None:
    assert beside(claim(), loss(reporter="AFG"))["why_not"] is not None
