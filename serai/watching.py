"""What every ingest of the command line and the schedule is wrapped in: its logs, and the alerts that it raises."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from alerts import deliver
from serai import logs
from serai.settings import Settings


@contextlib.contextmanager
def watched(settings: Settings) -> Iterator[None]:
    """Log what the block does, sweep old logs, and deliver the alerts that it raised once the block has ended.

    The writer's place must be free again by then. Delivery never fails; what the user stops is left to the next.
    """
    logs.start(settings)
    logs.sweep(settings)
    deliver.prepare(settings.post, settings.warehouse)
    yield
    deliver.deliver(settings.post, settings.warehouse)
