"""How Serai behaves towards other people's servers: the limits of the HTTP client, apart from its imports."""

from __future__ import annotations

from dataclasses import dataclass

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Manners:
    """The limits of one request and between requests."""

    connect_seconds: float
    read_seconds: float
    whole_seconds: float
    attempts: int
    first_wait_seconds: float
    longest_wait_seconds: float
    pause_seconds: float
    most_bytes: int
