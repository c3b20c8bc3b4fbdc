"""What the sources of one ingest share: places and limits, one clock, one judge, and what each source gave."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingest import bring, ledger, snapshots, told
from ingest.bring import Order
from ingest.csv_file import ParseLimits
from ingest.ledger import SourceRun
from ingest.manners import Manners
from ingest.schedule import Rules
from ingest.snapshots import Answer, Recorded
from warehouse import panics, versions

if TYPE_CHECKING:
    from expectations.judge import Judge


@dataclass(frozen=True)
class Places:
    """Where an ingest finds and leaves things; ``base_urls`` has other hosts for live sources, by name.

    ``shipped`` is where the addresses of shipped sources begin, where that is not ``raw``.
    """

    raw: Path
    warehouse: Path
    reports: Path
    geometry: Path
    base_urls: Mapping[str, str] = field(default_factory=dict)
    shipped: Path | None = None

    @property
    def snapshots(self) -> Path:
        """The folder with the bytes of every batch, as they came."""
        return self.raw / "snapshots"

    @property
    def cache(self) -> Path:
        """The folder that remembers by what live sources are asked for changes; it may be deleted at any time."""
        return self.raw / "cache"


@dataclass(frozen=True)
class Limits:
    """What an ingest allows."""

    parse: ParseLimits
    most_bad: float
    keep_versions: int
    memory_mb: int
    manners: Manners
    schedule: Rules = field(default_factory=Rules)
    verify_minutes: float = versions.VERIFY_MINUTES
    # Days for which the analysis is worked out as known on them, and those whose results are removed.
    analysis_days: tuple[dt.date, ...] = ()
    forgotten_days: tuple[dt.date, ...] = ()


@dataclass(frozen=True)
class Brought:
    """What a source gave, or why it could not; the run as it began, and the seconds that it took so far."""

    run: SourceRun
    answers: list[Answer]
    error: Exception | None
    seconds: float


class Bench:
    """One ingest's means. Answers go to the folder ``snapshots``.

    Without ``leaves_traces`` neither records nor reports are written. ``asked`` has when each host was last asked.
    """

    def __init__(
        self,
        places: Places,
        limits: Limits,
        snapshots: Path,
        asked: dict[str, float],
        *,
        leaves_traces: bool = True,
    ) -> None:
        self.places = places
        self.limits = limits
        self.snapshots = snapshots
        self.leaves_traces = leaves_traces
        self._asked = asked
        self._judge: Judge | None = None
        self._brought: dict[Order, Brought] = {}
        self._latest: dt.datetime | None = None

    def judge(self, con: duckdb.DuckDBPyConnection) -> Judge:
        """The judge; the first use takes the seconds that Great Expectations needs to be imported."""
        if self._judge is None:
            from expectations.judge import Judge
            from expectations.references import References

            reports = self.places.reports if self.leaves_traces else None
            self._judge = Judge(References(con, self.places.geometry), reports)
        return self._judge

    def finish(self) -> None:
        """Bring the index of the reports up to date, where any were written."""
        if self.leaves_traces and self._judge is not None and self.places.reports.exists():
            from expectations import reports

            reports.write_index(self.places.reports)

    def bring(self, con: duckdb.DuckDBPyConnection, order: Order) -> Brought:
        """What the source gives, kept as snapshots; it is asked once, however often this is."""
        if order not in self._brought:
            clock, run = time.monotonic(), self.begun(con, order)
            answers, error = list[Answer](), None
            told.begin(run)
            try:
                with panics.as_errors():
                    answers = self._bring(con, order)
            except Exception as found:
                error = found
            self._brought[order] = Brought(run, answers, error, time.monotonic() - clock)
            told.fetched(len(answers), time.monotonic() - clock, error)
        return self._brought[order]

    def record(self, order: Order, run: SourceRun, answers: list[Answer]) -> None:
        """Write down what the run was given, so that it can be replayed."""
        if self.leaves_traces and not order.recorded:
            record = Recorded(run.source, run.run_id, run.started_at, run.first_day, run.last_day)
            snapshots.record(self.places.snapshots, record, answers)

    def _bring(self, con: duckdb.DuckDBPyConnection, order: Order) -> list[Answer]:
        one = order.source
        if order.recorded:
            return snapshots.replay(self.places.snapshots, order.recorded)
        if one.live:
            wanted, base = bring.wanted(con, order), self.places.base_urls.get(one.name)
            moved = one.moved_to(base) if base else one
            return bring.live(moved, wanted, self.limits.manners, self.snapshots, self.places.cache, self._asked)
        return bring.shipped(self.places.shipped or self.places.raw, one, self.snapshots)

    def begun(self, con: duckdb.DuckDBPyConnection, order: Order) -> SourceRun:
        """The run as it begins; one that the warehouse lacks comes back from its record with its own id and time."""
        one, recorded, run_id = order.source, order.recorded, None
        clock_at, days = bring.clock(), (order.first_day, order.last_day)
        if recorded:
            days = recorded.first_day, recorded.last_day
            if not con.execute("SELECT 1 FROM ops.runs WHERE run_id = ?", [recorded.run_id]).fetchall():
                clock_at, run_id = recorded.at, recorded.run_id
        started = self.now(con, clock_at)
        run = SourceRun(run_id or ledger.new_id(started), one.name, one.dataset, "refused", started, 0, *days)
        return replace(run, clock_at=clock_at, due_at=order.due_at, late=order.late)

    def now(self, con: duckdb.DuckDBPyConnection, clock: dt.datetime) -> dt.datetime:
        """The time of a run, UTC: what the clock says, but later than any earlier one's.

        A warehouse rebuilt from records so has every version at its own time.
        """
        self._latest = ledger.moment(con, self.places.warehouse, clock, self._latest)
        return self._latest
