"""Credentials of sources: from the environment, else from the system's keyring; never written anywhere."""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

HIDDEN = "***"
# Parameters of an address whose values are nobody's business, whoever put them there.
SECRET_PARAMETERS = ("key", "token", "password", "secret", "app_identifier", "subscription-key")


def variable(name: str) -> str:
    """The environment variable of a credential: ``bts_token`` is SERAI_BTS_TOKEN."""
    return f"SERAI_{name.upper()}"


def find(name: str) -> str | None:
    """The credential of that name, or None where neither environment nor keyring has it."""
    if given := os.environ.get(variable(name)):
        return given
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password("serai", name)
    except KeyringError:
        return None  # a machine without a keyring


def remedy(name: str) -> str:
    """How a user sets it."""
    return f"set {variable(name)}, or run `keyring set serai {name}`"


def shown(url: str) -> str:
    """The address as it may be printed and kept: without user, password and secret parameters."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    query = parts.query
    if any(word in query.lower() for word in SECRET_PARAMETERS):
        pairs = parse_qsl(query, keep_blank_values=True)
        secret = {name for name, _ in pairs if any(word in name.lower() for word in SECRET_PARAMETERS)}
        query = urlencode([(name, HIDDEN if name in secret else value) for name, value in pairs], safe="*$:;,")
    return urlunsplit((parts.scheme, host, parts.path, query, ""))
