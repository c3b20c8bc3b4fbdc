"""Every page in a real Chromium: what is chosen stands in its address, and that is enough for a fresh browser."""

from __future__ import annotations

import contextlib
import re

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect

from dashboards.app import OF_NOW
from tests.e2e.browser import PAGES, Watch, numbers, open_page, path_of, settle
from tests.e2e.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-rules")]

# Two pages on the house itself have no earlier state, and two ask or explain: a day changes nothing that they count.
CHANGES = [name for name in PAGES if name not in OF_NOW | {"sql", "about"}]
# One shows every number at once; test_sql_page.py and test_dashboard.py try the addresses of questions and runs.
ELSEWHERE = {"quality", "sql", "runs"}
DAY = "2025-10-20"


def choices(page: Page) -> tuple[Locator, Locator]:
    """The boxes of a page that one of several things is chosen in, and its rows of buttons."""
    main = page.get_by_test_id("stMain")
    return main.get_by_role("combobox"), main.locator('[data-testid="stButtonGroup"] button')


def open_list(box: Locator) -> None:
    """Open the list of a box: by another click where the page moved or was drawn under the first, which shuts it."""
    for _ in range(10):
        box.click()
        with contextlib.suppress(Error):
            return box.page.get_by_role("option").first.wait_for(timeout=3_000)
        box.page.keyboard.press("Escape")
    raise AssertionError("the list does not open")


def choose_another(page: Page) -> None:
    """Choose something else in the first box that has more than one thing, or in a row of buttons."""
    boxes, buttons = choices(page)
    if boxes.count():
        expect(page).to_have_url(re.compile(r"[?]"))  # what stands in the boxes at first is written there too
        settle(page)
    before = page.url
    for box in boxes.all():
        was = box.input_value()
        open_list(box)
        others = page.get_by_role("option").filter(has_not_text=was)
        if others.count():
            others.first.click()
            break
        page.keyboard.press("Escape")
    else:
        buttons.last.click()
    expect(page).not_to_have_url(before)
    settle(page)


def chosen(page: Page) -> list[str]:
    """What is chosen in every box and row of buttons."""
    boxes, buttons = choices(page)
    pressed = [one for one in buttons.all() if "Active" in (one.get_attribute("data-testid") or "")]
    return [box.input_value() for box in boxes.all()] + [one.inner_text() for one in pressed]


@pytest.mark.parametrize("opened", [name for name in PAGES if name not in ELSEWHERE], indirect=True)
def test_an_address_is_enough_for_a_fresh_browser(opened: Opened, chrome: Browser) -> None:
    page = opened.page
    page.set_viewport_size({"width": 1400, "height": 900})
    choose_another(page)
    with chrome.new_context(viewport={"width": 1400, "height": 900}) as fresh:
        other = fresh.new_page()
        watch = Watch(other)
        open_page(other, page.url)
        assert chosen(other) == chosen(page)
        assert watch.wrong == []


@pytest.mark.parametrize("opened", CHANGES, indirect=True)
def test_a_day_changes_the_numbers_of_a_page(opened: Opened, page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    open_page(page, f"{address}{path_of(opened.name)}?as_of={DAY}")
    assert page.locator('[data-testid="stException"]').count() == 0
    assert numbers(page) != opened.numbers
