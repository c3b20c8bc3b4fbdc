"""Relations in a real browser: drawing on the strip zooms every lane, a click on an event leads to its rows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browser import Watch, open_page, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# Where the strip lies in the chart, and how far its days reach, of the chart's height and width.
STRIP_TOP, FROM, TO = 66, 0.6, 0.8
SYMBOLS = "svg g.mark-symbol path"


def zoom(page: Page, chart: Locator) -> None:
    """Draw on the strip with the mouse."""
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * FROM, box["y"] + STRIP_TOP)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * TO, box["y"] + STRIP_TOP, steps=8)
    page.mouse.up()


def last_event(chart: Locator) -> tuple[float, float]:
    """The middle of the last event that is in sight: events are the lowest lane."""
    box = chart.bounding_box()
    assert box is not None
    symbols = chart.locator(SYMBOLS)
    for at in reversed(range(symbols.count())):
        found = symbols.nth(at).bounding_box()
        if found and box["x"] + 150 < found["x"] < box["x"] + box["width"] - 20:
            return found["x"] + found["width"] / 2, found["y"] + found["height"] / 2
    raise AssertionError("no event is in sight")


def test_the_strip_zooms_all_lanes_and_a_click_on_an_event_is_kept_in_the_address(
    page: Page, chrome: Browser, address: str
) -> None:
    watch = Watch(page)
    page.set_viewport_size({"width": 1400, "height": 1800})
    open_page(page, f"{address}/relations")
    chart = page.locator('[data-testid="stVegaLiteChart"]').first
    years = chart.get_by_text("2024", exact=True)
    before = years.count()
    zoom(page, chart)
    expect(years).to_have_count(1)  # on the strip alone: the lanes begin later
    assert before > 3
    page.mouse.click(*last_event(chart))
    expect(page).to_have_url(re.compile(r"[?&]event=(?!none)"))
    expect(page.get_by_text("who took part").first).to_be_visible()
    settle(page)
    expect(years).to_have_count(1)  # what was zoomed stays so
    assert watch.wrong == []
    fresh = chrome.new_page()
    open_page(fresh, page.url)
    expect(fresh.get_by_text("who took part").first).to_be_visible()
    fresh.close()
