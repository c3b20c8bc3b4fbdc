"""What an ingest does, as events: fetched, judged, loaded, ended for each run; derived and published for all at once.

Between ``begin`` and ``ended`` every event is the run's, those of other libraries too.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from structlog.contextvars import bind_contextvars, unbind_contextvars

from warehouse.events import log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stamina.instrumentation import RetryDetails

    from ingest.ledger import SourceRun


def tried_in_vain(details: RetryDetails) -> None:
    """An attempt to fetch failed, and there will be another."""
    log.warning("tried again", step="fetch", after_seconds=round(details.wait_for, 1), reason=str(details.caused_by))


def begin(run: SourceRun) -> None:
    """What follows is this run's."""
    bind_contextvars(run_id=run.run_id, source=run.source)


def fetched(answers: int, seconds: float, error: Exception | None) -> None:
    """The source gave its answers, or why not; what follows is nobody's."""
    if error:
        log.warning("fetched", step="fetch", seconds=round(seconds, 3), outcome="failed", reason=str(error))
    else:
        log.info("fetched", step="fetch", seconds=round(seconds, 3), outcome="ok", answers=answers)
    unbind_contextvars("run_id", "source")


def judged(run: SourceRun, seconds: float, rows_held_back: int) -> None:
    """The batch was parsed, corrected and judged."""
    log.info(
        "judged", step="judge", seconds=round(seconds, 3), dataset=run.dataset, rows_seen=run.rows_seen,
        rows_held_back=rows_held_back, warnings=run.warnings,
    )  # fmt: skip


def loaded(run: SourceRun, seconds: float) -> None:
    """The rows that passed were loaded."""
    counts = {f"rows_{name}": count for name, count in asdict(run.loaded).items()}
    log.info("loaded", step="load", seconds=round(seconds, 3), dataset=run.dataset, **counts)


def ended(run: SourceRun) -> None:
    """The run is over, with its outcome; what follows is nobody's."""
    begin(run)
    tell = log.info if run.outcome in ("loaded", "unchanged") else log.warning
    counts = {f"rows_{name}": count for name, count in asdict(run.loaded).items()}
    tell(
        "ended", step="run", seconds=round(run.seconds, 3), dataset=run.dataset, outcome=run.outcome,
        reason=run.reason, rows_seen=run.rows_seen, rows_held_back=run.rows_quarantined, **counts,
    )  # fmt: skip
    unbind_contextvars("run_id", "source")


def derived(runs: Sequence[SourceRun], seconds: float, rows: int) -> None:
    """The models were made anew."""
    log.info("derived", step="derive", seconds=round(seconds, 3), rows=rows, run_ids=[run.run_id for run in runs])


def published(runs: Sequence[SourceRun], version: str, seconds: float) -> None:
    """A version was published; ``seconds`` is how long the whole ingest took."""
    log.info(
        "published", step="publish", seconds=round(seconds, 3), version=version, run_ids=[run.run_id for run in runs]
    )
