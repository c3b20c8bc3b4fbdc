"""Trade and diversion: the ways of the day in the address, what closures added, and what nobody knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
from streamlit.testing.v1 import AppTest

from dashboards import trade_charts
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import asked, said


def test_the_ways_are_those_of_the_day_in_the_address(open_page: Open) -> None:
    open_day = said(open_page("trade", day="2025-09-01"))
    assert "To Kabul on 1 September 2025, in hours" in open_day
    # All but Islamabad, whose only known way leads by Khunjerab: that was shut by the sit-in at Sost.
    assert "From 8 of 9 origins a way is not known to be shut" in open_day
    assert "No leg among the facts leads there from Ashgabat, Astana, Bandar Abbas" in open_day
    shut = said(open_page("trade", day="2025-11-15", city="kandahar", measure="usd"))
    assert "No legs in US dollars a container lead to Kandahar" in shut


def test_a_way_last_heard_of_long_ago_is_not_said_to_be_open(open_page: Open, published: Path) -> None:
    [(told, old, days)] = asked(
        published,
        """
        SELECT
            count(*) FILTER (rests_on = 'told'), count(*) FILTER (rests_on = 'last_known'),
            max(current_date - last_reported_on)
        FROM analysis.corridors
        WHERE
            flow = 'transit' AND measure = 'hours' AND city = 'kabul' AND certainty = 'open'
            AND current_date BETWEEN from_day AND to_day - 1
        """,
    )
    words = said(open_page("trade"))
    assert f"{told} reported in the 30 days before, {old} longer ago (up to {days:,} days ago)" in words


def test_a_way_round_is_not_drawn_as_the_way(open_page: Open) -> None:
    page = open_page("trade")
    assert "From Gwadar, Islamabad the plain way was never measured" in said(page)
    [closures] = [one.value for one in page.dataframe if "way_days_longer" in one.value.columns]
    assert "AFG-PAK" in set(closures["border"])
    # Khunjerab lies on Islamabad's way round and on no other.
    assert "CHN-PAK" not in set(closures["border"])


def test_where_only_the_shut_side_has_a_share_nothing_is_said_of_where_trade_went(open_page: Open) -> None:
    words = said(open_page("trade", closure="AFG-PAK.2025-10-11"))
    assert "Partners' shares of Afghanistan's trade, 2024 and 2025" in words
    assert "where the trade went instead is not known" in words


def test_what_is_chosen_stands_in_the_address_and_changes_the_ways(open_page: Open, published: Path) -> None:
    app = open_page("trade", day="2025-09-01")
    app.selectbox(key="choose_city").set_value("herat").run()
    app.selectbox(key="choose_measure").set_value("km").run()
    assert not app.exception
    assert (app.query_params["city"], app.query_params["measure"]) == ("herat", "km")
    [table] = [one.value for one in app.dataframe if "open_at_every_gate" in one.value.columns]
    found = asked(
        published,
        """
        SELECT origin, value FROM analysis.corridors
        WHERE
            flow = 'transit' AND measure = 'km' AND city = 'herat' AND certainty = 'not_closed'
            AND outcome <> 'no_legs' AND DATE '2025-09-01' BETWEEN from_day AND to_day - 1
        """,
    )
    assert sorted(zip(table["origin"], table["value"], strict=True)) == sorted(found)


def test_every_measure_flow_and_origin_opens(open_page: Open) -> None:
    app = open_page("trade")
    for name in ("gates", "measure", "origin"):
        box = app.selectbox(key=f"choose_{name}")
        for code in [box.options.index(option) for option in box.options]:
            app.selectbox(key=f"choose_{name}").select_index(code).run()
            assert not app.exception, (name, code)


def test_shares_and_traffic_of_the_closure_say_how_sure_they_are(open_page: Open) -> None:
    words = said(open_page("trade", closure="AFG-PAK.2025-10-11"))
    assert "0 of 2 changes have an interval, without one are 2 of two figures of longer periods" in words
    assert "What passed a day, before and during: Afghanistan-Pakistan, from 11 October 2025" in words


def test_prices_that_are_not_loaded_are_not_known(open_page: Open) -> None:
    assert "is not known: there are no food prices: serai ingest wfp_afg wfp_pak" in said(open_page("trade"))


def test_prices_are_drawn_month_by_month_with_their_intervals() -> None:
    line = {
        "border": "AFG-PAK",
        "country": "AFG",
        "fed_markets": 15,
        "other_markets": 19,
        "month": dt.date(2025, 1, 1),
    }
    months = [line | {"offset_months": at, "difference": 0.01, "low": -0.02, "high": 0.04} for at in (-1, 0, 1)]
    drawing = trade_charts.prices(pl.DataFrame(months))
    rules, bars, points = drawing.chart.to_dict()["layer"]
    assert (bars["encoding"]["y"]["field"], bars["encoding"]["y2"]["field"]) == ("low", "high")
    assert points["encoding"]["y"]["field"] == rules["encoding"]["y"]["field"] == "difference"
    assert [words for _, _, words in drawing.key] == ["Afghanistan"]


def test_what_hormuz_adds_is_said_to_be_unknown(open_page: Open) -> None:
    words = said(open_page("trade"))
    assert "Ships through the strait are not loaded: serai ingest portwatch" in words
    assert "what its closure adds while Pakistan is shut too is unknown" in words


def sections_of_a_day() -> None:
    """The sections alone, as of a day: the series of the page are another test's."""
    import datetime as dt

    import streamlit as st

    from dashboards import diversion

    st.session_state["as_of"] = dt.date(2025, 10, 20)
    diversion.show()


def test_of_a_day_that_is_not_worked_out_no_way_is_shown(on_data: Callable[[Path], None], published: Path) -> None:
    on_data(published)
    words = said(AppTest.from_function(sections_of_a_day, default_timeout=120).run())
    assert "The analysis is not worked out for 20 October 2025" in words
    assert "To Kabul on" not in words
