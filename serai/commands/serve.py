from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from serai.front import NOT_READY, app, stop

if TYPE_CHECKING:
    from ingest.unattended import Means


@app.command()
def serve() -> None:
    """Keep the schedule and the dashboard in one process, until Ctrl+C or SIGTERM: what an office leaves running."""
    from alerts import deliver
    from dashboards.serve import prepare
    from dashboards.serve import serve as serve_dashboard
    from ingest import unattended
    from serai import logs
    from serai.commands.schedule import prepared, told
    from serai.settings import settings

    logs.start(settings())
    means = prepared()
    listening = prepare(settings())  # what cannot be served is said before the first ingest
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    told(f"the schedule of {means.folder}")
    with deliver.again(settings().post, means.folder), unattended.in_background(unattended.keep, means):
        _first_version(means)
        serve_dashboard(settings(), listening)


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
