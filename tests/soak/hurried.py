"""``serai`` in a hurry: every source is due every few seconds, and few rows are enough. For the soak alone.

``python -m tests.soak.hurried keep`` keeps the schedule with children that are in a hurry too; anything else is a
command of serai's.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import threading
from dataclasses import replace

from ingest import cron, source

EVERY = dt.timedelta(seconds=float(os.environ.get("SOAK_EVERY", "3")))
START = dt.datetime(2026, 1, 1)  # noqa: DTZ001 (UTC without a zone)


def hurry() -> None:
    """Put seconds in the place of every cron expression, and one row in that of the fewest a source must have."""

    def after(_: cron.Schedule, moment: dt.datetime) -> dt.datetime:
        return START + ((moment - START) // EVERY + 1) * EVERY

    cron.Schedule.after = after  # type: ignore[method-assign, assignment]
    as_declared = source.load
    source.load = lambda name: replace(as_declared(name), fewest=1)


def keep() -> None:
    """Keep the schedule until SIGTERM."""
    from ingest import unattended
    from serai.commands.schedule import prepared

    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    command = [sys.executable, "-m", "tests.soak.hurried", "schedule", "--once"]
    unattended.keep(replace(prepared(), command=command), stopped)


if __name__ == "__main__":
    hurry()
    if sys.argv[1:] == ["keep"]:
        keep()
    else:
        from serai.cli import main

        main()
