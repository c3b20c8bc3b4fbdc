"""What frames a chart, in a real browser: its files, its SQL, the chart alone in other pages, and pages on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboards import beneath
from tests.e2e.browser import Watch, open_page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-rules")]

# What A4 leaves between its margins, in CSS pixels: 186 mm.
PAPER = 703


def test_rows_and_pictures_come_as_files_and_the_sql_opens_in_its_page(page: Page, address: str) -> None:
    watch = Watch(page)
    open_page(page, f"{address}/incidents")
    page.get_by_text(beneath.LABEL).first.click()
    for tab, label, begins in (("Rows", "CSV", b"publisher,"), ("Picture, embed", "PNG", b"\x89PNG")):
        page.get_by_role("tab", name=tab).first.click()
        with page.expect_download() as begun:
            page.get_by_test_id("stMain").get_by_role("button", name=label, exact=True).first.click()
        assert begun.value.suggested_filename == f"serai-years.{label.lower()}"
        assert Path(begun.value.path()).read_bytes().startswith(begins)
    page.get_by_role("tab", name="SQL").first.click()
    link = page.get_by_role("link", name="Open in page SQL").first.get_attribute("href")
    open_page(page, f"{address}/{link}")
    asked = re.compile(r"^SELECT\s.*FROM incident_years\s+WHERE geography = 'PAK'", re.DOTALL)
    expect(page.get_by_role("textbox", name="One question in SQL")).to_have_value(asked)
    assert watch.wrong == []


def test_one_chart_stands_alone_in_a_page_of_others(page: Page, address: str) -> None:
    watch = Watch(page)
    page.goto(f"{address}/incidents?place=PAK&chart=months&embed=true")
    chart = page.locator('[data-testid="stVegaLiteChart"]')
    expect(chart).to_be_visible()
    expect(page.get_by_text("in Pakistan by month, by publisher")).to_be_visible()
    assert chart.count() == 1
    expect(page.locator("h1")).to_be_hidden()
    assert page.get_by_role("link", name="Crossings").count() == 0
    link = page.get_by_role("link", name="Serai", exact=True).get_attribute("href") or ""
    assert "chart=" not in link
    open_page(page, link)
    expect(page.locator("h1")).to_have_text("Incidents")
    assert watch.wrong == []


def test_a_week_fits_on_paper(page: Page, address: str) -> None:
    watch = Watch(page)
    page.set_viewport_size({"width": PAPER, "height": 1000})
    page.emulate_media(media="print")
    page.goto(f"{address}/print/week/2025-10-08")
    expect(page.get_by_role("heading", name="The week of 6 October 2025")).to_be_visible()
    expect(page.get_by_role("heading", name="What shut")).to_be_visible()
    expect(page.locator("nav")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER
    made = page.pdf(format="A4", prefer_css_page_size=True)
    assert made.startswith(b"%PDF")
    assert 3 <= made.count(b"/Type /Page\n") <= 30
    assert watch.wrong == []
