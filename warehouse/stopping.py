"""Whether this process was told to stop.

DuckDB and others turn the KeyboardInterrupt of a signal into errors of their own. Whoever catches every Exception
asks here first, so that a stop is none of those.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import NoReturn

_told = threading.Event()


def on_signals() -> None:
    """Let SIGTERM end this process as Ctrl+C does: by KeyboardInterrupt, in order."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        _told.set()
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def heed() -> None:
    """Raise KeyboardInterrupt where this process was told to stop."""
    if _told.is_set():
        raise KeyboardInterrupt from None
