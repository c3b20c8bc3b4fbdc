"""What became of every alert on every channel: lines that are only added, each on the disk before anything goes on.

``attempt`` is written before anything is sent and ``sent``, ``failed`` or ``given_up`` after. An attempt without such
a line was cut off in between: whether it arrived nobody knows. It becomes ``uncertain`` and is not repeated, for
nothing is sent twice. ``configured`` names the alerts that were there when a channel was: they are not sent.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "deliveries.jsonl"
OVER = ("sent", "given_up", "uncertain")


class DeliveringError(Exception):
    """Another process delivers."""


@dataclass
class Fate:
    """What became of one alert on one channel so far."""

    state: str = "waiting"
    attempts: int = 0
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None
    reason: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more is tried."""
        return self.state in OVER


@dataclass
class State:
    """The record, read: for each channel the alerts that it passes over, and the fate of the others."""

    skips: dict[str, set[str]] = field(default_factory=dict)
    fates: dict[tuple[str, str], Fate] = field(default_factory=dict)

    def fate(self, channel: str, alert_id: str) -> Fate:
        """What became of an alert on a channel."""
        return self.fates.get((channel, alert_id), Fate())


def read(folder: Path) -> State:
    """The state of all deliveries. A last line that was cut off while it was written never happened."""
    state = State()
    with contextlib.suppress(FileNotFoundError):
        for line in (folder / FILE).read_bytes().splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                _take(state, json.loads(line))
    return state


def _take(state: State, line: dict[str, Any]) -> None:
    channel, event, at = line["channel"], line["event"], dt.datetime.fromisoformat(line["at"])
    if event == "configured":
        state.skips[channel] = set(line["alerts"])
        return
    for alert_id in line["alerts"]:
        fate = state.fates.setdefault((channel, alert_id), Fate())
        fate.state, fate.last_at, fate.reason = event, at, line.get("reason", "")
        if event == "attempt":
            fate.attempts += 1
            fate.first_at = fate.first_at or at


class Book:
    """The record, open for adding; one process at a time."""

    def __init__(self, folder: Path, file: int) -> None:
        self._folder = folder
        self._file = file
        self.state = read(folder)

    def add(self, channel: str, event: str, alerts: list[str], at: dt.datetime, reason: str = "") -> None:
        """Add a line, and return once it is on the disk."""
        line = {"at": at.isoformat(), "channel": channel, "event": event, "alerts": alerts}
        line |= {"reason": reason} if reason else {}
        os.write(self._file, json.dumps(line, ensure_ascii=False).encode() + b"\n")
        os.fsync(self._file)
        _take(self.state, line)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[Book]:
    """The record, held against other deliverers; the lock dies with its holder. Raises DeliveringError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DeliveringError("another process is delivering alerts: it will deliver these too") from None
        _mend(file)
        yield Book(folder, file)
    finally:
        os.close(file)


def _mend(file: int) -> None:
    """End a last line that was cut off, so that the next stands by itself."""
    size = os.fstat(file).st_size
    if size and os.pread(file, 1, size - 1) != b"\n":
        os.write(file, b"\n")
