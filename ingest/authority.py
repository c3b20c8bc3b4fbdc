"""By what a client may ask a source: a token of the user's, or one that user and password are changed for (OAuth).

What is secret lives in these objects, in memory, and is in nobody's repr; ``words`` has it for whoever must hide it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Protocol

import httpx

from ingest import credentials
from ingest.source import Credential

Send = Callable[[httpx.Request], httpx.Response]


class RefusedError(Exception):
    """The source gives no token; ``status`` is its answer's, the message its words and what to do."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Authority(Protocol):
    """What goes into a request's headers, and what may be done when it is refused."""

    def header(self, send: Send) -> tuple[str, str]:
        """The header with the credential; ``send`` puts a request onto the wire, should one be needed."""

    def renewed(self, send: Send) -> bool:
        """Whether there is another credential now that this one was refused."""

    @property
    def words(self) -> list[str]:
        """All that must not be shown."""


def of(credential: Credential | None) -> Authority | None:
    """The user's credential for a source, or None where there is none."""
    if credential is None:
        return None
    found = [credentials.find(name) for name in credential.names]
    secrets = [one for one in found if one]
    if len(secrets) < len(found):
        return None
    return _Bearer(credential, *secrets) if credential.kind == "oauth" else _Token(credential.header, *secrets)


class _Token:
    def __init__(self, name: str, secret: str) -> None:
        self._name = name
        self._secret = secret

    def header(self, _: Send) -> tuple[str, str]:
        return self._name, self._secret

    def renewed(self, _: Send) -> bool:
        return False

    @property
    def words(self) -> list[str]:
        return [self._secret]


class _Bearer:
    """OAuth 2.0: user and password for an access token, and the refresh token for the next."""

    def __init__(self, credential: Credential, user: str, password: str) -> None:
        self._credential = credential
        self._login = {"grant_type": "password", "username": user, "password": password}
        self._access = ""
        self._refresh = ""
        self._seen: set[str] = set()

    def header(self, send: Send) -> tuple[str, str]:
        if not self._access:
            self._ask(send, self._login)
        return "Authorization", f"Bearer {self._access}"

    def renewed(self, send: Send) -> bool:
        if self._refresh:
            try:
                self._ask(send, {"grant_type": "refresh_token", "refresh_token": self._refresh})
            except RefusedError as error:
                if error.status >= httpx.codes.INTERNAL_SERVER_ERROR:
                    raise
                self._refresh = ""
            else:
                return True
        self._ask(send, self._login)
        return True

    @property
    def words(self) -> list[str]:
        return [self._login["password"], self._login["username"], *self._seen]

    def _ask(self, send: Send, grant: dict[str, str]) -> None:
        data = grant | {"client_id": self._credential.client_id}
        response = send(httpx.Request("POST", self._credential.at, data=data))
        try:
            content = response.read()
        finally:
            response.close()
        try:
            said = json.loads(content)
            access, refresh = str(said["access_token"]), str(said.get("refresh_token", ""))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            access, refresh = "", ""
        if response.status_code != httpx.codes.OK or not access:
            text = " ".join(content[:4000].decode("utf-8", "replace").split())
            raise RefusedError(text, response.status_code)
        self._access, self._refresh = access, refresh or self._refresh
        self._seen |= {word for word in (access, refresh) if word}
        for word in self._seen:
            credentials.remember(word)
