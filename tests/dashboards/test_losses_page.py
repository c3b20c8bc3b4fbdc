"""The page of losses: its figures are those of the tables, and an address brings back what was chosen."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dashboards import beneath, expected_charts, loss_charts, parts, texts
from dashboards.beneath import Shown
from dashboards.pages import losses
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import asked, said

FEBRUARY = "2025-02-21"
OCTOBER = "2025-10-11"


@pytest.fixture
def charts(monkeypatch: pytest.MonkeyPatch) -> dict[str, Shown]:
    """The charts of a page that is opened, by name."""
    seen: dict[str, Shown] = {}
    monkeypatch.setattr(parts, "_drawn", lambda one: seen.update({one.name: one}))
    return seen


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


def test_the_rows_beneath_the_months_are_all_that_is_drawn(open_page: Open, charts: dict[str, Shown]) -> None:
    open_page("losses", closure=FEBRUARY)
    rows, drawn = charts["without_closure"].frame(), beneath.drawn(charts["without_closure"].drawing)
    lines = [("month", "actual"), ("month", "without_closure", *expected_charts.BANDS)]
    reported, modelled = (rows.select(line).drop_nulls() for line in lines)
    for line, given in zip(lines, (reported, modelled), strict=True):
        assert_frame_equal(drawn.select(line).drop_nulls().unique().sort("month"), given)
    assert reported.height > modelled.height > 0
    assert rows.height == len(set(reported["month"]) | set(modelled["month"]))


def test_the_country_is_drawn_beside_the_route_in_the_same_months(
    open_page: Open, published: Path, charts: dict[str, Shown]
) -> None:
    app = open_page("losses", closure=OCTOBER)
    [(whole,), (before,), (during,)] = asked(
        published,
        """
        SELECT value FROM trade_months
        WHERE
            (reporter, partner, flow, coalesce(basis, ''))
            IN (('AFG', 'WLD', 'export', ''), ('PAK', 'AFG', 'import', 'customs'))
            AND unit = 'USD_million' AND derivation = 'given'
            AND (month = DATE '2025-10-01' OR month = DATE '2025-09-01' AND reporter = 'PAK')
        ORDER BY reporter, month
        """,
    )
    rows = charts["country"].frame()
    months = rows.filter(months=1).select("part", "basis", "period_start", "value").rows()
    october, september = dt.date(2025, 10, 1), dt.date(2025, 9, 1)
    assert ("whole", "", october, whole) in months
    assert {("route", "customs", september, before), ("route", "customs", october, during)} <= set(months)
    assert beneath.drawn(charts["country"].drawing)["a_month"].drop_nulls().is_in(rows["a_month"].to_list()).all()
    words = said(app).replace("\\$", "$")
    assert f"September 2025 is not printed, {texts.dollars(whole)} in October 2025" in words
    assert f"{texts.dollars(before)} in September 2025, {texts.dollars(during)} in October 2025" in words
    app.selectbox(key="choose_way").set_value("import").run()
    assert "Goods into Afghanistan by month" in charts["country"].title


def test_the_chart_leaves_a_gap_where_a_month_is_not_known() -> None:
    reported = pl.DataFrame({"month": [dt.date(2025, 1, 1), dt.date(2025, 3, 1)], "actual": [1.0, 2.0]})
    modelled = pl.DataFrame(
        {"month": [dt.date(2025, 3, 1)], "middle": [3.0], **{name: [3.0] for name in expected_charts.BANDS}}
    )
    months = expected_charts.together(reported, modelled, "middle")
    drawn = expected_charts.against(months, "middle", "dollars", ("came", "expected")).chart.to_dict(
        context={"pre_transform": False}
    )
    [line] = [rows for rows in drawn["datasets"].values() if len(rows) == 3]
    assert [row["actual"] for row in line] == [1.0, None, 2.0]


def test_a_month_that_is_a_difference_has_a_sign_of_its_own(open_page: Open, charts: dict[str, Shown]) -> None:
    app = open_page("losses", closure=OCTOBER)
    shown = charts["without_closure"]
    assert set(shown.frame().drop_nulls("actual")["derivation"]) == {"given", "difference"}
    signs = [sign for sign, _, words in shown.drawing.key if words in texts.DERIVED.values()]
    assert signs == ["●", "■"]
    # What is said of the whole country names its time, and whose it is.
    assert "- April to October 2025, Afghanistan's exports: " in said(app)
    [claim] = beneath.drawn(charts["claims"].drawing)["claim"].drop_nulls().unique()
    assert claim == "local exporters (Sarhad|Chamber)|whole border, from 12 Oct 2025"


def test_a_total_that_rests_on_a_longer_figure_says_so(open_page: Open, published: Path) -> None:
    [(known, alone)] = asked(
        published,
        """
        SELECT any_value(l.months_known), count(m.actual)
        FROM analysis.losses AS l
        INNER JOIN analysis.losses_months AS m USING (border, started_on, reporter, partner, flow, basis, method)
        WHERE
            l.border = 'AFG-PAK' AND l.started_on = $day::DATE AND l.method = 'structural' AND l.reporter = 'PAK'
            AND l.flow = 'export' AND l.basis = 'balance_of_payments'
        """,
        day=OCTOBER,
    )
    assert known > alone > 0
    words = said(open_page("losses", closure=OCTOBER))
    assert f"({known - alone} of its {known} months only in a longer figure, which the chart by month" in words


def test_a_loss_that_rounds_to_nought_is_neither_more_nor_less() -> None:
    assert [losses.amount(loss) for loss in (-0.02, 0.02, -3.0)] == ["$0 m", "$0 m", "$3 m more"]


def test_a_factor_without_an_upper_end_is_drawn_to_the_edge() -> None:
    claim = {
        "claim": "a",
        "claim_id": "p1",
        "claimant": "a",
        "place": "Torkham",
        "side": "PAK",
        "crossing_id": "torkham",
        "claimed_a_day": 3.0,
    }
    shares = {"of_normal": 1.0, "modelled": 0.5}
    times = {"times_modelled": 3.0, "times_low_80": 1.0, "times_high_80": None}
    frame = pl.DataFrame([claim | shares | times], schema_overrides={"times_high_80": pl.Float64})
    drawn = loss_charts.claims(frame).chart.to_dict(context={"pre_transform": False})
    [rows] = [rows for rows in drawn["datasets"].values() if "claim_id" in rows[0]]
    assert rows[0]["times_high_80"] == loss_charts.MOST_TIMES
