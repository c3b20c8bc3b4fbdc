"""The page of relations: one time axis for all lanes, events that lead to their rows, and chance beside findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards import colours, lanes
from dashboards.pages.relations import without_estimates
from dashboards.queries import relations
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import asked, said

DAY = "2025-10-20"
YEAR = (dt.date(2025, 1, 1), dt.date(2025, 12, 31))


@pytest.fixture
def stack() -> list[dict[str, Any]]:
    """Lanes of every sort, as Vega-Lite has them."""
    index = pl.DataFrame({"from_day": [YEAR[0]], "until_day": [YEAR[1]], "low": [0.4]})
    gates = pl.DataFrame(
        {
            "row": ["Torkham"],
            "from_day": [YEAR[0]],
            "until_day": [YEAR[1]],
            "status": ["closed"],
            "basis": ["reported"],
            "source_name": ["Dawn"],
            "cause": ["clash"],
        }
    )
    months = pl.DataFrame(
        {"month": [YEAR[0], dt.date(2025, 3, 1)], "value": [3.0, 4.0], "lowest": [3.0, 4.0], "highest": [3.0, 5.0]}
    )
    events = pl.DataFrame(
        {"event_id": ["e1"], "event_date": [YEAR[0]], "kind": ["clash"], "title": ["A"], "source_name": ["Dawn"]}
    )
    price = lanes.Measured(months, "Wheat flour", "AFN", colours.GREEN)
    chart = lanes.lanes(index, gates, [price], events, YEAR, "e1").chart
    found: list[dict[str, Any]] = chart.to_dict()["vconcat"]
    return found


def test_what_is_drawn_on_the_strip_is_the_time_of_every_lane(stack: list[dict[str, Any]]) -> None:
    strip, *others = stack
    assert strip["encoding"]["x"]["field"] == "day"
    assert len(others) == 3
    for lane in others:
        assert lane["encoding"]["x"]["scale"]["domainRaw"]["expr"].startswith(f"{lanes.DRAWN}.day || [")
        assert not {"layer", "hconcat", "vconcat"} & set(lane), "Streamlit fits such a stack to no width"


def test_a_month_that_is_not_known_breaks_the_line(stack: list[dict[str, Any]]) -> None:
    line = next(lane for lane in stack if lane["mark"]["type"] == "line")
    assert line["mark"]["invalid"] == "break-paths-show-domains"


def test_a_month_that_is_a_difference_has_a_sign_of_its_own() -> None:
    months = pl.DataFrame({"month": [YEAR[0]], "value": [3.0], "lowest": [3.0], "highest": [3.0]})
    given, difference = (
        lanes._key(pl.DataFrame(), [lanes.Measured(months.with_columns(derivation=pl.lit(how)), "", "", "")])
        for how in ("given", "difference")
    )
    assert [sign for sign, _, words in difference if words not in {said for *_, said in given}] == ["■"]


def test_an_event_leads_to_its_rows_and_to_what_closed_in_the_week_after(open_page: Open, published: Path) -> None:
    [(event, day, closures)] = asked(
        published,
        """
        SELECT t.event_id, t.event_date, count(*)
        FROM timeline AS t
        INNER JOIN closure_episodes AS e ON e.started_on BETWEEN t.event_date AND t.event_date + 6
        INNER JOIN crossings AS c ON e.crossing_id = c.crossing_id AND c.country_a = 'AFG' AND c.country_b = 'PAK'
        WHERE t.kind = 'clash' AND t.actors IN ('PAK;AFG', 'AFG;PAK') AND e.flow IN ('exports', 'imports')
            AND t.event_date > '2024-01-01'
        GROUP BY ALL ORDER BY count(*) DESC, t.event_id LIMIT 1
        """,
    )
    app = open_page("relations", event=event)
    assert not app.exception
    assert app.query_params["event"] == event
    tables = [table.value for table in app.dataframe]
    told = next(table for table in tables if "event_id" in table.columns and table["event_id"].iloc[0] == event)
    assert told["source_url"].iloc[0]
    after = next(table for table in tables if "how_ended" in table.columns and "name" in table.columns)
    assert len(after) == closures
    assert after["started_on"].min().date() >= day
    app.selectbox(key="choose_event").set_value("none").run()
    assert app.query_params["event"] == "none"
    assert "who took part" not in said(app)


def test_the_share_that_follows_stands_beside_its_placebo_and_the_number_of_days(
    open_page: Open, published: Path
) -> None:
    [(share, other, placebo, days)] = asked(
        published,
        """
        SELECT share_followed, share_other, placebo_share, incident_days
        FROM analysis.incidents WHERE place = 'AFG-PAK' AND kind = 'all' AND window_days = 7
        """,
    )
    app = open_page("relations")
    assert [box.value for box in app.metric] == [f"{part * 100:.0f} %" for part in (share, other, placebo)]
    assert f"It rests on {days} days" in said(app)


def test_a_closure_of_the_same_day_is_not_said_to_have_followed(open_page: Open, published: Path) -> None:
    [(same,)] = asked(
        published,
        "SELECT followed FROM analysis.incidents WHERE place = 'AFG-PAK' AND kind = 'all' AND window_days = 1",
    )
    assert same > 0
    assert f"{same} of them on the **same day**, on which nobody knows which came first" in said(
        open_page("relations")
    )


def test_a_month_that_is_only_estimated_is_not_drawn_as_one_that_was_printed() -> None:
    frame = pl.DataFrame(
        {
            "month": [dt.date(2025, 9, 1), dt.date(2025, 10, 1)],
            "value": [5.0, 3.0],
            "derivation": ["given", "estimate"],
        }
    )
    drawn, words = without_estimates([lanes.Measured(frame, "exports", "$ m", "#000000")])
    assert drawn[0].frame["value"].to_list() == [5.0]
    assert "1 months of trade that are estimates" in words


def test_where_a_method_has_no_result_the_page_says_why(open_page: Open) -> None:
    words = said(open_page("relations", border="UZB"))
    assert "Not worked out for this border: too few incidents or closures are known here." in words
    assert "Not worked out: there are no food prices" in words


def test_one_crossing_shows_each_of_its_flows(open_page: Open) -> None:
    app = open_page("relations", crossing="torkham")
    gates = next(table.value for table in app.dataframe if "status" in table.value.columns)
    assert {"exports", "imports", "people on foot"} <= set(gates["row"])


def test_as_of_a_day_no_later_event_is_drawn(open_page: Open, published: Path) -> None:
    [(known,)] = asked(
        published,
        f"""
        SELECT count(*) FROM timeline_as_of(DATE '{DAY}')
        WHERE
            event_date BETWEEN DATE '{DAY}' - 3 * 365 AND DATE '{DAY}'
            AND list_has_any(string_split(actors, ';'), ['AFG', 'Taliban'])
            AND list_contains(string_split(actors, ';'), 'PAK')
        """,
    )
    app = open_page("relations", as_of=DAY)
    assert "The analysis is not worked out for 20 October 2025" in said(app)
    assert f"Events ({known:,})" in [box.label for box in app.expander]
    assert f"Events ({known:,})" not in [box.label for box in open_page("relations").expander]


def test_the_price_of_a_food_is_asked_by_month(on_data: Callable[[Path], None], published: Path) -> None:
    on_data(published)
    months = relations.price_months("AFG", "Wheat flour", "KG", "AFN", "WFP")
    assert months.columns[:5] == ["month", "value", "lowest", "highest", "markets"]
