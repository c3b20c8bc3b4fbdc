"""What sources write and people type is text wherever it is shown: no HTML, no link but to http and https."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polars as pl
import pytest

from dashboards import parts
from tests.conftest import HOUSE
from tests.dashboards.conftest import Open
from warehouse import contracts

PAGES = sorted((HOUSE / "dashboards").rglob("*.py"))
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_page_lets_html_through(path: Path) -> None:
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(call, ast.Call):
            allowed = [word for word in call.keywords if word.arg in ("unsafe_allow_html", "unsafe_allow_javascript")]
            assert not allowed, f"{path.name} line {call.lineno}"


def test_html_is_written_in_one_place_alone_which_escapes_what_it_is_given() -> None:
    writers = [path.name for path in PAGES if "st.html(" in path.read_text("utf-8")]
    assert writers == ["app.py", "overview.py", "parts.py"]
    # The app's own are constants.
    assert re.findall(r"st\.html\((.+)\)", (HOUSE / "dashboards/app.py").read_text("utf-8")) == ["LEGIBLE", "HIDE"]
    assert "st.html(parts.crossings_key())" in (HOUSE / "dashboards/pages/overview.py").read_text("utf-8")
    shown = parts.key([("●", "#000000", HOSTILE)])
    assert "<img" not in shown
    assert "&lt;img" in shown


def test_every_address_that_a_page_links_to_is_http_by_its_contract() -> None:
    for name in contracts.names():
        for field in contracts.load(name).fields:
            if field.name == "source_url":
                if name == "press_attention":
                    continue  # may be a citation; see the test below
                assert field.pattern, name
                assert not re.fullmatch(field.pattern, "javascript:alert(1)"), name
                assert not re.fullmatch(field.pattern, "data:text/html,x"), name


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", " javascript:alert(1)", "//host/x"])
def test_what_is_no_address_of_the_web_is_shown_and_cannot_be_clicked_on(address: str) -> None:
    assert not parts._links(pl.Series(["https://example.org", address]))
    assert parts._links(pl.Series(["https://example.org", None, "/crossings?crossing=torkham"]))


def test_a_hostile_name_of_a_source_is_shown_as_it_is_written() -> None:
    shown = parts.verbatim("[x](javascript:alert(1)) ![y](http://h/z) <b>")
    assert shown == r"\[x\](javascript\:alert(1)) \!\[y\](http\://h/z) \<b\>"


@pytest.mark.parametrize(
    "day", ["<script>alert(1)</script>", "![x](http://example.com/x)", "[x](javascript:alert(1))"]
)
def test_what_an_address_asks_for_is_repeated_as_code(open_page: Open, day: str) -> None:
    app = open_page("overview", as_of=day)
    assert not app.exception
    for said in (one.value for one in app.warning):
        outside = re.sub(r"`[^`]*`", "", said)
        assert "<script" not in outside
        assert "](" not in outside
