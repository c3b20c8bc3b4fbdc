"""Who may see the dashboard: sign-in where it is set up, the same for pages and for the plain routes beside them.

Streamlit signs people in (OpenID Connect, ``st.login``) and keeps who they are in a signed cookie. Pages ask
``admitted``; everything else passes the middleware Guard, which reads the same cookie and shuts every route that is
not named as open. It also adds the headers that keep a page from being framed, guessed at, or fed with scripts.
"""

from __future__ import annotations

import hmac
import json
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.runtime.secrets import secrets_singleton
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from ingest.manners import LOOPBACK

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from serai.settings import Settings

# What anybody may fetch, since the sign-in page needs it and it holds nothing of the warehouse.
OPEN = {
    "/favicon.ico", "/favicon.png", "/manifest.json", "/oauth2callback", "/auth/login", "/auth/logout",
    "/_stcore/health", "/_stcore/host-config", "/_stcore/stream",
}  # fmt: skip
OPEN_BELOW = ("/static/",)
# What machines fetch, which show a token instead.
OF_MACHINES = ("/health", "/metrics", "/alerts.atom")
# Answers its code to anybody, for the probes, and the rest of it to who may see it.
PROBE = "/health"
# Vega makes functions of its expressions, and Streamlit writes styles and one script into its page.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob: https://tile.openstreetmap.org; font-src 'self' data:; "
    "connect-src 'self' data: blob: https://tile.openstreetmap.org; worker-src 'self' blob:; frame-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
# A report repeats what sources wrote, and so does a printed page: nothing runs in them, nothing is asked of anybody.
REPORTS_POLICY = (
    "sandbox allow-popups; default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; frame-ancestors 'self'"
)
OF_SOURCES = ("/reports", "/print")
FRAMED_BY_US = "frame-ancestors 'self'"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


class RefusedToStartError(Exception):
    """The dashboard would be open to whom it should not; the message says what to set."""


def means(settings: Settings, pages: list[str]) -> dict[str, Any]:
    """What ``st.App`` is given besides its routes: the middleware and, where the settings sign in, the secrets.

    Raises RefusedToStartError where it would listen beyond this machine and nobody need sign in.
    """
    auth = of_settings(settings)
    required = bool(auth) or bool(_of_file())
    _check(settings, required=required)
    if required:
        _quieten()
    guard = Middleware(Guard, settings=settings, required=required, pages=frozenset(f"/{name}" for name in pages))
    return {"middleware": [guard], "secrets": {"auth": auth} if auth else None}


def of_settings(settings: Settings) -> dict[str, Any]:
    """Streamlit's section ``auth`` from SERAI_OIDC_*; empty where none is set. RefusedToStartError for half of it."""
    values = {
        "server_metadata_url": settings.oidc_metadata_url,
        "client_id": settings.oidc_client_id,
        "client_secret": settings.oidc_client_secret.get_secret_value(),
        "redirect_uri": settings.oidc_redirect_uri,
        "cookie_secret": settings.oidc_cookie_secret.get_secret_value(),
    }
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(values):
        return {}
    if missing:
        names = ", ".join(f"SERAI_OIDC_{name.removeprefix('server_').upper()}" for name in missing)
        raise RefusedToStartError(f"sign-in is set up by half: set {names} too")
    if len(values["cookie_secret"]) < 32:
        raise RefusedToStartError("SERAI_OIDC_COOKIE_SECRET is shorter than 32 characters: take a random one")
    return values


def _quieten() -> None:
    """Authlib would rather use the successor of httpx: nobody who runs Serai can do anything about it."""
    from authlib.deprecate import AuthlibDeprecationWarning  # sets a filter of its own when it is imported

    warnings.simplefilter("ignore", AuthlibDeprecationWarning)


def _of_file() -> Mapping[str, Any]:
    """The section ``auth`` of a secrets.toml, if any."""
    found: Mapping[str, Any] = secrets_singleton.get("auth", {}) if secrets_singleton.load_if_toml_exists() else {}
    return found


def _check(settings: Settings, *, required: bool) -> None:
    if required and not settings.allowed_users.strip():
        raise RefusedToStartError(
            "sign-in is set up, but nobody is let in: set SERAI_ALLOWED_USERS to e-mail addresses or domains, or to "
            "* for everybody whom the provider knows"
        )
    if not required and settings.host not in LOOPBACK and not settings.allow_anonymous:
        raise RefusedToStartError(
            f"SERAI_HOST is {settings.host}, which others reach, and nobody need sign in: set up sign-in "
            "(SERAI_OIDC_…), listen on 127.0.0.1, or say SERAI_ALLOW_ANONYMOUS=1"
        )


def required(settings: Settings) -> bool:
    """Whether people must sign in."""
    return bool(of_settings(settings)) or bool(_of_file())


def is_allowed(user: Mapping[str, Any], settings: Settings) -> bool:
    """Whether who has signed in may see the dashboard: by the address that the provider vouches for."""
    email = str(user.get("email") or "").strip().lower()
    if not user.get("is_logged_in") or "@" not in email or user.get("email_verified") is False:
        return False
    allowed = {one.strip().lower().removeprefix("@") for one in settings.allowed_users.split(",")}
    return "*" in allowed or email in allowed or email.rpartition("@")[2] in allowed - {""}


def admitted(settings: Settings) -> bool:
    """Whether the page may be shown to who looks at it; else the way in is shown."""
    if not required(settings) or is_allowed(st.user.to_dict(), settings):
        return True
    st.title("Serai", anchor=False)
    if st.user.get("is_logged_in"):
        st.markdown("You have signed in, but this address is not let in. Ask who runs this Serai.")
        st.code(str(st.user.get("email", "")), language=None)
        st.button("Sign out", on_click=st.logout, icon=":material/logout:")
    else:
        st.markdown("An observatory of closed and open borders. Sign in to see it.")
        st.button("Sign in", on_click=st.login, icon=":material/login:")
    return False


def way_out(settings: Settings) -> None:
    """Who has signed in, and how to sign out."""
    if required(settings):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"Signed in as {st.user.get('email', '')}")
            st.button("Sign out", on_click=st.logout, type="tertiary", icon=":material/logout:")


class Guard:
    """The middleware: shuts what is not open to who has not signed in, and adds the headers."""

    def __init__(self, app: ASGIApp, settings: Settings, pages: frozenset[str], *, required: bool) -> None:
        self._app = app
        self._settings = settings
        self._required = required
        self._open = OPEN | {"/"} | pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer that signing in is needed."""
        if scope["type"] == "http":
            may = not self._required or self._may(scope)
            if not may and scope["path"] == PROBE:
                return await self._app(scope, receive, self._headed(scope, _without_body(send)))
            if not may:
                refusal = PlainTextResponse("Sign in on the dashboard first.\n", 401, {"Cache-Control": "no-store"})
                return await refusal(scope, receive, self._headed(scope, send))
            return await self._app(scope, receive, self._headed(scope, send))
        return await self._app(scope, receive, send)

    def _headed(self, scope: Scope, send: Send) -> Send:
        return _with_headers(scope, send, self._settings.embed_sites if _is_embedded(scope) else "")

    def _may(self, scope: Scope) -> bool:
        path, headers = scope["path"], Headers(scope=scope)
        if path in self._open or (path.startswith(OPEN_BELOW) and ".." not in path):
            return True
        if path in OF_MACHINES and self._shows_token(headers.get("authorization", "")):
            return True
        return is_allowed(signed_in(headers.get("cookie", "")), self._settings)

    def _shows_token(self, shown: str) -> bool:
        token = self._settings.machine_token.get_secret_value()
        return bool(token) and hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())


def signed_in(cookies: str) -> dict[str, Any]:
    """Who Streamlit's signed cookie says has signed in; nobody where it is missing, forged or too old."""
    sent, secret = cookie_parser(cookies), get_cookie_secret()

    def value(name: str) -> bytes | None:
        raw = sent.get(name)
        return decode_signed_value(secret, name, raw.encode("latin-1")) if raw else None

    try:
        found = json.loads(get_cookie_with_chunks(value, USER_COOKIE_NAME) or b"{}")
    except (ValueError, UnicodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _without_body(send: Send) -> Send:
    """The answer's code and nothing else of it."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send({**message, "headers": [(b"content-length", b"0")]})
        elif not message.get("more_body"):
            await send({"type": "http.response.body", "body": b""})

    return sending


def _is_embedded(scope: Scope) -> bool:
    """Whether one chart alone is asked for, for a page of others: nothing else of ours is shown in theirs."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return query.get("embed") == ["true"] and bool(query.get("chart")) and not scope["path"].startswith(OF_SOURCES)


def _with_headers(scope: Scope, send: Send, sites: str) -> Send:
    policy = REPORTS_POLICY if scope["path"].startswith(OF_SOURCES) else POLICY
    framed = " ".join(one.strip() for one in sites.split(",") if one.strip())
    always = {name: value for name, value in HEADERS.items() if not framed or name != "X-Frame-Options"}
    if framed:
        policy = policy.replace(FRAMED_BY_US, f"{FRAMED_BY_US} {framed}")

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in (*always.items(), ("Content-Security-Policy", policy)):
                headers.setdefault(name, value)
        await send(message)

    return sending
