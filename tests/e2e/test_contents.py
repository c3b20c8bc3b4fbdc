"""Every page in a real Chromium: what it shows, and that nothing goes wrong on the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PAGES, TOO_WIDE, linked
from tests.e2e.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-rules")]

# What a page shows; one that is not named here must only open cleanly.
SHOWS = {
    "overview": ["699 to 5,397", "of 22", "Pakistan's formal crossings", "Durand Line"],
    "crossings": ["Torkham", "Every crossing, open or closed", "Closures of", "What each report asserts"],
    "disruption": ["Afghanistan, all borders", "share of normal cargo capacity shut", "Every border on"],
    "relations": ["gates, incidents, trade and events", "Draw here to zoom", "Do closures follow incidents?"],
    "reopening": ["chance to open", "What the model cannot know", "Skill against Kaplan-Meier"],
    "claims": ["Who asserts and who denies", "What is said to be lost"],
    "incidents": ["by year, by publisher", "Who counts what", "What remains of the trend"],
    "trade": ["balance of payments", "The mirror"],
    "commitments": ["$5 bn", "In which year it is met", "Days promised for pipelines"],
    "quality": ["Rows loaded", "Expectations that failed", "Quarantine"],
    "runs": ["The run ledger", "The log of a run", "What is due, overdue or paused", "How long publishing took"],
    "about": ["Two clocks", "What the data does not know", "ODbL"],
}


def test_a_page_shows_what_it_must_and_nothing_goes_wrong(opened: Opened) -> None:
    page = opened.page
    page.set_viewport_size({"width": 1400, "height": 900})
    for shown in SHOWS.get(opened.name, []):
        expect(page.get_by_text(shown).first).to_be_attached()
    assert page.locator('[data-testid="stException"]').count() == 0
    assert page.get_by_role("dialog").count() == 0
    page.wait_for_timeout(500)  # the navigation finds room for its links a moment after the window is wider
    assert linked(page) == len(PAGES)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"{TOO_WIDE} <= 0")
    assert opened.watch.wrong == []
