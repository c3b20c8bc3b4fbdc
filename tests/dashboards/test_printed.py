"""The pages to print: what they tell, as of which day, and that nothing in them runs."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import polars as pl
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from dashboards import printed
from serai.settings import Settings
from warehouse.connect import reading

Get = Callable[[str], httpx.Response]


@pytest.fixture
def get(published: Path) -> Get:
    """Asks for a page to print of the published facts."""
    settings = Settings(data=published)
    app = Starlette(routes=[Route("/print/{kind}/{what}", lambda request: printed.answer(request, settings))])

    async def asked(path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            return await client.get(f"http://127.0.0.1{path}")

    def found(path: str) -> httpx.Response:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(asked(path))).result()

    return found


def section(page: str, heading: str) -> str:
    """What stands under a heading."""
    return page.partition(f"<h2>{heading}")[2].partition("<h2>")[0]


def test_a_week_tells_what_shut_opened_and_stayed_shut_with_sources(get: Get, published: Path) -> None:
    page = get("/print/week/2025-10-08").text
    assert "<h1>The week of 6 October 2025</h1>" in page
    with reading(published / "warehouse") as reader, reader.cursor() as cursor:
        began = cursor.execute(
            """
            SELECT DISTINCT name FROM closure_episodes INNER JOIN crossings USING (crossing_id)
            WHERE started_on BETWEEN DATE '2025-10-06' AND DATE '2025-10-12'
            """
        ).fetchall()
    shut = section(page, "What shut")
    assert ("Torkham",) in began
    for (name,) in began:
        assert f"<td>{name}</td>" in shut
    assert shut.count('target="_blank"') == shut.count("<tr>") - 1
    assert "No closure is known to have ended." in section(page, "What opened")
    with reading(published / "warehouse") as reader, reader.cursor() as cursor:
        [(before,)] = cursor.execute(
            """
            SELECT count(DISTINCT (crossing_id, started_on, cause)) FROM closure_episodes
            WHERE started_on < DATE '2025-10-06' AND known_to > DATE '2025-10-12'
            """
        ).fetchall()
    assert section(page, "Shut before and on the last day").count("<tr>") - 1 == before > 0
    assert "clash" in section(page, "What happened")
    assert "146,404" in section(page, "Trade figures published")
    assert "/print/week/2025-09-29" in page
    assert "<svg" in page


def test_a_crossing_as_of_a_day_has_nothing_that_was_published_later(get: Get) -> None:
    page = get("/print/crossing/torkham?as_of=2017-06-01").text
    assert "As known on 1 June 2017." in page
    assert "<h2>On 1 June 2017" in page
    days = re.findall(r'<td class="day">(\d{4}-\d\d-\d\d)</td>', section(page, "Every report, the newest first"))
    assert days
    assert max(days) <= "2017-06-01"
    assert "?as_of=2017-06-01 (printed on" in page


def test_a_crossing_is_closed_since_its_closure_began(get: Get, published: Path) -> None:
    with reading(published / "warehouse") as reader, reader.cursor() as cursor:
        began = dict(
            cursor.execute(
                """
                SELECT flow, started_on::VARCHAR FROM closure_episodes
                WHERE crossing_id = 'torkham' AND how_ended = 'still_shut'
                """
            ).fetchall()
        )
    now = section(get("/print/crossing/torkham").text, "On ")
    for flow, day in began.items():
        row = now.partition(f"<td>{flow}</td>")[2].partition("</tr>")[0]
        assert f'<td class="day">{day}</td>' in row


def test_a_long_crossing_prints_its_newest_reports_and_says_where_the_earlier_ones_are(get: Get) -> None:
    page, whole = get("/print/crossing/torkham").text, get("/print/crossing/torkham?all=1").text
    every = section(whole, "Every report, the newest first")
    number = every.count("<tr>") - 1
    newest = section(page, f"The last {printed.REPORTS} of {number} reports")
    assert newest.count("<tr>") - 1 == printed.REPORTS
    assert newest.partition("</table>")[0].partition("<tbody>")[2].removesuffix("</tbody>") in every
    assert f"<p>{number - printed.REPORTS} earlier ones: " in newest
    assert "/print/crossing/torkham?all=1</a>" in newest
    assert "earlier ones" not in whole


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/print/crossing/atlantis", "no crossing is called atlantis"),
        ("/print/country/AFG", "only these can be printed: crossing, week"),
        ("/print/week/banana", "no week is told of banana"),
        ("/print/week/2999-01-01", "no week is told of 2999-01-01"),
        ("/print/week/2025-10-06?as_of=x", "as_of is no day from 2014-01-01 to today"),
    ],
)
def test_what_is_not_there_is_said_in_words(get: Get, path: str, words: str) -> None:
    found = get(path)
    assert found.status_code == 404
    assert words in found.text
    assert found.headers["content-type"].startswith("text/plain")


def test_what_a_source_wrote_is_text_and_only_the_web_is_a_link() -> None:
    rows = pl.DataFrame(
        {
            "note": ["<script>alert(1)</script>", "a;b_c", None],
            "day": [dt.date(2025, 1, 2), None, None],
            "source_name": ['"><img src=x>', "Dawn", None],
            "source_url": ["javascript:alert(1)", 'https://a.example/"onclick="x', None],
        }
    )
    made = printed._section("Rows", rows)
    assert "<script" not in made
    assert "<img" not in made
    assert "javascript:" not in made
    assert 'href="https://a.example/&quot;onclick=&quot;x"' in made
    assert "<td>a, b c</td>" in made
    assert "(3 rows)" in made


def test_nothing_published_is_said(tmp_path: Path) -> None:
    path = {"kind": "week", "what": "2025-10-06"}
    request = Request({"type": "http", "query_string": b"", "path_params": path, "headers": []})
    assert printed.answer(request, Settings(data=tmp_path)).status_code == 503
