from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from serai.front import NOT_READY, STOPPED, app, stop

if TYPE_CHECKING:
    from ingest.unattended import Means


@app.command()
def serve() -> None:
    """Keep the schedule and the dashboard in one process, until Ctrl+C or SIGTERM: what an office leaves running."""
    from ingest import unattended
    from serai.commands.schedule import prepared

    means, stopped = prepared(), threading.Event()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    keeper = threading.Thread(target=unattended.keep, args=(means, stopped), name="schedule")
    keeper.start()
    try:
        _first_version(means)
        _dashboard()
    except KeyboardInterrupt:
        raise SystemExit(STOPPED) from None
    finally:
        stopped.set()
        keeper.join()


def _first_version(means: Means) -> None:
    """Wait for the first version: the dashboard has nothing to show before. Stops where none will come."""
    import time

    from ingest.unattended import scheduled
    from warehouse.publish import current_version

    if current_version(means.folder):
        return
    if not scheduled(means):
        stop("nothing is published and nothing is scheduled: run `serai ingest` first", NOT_READY)
    means.told("nothing is published yet: the dashboard opens after the first ingest")
    while not current_version(means.folder):
        time.sleep(0.2)


def _dashboard() -> None:
    from dashboards.serve import serve as serve_dashboard
    from serai.settings import settings

    serve_dashboard(settings())
