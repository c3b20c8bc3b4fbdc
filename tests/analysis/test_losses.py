"""What a closure cost is found where it is known, by each method; where partners cannot serve, the reason is told."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from analysis import donors, monthly
from analysis.methods import losses
from analysis.refresh import Tables, TooLittleError
from tests.analysis import made_trade

METHODS = {"structural", "structural_controls", "synthetic_control"}


@pytest.fixture(scope="module")
def fallen() -> tuple[Tables, float]:
    """The tables of a closure that left two fifths of the trade, and what it cost."""
    months, lost = made_trade.trade(seed=3, left=0.4)
    return losses.work_out(made_trade.gathered(months)), lost


def test_each_method_finds_what_was_lost(fallen: tuple[Tables, float]) -> None:
    tables, lost = fallen
    assert set(tables["losses"]["method"]) == METHODS
    for line in tables["losses"].iter_rows(named=True):
        assert 0 < line["loss_low_95"] < lost < line["loss_high_95"], line["method"]


def test_other_partners_make_it_surer(fallen: tuple[Tables, float]) -> None:
    lines = fallen[0]["losses"].select("method", width=pl.col("loss_high_80") - pl.col("loss_low_80"))
    width = dict(lines.iter_rows())
    assert width["structural_controls"] < width["structural"]
    assert width["synthetic_control"] < width["structural"]


def test_no_other_partner_fell_like_it(fallen: tuple[Tables, float]) -> None:
    (p,) = fallen[0]["losses"].filter(method="synthetic_control")["p_placebo"]
    assert p == pytest.approx(1 / 9)


def test_without_a_fall_other_partners_fall_as_much() -> None:
    found = []
    for seed in range(8):
        months, _ = made_trade.trade(seed)
        shut = made_trade.gathered(months)["shut"]
        series = next(monthly.of_borders(months, shut))
        synthetic = donors.Synthetic(series.quiet, donors.of(series, months, shut).values)
        found.append(synthetic.p_placebo(97, series.values[97:100]))
    assert sum(p <= 2 / 9 for p in found) <= 5
    assert max(found) > 0.4


def test_a_partner_shut_itself_or_with_a_month_missing_is_no_donor() -> None:
    months, _ = made_trade.trade(seed=4)
    gap = (pl.col("partner") == "DEU") & (pl.col("month") == dt.date(2020, 5, 1))
    frames = made_trade.gathered(months.filter(~gap))
    frames["shut"] = pl.concat([frames["shut"], frames["shut"].with_columns(border=pl.lit("CHN-PAK"))])
    series = next(monthly.of_borders(frames["trade"], frames["shut"]))
    found = donors.of(series, frames["trade"], frames["shut"])
    assert set(found.partners) == set(made_trade.PARTNERS) - {"AFG", "CHN", "DEU"}
    assert found.candidates == 8


def test_too_few_partners_are_told_and_not_used() -> None:
    months, _ = made_trade.trade(seed=5)
    tables = losses.work_out(made_trade.gathered(months.filter(pl.col("partner").is_in(["AFG", "IND", "KAZ"]))))
    assert set(tables["losses"]["method"]) == {"structural"}
    (line,) = tables["losses_series"].to_dicts()
    assert (
        line["why_no_donors"]
        == "2 of 2 other partners of PAK on this basis have all months and no closure; 5 are needed"
    )


def test_of_a_closure_longer_than_any_forecast_that_was_tested_no_loss_is_told(fallen: tuple[Tables, float]) -> None:
    longest = max(fallen[0]["losses_backtest"].filter(method="structural")["horizon_months"].to_list())
    frames = made_trade.gathered(made_trade.trade(seed=3, left=0.4)[0])
    later = made_trade.SHUT_FROM + dt.timedelta(days=31 * longest)
    frames["closures"] = frames["closures"].with_columns(ended_on=later)
    tables = losses.work_out(frames)
    assert tables["losses"].is_empty()
    assert f"tested to {longest}" in tables["losses_left_out"].filter(method="structural")["why_not"][0]


@pytest.mark.parametrize("share", [0.0, 0.2])
def test_of_a_closure_that_shut_next_to_nothing_no_loss_is_told(share: float) -> None:
    frames = made_trade.gathered(made_trade.trade(seed=3, left=0.4)[0])
    frames["shut"] = frames["shut"].with_columns(share_shut=pl.lit(share), low=pl.lit(share))
    assert losses.work_out(frames)["losses"].is_empty()


def test_a_second_closure_in_the_same_months_is_named(fallen: tuple[Tables, float]) -> None:
    assert fallen[0]["losses"]["shared_with"].list.len().max() == 0
    frames = made_trade.gathered(made_trade.trade(seed=3, left=0.4)[0])
    other = {"event": 2, "crossing_id": "chaman", "started_on": made_trade.SHUT_FROM + dt.timedelta(days=10)}
    closed = frames["closures"].to_dicts()[0]
    frames["closures"] = pl.DataFrame([closed, closed | other])
    for line in losses.work_out(frames)["losses"].iter_rows(named=True):
        assert line["shared_with"] == [({made_trade.SHUT_FROM, other["started_on"]} - {line["started_on"]}).pop()]
        assert "other closures of the border share its months" in line["doubts"]


def test_a_loss_of_more_than_was_at_stake_on_the_closed_days_is_doubted(fallen: tuple[Tables, float]) -> None:
    assert (
        not fallen[0]["losses"]["doubts"].list.contains("more is missing than was at stake on the closed days").any()
    )
    frames = made_trade.gathered(made_trade.trade(seed=3, left=0.4)[0])
    frames["closures"] = frames["closures"].with_columns(ended_on=made_trade.SHUT_FROM + dt.timedelta(days=10))
    (line,) = losses.work_out(frames)["losses"].filter(method="structural").to_dicts()
    assert line["at_stake"] == pytest.approx(line["without_closure"] * 10 / (29 + 31))
    assert "more is missing than was at stake on the closed days" in line["doubts"]


def test_the_whole_country_is_shown_beside_the_route() -> None:
    event = {"border": "AFG-PAK", "started_on": made_trade.SHUT_FROM, "until": made_trade.SHUT_TO}
    (line,) = losses.country(event, pl.DataFrame([whole(2023, 100.0), whole(2024, 113.0)]))
    assert (line["value"], line["year_before"]) == (113.0, 100.0)
    assert line["row_keys"] == ["row 2024", "row 2023"]


def test_without_a_closure_of_seven_days_nothing_is_said() -> None:
    frames = made_trade.gathered(made_trade.trade(seed=7)[0])
    frames["closures"] = frames["closures"].with_columns(ended_on=made_trade.SHUT_FROM + dt.timedelta(days=3))
    with pytest.raises(TooLittleError, match="seven days"):
        losses.work_out(frames)


def whole(year: int, value: float) -> dict[str, object]:
    """What a page prints of all exports in February of a year."""
    start, end = dt.date(year, 2, 1), dt.date(year, 2, 28)
    printed = {"flow": "export", "basis": "", "period_start": start, "period_end": end}
    return printed | {"value": value, "lowest": value, "highest": value, "notes": [], "row_keys": [f"row {year}"]}
