"""Who is let in, what the dashboard refuses to start as, and the headers that every answer has."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboards import guard
from serai.settings import Settings
from tests.conftest import serai
from tests.e2e.browser import free_port

OIDC: dict[str, Any] = {
    "oidc_metadata_url": "http://127.0.0.1/x",
    "oidc_client_id": "serai",
    "oidc_client_secret": SecretStr("s"),
    "oidc_redirect_uri": "http://127.0.0.1:8501/oauth2callback",
    "oidc_cookie_secret": SecretStr("c" * 32),
}
SIGNED_IN = {"is_logged_in": True, "email": "Anna@Example.org", "email_verified": True}


@pytest.mark.parametrize(
    ("allowed", "change", "is_in"),
    [
        ("anna@example.org", {}, True),
        ("example.org", {}, True),
        ("@example.org , other.net", {}, True),
        ("*", {}, True),
        ("", {}, False),
        (",", {}, False),
        ("bob@example.org", {}, False),
        ("ample.org", {}, False),
        ("example.org", {"email": "anna@example.org.evil.net"}, False),
        ("example.org", {"email": "anna@sub.example.org"}, False),
        ("example.org", {"email": "example.org"}, False),
        ("example.org", {"email_verified": False}, False),
        ("*", {"email": None}, False),
        ("*", {"is_logged_in": False}, False),
    ],
)
def test_addresses_and_domains_are_let_in_and_no_others(allowed: str, change: dict[str, Any], *, is_in: bool) -> None:
    assert guard.is_allowed(SIGNED_IN | change, Settings(allowed_users=allowed)) is is_in


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"host": "0.0.0.0"}, "SERAI_ALLOW_ANONYMOUS=1"),
        (OIDC, "nobody is let in: set SERAI_ALLOWED_USERS"),
        ({"oidc_client_id": "serai"}, "set SERAI_OIDC_METADATA_URL, SERAI_OIDC_CLIENT_SECRET"),
        (OIDC | {"oidc_cookie_secret": SecretStr("short")}, "shorter than 32"),
    ],
)
def test_what_would_be_open_to_all_does_not_start(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(guard.RefusedToStartError, match=words):
        guard.means(Settings(**settings), [])


@pytest.mark.parametrize("settings", [{}, {"host": "::1"}, {"host": "0.0.0.0", "allow_anonymous": True}])
def test_on_this_machine_or_when_said_so_nobody_need_sign_in(settings: dict[str, Any]) -> None:
    assert guard.means(Settings(**settings), [])["secrets"] is None


def test_the_refusal_is_words_and_a_code(published: Path) -> None:
    done = serai("dashboard", data=published, SERAI_HOST="0.0.0.0", SERAI_PORT=str(free_port()))
    assert done.returncode == 2
    assert done.stderr.startswith("serai: SERAI_HOST is 0.0.0.0, which others reach, and nobody need sign in")


class Asking:
    """Asks a small application behind the guard."""

    def __init__(self, settings: Settings) -> None:
        async def answer(_: Any) -> PlainTextResponse:
            return PlainTextResponse("rows")

        behind = Starlette(routes=[Route("/{path:path}", answer)])
        self._app = guard.Guard(behind, settings, frozenset({"/sql"}), required=bool(settings.oidc_client_id))

    def get(self, path: str, headers: dict[bytes, bytes] | None = None) -> httpx.Response:
        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app)) as client:
                return await client.get(f"http://127.0.0.1{path}", headers=headers)

        # A thread of its own: a browser test may have left its loop in this one.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(asked())).result()


def test_every_answer_has_the_headers_and_a_report_runs_nothing() -> None:
    anybody = Asking(Settings())
    for path in ("/", "/reports/x.html", "/anything"):
        found = anybody.get(path).headers
        assert found["x-content-type-options"] == "nosniff"
        assert found["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'self'" in found["content-security-policy"]
    policy = anybody.get("/reports/x.html").headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups; default-src 'none'")
    assert "script" not in policy


def test_only_a_chart_alone_is_framed_and_only_by_the_sites_that_are_named() -> None:
    named = Asking(Settings(embed_sites="https://a.example, https://b.example:8443"))
    alone = "/sql?embed=true&chart=answer"
    found = named.get(alone).headers
    assert "frame-ancestors 'self' https://a.example https://b.example:8443" in found["content-security-policy"]
    assert "x-frame-options" not in found
    for behind, path in (
        (named, "/sql?embed=true"),
        (named, "/print/x?embed=true&chart=y"),
        (Asking(Settings()), alone),
    ):
        found = behind.get(path).headers
        assert found["content-security-policy"].endswith("frame-ancestors 'self'")
        assert found["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize("sites", ["example.org", "https://a.example; script-src *", "https://a\r\nX: y"])
def test_a_site_that_is_none_does_not_get_into_a_header(sites: str) -> None:
    with pytest.raises(ValueError, match="write sites like"):
        Settings(embed_sites=sites)


def test_a_cookie_signed_by_us_opens_and_a_changed_one_does_not() -> None:
    behind = Asking(Settings(**OIDC, allowed_users="example.org"))
    cookie = create_signed_value(get_cookie_secret(), USER_COOKIE_NAME, json.dumps(SIGNED_IN)).decode()
    for value, code in ((cookie, 200), (cookie[:-2] + "xx", 401), ("", 401), ("\xff", 401)):
        headers = {b"cookie": f"{USER_COOKIE_NAME}={value}".encode("latin-1")}
        assert behind.get("/reports/index.html", headers=headers).status_code == code


@pytest.mark.parametrize(
    "path", ["/reports", "/print/week/2025-10-06", "/media/1.csv", "/metrics", "/static/..%2freports", "/Sql"]
)
def test_what_is_not_named_as_open_is_shut(path: str) -> None:
    assert Asking(Settings(**OIDC, allowed_users="*")).get(path).status_code == 401


@pytest.mark.parametrize("path", ["/", "/sql", "/auth/login", "/oauth2callback", "/static/js/x.js"])
def test_the_way_in_is_open(path: str) -> None:
    assert Asking(Settings(**OIDC, allowed_users="*")).get(path).status_code == 200


def test_a_probe_gets_the_code_of_health_and_nothing_of_what_it_says() -> None:
    behind = Asking(Settings(**OIDC, allowed_users="*", machine_token=SecretStr("t" * 20)))
    assert (behind.get("/health").status_code, behind.get("/health").text) == (200, "")
    assert behind.get("/health", headers={b"authorization": b"Bearer " + b"t" * 20}).text == "rows"


def test_no_secret_is_shown_where_the_settings_are_printed() -> None:
    shown = repr(Settings(**OIDC, machine_token=SecretStr("t" * 20)))
    assert "c" * 32 not in shown
    assert "t" * 20 not in shown
