"""Credentials of sources: from the environment, else from the system's keyring; never written anywhere."""

from __future__ import annotations

import base64
import os
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

HIDDEN = "***"
# Parameters of an address whose values are nobody's business, whoever put them there.
SECRET_PARAMETERS = ("key", "token", "password", "secret", "app_identifier", "subscription-key")

# How the variables of credentials end; what is shorter than that is a word that stands everywhere.
ENDINGS = ("_TOKEN", "_PASSWORD", "_SECRET", "_USER")
SHORTEST = 4
_known: set[str] = set()


def variable(name: str) -> str:
    """The environment variable of a credential: ``bts_token`` is SERAI_BTS_TOKEN."""
    return f"SERAI_{name.upper()}"


def find(name: str) -> str | None:
    """The credential of that name, or None where neither environment nor keyring has it."""
    found = os.environ.get(variable(name)) or _of_keyring(name)
    if found:
        remember(found)
    return found


def _of_keyring(name: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password("serai", name)
    except KeyringError:
        return None  # a machine without a keyring


def remember(secret: str) -> None:
    """Let ``hidden`` know a secret that came from elsewhere: a token that a source gave for a password."""
    if len(secret) >= SHORTEST:
        _known.update((secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode()))


def hidden(text: str) -> str:
    """The text without any credential that this process has used, or has in its environment."""
    for name, value in os.environ.items():
        if name.startswith("SERAI_") and name.endswith(ENDINGS):
            remember(value)
    # The longest first: one may be the beginning of another.
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


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
