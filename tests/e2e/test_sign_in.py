"""Sign-in in a real browser, against a provider on this machine; and the routes beside the pages behind it."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import dashboard, free_port, open_page, settle
from tests.e2e.provider import CLIENT, SECRET, Provider

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
TOKEN = "a-token-for-machines"
FRIEND, STRANGER = "anna@example.org", "eve@example.com"


@dataclass(frozen=True)
class Place:
    """A dashboard behind sign-in, and its provider."""

    address: str
    provider: Provider


@pytest.fixture(scope="module")
def place(published: Path) -> Iterator[Place]:
    port = free_port()
    with Provider(FRIEND) as provider:
        settings = {
            "SERAI_OIDC_METADATA_URL": f"{provider.address}/.well-known/openid-configuration",
            "SERAI_OIDC_CLIENT_ID": CLIENT,
            "SERAI_OIDC_CLIENT_SECRET": SECRET,
            "SERAI_OIDC_REDIRECT_URI": f"http://127.0.0.1:{port}/oauth2callback",
            "SERAI_OIDC_COOKIE_SECRET": "0123456789abcdef0123456789abcdef",
            "SERAI_ALLOWED_USERS": "someone@example.net, example.org",
            "SERAI_MACHINE_TOKEN": TOKEN,
        }
        with dashboard(published, port, **settings) as address:
            yield Place(address, provider)


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    with chrome.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


def code(url: str, **headers: str) -> int:
    """The status that a program gets."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as found:
            return int(found.status)
    except urllib.error.HTTPError as error:
        return error.code


def sign_in(page: Page, place: Place, email: str, *, verified: bool = True) -> None:
    place.provider.email, place.provider.verified = email, verified
    open_page(page, place.address)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{place.address}/")
    settle(page)


def test_without_signing_in_nothing_of_the_warehouse_is_shown(page: Page, place: Place) -> None:
    for path in ("/", "/crossings", "/sql?q=FROM+claims"):
        open_page(page, place.address + path)
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert "Torkham" not in page.content()
    assert page.get_by_role("link", name="Crossings").count() == 0


@pytest.mark.parametrize(
    "path",
    ["/reports/index.html", "/reports", "/media/x.csv", "/metrics", "/alerts.atom", "/_stcore/metrics", "/any"],
)
def test_without_signing_in_no_route_beside_the_pages_answers(place: Place, path: str) -> None:
    assert code(place.address + path) == 401
    assert code(place.address + path, Cookie="_streamlit_user=forged") == 401


def test_whoever_is_let_in_sees_the_pages_and_the_reports_until_signing_out(page: Page, place: Place) -> None:
    sign_in(page, place, FRIEND)
    expect(page.get_by_text(f"Signed in as {FRIEND}")).to_be_visible()
    reports = f"{place.address}/reports/index.html"
    assert page.request.get(reports).status == 200
    cookies = "; ".join(f"{one.get('name')}={one.get('value')}" for one in page.context.cookies())
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.request.get(reports).status == 401
    assert cookies


def test_who_belongs_to_another_domain_is_refused_in_words(page: Page, place: Place) -> None:
    sign_in(page, place, STRANGER)
    expect(page.get_by_text("this address is not let in")).to_be_visible()
    assert "Torkham" not in page.content()
    assert page.request.get(f"{place.address}/reports/index.html").status == 401


def test_an_address_that_the_provider_has_not_verified_is_refused(page: Page, place: Place) -> None:
    sign_in(page, place, FRIEND, verified=False)
    expect(page.get_by_text("this address is not let in")).to_be_visible()


def test_machines_show_a_token_where_machines_ask_and_nowhere_else(place: Place) -> None:
    with_token = {"Authorization": f"Bearer {TOKEN}"}
    for path in ("/metrics", "/alerts.atom"):
        assert code(place.address + path, **with_token) != 401
        assert code(place.address + path, Authorization="Bearer wrong") == 401
    assert code(f"{place.address}/reports/index.html", **with_token) == 401
