"""A real Chromium on the running dashboard: the theme, the map, the way from page to page, and others beside it."""

from __future__ import annotations

import re
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import serai
from tests.e2e.browser import Watch, dashboard, follow, open_page, settle
from tests.e2e.test_processes import SHELL, answer, take_a_row_away
from warehouse.publish import current_version

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 23, 26)")])
def test_the_theme_follows_the_reader(
    chrome: Browser, address: str, scheme: Literal["light", "dark"], ground: str
) -> None:
    page = chrome.new_page(color_scheme=scheme)
    open_page(page, f"{address}/quality")
    shown = page.evaluate("getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).backgroundColor")
    page.close()
    assert shown == ground


def test_the_map_is_drawn_without_any_network(page: Page, address: str) -> None:
    watch = Watch(page)
    open_page(page, address)
    canvas = page.locator('[data-testid="stDeckGlJsonChart"] canvas').first
    expect(canvas).to_be_visible()
    page.wait_for_timeout(2000)
    empty = canvas.bounding_box()
    assert empty is not None
    assert empty["width"] > 300
    # A picture of one colour compresses to next to nothing.
    assert len(page.locator('[data-testid="stDeckGlJsonChart"]').screenshot()) > 20_000
    assert watch.wrong == []


def test_an_address_restores_what_was_chosen(page: Page, address: str) -> None:
    open_page(page, f"{address}/crossings?crossing=chaman&from=2020-01-01")
    expect(page.get_by_role("combobox", name="Crossing, by any of its names")).to_have_value(
        re.compile("^Chaman - Spin Boldak")
    )
    expect(page.get_by_text("1 January 2020").first).to_be_visible()


def test_a_run_is_found_by_its_source_and_its_log_has_an_address(page: Page, address: str) -> None:
    open_page(page, f"{address}/runs?source=timeline")
    expect(page.get_by_role("combobox", name="Source")).to_have_value("timeline")
    box = page.get_by_role("combobox", name="Outcome")
    box.click()
    box.fill("refused")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("outcome=refused"))
    settle(page)
    expect(page.get_by_text("No rows.").first).to_be_visible()
    [run] = re.findall("run=([0-9T]+-[0-9a-f]{6})", page.url)
    open_page(page, f"{address}/runs?run={run}")
    expect(page.get_by_text(f"data/logs/{run}.jsonl")).to_be_visible()
    expect(page.get_by_text("rows_added 559").first).to_be_visible()


def test_what_is_chosen_stands_in_the_address(page: Page, address: str) -> None:
    open_page(page, f"{address}/crossings")
    box = page.get_by_role("combobox", name="Crossing, by any of its names")
    box.click()
    box.fill("Buldak")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/crossings[?].*crossing=chaman"))
    settle(page)
    expect(page.get_by_text("Wesh (Spin Boldak)").first).to_be_visible()


def test_the_rows_behind_a_figure_open(page: Page, address: str) -> None:
    open_page(page, f"{address}/quality")
    buttons = page.get_by_role("button", name="Rows")
    assert buttons.count() >= 3
    buttons.nth(2).click()
    expect(page.locator('[data-testid="stPopoverBody"] [data-testid="stDataFrame"]')).to_be_visible()


def test_the_navigation_leads_to_every_page(page: Page, address: str) -> None:
    open_page(page, f"{address}/about")
    for name in ("Crossings", "Data quality", "About"):
        follow(page, name)
        page.wait_for_timeout(300)
        settle(page)
        assert page.locator('[data-testid="stException"]').count() == 0
    assert urlsplit(page.url).path == "/about"
    assert "crossing=" not in urlsplit(page.url).query


def test_the_validation_reports_are_served(page: Page, address: str) -> None:
    open_page(page, f"{address}/quality")
    link = page.get_by_role("link", name="All validation reports").get_attribute("href")
    assert link == "/reports/index.html"
    with urllib.request.urlopen(address + link) as answer:
        assert answer.status == 200
        assert b"Serai: validation reports" in answer.read()


def test_a_shell_the_dashboard_and_an_ingest_do_not_hinder_each_other(
    chrome: Browser, published: Path, tmp_path: Path
) -> None:
    """Three real processes: a DuckDB shell in its default mode, the dashboard in a browser, and an ingest."""
    data = tmp_path / "data"
    shutil.copytree(published, data, symlinks=True)
    warehouse = data / "warehouse"
    with (
        subprocess.Popen(
            [SHELL, "-csv", warehouse / "serai.duckdb"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as shell,
        dashboard(data) as running,
    ):
        page = chrome.new_page()
        assert answer(shell, "SELECT count(*) AS n FROM timeline;", 2) == ["n", "559"]
        before = current_version(warehouse)
        open_page(page, f"{running}/quality")
        expect(page.get_by_text(f"Warehouse version {before}")).to_be_visible()

        take_a_row_away(data)
        done = serai("ingest", "timeline", data=data)
        assert done.returncode == 0, done.stderr

        open_page(page, f"{running}/quality")
        expect(page.get_by_text(f"Warehouse version {current_version(warehouse)}")).to_be_visible()
        assert current_version(warehouse) != before
        assert answer(shell, "CREATE TABLE mine AS SELECT 1 AS n; SELECT count(*) AS n FROM timeline;", 2) == [
            "n",
            "559",
        ]
        page.close()
        shell.kill()
