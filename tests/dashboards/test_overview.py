"""The top of the Overview: since when it is shut, what that cost or what is at stake, and what changed this week."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import streamlit as st

from dashboards import texts
from dashboards.queries import overview
from dashboards.queries.reader import AS_OF
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import asked, said

DAY = dt.date(2025, 10, 15)
WEEK = "Changed or became known this week"


def test_the_cost_of_the_newest_closure_has_its_interval_and_says_of_which_trade(
    open_page: Open, published: Path
) -> None:
    [(began, loss, low, high)] = asked(
        published,
        """
        SELECT started_on, loss, loss_low_80, loss_high_80 FROM analysis.losses
        WHERE started_on = (SELECT max(started_on) FROM analysis.losses)
        ORDER BY scope <> 'route', without_closure DESC, method LIMIT 1
        """,
    )
    app = open_page("overview")
    label = next(box.label for box in app.metric if "cost, to" in box.label)
    assert texts.day(began) in label
    assert next(box.value for box in app.metric if box.label == label) == texts.dollars(loss)
    words = said(app).replace("\\$", "$")
    assert f"80 % interval {texts.dollars(low)} to {texts.dollars(high)}" in words
    assert "Pakistan's exports to Afghanistan" in words
    [(known, months)] = asked(
        published,
        f"""
        SELECT
            date_diff('month', started_on, last_month) + 1,
            date_diff('month', started_on, current_date) + 1
        FROM analysis.losses WHERE started_on = DATE '{began}' AND loss = {loss}
        """,
    )
    assert f"alone, of the first {known} of its {months} months" in words


def test_as_of_a_day_what_is_at_stake_stands_in_the_place_of_a_loss_of_now(open_page: Open, published: Path) -> None:
    app = open_page("overview", as_of=f"{DAY}")
    assert not any("cost, to" in box.label for box in app.metric)
    value = next(box.value for box in app.metric if "Normal trade of a day" in box.label)
    [(normal,)] = asked(
        published,
        f"""
        SELECT any_value(normal_a_day) FROM loss_claims_weighed_as_of(DATE '{DAY}')
        WHERE border = 'AFG-PAK' AND flow = 'cargo' AND part_of_border IS NULL AND year(period_start) = 2025
        HAVING count(DISTINCT normal_a_day) = 1
        """,
    )
    assert value == f"${normal:.1f} m"
    assert "no loss is worked out for this day" in said(app)


def test_a_week_of_which_nobody_reports_says_so_and_when_the_last_report_was(
    open_page: Open, published: Path
) -> None:
    [(last, told)] = asked(
        published,
        "SELECT max(known_from), count(*) FILTER (known_from > current_date - 7) FROM status_reports",
    )
    assert told == 0
    words = said(open_page("overview"))
    assert (
        f"Nothing was reported in these days; the last report on a crossing became known on {texts.day(last)}"
        in words
    )


def test_our_own_corrections_are_no_news_of_the_week(open_page: Open, published: Path) -> None:
    [(decided,)] = asked(
        published, "SELECT count(*) FROM corrections WHERE decided_on BETWEEN current_date - 6 AND current_date"
    )
    app = open_page("overview")
    told = overview.week(texts.today())
    news = told.filter(pl.col("what") != "correction").height
    assert next(box.value for box in app.metric if box.label == WEEK) == f"{news}"
    assert (f"Apart from these {decided} of our own corrections" in said(app)) == (decided > 0)


def test_only_crossings_of_afghanistan_are_counted_as_its_crossings(open_page: Open, published: Path) -> None:
    [(own,)] = asked(
        published,
        "SELECT count(*) FROM crossings WHERE category = 'formal_trade' AND 'AFG' IN (country_a, country_b)",
    )
    value = next(box.value for box in open_page("overview").metric if "formal crossings closed" in box.label)
    assert value.endswith(f"of {own}")


def test_every_crossing_is_counted_in_one_of_the_states(open_page: Open) -> None:
    app = open_page("overview", as_of=f"{DAY}")
    value = next(box.value for box in app.metric if "formal crossings closed" in box.label)
    counts = re.findall(r"(\d+) restricted, (\d+) unknown, (\d+) open", said(app))[0]
    shut, every = map(int, value.split(" of "))
    assert shut + sum(map(int, counts)) == every


def test_as_of_a_day_the_target_is_the_one_that_was_known_then(open_page: Open, published: Path) -> None:
    labels = {box.label: box.value for box in open_page("overview", as_of=f"{DAY}").metric}
    [(target, reached)] = asked(
        published,
        f"""
        SELECT c.target_value, (
            SELECT list(value) FROM turnover_years_as_of(DATE '{DAY}')
            WHERE pair = 'AFG-UZB' GROUP BY year ORDER BY year DESC LIMIT 1
        )
        FROM commitments AS c
        WHERE c.commitment_id LIKE 'uzb_afg_trade%' AND c.announced_on <= DATE '{DAY}'
        ORDER BY c.announced_on DESC LIMIT 1
        """,
    )
    shown = labels[f"Uzbek-Afghan trade against ${target / 1000:g} billion"]
    assert shown.partition(" =")[0] in {texts.dollars(value) for value in reached}
    assert not any("$5 billion" in label for label in labels)


def test_the_target_of_trade_is_reached_within_the_interval_of_the_method(open_page: Open, published: Path) -> None:
    [(met, low, high)] = asked(
        published,
        """
        SELECT met, met_low_80, met_high_80 FROM analysis.commitments WHERE pair = 'AFG-UZB' AND target_value = 5000
        """,
    )
    assert f"it is reached in {met} (80 %: {low} to {high})" in said(open_page("overview"))


def test_the_week_before_a_day_is_what_became_known_in_it(
    on_data: Callable[[Path], None], published: Path, open_page: Open
) -> None:
    app = open_page("overview", as_of=f"{DAY}")
    assert "Nothing was reported" not in said(app)
    on_data(published)
    st.session_state[AS_OF] = DAY
    found = overview.week(DAY).filter(pl.col("what") != "correction")
    assert next(box.value for box in app.metric if box.label == WEEK) == f"{found.height}"
    known = found["known_from"].to_list()
    assert DAY - dt.timedelta(days=7) < min(known) <= max(known) <= DAY
    reports = found.filter(what="status report").height
    wanted = f"SELECT count(*) FROM status_reports_as_of(DATE '{DAY}') WHERE known_from > DATE '{DAY}' - 7"
    assert reports == asked(published, wanted)[0][0] > 0
    assert any(
        "Torkham" in title and "closed" in title for title in found.filter(what="state of a crossing")["title"]
    )
