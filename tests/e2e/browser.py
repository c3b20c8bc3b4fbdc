"""Helpers that start the real dashboard and drive a real Chromium on it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

from dashboards.app import page_files

HOUSE = Path(__file__).resolve().parent.parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# WebGL in software, since the map needs it; and a browser that calls nobody on its own account.
ARGUMENTS = [
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
]
START_SECONDS = 60
# All pages, those last of which not everything is asked: a page must have the same place in every list of them for
# pytest to open it once.
LAST = ["about", "quality", "runs", "sql"]
PAGES = [*(path.stem for path in page_files() if path.stem not in LAST), *LAST]
NUMBERS = re.compile(r"\d[\d,.]*")
# The menu of pages for which the navigation has no room.
MORE = re.compile(r"^\d+ more")
# By how much a page is wider than the window.
TOO_WIDE = "document.querySelector('[data-testid=\"stMain\"]').scrollWidth - window.innerWidth"


class Watch:
    """What went wrong on a page: errors in its console and scripts, requests that failed or left the house."""

    def __init__(self, page: Page) -> None:
        self.wrong: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("requestfailed", lambda request: self.wrong.append(f"failed: {request.url}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrong.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            self.wrong.append(f"left the house: {request.url}")


def chromium() -> str | None:
    """The path of a Chromium, or None where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium. Only where chromium() finds one."""
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        try:
            yield opened
        finally:
            opened.close()


@contextlib.contextmanager
def dashboard(data: Path, port: int | None = None, **environment: str) -> Iterator[str]:
    """The address of a dashboard that runs on a data folder, stopped when the block ends.

    It must have had nothing to complain of until then.
    """
    port = port or free_port()
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", "serai", "dashboard"],
            env={**os.environ, "SERAI_DATA": str(data), "SERAI_PORT": str(port), **environment},
            cwd=HOUSE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            ended = process.wait(timeout=30)
            complaints.seek(0)
            assert (ended, complaints.read()) == (0, "")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[Any]) -> None:
    """Return once the address answers."""
    for _ in range(START_SECONDS * 10):
        assert process.poll() is None, "the dashboard ended by itself"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.1)
    raise AssertionError(f"the dashboard did not answer in {START_SECONDS} seconds")


def path_of(name: str) -> str:
    """The path of a page in the address bar: the first page stands at the root, and nowhere else."""
    return "/" if name == page_files()[0].stem else f"/{name}"


def open_page(page: Page, address: str) -> None:
    """Open a page of the dashboard, and wait until its script has run and its charts are drawn."""
    page.goto(address)
    settle(page)


def follow(page: Page, name: str) -> None:
    """Go to a page by its link in the navigation, or in the menu that takes those for which there is no room."""
    header = page.locator("header")
    link = header.get_by_role("link", name=name)
    if not link.count():
        header.get_by_text(MORE).click()
        link = page.get_by_role("menuitem", name=name)
    link.first.click()


def linked(page: Page) -> int:
    """How many pages the navigation leads to, those in its menu among them."""
    header = page.locator("header")
    more = header.get_by_text(MORE)
    hidden = int((more.first.text_content() or "0").split()[0]) if more.count() else 0
    return header.get_by_role("link").count() + hidden


def settle(page: Page) -> None:
    """Wait until the page's script has run and its charts are drawn."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"] h1', timeout=60_000)
    page.wait_for_function(
        """() => !document.querySelector('[data-testid="stSkeleton"]')
            && [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
                .every(chart => chart.querySelector('canvas, svg'))""",
        timeout=60_000,
    )
    page.wait_for_timeout(400)


def numbers(page: Page) -> list[str]:
    """All numbers that the page prints, without the day that is asked for and the version."""
    lines = page.get_by_test_id("stMain").inner_text().splitlines()
    return NUMBERS.findall("\n".join(one for one in lines if "As known on" not in one and "version" not in one))
