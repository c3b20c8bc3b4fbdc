"""``serai`` in a hurry: every source is due every few seconds, and few rows are enough. For the soak alone.

``python -m tests.soak.hurried serve`` is ``serai serve``, whose ingests are in a hurry too; and so any other command.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest import cron, source
from serai.commands import schedule

if TYPE_CHECKING:
    from ingest.unattended import Means

EVERY = dt.timedelta(seconds=float(os.environ.get("SOAK_EVERY", "3")))
START = dt.datetime(2026, 1, 1)  # noqa: DTZ001 (UTC without a zone)


def hurry() -> None:
    """Put seconds in the place of every cron expression, and one row in that of the fewest a source must have."""

    def after(_: cron.Schedule, moment: dt.datetime) -> dt.datetime:
        return START + ((moment - START) // EVERY + 1) * EVERY

    cron.Schedule.after = after  # type: ignore[method-assign, assignment]
    as_declared, as_prepared = source.load, schedule.prepared
    source.load = lambda name: replace(as_declared(name), fewest=1)

    def prepared() -> Means:
        return replace(as_prepared(), command=[sys.executable, "-m", "tests.soak.hurried", "schedule", "--once"])

    schedule.prepared = prepared


if __name__ == "__main__":
    hurry()
    from serai.cli import main

    main()
