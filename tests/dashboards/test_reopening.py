"""The page of reopening: chances with their interval, beside what knows less, with what cannot be known."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.pages.reopening import alike, chance
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import asked, said


def test_a_shut_crossing_has_its_chances_and_how_little_they_rest_on(open_page: Open, published: Path) -> None:
    rows = asked(
        published,
        """
        SELECT p_open, p_open_low, p_open_high, lasted_longer, days_shut
        FROM analysis.reopening
        WHERE crossing_id = 'torkham' AND horizon_days IN (7, 30, 90) ORDER BY horizon_days
        """,
    )
    app = open_page("reopening", of="torkham")
    assert [box.value for box in app.metric] == [chance(row[0]) for row in rows]
    words = said(app)
    for _, low, high, _, _ in rows:
        assert f"80 % interval {chance(low)} to {chance(high)}" in words
    longer, days = rows[0][3:]
    assert f"After {days:,} days {longer} closures of other events were still shut" in words
    assert "rest on almost nothing seen" in words
    assert "As long as the last one" in words


def test_what_was_last_reported_long_ago_is_shut_only_if_nothing_changed(open_page: Open) -> None:
    words = said(open_page("reopening", of="torkham"))
    assert "if still shut after" in words
    assert "that it is still shut is last known, not is" in words
    assert "at second hand only (read in a page that cites it): its last report" in words


@pytest.mark.parametrize(("part", "longer", "told"), [(0.0, 3, False), (0.0, 30, True), (0.2, None, True)])
def test_a_chance_that_rests_on_a_handful_of_closures_is_unknown_and_not_nought(
    part: float, longer: int | None, told: bool
) -> None:
    assert ("%" in alike(part, longer)) is told


def test_a_kind_of_closure_is_chosen_by_cause_extent_and_days_and_kept_in_the_address(
    open_page: Open, published: Path
) -> None:
    app = open_page("reopening", of="kind", cause="dispute", extent="5", already="7")
    wanted = asked(
        published,
        """
        SELECT p_open FROM analysis.reopening_curves
        WHERE kind = 'dispute' AND crossings = 5 AND days_shut = 7 AND day IN (7, 30, 90) ORDER BY day
        """,
    )
    assert [box.value for box in app.metric] == [chance(row[0]) for row in wanted]
    app.selectbox(key="choose_cause").set_value("election").run()
    assert app.query_params["cause"] == ["election"] or app.query_params["cause"] == "election"
    assert [box.value for box in app.metric] != [chance(row[0]) for row in wanted]


def test_every_score_is_shown_also_where_the_skill_is_negative(open_page: Open, published: Path) -> None:
    worse = asked(published, "SELECT count(*) FROM analysis.reopening_scores WHERE skill < 0")[0][0]
    every = asked(published, "SELECT count(*) FROM analysis.reopening_scores")[0][0]
    table = next(table.value for table in open_page("reopening").dataframe if "skill" in table.value.columns)
    assert len(table) == every
    assert (table["skill"] < 0).sum() == worse > 0


def test_as_of_a_day_that_is_not_worked_out_no_chances_of_now_are_shown(open_page: Open) -> None:
    app = open_page("reopening", as_of="2025-10-20")
    assert "The analysis is not worked out for 20 October 2025" in said(app)
    assert not app.metric
