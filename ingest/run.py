"""One ingest: fetch, parse, correct, judge, load, derive, publish. Readers see all of it or nothing."""

from __future__ import annotations

import logging
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from ingest import bring, corrections, ledger, slices, snapshots, source
from ingest.bring import Order
from ingest.corrections import Applied
from ingest.csv_file import BatchError, ParseLimits
from ingest.ledger import SourceRun
from ingest.manners import Manners
from ingest.snapshots import Answer, Recorded
from ingest.source import Source
from warehouse import contracts, macros, models, publish, schema
from warehouse.load import Delivery, Stage, transaction

if TYPE_CHECKING:
    from expectations.judge import Hearing, Judge

Tell = Callable[[str, int, int], None]
Choose = Callable[[duckdb.DuckDBPyConnection], list[Order]]


@dataclass(frozen=True)
class Places:
    """Where an ingest finds and leaves things; ``base_urls`` has other hosts for live sources, by name."""

    raw: Path
    warehouse: Path
    reports: Path
    geometry: Path
    base_urls: Mapping[str, str] = field(default_factory=dict)

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


@dataclass(frozen=True)
class Ingest:
    """What came of a whole ingest; version is None where nothing was published."""

    runs: list[SourceRun]
    models: dict[str, int]
    version: str | None
    seconds: float

    @property
    def refused(self) -> list[SourceRun]:
        """The sources that changed nothing because their batch was refused or could not be judged."""
        return [run for run in self.runs if run.outcome in ("refused", "error")]


def ingest(places: Places, chosen: Iterable[str], limits: Limits, tell: Tell) -> Ingest:
    """Take in the chosen sources and publish the result as one version.

    A refused source changes nothing but the ledger. Raises IngestRunningError while another ingest runs, KeyError for
    a source that is not declared.
    """
    orders = [Order(one) for one in source.ordered(chosen)]
    return _publish(places, lambda _: orders, limits, tell)


def replay(places: Places, chosen: Iterable[str], until: str | None, limits: Limits, tell: Tell) -> Ingest:
    """Take in what earlier ingests of the chosen sources recorded, from their snapshots alone, and publish it.

    See bring.recorded for what that is. Raises IngestRunningError, ReplayError.
    """
    sources = source.ordered(chosen)
    return _publish(places, lambda con: bring.recorded(con, places.snapshots, sources, until), limits, tell)


def _publish(places: Places, choose: Choose, limits: Limits, tell: Tell) -> Ingest:
    started = time.monotonic()
    with publish.writing(places.warehouse) as private:
        with duckdb.connect(str(private)) as con:
            con.execute(f"SET memory_limit = '{limits.memory_mb}MB'")
            bench = _Bench(con, places, limits, places.snapshots)
            runs, counts = _build(con, bench, choose, tell)
        bench.finish()
        tell("publishing", len(runs), len(runs))
        version = publish.publish(places.warehouse, private, limits.keep_versions)
    return Ingest(runs, counts, version, time.monotonic() - started)


def check(places: Places, chosen: Iterable[str], limits: Limits, tell: Tell) -> tuple[Ingest, pl.DataFrame]:
    """Judge the chosen sources as an ingest would, publish nothing, and return what came of it and the quarantine.

    What they are judged against is taken in too, from the files. Columns of the quarantine: as the table.
    """
    started = time.monotonic()
    needed = set(chosen)
    while more := {s.name for s in map(source.load, source.shipped()) if _feeds(s, needed)} - needed:
        needed |= more
    with tempfile.TemporaryDirectory(prefix="serai-") as folder, duckdb.connect() as con:
        con.execute(f"SET memory_limit = '{limits.memory_mb}MB'; SET temp_directory = '{folder}/spilled'")
        bench = _Bench(con, places, limits, Path(folder), leaves_traces=False)
        runs, counts = _build(con, bench, lambda _: [Order(one) for one in source.ordered(needed)], tell)
        held_back = con.sql("FROM quarantine ORDER BY dataset, row_number").pl()
    return Ingest(runs, counts, None, time.monotonic() - started), held_back


def _feeds(candidate: Source, needed: set[str]) -> bool:
    wanted = set().union(*(source.judged_against(source.load(name).dataset) for name in needed))
    return candidate.dataset in wanted


def _build(
    con: duckdb.DuckDBPyConnection, bench: _Bench, choose: Choose, tell: Tell
) -> tuple[list[SourceRun], dict[str, int]]:
    schema.create(con)
    ledger.declare(con)
    orders = choose(con)
    runs = []
    for position, order in enumerate(orders):
        tell(order.source.name, position, len(orders))
        runs.append(_take_in(bench, order))
    tell("deriving", len(orders), len(orders))
    counts = models.build(con)
    macros.create(con)
    models.refresh_freshness(con)
    return runs, counts


class _Bench:
    """What the sources of one ingest share: the connection, the limits, and one judge, made when first needed.

    Answers go to the folder ``snapshots``. Without ``leaves_traces`` neither records nor reports are written.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        places: Places,
        limits: Limits,
        snapshots: Path,
        *,
        leaves_traces: bool = True,
    ) -> None:
        self.con = con
        self.places = places
        self.limits = limits
        self.snapshots = snapshots
        self.leaves_traces = leaves_traces
        self._judge: Judge | None = None
        self._asked: dict[str, float] = {}

    @property
    def judge(self) -> Judge:
        """The judge; the first use takes the seconds that Great Expectations needs to be imported."""
        if self._judge is None:
            from expectations.judge import Judge
            from expectations.references import References

            reports = self.places.reports if self.leaves_traces else None
            self._judge = Judge(References(self.con, self.places.geometry), reports)
        return self._judge

    def finish(self) -> None:
        """Bring the index of the reports up to date, where any were written."""
        if self.leaves_traces and self._judge is not None and self.places.reports.exists():
            from expectations import reports

            reports.write_index(self.places.reports)

    def bring(self, order: Order) -> list[Answer]:
        """What the source gives, kept as snapshots. Raises OSError, BatchError."""
        one = order.source
        if order.recorded:
            return snapshots.replay(self.places.snapshots, order.recorded)
        if one.live:
            one = one.moved_to(self.places.base_urls[one.name]) if one.name in self.places.base_urls else one
            wanted = bring.wanted(self.con, one)
            return bring.live(one, wanted, self.limits.manners, self.snapshots, self.places.cache, self._asked)
        return bring.shipped(self.places.raw, one, self.snapshots)

    def record(self, order: Order, run: SourceRun, answers: list[Answer]) -> None:
        """Write down what the run was given, so that it can be replayed."""
        if self.leaves_traces and not order.recorded:
            snapshots.record(self.places.snapshots, Recorded(run.source, run.run_id, run.started_at), answers)


def _take_in(bench: _Bench, order: Order) -> SourceRun:
    """Take in one source; whatever goes wrong with it is its own line in the ledger and nobody else's trouble."""
    one, clock = order.source, time.monotonic()
    run = _begun(bench.con, order)
    try:
        run = _steps(bench, order, run)
    except OSError as error:
        run = replace(run, reason=f"{one.address}: {error.strerror}: restore the file")
    except BatchError as error:
        run = replace(run, reason=f"{getattr(error, 'where', one.address)}: {error}")
    except Exception as error:
        logging.getLogger(__name__).exception("source %s", one.name)
        run = replace(run, outcome="error", reason=f"{one.address}: {type(error).__name__}: {error}")
    return ledger.record(bench.con, run, clock)


def _begun(con: duckdb.DuckDBPyConnection, order: Order) -> SourceRun:
    """The run as it begins; one that the warehouse lacks comes back from its record with its own id and time."""
    one, recorded = order.source, order.recorded
    if recorded and not con.execute("SELECT 1 FROM ops.runs WHERE run_id = ?", [recorded.run_id]).fetchall():
        started, run_id = ledger.now(con, recorded.at), recorded.run_id
    else:
        started = ledger.now(con)
        run_id = f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    return SourceRun(run_id, one.name, one.dataset, "refused", started, 0)


def _steps(bench: _Bench, order: Order, run: SourceRun) -> SourceRun:
    one, answers = order.source, bench.bring(order)
    if not answers:
        return replace(run, outcome="unchanged")
    digest = snapshots.of_batch(answers)
    run = replace(run, snapshot=digest, fingerprint=ledger.fingerprint(bench.con, one, digest))
    if run.fingerprint == ledger.last_fingerprint(bench.con, one):
        return ledger.unchanged(bench.con, run)
    bench.record(order, run, answers)
    with Stage(bench.con, contracts.load(one.dataset)) as stage:
        return _judge_and_load(bench, one, run, answers, stage)


def _judge_and_load(bench: _Bench, one: Source, run: SourceRun, answers: list[Answer], stage: Stage) -> SourceRun:
    from expectations.judge import Batch

    hearing = bench.judge.hearing(Batch(one.name, stage.contract, one.fewest, one.most))
    corrected = _hear(one, answers, bench.limits.parse, hearing, stage)
    verdict = hearing.verdict(run.run_id)
    run = replace(run, rows_seen=verdict.rows, warnings=verdict.warnings)
    ledger.record_validations(bench.con, run, verdict)
    refusal = verdict.refusal(bench.limits.most_bad)
    if verdict.error or refusal:
        outcome = "error" if verdict.error else "refused"
        return replace(run, outcome=outcome, reason=f"{one.address}: {verdict.error or refusal}")
    with transaction(bench.con):
        ledger.quarantine(bench.con, run)
        ledger.correct(bench.con, run, stage.contract, corrected)
        loaded = stage.load(Delivery(one.name, run.run_id, run.started_at, one.scope(answers)))
    return replace(run, outcome="loaded", loaded=loaded, rows_quarantined=len(verdict.bad_rows))


def _hear(one: Source, answers: list[Answer], limits: ParseLimits, hearing: Hearing, stage: Stage) -> list[Applied]:
    """Judge and stage all rows, slice by slice, and return what was corrected.

    A correction speaks of one row among all: where there are any, or the suite compares rows, there is one slice.
    """
    known, applied = corrections.load(one), list[Applied]()
    size = slices.ROWS if hearing.in_slices and not known else None
    for as_came in slices.of_batch(one, answers, limits, size):
        rows = as_came
        # A file cut off lacks rows for another reason than that its errors were mended: the judges say so.
        if as_came.height >= one.fewest:
            rows, applied = corrections.apply(as_came, known)
        failures = hearing.hear(rows)
        stage.add(rows)
        stage.hold_back(ledger.held_back(failures, rows))
    twice = stage.twice()
    stage.hold_back(ledger.held_back(hearing.hear_keys(twice), twice))
    return applied
