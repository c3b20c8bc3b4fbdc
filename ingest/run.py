"""One ingest: fetch, compare, parse, correct, judge, load, derive, publish. Readers see all of it or nothing.

Whether there is anything new is told from the published version. Only if there is, or if that version was made on
another day or by an older Serai, a private copy is made and written.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from alerts import rules
from analysis import refresh, vintages
from ingest import bring, corrections, ledger, running, schedule, slices, snapshots, source, told, vintage_days
from ingest.bench import Bench, Limits, Places
from ingest.bring import Order
from ingest.corrections import Applied
from ingest.csv_file import BatchError, ParseLimits
from ingest.ledger import SourceRun
from ingest.schedule import History, Rules
from ingest.snapshots import Answer
from ingest.source import Source
from warehouse import contracts, disk, journal, locate, macros, models, panics, publish, schema, stopping, versions
from warehouse.connect import reading
from warehouse.events import log
from warehouse.load import Delivery, Stage, transaction

if TYPE_CHECKING:
    from expectations.judge import Hearing

Tell = Callable[[str, int, int], None]
Choose = Callable[[duckdb.DuckDBPyConnection], list[Order]]
# What a version was made by, in ops.schema_parts.
HOUSE = "house"


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


def scheduled(
    places: Places, chosen: Iterable[str], rules: Rules, limits: Limits, tell: Tell, patience: float
) -> Ingest:
    """Take in those of the chosen sources that are due now by the ledger, if any, and publish the result.

    Waits so many seconds for the writer's place, then raises IngestRunningError.
    """
    with publish.waiting(places.warehouse, patience):
        running.bury(places.warehouse)
        with schedule.ledger(places.warehouse) as con:
            orders = schedule.orders(con, chosen, bring.clock(), rules)
        if not orders:
            return Ingest([], {}, None, 0)
        return _as_needed(Bench(places, limits, places.snapshots, {}), lambda _: orders, tell)


def replay(places: Places, chosen: Iterable[str], until: str | None, limits: Limits, tell: Tell) -> Ingest:
    """Take in what earlier ingests of the chosen sources recorded, from their snapshots alone, and publish it.

    See bring.recorded for what that is. Raises IngestRunningError, ReplayError.
    """
    sources = source.ordered(chosen)
    return _publish(places, lambda con: bring.recorded(con, places.snapshots, sources, until), limits, tell)


def backfill(
    places: Places, chosen: Iterable[str], days: tuple[dt.date, dt.date], limits: Limits, tell: Tell
) -> Ingest:
    """Take in the past of the chosen sources, first and last day included, piece by piece.

    Each piece is published by itself, so that a stop loses nothing of those before it; pieces that are held already
    are passed over, and a refused one does not stop the next. Raises IngestRunningError, BackfillError.
    """
    started, orders = time.monotonic(), bring.pieces(source.ordered(chosen), *days)
    done = Ingest([], {}, None, 0)
    with publish.writing(places.warehouse, limits.verify_minutes):
        left, asked = _lacking(places.warehouse, orders), dict[str, float]()
        for position, order in enumerate(left, start=len(orders) - len(left)):
            tell(f"{order.source.name} {order.first_day}", position, len(orders))
            piece = _as_needed(Bench(places, limits, places.snapshots, asked), _only(order), lambda *_: None)
            version = piece.version or done.version
            done = Ingest(done.runs + piece.runs, piece.models, version, time.monotonic() - started)
        tell("done", len(orders), len(orders))
    return done


def analyse(places: Places, days: Iterable[dt.date], forgotten: Iterable[dt.date], limits: Limits) -> Ingest:
    """Work the analysis out as known on these days, remove it for others, and publish; no source is taken in.

    Raises IngestRunningError, NothingPublishedError.
    """
    if versions.current_version(places.warehouse) is None:
        raise publish.NothingPublishedError("nothing is published to work on: run `serai ingest` first")
    gone = set(forgotten)
    wanted = tuple(sorted({*limits.analysis_days, *days} - gone))
    asked = replace(limits, analysis_days=wanted, forgotten_days=tuple(sorted(gone)))
    return _publish(places, lambda _: [], asked, lambda *_: None)


def _only(order: Order) -> Choose:
    return lambda _: [order]


def _lacking(folder: Path, orders: list[Order]) -> list[Order]:
    if publish.current_version(folder) is None:
        return orders
    with reading(folder) as reader:
        return bring.lacking(reader.ledger(), orders)


def _publish(places: Places, choose: Choose, limits: Limits, tell: Tell) -> Ingest:
    with publish.writing(places.warehouse, limits.verify_minutes):
        return _as_needed(Bench(places, limits, places.snapshots, {}), choose, tell)


def _as_needed(bench: Bench, choose: Choose, tell: Tell) -> Ingest:
    """Take in what is new and publish it; the writer's place must be held.

    What a damaged version had beyond the one that was read in its place comes again first, from the records.
    """
    started, folder = time.monotonic(), bench.places.warehouse
    snapshots.sweep(bench.places.snapshots)
    running.bury(folder)
    lost = versions.lost(folder)
    with schedule.ledger(folder) as con:
        orders = choose(con)
        if lost:
            again = bring.beyond(con, bench.places.snapshots, [source.load(name) for name in source.names()])
            orders = list(dict.fromkeys([*again, *orders]))
            bench.limits = vintage_days.recalled(con, folder, lost, bench.limits)
        lines = _lines_if_dead(bench, con, orders)
    with running.marked(folder, lines):
        runs = None if lost else _nothing_new(bench, orders, tell)
        if runs is not None:
            journal.add(folder, [ledger.line(run) for run in runs])
        else:
            with contextlib.suppress(publish.DamagedVersionError):
                return _new_version(bench, orders, tell, started)
            publish.repair(folder)
    if runs is None:
        return _as_needed(bench, choose, tell)
    for run in runs:
        told.ended(run)
    return Ingest(runs, {}, None, time.monotonic() - started)


def _lines_if_dead(bench: Bench, con: duckdb.DuckDBPyConnection, orders: list[Order]) -> list[dict[str, Any]]:
    """The lines of the ledger if this ingest dies; a replay asks no source, and its runs have times of their own."""
    if any(order.recorded for order in orders):
        return []
    return [ledger.line(bench.begun(con, order)) for order in orders]


def _nothing_new(bench: Bench, orders: list[Order], tell: Tell) -> list[SourceRun] | None:
    """The runs, if the published version has all that they would bring; else None."""
    folder = bench.places.warehouse
    if publish.current_version(folder) is None:
        return None
    with publish.holding(folder) as (_, path), duckdb.connect(str(path), read_only=True) as con:
        return _all_unchanged(bench, con, orders, tell)


def _all_unchanged(
    bench: Bench, con: duckdb.DuckDBPyConnection, orders: list[Order], tell: Tell
) -> list[SourceRun] | None:
    """The runs, if no source has anything new to tell and the version is as it would be made now; else None."""
    limits = bench.limits
    if schema.parts(con).get(HOUSE) != ledger.made_by(con) or vintages.lacking(con, limits.analysis_days):
        return None
    if set(limits.forgotten_days) & set(vintages.days(con)):
        return None
    journal.show(con, bench.places.warehouse)
    histories, runs = schedule.histories(con), []
    for position, order in enumerate(orders):
        tell(order.source.name, position, len(orders))
        found = bench.bring(con, order)
        if found.error is None:
            run, _ = _compared(bench, con, order)
            if run.outcome != "unchanged":
                return None
        elif _known_to_fail(order, found.error, histories, bench.limits.schedule):
            run = _told(found.run, order.source, found.error)
        else:
            return None
        runs.append(replace(run, seconds=found.seconds))
    return runs


def _known_to_fail(order: Order, error: Exception, histories: dict[str, History], rules: Rules) -> bool:
    """Whether a version has told of a source that it gives nothing, and one more failure is no news.

    The first of several in a row is, and the one for which the source is paused: alerts are raised by versions.
    """
    stopping.heed()
    failures = histories.get(order.source.name, History()).failures
    return not disk.full(error) and order.first_day is None and failures not in (0, rules.pause_after - 1)


def _new_version(bench: Bench, orders: list[Order], tell: Tell, started: float) -> Ingest:
    folder = bench.places.warehouse
    with publish.building(folder) as private:
        with duckdb.connect(str(private)) as con:
            con.execute(f"SET memory_limit = '{bench.limits.memory_mb}MB'")
            runs, counts = _build(con, bench, orders, tell)
            beside = vintage_days.beside(con)
        bench.finish()
        stopping.heed()
        tell("publishing", len(runs), len(runs))
        version = publish.publish(folder, private, bench.limits.keep_versions, beside)
        journal.clear(folder)
    told.published(runs, version, time.monotonic() - started)
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
        bench = Bench(places, limits, Path(folder), {}, leaves_traces=False)
        runs, counts = _build(con, bench, [Order(one) for one in source.ordered(needed)], tell)
        held_back = con.sql("FROM quarantine ORDER BY dataset, row_number").pl()
    return Ingest(runs, counts, None, time.monotonic() - started), held_back


def _feeds(candidate: Source, needed: set[str]) -> bool:
    wanted = set().union(*(source.judged_against(source.load(name).dataset) for name in needed))
    return candidate.dataset in wanted


def _build(
    con: duckdb.DuckDBPyConnection, bench: Bench, orders: list[Order], tell: Tell
) -> tuple[list[SourceRun], dict[str, int]]:
    schema.create(con)
    journal.fold(con, bench.places.warehouse)
    ledger.declare(con)
    runs = []
    for position, order in enumerate(orders):
        tell(order.source.name, position, len(orders))
        runs.append(_take_in(bench, con, order))
    tell("deriving", len(orders), len(orders))
    clock = time.monotonic()
    locate.refresh(con, bench.places.geometry)
    counts = models.build(con, {run.dataset for run in runs if run.loaded.changes})
    macros.create(con)
    models.refresh_freshness(con)
    told.derived(runs, time.monotonic() - clock, sum(counts.values()))
    schema.remember(con, HOUSE, ledger.made_by(con))
    if bench.leaves_traces:
        refresh.refresh(con)
        vintages.refresh_days(con, bench.limits.analysis_days, bench.limits.forgotten_days)
        rules.raise_alerts(con, bench.places.warehouse, partial(schedule.standing, rules=bench.limits.schedule))
    return runs, counts


def _take_in(bench: Bench, con: duckdb.DuckDBPyConnection, order: Order) -> SourceRun:
    """Take in one source; whatever goes wrong with it is its own line in the ledger and nobody else's trouble."""
    one, found, clock = order.source, bench.bring(con, order), time.monotonic()
    run = found.run
    told.begin(run)
    stopping.heed()
    try:
        if found.error:
            raise found.error
        with panics.as_errors():
            run = _steps(bench, con, order)
    except Exception as error:
        stopping.heed()
        if disk.full(error):
            raise  # whatever else is begun ends the same way
        run = _told(run, one, error)
    run = replace(run, seconds=found.seconds + time.monotonic() - clock)
    journal.insert(con, ledger.line(run))
    told.ended(run)
    return run


def _told(run: SourceRun, one: Source, error: Exception) -> SourceRun:
    """The run with the reason for which its source was refused, or by which it failed."""
    if isinstance(error, OSError):
        return replace(run, reason=f"{one.address}: {error.strerror}: restore the file")
    if isinstance(error, BatchError):
        return replace(run, reason=f"{getattr(error, 'where', one.address)}: {error}")
    log.error("broke", step="run", exc_info=error)
    return replace(run, outcome="error", reason=f"{one.address}: {type(error).__name__}: {error}")


def _compared(bench: Bench, con: duckdb.DuckDBPyConnection, order: Order) -> tuple[SourceRun, list[Answer]]:
    """The run as far as its answers tell, and these: ``unchanged`` where they are what was taken in last, or none."""
    one, found = order.source, bench.bring(con, order)
    if not found.answers:
        return replace(found.run, outcome="unchanged"), []
    digest = snapshots.of_batch(found.answers)
    run = replace(found.run, snapshot=digest, fingerprint=ledger.fingerprint(con, one, digest))
    if run.fingerprint == ledger.last_fingerprint(con, one):
        run = ledger.unchanged(con, run)
    return run, found.answers


def _steps(bench: Bench, con: duckdb.DuckDBPyConnection, order: Order) -> SourceRun:
    run, answers = _compared(bench, con, order)
    if run.outcome == "unchanged":
        return run
    bench.record(order, run, answers)
    with Stage(con, contracts.load(run.dataset)) as stage:
        return _judge_and_load(bench, order.source, run, answers, stage)


def _judge_and_load(bench: Bench, one: Source, run: SourceRun, answers: list[Answer], stage: Stage) -> SourceRun:
    from expectations.judge import Batch

    con, clock = stage.con, time.monotonic()
    # How many rows a part of the past has nobody knows; none at all would take away what is there.
    fewest = min(1, one.fewest) if run.first_day else one.fewest
    hearing = bench.judge(con).hearing(Batch(one.name, stage.contract, fewest, one.most))
    corrected = _hear(one, answers, bench.limits.parse, hearing, stage)
    verdict = hearing.verdict(run.run_id)
    run = replace(run, rows_seen=verdict.rows, warnings=verdict.warnings)
    ledger.record_validations(con, run, verdict)
    told.judged(run, time.monotonic() - clock, len(verdict.bad_rows))
    refusal = verdict.refusal(bench.limits.most_bad)
    if verdict.error or refusal:
        outcome = "error" if verdict.error else "refused"
        return replace(run, outcome=outcome, reason=f"{one.address}: {verdict.error or refusal}")
    clock = time.monotonic()
    with transaction(con):
        ledger.quarantine(con, run)
        ledger.correct(con, run, stage.contract, corrected)
        loaded = stage.load(Delivery(one.name, run.run_id, run.started_at, one.scope(answers)))
    run = replace(run, outcome="loaded", loaded=loaded, rows_quarantined=len(verdict.bad_rows))
    told.loaded(run, time.monotonic() - clock)
    return run


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
