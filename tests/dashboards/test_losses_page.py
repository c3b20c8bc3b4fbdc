"""The page of losses: its figures are those of the tables, and an address brings back what was chosen."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl

from dashboards import loss_charts, texts
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import asked, said

FEBRUARY = "2025-02-21"
PARTS = ("low_80", "high_80", "low_95", "high_95")


def test_the_figures_are_the_losses_of_the_closure_in_the_address(open_page: Open, published: Path) -> None:
    found = asked(
        published,
        """
        SELECT loss, doubts FROM analysis.losses
        WHERE border = 'AFG-PAK' AND started_on = $day::DATE AND method = 'structural' ORDER BY actual DESC
        """,
        day=FEBRUARY,
    )
    app = open_page("losses", closure=FEBRUARY)
    assert app.query_params["closure"] == FEBRUARY
    assert "closure of 21 February 2025" in said(app)
    amounts = [texts.dollars(abs(loss)) + " more" * (loss < 0) + " (weak)" * bool(doubts) for loss, doubts in found]
    assert [box.value for box in app.metric] == amounts[:3]


def test_what_speaks_against_a_loss_stands_under_it(open_page: Open, published: Path) -> None:
    [(doubts, at_stake)] = asked(
        published,
        """
        SELECT doubts, at_stake FROM analysis.losses
        WHERE started_on = $day::DATE AND method = 'structural' AND flow = 'export' AND basis = 'balance_of_payments'
        """,
        day=FEBRUARY,
    )
    words = said(open_page("losses", closure=FEBRUARY)).replace("\\$", "$")
    assert f"Weak: {'; '.join(doubts)}." in words
    assert f"On the closed days {texts.dollars(at_stake)} were at stake." in words


def test_more_trade_than_expected_is_no_loss_of_a_negative_share(open_page: Open) -> None:
    app = open_page("losses", closure="2024-05-04")
    assert not re.search("[-−][0-9]+ % (less|lost)", said(app))
    assert all(box.value.endswith("more (weak)") for box in app.metric)


def test_the_chart_leaves_a_gap_where_a_month_is_not_known() -> None:
    reported = pl.DataFrame({"month": [dt.date(2025, 1, 1), dt.date(2025, 3, 1)], "actual": [1.0, 2.0]})
    modelled = pl.DataFrame(
        {"month": [dt.date(2025, 3, 1)], "without_closure": [3.0], **{name: [3.0] for name in PARTS}}
    )
    drawn = loss_charts.without_closure(reported, modelled).chart.to_dict(context={"pre_transform": False})
    [line] = [rows for rows in drawn["datasets"].values() if "actual" in rows[0] and len(rows) == 3]
    assert [row["actual"] for row in line] == [1.0, None, 2.0]


def test_a_factor_without_an_upper_end_is_drawn_to_the_edge() -> None:
    claim = {"claim": "a", "side": "PAK", "crossing_id": "torkham", "claimed_a_day": 3.0}
    shares = {"of_normal": 1.0, "modelled": 0.5}
    times = {"times_modelled": 3.0, "times_low_80": 1.0, "times_high_80": None}
    frame = pl.DataFrame([claim | shares | times], schema_overrides={"times_high_80": pl.Float64})
    drawn = loss_charts.claims(frame).chart.to_dict(context={"pre_transform": False})
    [rows] = [rows for rows in drawn["datasets"].values() if "claim" in rows[0]]
    assert rows[0]["times_high_80"] == loss_charts.MOST_TIMES
