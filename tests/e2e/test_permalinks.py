"""Every page in a real Chromium: what is chosen stands in its address, and that is enough for a fresh browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dashboards.app import OF_NOW, page_files
from tests.e2e.browser import Watch, open_page, path_of, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-rules")]

PAGES = [path.stem for path in page_files()]
# Two pages on the house itself have no earlier state, and two ask or explain: a day changes nothing that they count.
CHANGES = [name for name in PAGES if name not in OF_NOW | {"sql", "about"}]
# One shows every number at once; test_sql_page.py and test_dashboard.py try the addresses of questions and runs.
ELSEWHERE = {"quality", "sql", "runs"}
DAY = "2025-10-20"
NUMBERS = re.compile(r"\d[\d,.]*")


def choices(page: Page) -> tuple[Locator, Locator]:
    """The boxes of a page that one of several things is chosen in, and its rows of buttons."""
    main = page.get_by_test_id("stMain")
    return main.get_by_role("combobox"), main.locator('[data-testid="stButtonGroup"] button')


def choose_another(page: Page) -> None:
    """Choose something else in the first box that has more than one thing, or in a row of buttons."""
    boxes, buttons = choices(page)
    if boxes.count():
        expect(page).to_have_url(re.compile(r"[?]"))  # what stands in the boxes at first is written there too
        settle(page)
    before = page.url
    for box in boxes.all():
        was = box.input_value()
        box.click()
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


def numbers(page: Page) -> list[str]:
    """All numbers that the page prints, without the day that is asked for and the version."""
    lines = page.get_by_test_id("stMain").inner_text().splitlines()
    return NUMBERS.findall("\n".join(one for one in lines if "As known on" not in one and "version" not in one))


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ELSEWHERE])
def test_an_address_is_enough_for_a_fresh_browser(chrome: Browser, page: Page, address: str, name: str) -> None:
    open_page(page, address + path_of(name))
    choose_another(page)
    with chrome.new_context(viewport={"width": 1400, "height": 900}) as fresh:
        other = fresh.new_page()
        watch = Watch(other)
        open_page(other, page.url)
        assert chosen(other) == chosen(page)
        assert watch.wrong == []


@pytest.mark.parametrize("name", CHANGES)
def test_a_day_changes_the_numbers_of_a_page(page: Page, address: str, name: str) -> None:
    open_page(page, address + path_of(name))
    now = numbers(page)
    open_page(page, f"{address}{path_of(name)}?as_of={DAY}")
    assert page.locator('[data-testid="stException"]').count() == 0
    assert numbers(page) != now
