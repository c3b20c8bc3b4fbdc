"""What the browser tests share: one Chromium and one running dashboard a worker, a fresh page for each test.

They are two groups (xdist_group), so that two workers share them and no third starts a browser.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import START_SECONDS, browser, chromium, dashboard

# What comes late on a busy machine is no failure.
expect.set_options(timeout=START_SECONDS * 1000)


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    if chromium() is None:
        missing = "no Chromium: as root, apt-get install chromium"
        if os.environ.get("SERAI_REQUIRE_BROWSER") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    with browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def address(published: Path) -> Iterator[str]:
    with dashboard(published) as running:
        yield running


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    opened = chrome.new_page(viewport={"width": 1400, "height": 900})
    yield opened
    opened.close()
