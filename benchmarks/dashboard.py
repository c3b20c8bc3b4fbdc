"""Time the dashboard with a million conflict events, in Chromium: ``make bench-dashboard``.

The shipped facts are taken in and a million events of UCDP's shape, at some twenty thousand places, are added by
Serai's own load of places, models and publish. Measured on the running program:

- the first page in a fresh browser, from the moment that the server answers; bound: 3 s;
- page switches by one person, every page in turn, once each was opened; 95th percentile, bound: 1 s;
- the same by eight people at once, each beginning at another page; bound: twice that;
- the server's memory over 500 page views, from the hundredth on; bound: a tenth more.

A page counts as there when its script has run and its charts are drawn. Before each switch the page is looked at, for
LOOK_SECONDS by one person and for LOOK_TOGETHER by each of eight: the browsers draw on the same processors as the
server, and without a graphics card the map of the Overview takes them a second or two beyond that moment. Stops with
code 1 where a bound is broken.
``python -m benchmarks.dashboard ROWS VIEWS`` measures with others.
"""

from __future__ import annotations

import asyncio
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
from playwright.async_api import Browser, Page, async_playwright

from dashboards.app import page_files
from serai.settings import settings
from tests.conftest import serai, with_facts
from tests.e2e.browser import ARGUMENTS, chromium, free_port, wait_for
from warehouse import locate, macros, models, publish

ROWS, VIEWS, PEOPLE, ROUNDS = 1_000_000, 500, 8, 5
LOOK_SECONDS, LOOK_TOGETHER = 2.0, 10.0
FIRST_SECONDS, SWITCH_SECONDS, MORE_MEMORY = 3.0, 1.0, 1.1
EVENTS = """
    INSERT INTO facts.conflict_events BY NAME
    SELECT
        'UCDP' AS provider,
        '26.1' AS release,
        n::VARCHAR AS event_id,
        'annual' AS series,
        'final' AS status,
        DATE '1989-01-01' AS covers_from,
        DATE '2025-12-31' AS covers_to,
        DATE '2012-01-01' + (n % 5000)::INT AS date_start,
        date_start AS date_end,
        'day' AS date_precision,
        'near' AS place_precision,
        round(29.5 + (n % 20011 * 7919 % 20011) / 20011 * 8.5, 4) AS lat,
        round(60.5 + (n % 20011 * 104729 % 19997) / 19997 * 14, 4) AS lon,
        'AFG' AS country,
        'Province ' || n % 34 AS admin1,
        'District ' || n % 400 AS admin2,
        'state_based' AS event_type,
        'Government of Afghanistan' AS actor_a,
        'Group ' || n % 50 AS actor_b,
        n % 9 AS deaths_best,
        n % 5 AS deaths_low,
        n % 20 AS deaths_high,
        'An agency, day, and a headline of the usual length, number ' || n AS source_article,
        DATE '2026-06-01' AS released_from,
        'Uppsala Conflict Data Program' AS source_name,
        'https://ucdp.uu.se/downloads/' AS source_url,
        md5(n::VARCHAR) AS row_key,
        DATE '2026-06-01' AS known_from,
        'not_before' AS known_from_basis,
        'ucdp_ged' AS source,
        'bench' AS run_id,
        TIMESTAMP '2026-06-02' AS loaded_at
    FROM range(?) AS events (n)
"""
# Its script has run under another heading than before, and each chart has its picture.
THERE = """before => {
    const app = document.querySelector('[data-testid="stApp"]'), heading = document.querySelector('h1');
    return app && app.dataset.testScriptState === 'notRunning' && heading && heading.innerText !== before
        && !document.querySelector('[data-testid="stSkeleton"]')
        && [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
            .every(one => one.querySelector('canvas, svg'))
}"""


def main() -> None:
    """Measure and print."""
    rows, views = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 1 else (ROWS, VIEWS)
    if chromium() is None:
        sys.exit("no Chromium: as root, apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="serai-bench-") as folder:
        data = with_facts(Path(folder))
        done = serai("ingest", data=data)
        if not (data / "warehouse" / "serai.duckdb").exists():
            sys.exit(done.stderr)
        add_events(data, rows)
        found = asyncio.run(measure(data, views))
    print(f"{rows:,} conflict events, {os.cpu_count()} processors, Python {platform.python_version()}")
    if broken := list(bounds(found)):
        sys.exit("a bound is broken: " + "; ".join(broken))
    print("every bound holds")


def add_events(data: Path, rows: int) -> None:
    """Publish a version with so many events more, and all that is derived from them."""
    folder = data / "warehouse"
    with publish.writing(folder), publish.building(folder) as private:
        with duckdb.connect(str(private)) as con:
            con.execute(EVENTS, [rows])
            locate.refresh(con, settings().geometry)
            models.build(con)
            macros.create(con)
            models.refresh_freshness(con)
        publish.publish(folder, private, keep=1)


async def measure(data: Path, views: int) -> dict[str, list[float]]:
    """The seconds of first pages and of switches alone and together, and the MB of the server after each view."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "serai", "dashboard"],
        env={**os.environ, "SERAI_DATA": str(data), "SERAI_PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    try:
        async with async_playwright() as playwright:
            opened = await playwright.chromium.launch(
                executable_path=chromium(), args=[*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
            )
            wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
            return await _measured(opened, f"http://127.0.0.1:{port}", server.pid, views)
    finally:
        server.terminate()
        server.wait(timeout=30)


async def _measured(opened: Browser, address: str, pid: int, views: int) -> dict[str, list[float]]:
    page, first = await arrive(opened, address)
    await tour(page, 1)
    found = {"first": [first], "alone": await tour(page, ROUNDS, LOOK_SECONDS)}
    people = [page, *[(await arrive(opened, address))[0] for _ in range(PEOPLE - 1)]]
    tours = await asyncio.gather(*(tour(one, 1, LOOK_TOGETHER, begin) for begin, one in enumerate(people)))
    found["together"] = [one for times in tours for one in times]
    for one in people[1:]:
        await one.context.close()
    memory = list[float]()
    while len(memory) < views:
        await tour(page, 1)
        memory += [megabytes(pid)] * len(page_files())
    return found | {"memory": memory}


async def arrive(opened: Browser, address: str) -> tuple[Page, float]:
    """A fresh browser's page on the dashboard, and the seconds until it was there."""
    page = await (await opened.new_context(viewport={"width": 1400, "height": 900})).new_page()
    started = time.monotonic()
    await page.goto(address)
    await page.wait_for_function(THERE, arg="", timeout=120_000)
    return page, time.monotonic() - started


async def tour(page: Page, rounds: int, look: float = 0, begin: int = 0) -> list[float]:
    """The seconds of each switch, from page to page by the links at the top, each looked at for so many seconds.

    The first is two pages further for each ``begin``, in the order of the links, so that people do not walk in step.
    """
    names, times = [path.stem for path in page_files()], list[float]()
    begin = 2 * begin % len(names)
    for name in [*names[begin + 1 :], *names[: begin + 1]] * rounds:
        link = page.locator(f'header a[href$="/{name if name != names[0] else ""}"]').first
        await asyncio.sleep(look)
        before = await page.locator("h1").first.inner_text()
        started = time.monotonic()
        await link.evaluate("link => link.click()")
        await page.wait_for_function(THERE, arg=before, timeout=120_000)
        times.append(time.monotonic() - started)
        print(f"{name:<12} {times[-1]:6.2f} s", file=sys.stderr)
    return times


def megabytes(pid: int) -> float:
    """The memory that a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def bounds(found: dict[str, list[float]]) -> Iterator[str]:
    """Print each bound with what was found; give those that are broken."""
    memory, slow = found["memory"], {name: _slow(found[name]) for name in ("alone", "together")}
    early = max(memory[: max(len(memory) // 5, 1)])
    asked = [
        ("s, the first page once the server answers", found["first"][0], FIRST_SECONDS),
        ("s, 95th percentile of page switches, one person", slow["alone"], SWITCH_SECONDS),
        (f"s, 95th percentile, {PEOPLE} people at once", slow["together"], 2 * SWITCH_SECONDS),
        (f"times the {early:,.0f} MB of a fifth, after {len(memory)} views", memory[-1] / early, MORE_MEMORY),
    ]  # fmt: skip
    for words, value, bound in asked:
        print(f"{'holds' if value <= bound else 'BROKEN':<7} {value:>9,.2f} {words} (bound {bound:g})")
        if value > bound:
            yield f"{value:,.2f} {words}"


def _slow(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
