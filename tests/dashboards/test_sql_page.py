"""The SQL page: asked through the one surface, bounded, with its sources; nothing that is typed becomes markup."""

from __future__ import annotations

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import charts
from dashboards.pages import sql as page
from dashboards.queries import asking
from tests.dashboards.conftest import Open


def asked(open_page: Open, query: str, **address: str) -> AppTest:
    """The page once that was asked."""
    app = open_page("sql", **address)
    app.text_area(key=page.EDITOR).set_value(query)
    app = next(one for one in app.button if one.label == "Ask").click().run()
    assert not app.exception
    return app


def test_a_question_is_answered_and_kept_in_the_address(open_page: Open) -> None:
    app = asked(open_page, "SELECT count(*) AS n FROM crossings")
    assert app.session_state[page.ANSWER].frame["n"].item() > 30
    assert app.query_params["q"] == "SELECT count(*) AS n FROM crossings"


def test_an_address_opens_with_its_question_and_asks_nothing(open_page: Open) -> None:
    app = open_page("sql", q="SELECT 'from afar'")
    assert app.text_area(key=page.EDITOR).value == "SELECT 'from afar'"
    assert page.ANSWER not in app.session_state


def test_every_question_of_the_handbook_is_an_example() -> None:
    found = asking.examples()
    assert len(found) >= 20
    assert found[0].title == "Was Torkham open on 1 November 2025, and who says otherwise?"
    assert found[0].query.startswith("SELECT flow, status")
    assert all("```" not in one.query + one.lead for one in found)


@pytest.mark.parametrize(
    ("query", "datasets"),
    [
        ("FROM claims", ["claims"]),
        ("SELECT 1", []),
        ("FROM crossing_latest", ["crossings", "publishers", "status_reports"]),
        ("FROM closed_days('torkham', '2025-01-01', '2026-01-01')", ["crossings", "publishers", "status_reports"]),
    ],
)
def test_the_datasets_behind_a_question_are_found_through_models_and_macros(query: str, datasets: list[str]) -> None:
    assert asking.datasets(query) == datasets


def test_a_cell_that_a_spreadsheet_would_run_is_defused_and_a_number_is_not() -> None:
    frame = pl.DataFrame({"text": ["=1+1", "@x", "-5", "+2.5", "-cmd|x", "a=b"], "number": [-1, -2, -3, -4, -5, -6]})
    lines = asking.csv(frame).decode().splitlines()
    assert lines == ["text,number", "'=1+1,-1", "'@x,-2", "-5,-3", "+2.5,-4", "'-cmd|x,-5", "a=b,-6"]


def test_lists_are_text_in_csv() -> None:
    assert asking.csv(pl.DataFrame({"a": [["x", "y"]]})).decode() == "a\nx;y\n"


@pytest.mark.parametrize("kind", list(page.KINDS))
@pytest.mark.parametrize("group", [None, "c:d"])
def test_any_columns_are_drawn_whatever_they_are_called(kind: str, group: str | None) -> None:
    frame = pl.DataFrame({"a.b:Q": ["x", "y"], "[1]": [1, 2], "c:d": ["p", None]})
    drawing = charts.of_answer(frame, "a.b:Q", "[1]", kind, group)
    assert drawing.chart.to_dict()
    assert len(drawing.key) == (2 if group else 0)


def test_what_cannot_be_answered_is_said_as_code_and_not_as_markup(open_page: Open) -> None:
    app = asked(open_page, 'FROM "![x](http://example.com/y)"')
    assert "![x]" in app.code[0].value
    assert all("![x]" not in one.value for one in [*app.markdown, *app.error, *app.warning])


def test_no_more_questions_run_at_once_than_may(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_SQL_SECONDS", "0.1")
    places = asking._places()
    taken = 0
    while places.acquire(blocking=False):
        taken += 1
    try:
        app = asked(open_page, "SELECT 1")
        assert "other questions are under way" in app.session_state[page.ANSWER]
    finally:
        for _ in range(taken):
            places.release()


def test_the_day_of_the_page_is_the_day_of_the_answer(open_page: Open) -> None:
    app = asked(open_page, "SELECT max(known_from)::VARCHAR AS day FROM status_reports", as_of="2025-10-20")
    assert app.session_state[page.ANSWER].frame["day"].item() == "2025-10-20"
