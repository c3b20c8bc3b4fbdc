"""The whole dashboard as of a day: in the address, on every page, and nothing later is known on any of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import as_of, texts
from dashboards.app import OF_NOW, page_files
from tests.dashboards.conftest import APP, Open
from tests.dashboards.test_pages import asked, said

DAY = "2025-10-20"
PAGES = [path.stem for path in page_files()]
WARM = "What was published or corrected later is left out"


def banners(app: AppTest) -> list[str]:
    return [str(box.value) for box in app.info if "As known on" in str(box.value)]


@pytest.mark.parametrize("name", [name for name in PAGES if name not in OF_NOW])
@pytest.mark.parametrize("day", ["2025-10-20", "2014-01-01"])
def test_every_page_opens_as_of_a_day_and_says_so(open_page: Open, name: str, day: str) -> None:
    app = open_page(name, as_of=day)
    assert not app.exception
    assert banners(app) == [
        f"**As known on {texts.day(dt.date.fromisoformat(day))}.** {WARM}; a page without a date counts from "
        "the last day that it tells of, and may be of later. Ages are counted to that day."
    ]
    assert app.date_input(key="as_of").value == dt.date.fromisoformat(day)


@pytest.mark.parametrize("name", PAGES)
def test_without_a_day_no_page_speaks_of_one(open_page: Open, name: str) -> None:
    app = open_page(name)
    assert app.date_input(key="as_of").value is None
    assert banners(app) == []
    assert "as_of" not in app.query_params


def test_the_page_of_the_run_ledger_says_that_it_is_as_of_now(open_page: Open) -> None:
    app = open_page("quality", as_of=DAY)
    assert banners(app) == []
    assert "This page is as of now" in app.warning[0].value
    assert [box.value for box in app.metric] == [box.value for box in open_page("quality").metric]


def test_no_row_on_any_page_was_published_after_the_day(open_page: Open) -> None:
    for name in PAGES:
        if name in OF_NOW:
            continue
        for table in open_page(name, as_of=DAY).dataframe:
            for column in {"reported_on", "published_on", "known_from", "last_reported_on"} & set(
                table.value.columns
            ):
                known = table.value[column].dropna()
                assert known.empty or max(known).isoformat()[:10] <= DAY, (name, column)


def test_the_day_is_kept_from_page_to_page_until_the_reader_goes_back_to_now(open_page: Open) -> None:
    app = open_page("overview", as_of=DAY)
    for name in ("crossings", "trade", "overview"):
        app.switch_page(f"pages/{name}.py").run()
        assert len(banners(app)) == 1
        assert app.query_params["as_of"] == DAY
    next(button for button in app.button if button.label == "Back to now").click().run()
    assert banners(app) == []
    assert "as_of" not in app.query_params


def test_a_day_chosen_on_a_page_is_what_its_figures_are_counted_to(open_page: Open, published: Path) -> None:
    app = open_page("overview")
    app.date_input(key="as_of").set_value(dt.date(2025, 10, 15)).run()
    [(newest, closed)] = asked(
        published,
        """
        SELECT
            (SELECT max(known_from) FROM status_reports_as_of(DATE '2025-10-15')),
            (
                SELECT count(*) FROM crossing_days_as_of(DATE '2025-10-15') INNER JOIN crossings USING (crossing_id)
                WHERE flow = 'exports' AND day = '2025-10-15' AND status = 'closed' AND category = 'formal_trade'
                    AND 'AFG' IN (country_a, country_b)
            )
        """,
    )
    figures = {box.label: box.value for box in app.metric}
    assert figures["Days since the newest crossing report"] == str((dt.date(2025, 10, 15) - newest).days)
    assert figures["Afghanistan's formal crossings closed to exports"].split(" of ")[0] == str(closed)


def test_a_closure_is_as_long_as_it_was_known_to_be(open_page: Open, published: Path) -> None:
    app = open_page("crossings", crossing="torkham", as_of=DAY)
    [(started, days)] = asked(
        published,
        f"""
        SELECT started_on, days FROM closure_episodes_as_of(DATE '{DAY}')
        WHERE crossing_id = 'torkham' AND flow = 'exports' ORDER BY started_on DESC LIMIT 1
        """,
    )
    table = next(table.value for table in app.dataframe if "how_ended" in table.value.columns)
    assert (table.iloc[0]["started_on"].date(), table.iloc[0]["days"]) == (started, days)
    assert table.iloc[0]["how_ended"] == "not known to have ended"


def test_charts_and_links_carry_the_day(open_page: Open) -> None:
    app = open_page("crossings", as_of=DAY)
    sources = [text.value for text in app.caption if text.value.startswith("Source: ")]
    assert len(sources) >= 4
    assert all("As known on 20 October 2025" in text for text in sources[:2])
    links = next(
        table.value["reports_page"]
        for table in open_page("overview", as_of=DAY).dataframe
        if "reports_page" in table.value.columns
    )
    assert all(link.endswith(f"&as_of={DAY}") for link in links)


@pytest.mark.parametrize(
    ("asked_for", "words"),
    [
        ("banana", "not a day"),
        ("2025-02-29", "not a day"),
        ("2025-10", "not a day"),
        ("20251020", "not a day"),
        ("2999-01-01", "still to come"),
        ("2013-12-31", "begins on 1 January 2014"),
        ("0001-01-01", "begins on 1 January 2014"),
        ("'; DROP TABLE claims; --", "not a day"),
        ("`![](http://example.org/x.png)", "not a day"),
        ("9" * 3000, "not a day"),
    ],
)
def test_an_address_with_no_such_day_is_told_so_and_shows_now(open_page: Open, asked_for: str, words: str) -> None:
    app = open_page("overview", as_of=asked_for)
    assert not app.exception
    app.query_params["as_of"] = asked_for
    why = as_of.why_not(asked_for)
    assert why is not None
    assert words in why
    assert "Shown is what is known now" in why
    assert why.count("`") in (2, 4)
    assert len(why) < 200
    assert banners(app) == []
    assert app.date_input(key="as_of").value is None


def test_a_wrong_day_is_told_on_the_page_that_it_leads_to(on_data: Callable[[Path], None], published: Path) -> None:
    on_data(published)
    app = AppTest.from_file(str(APP), default_timeout=120)
    app.query_params["as_of"] = "banana"
    app.run()
    assert not app.exception
    assert "`banana`, which is not a day" in app.warning[0].value
    assert "as_of" not in app.query_params
    app.run()
    assert "banana" in app.warning[0].value, "said until a day is chosen or another page is opened"
    app.date_input(key="as_of").set_value(dt.date(2025, 10, 20)).run()
    assert not app.warning
    assert len(banners(app)) == 1


def test_both_written_forms_of_a_day_are_taken(open_page: Open) -> None:
    assert as_of.why_not("2025-10-20") is None
    assert open_page("crossings", as_of="2025/10/20").date_input(key="as_of").value == dt.date(2025, 10, 20)


def test_an_empty_day_is_now(open_page: Open) -> None:
    app = open_page("crossings", as_of="")
    assert not app.warning
    assert "As known on" not in said(app).replace("As known on\n", "")
