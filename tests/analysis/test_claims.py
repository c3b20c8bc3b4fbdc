"""A claim stands beside the modelled loss of its own closure, flow and days, or the reason is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from analysis import claims

OCTOBER, UNTIL = dt.date(2025, 10, 12), dt.date(2026, 3, 1)
CLOSURE = {"border": "AFG-PAK", "started_on": OCTOBER, "until": UNTIL, "crossings": ["torkham"]}


def loss(flow: str = "export", **more: Any) -> dict[str, Any]:
    """Of 160 million dollars at stake on 81 closed days 80 were lost, 80 % interval 40 to 160."""
    line = {"border": "AFG-PAK", "started_on": OCTOBER, "reporter": "PAK", "scope": "route", "flow": flow}
    ends = {"loss_low_80": 40.0, "loss_high_80": 160.0, "loss_low_95": 20.0, "loss_high_95": 200.0}
    months = {"last_month": dt.date(2025, 12, 1), "months": 3, "months_known": 3, "closed_days": 81}
    named = {"basis": "", "method": "structural", "doubts": []}
    return line | ends | months | named | {"loss": 80.0, "at_stake": 160.0} | more


def claim(**more: Any) -> dict[str, Any]:
    """Pakistan's exporters lose all that normally passes, over fifty days of the closure."""
    line = {"claim_id": "c", "row_key": "r", "claimant": "A chamber", "claimant_side": "PAK", "border": "AFG-PAK"}
    span = {"period_start": OCTOBER, "period_end": OCTOBER + dt.timedelta(days=49)}
    sums = {"claimed_a_day": 4.0, "normal_a_day": 4.0, "of_normal": 1.0, "exceeds_all": False}
    return line | span | sums | {"crossing_id": "*AFG-PAK", "measure": "exports_lost", "flow": "imports"} | more


def beside(said: dict[str, Any], *lines: dict[str, Any], events: tuple[dict[str, Any], ...] = (CLOSURE,)) -> Any:
    frame = pl.DataFrame([said], schema_overrides={"period_end": pl.Date, "of_normal": pl.Float64})
    [found] = claims.modelled(frame, events, lines)
    return found


def test_the_share_claimed_is_so_many_times_the_share_that_the_model_has_lost() -> None:
    found = beside(claim(), loss())
    assert found["modelled"] == 0.5
    assert (found["times_modelled"], found["times_low_80"], found["times_high_80"]) == (2.0, 1.0, 4.0)


def test_dollars_of_a_series_that_counts_less_do_not_change_the_factor() -> None:
    ends = {
        f"loss_{end}_{nominal}": loss()[f"loss_{end}_{nominal}"] / 9
        for end in ("low", "high")
        for nominal in (80, 95)
    }
    smaller = loss(loss=80 / 9, at_stake=160 / 9, **ends)
    assert beside(claim(), smaller)["times_modelled"] == pytest.approx(2.0)


@pytest.mark.parametrize("doubt", ["nought lies within the 80 % interval", "other closures share its months"])
def test_a_loss_in_doubt_gives_no_factor_and_says_why(doubt: str) -> None:
    found = beside(claim(), loss(doubts=[doubt]))
    assert "times_modelled" not in found
    assert doubt in found["why_not"]


def test_a_closure_without_a_loss_is_no_reason_to_take_another() -> None:
    left_out = {
        name: loss()[name] for name in ("border", "started_on", "reporter", "scope", "flow", "basis", "method")
    }
    other = {**CLOSURE, "started_on": dt.date(2023, 4, 1)}
    lines = (left_out | {"why_not": "too little was shut"}, loss(started_on=other["started_on"]))
    found = beside(claim(), *lines, events=(other, CLOSURE))
    assert found["started_on"] == OCTOBER
    assert found["why_not"] == "Loss of the PAK exports: too little was shut"


def test_what_enters_afghanistan_is_what_the_other_side_exports() -> None:
    assert beside(claim(flow="exports"), loss("export"))["why_not"] == "no series of trade has that flow"
    assert beside(claim(flow="exports"), loss("import"))["modelled"] == 0.5


def test_trade_both_ways_adds_both_flows() -> None:
    assert beside(claim(flow="cargo"), loss("export"), loss("import", loss=160.0))["modelled"] == 0.75


def test_a_closure_that_did_not_shut_the_crossing_is_not_meant() -> None:
    assert beside(claim(crossing_id="torkham"), loss())["times_modelled"] == 2.0
    assert "no closure" in beside(claim(crossing_id="chaman"), loss())["why_not"]


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (dt.date(2025, 1, 1), dt.date(2025, 12, 31), "no closure of seven days and more has 90 % of its days"),
        (OCTOBER, dt.date(2026, 2, 16), "trade is not known in all the months of which the claim speaks"),
        (OCTOBER, OCTOBER + dt.timedelta(days=12), "it speaks of 13 of the 81 closed days"),
        (OCTOBER, None, "of which days it speaks is not said"),
    ],
)
def test_a_claim_for_other_days_has_no_factor(first: dt.date, last: dt.date | None, why: str) -> None:
    found = beside(claim(period_start=first, period_end=last), loss())
    assert "times_modelled" not in found
    assert why in found["why_not"]


def test_afghanistans_own_figures_are_not_taken_for_the_other_sides() -> None:
    assert beside(claim(), loss(reporter="AFG"))["why_not"] is not None
