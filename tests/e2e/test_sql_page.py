"""The SQL page in a real Chromium: asked with the keyboard, shared by its address, drawn, and told off in words."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import TOO_WIDE, Watch, open_page, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
HOSTILE = "SELECT 1 -- <img src=x onerror=alert(1)>"
QUERY = "SELECT 'Torkham' AS crossing, 26 AS days_shut UNION ALL SELECT 'Chaman', 31"


def test_a_question_is_asked_shared_and_asked_again_in_a_fresh_browser(
    page: Page, chrome: Browser, address: str
) -> None:
    watch = Watch(page)
    open_page(page, f"{address}/sql")
    page.get_by_label("One question in SQL (DuckDB)").fill(QUERY)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("2 rows of version")).to_be_visible()
    page.wait_for_url("**q=*")
    settle(page)
    page.get_by_text("Chart", exact=True).click()
    expect(page.get_by_text("days_shut by crossing")).to_be_visible()
    settle(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"{TOO_WIDE} <= 0")
    assert watch.wrong == []
    with chrome.new_context() as context:
        fresh = context.new_page()
        open_page(fresh, page.url)
        expect(fresh.get_by_label("One question in SQL (DuckDB)")).to_have_value(QUERY)
        assert fresh.get_by_text("rows of version").count() == 0
        fresh.get_by_role("button", name="Ask").click()
        expect(fresh.get_by_text("2 rows of version")).to_be_visible()


def test_a_hostile_question_is_told_off_and_makes_nothing_of_the_page(page: Page, address: str) -> None:
    watch = Watch(page)
    open_page(page, f"{address}/sql?q={quote(HOSTILE)}")
    page.get_by_label("One question in SQL (DuckDB)").fill("SELECT * FROM \"<img src=x onerror='alert(1)'>\"")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("There is no answer to this")).to_be_visible()
    assert page.locator("img[src=x]").count() == 0
    assert watch.wrong == []
