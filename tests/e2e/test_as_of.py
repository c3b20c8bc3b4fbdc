"""A real Chromium on the dashboard as of a day: the address, the banner, the way from page to page."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashboards import texts
from tests.conftest import serai
from tests.e2e.browser import TOO_WIDE, Watch, follow, open_page, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DAY, WORDS = "2025-10-20", "As known on 20 October 2025."


def newest_closure(published: Path) -> dict[str, str]:
    """The newest closure of Torkham to exports as known on the day, by the command line."""
    found = serai(
        "sql",
        f"""
        SELECT * FROM closure_episodes_as_of(DATE '{DAY}')
        WHERE crossing_id = 'torkham' AND flow = 'exports' ORDER BY started_on DESC LIMIT 1
        """,
        "-f",
        "csv",
        data=published,
    )
    assert found.returncode == 0, found.stderr
    [row] = csv.DictReader(io.StringIO(found.stdout))
    return row


def test_a_shared_address_shows_the_closure_as_it_was_known(page: Page, address: str, published: Path) -> None:
    watch = Watch(page)
    open_page(page, f"{address}/crossings?crossing=torkham&as_of={DAY}")
    expect(page.get_by_text(WORDS).first).to_be_visible()
    known = newest_closure(published)
    started = dt.date.fromisoformat(known["started_on"])
    shown = f"Reports of the closure of {texts.day(started)}, {known['days']} days, not known to have ended"
    expect(page.get_by_text(shown)).to_be_visible()
    assert known["how_ended"] == "still_shut"
    assert page.locator('[data-testid="stException"]').count() == 0
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"{TOO_WIDE} <= 0")
    expect(page.get_by_text(WORDS).first).to_be_visible()
    assert watch.wrong == []


def test_the_day_goes_with_the_reader_from_page_to_page(page: Page, address: str) -> None:
    open_page(page, f"{address}/?as_of={DAY}")
    expect(page.get_by_text(WORDS).first).to_be_visible()
    for name in ("Crossings", "Trade and diversion", "Commitments", "Overview"):
        follow(page, name)
        expect(page.locator("h1")).to_have_text("Serai" if name == "Overview" else name)
        expect(page).to_have_url(re.compile(f"[?&]as_of={DAY}"))
        settle(page)
        expect(page.get_by_text(WORDS).first).to_be_visible()
        assert page.locator('[data-testid="stException"]').count() == 0
    page.reload()
    settle(page)
    expect(page.get_by_text(WORDS).first).to_be_visible()


def test_there_is_a_way_back_to_now(page: Page, address: str) -> None:
    open_page(page, f"{address}/crossings?crossing=chaman&as_of={DAY}")
    page.get_by_role("button", name="Back to now").click()
    expect(page.get_by_text(WORDS)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("as_of"))
    settle(page)
    assert "crossing=chaman" in urlsplit(page.url).query


def test_a_day_that_is_chosen_stands_in_the_address(page: Page, address: str) -> None:
    open_page(page, f"{address}/crossings?crossing=chaman")
    # The page that writes its choices into its address is drawn once more: that takes the field from under the keys.
    expect(page).to_have_url(re.compile("closure="))
    settle(page)
    page.get_by_role("spinbutton", name="year, As known on (empty: now)").click()
    page.keyboard.type("20251020")
    page.keyboard.press("Escape")  # the calendar
    expect(page).to_have_url(re.compile(f"[?&]as_of={DAY}"))
    expect(page.get_by_text(WORDS).first).to_be_visible()
    settle(page)
    assert "crossing=chaman" in urlsplit(page.url).query


@pytest.mark.parametrize("asked", ["banana", "2999-01-01", "2013-12-31"])
def test_a_wrong_day_in_the_address_is_told_and_now_is_shown(page: Page, address: str, asked: str) -> None:
    watch = Watch(page)
    open_page(page, f"{address}/crossings?as_of={asked}")
    expect(page.get_by_text("Shown is what is known now.")).to_be_visible()
    expect(page.get_by_text(asked).first).to_be_visible()
    assert "as_of" not in urlsplit(page.url).query
    assert page.locator('[data-testid="stException"]').count() == 0
    assert watch.wrong == []
