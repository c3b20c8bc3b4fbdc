"""What the browser tests share: one Chromium and one running dashboard a worker, a fresh page for each test.

They are two groups (xdist_group), so that two workers share them and no third starts a browser. Both are gone after
the last of these tests, for Playwright keeps an event loop running. What is asked of every page is asked of one that
is opened once (`opened`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import (
    PAGES,
    START_SECONDS,
    Watch,
    browser,
    chromium,
    dashboard,
    numbers,
    open_page,
    path_of,
)

# What comes late on a busy machine is no failure.
expect.set_options(timeout=START_SECONDS * 1000)


@pytest.fixture(scope="package")
def chrome(request: pytest.FixtureRequest) -> Iterator[Browser]:
    grouped = any("@browser" in one.nodeid for one in request.session.items)
    if os.environ.get("PYTEST_XDIST_WORKER") and not grouped:
        pytest.fail("xdist does not keep groups of tests together")
    if chromium() is None:
        missing = "no Chromium: as root, apt-get install chromium"
        if os.environ.get("SERAI_REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    with browser() as opened:
        yield opened


@pytest.fixture(scope="package")
def address(published: Path) -> Iterator[str]:
    with dashboard(published) as running:
        yield running


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    opened = chrome.new_page(viewport={"width": 1400, "height": 900})
    yield opened
    opened.close()


@dataclass(frozen=True)
class Opened:
    """An open page: its name, what went wrong on it so far, and the numbers that it showed when it was drawn."""

    name: str
    page: Page
    watch: Watch
    numbers: list[str]


@pytest.fixture(scope="package", params=PAGES)
def opened(request: pytest.FixtureRequest, chrome: Browser, address: str) -> Iterator[Opened]:
    """Each page in turn, opened once for all tests that look at it, whatever those before did to it."""
    page = chrome.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
    watch = Watch(page)
    open_page(page, address + path_of(request.param))
    yield Opened(request.param, page, watch, numbers(page))
    page.close()
