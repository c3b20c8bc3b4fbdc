"""One ingest: fetch, parse, correct, judge, load, derive, publish. Readers see all of it or nothing."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from ingest import corrections, ledger, snapshots, source
from ingest.corrections import Applied
from ingest.csv_file import BatchError, ParseLimits
from ingest.ledger import SourceRun
from ingest.source import Source
from warehouse import contracts, macros, models, publish, schema
from warehouse.load import load, transaction

if TYPE_CHECKING:
    from expectations.judge import Judge

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Places:
    """Where an ingest finds and leaves things."""

    raw: Path
    warehouse: Path
    reports: Path
    geometry: Path


@dataclass(frozen=True)
class Limits:
    """What an ingest allows."""

    parse: ParseLimits
    most_bad: float
    keep_versions: int


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
    started = time.monotonic()
    sources = source.ordered(chosen)
    with publish.writing(places.warehouse) as private:
        with duckdb.connect(str(private)) as con:
            bench = _Bench(con, places, limits, leaves_traces=True)
            runs, counts = _build(con, bench, sources, tell)
        bench.finish()
        tell("publishing", len(sources), len(sources))
        version = publish.publish(places.warehouse, private, limits.keep_versions)
    return Ingest(runs, counts, version, time.monotonic() - started)


def check(places: Places, chosen: Iterable[str], limits: Limits, tell: Tell) -> tuple[Ingest, pl.DataFrame]:
    """Judge the chosen sources as an ingest would, publish nothing, and return what came of it and the quarantine.

    What they are judged against is taken in too, from the files. Columns of the quarantine: as the table.
    """
    started = time.monotonic()
    needed = set(chosen)
    while more := {s.name for s in map(source.load, source.names()) if _feeds(s, needed)} - needed:
        needed |= more
    with duckdb.connect() as con:
        bench = _Bench(con, places, limits, leaves_traces=False)
        runs, counts = _build(con, bench, source.ordered(needed), tell)
        held_back = con.sql("FROM quarantine ORDER BY dataset, row_number").pl()
    return Ingest(runs, counts, None, time.monotonic() - started), held_back


def _feeds(candidate: Source, needed: set[str]) -> bool:
    wanted = set().union(*(source.judged_against(source.load(name).dataset) for name in needed))
    return candidate.dataset in wanted


def _build(
    con: duckdb.DuckDBPyConnection, bench: _Bench, sources: list[Source], tell: Tell
) -> tuple[list[SourceRun], dict[str, int]]:
    schema.create(con)
    runs = []
    for position, one in enumerate(sources):
        tell(one.name, position, len(sources))
        runs.append(_take_in(bench, one))
    tell("deriving", len(sources), len(sources))
    counts = models.build(con)
    macros.create(con)
    models.refresh_freshness(con)
    return runs, counts


class _Bench:
    """What the sources of one ingest share: the connection, the limits, and one judge, made when first needed.

    Without ``leaves_traces`` neither snapshots nor reports are written.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, places: Places, limits: Limits, *, leaves_traces: bool
    ) -> None:
        self.con = con
        self.places = places
        self.limits = limits
        self.leaves_traces = leaves_traces
        self._judge: Judge | None = None

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
        if self._judge is not None and self.leaves_traces:
            from expectations import reports

            reports.write_index(self.places.reports)

    def fetch(self, one: Source) -> tuple[bytes, str]:
        """The source's bytes as they came, kept as a snapshot, and their hash. Raises OSError."""
        path = self.places.raw / one.address
        if path.exists() and not path.is_file():
            raise BatchError("this is no file: put the CSV file in its place")
        content = path.read_bytes()
        digest = snapshots.digest(content)
        if self.leaves_traces:
            snapshots.keep(self.places.raw / "snapshots", one, content)
        return content, digest


def _take_in(bench: _Bench, one: Source) -> SourceRun:
    """Take in one source; whatever goes wrong with it is its own line in the ledger and nobody else's trouble."""
    started, clock = ledger.now(bench.con), time.monotonic()
    run = SourceRun(f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}", one.name, one.dataset, "refused", started, 0)
    try:
        run = _steps(bench, one, run)
    except OSError as error:
        run = replace(run, reason=f"{one.address}: {error.strerror}: restore the file")
    except BatchError as error:
        run = replace(run, reason=f"{one.address}: {error}")
    except Exception as error:
        logging.getLogger(__name__).exception("source %s", one.name)
        run = replace(run, outcome="error", reason=f"{one.address}: {type(error).__name__}: {error}")
    return ledger.record(bench.con, run, clock)


def _steps(bench: _Bench, one: Source, run: SourceRun) -> SourceRun:
    content, digest = bench.fetch(one)
    run = replace(run, snapshot=digest, fingerprint=ledger.fingerprint(bench.con, one, digest))
    if run.fingerprint == ledger.last_fingerprint(bench.con, one):
        return ledger.unchanged(bench.con, run)
    as_came = one.parse(content, contracts.load(one.dataset), bench.limits.parse)
    # A file cut off lacks rows for another reason than that its errors were mended: the judges say so.
    known = corrections.load(one) if as_came.height >= one.fewest else []
    rows, corrected = corrections.apply(as_came, known)
    return _judge_and_load(bench, one, run, rows, corrected)


def _judge_and_load(
    bench: _Bench, one: Source, run: SourceRun, rows: pl.DataFrame, corrected: list[Applied]
) -> SourceRun:
    from expectations.judge import Batch

    contract = contracts.load(one.dataset)
    verdict = bench.judge.judge(Batch(one.name, contract, rows, one.fewest, one.most), run.run_id)
    run = replace(run, rows_seen=rows.height, warnings=verdict.warnings)
    ledger.record_validations(bench.con, run, verdict)
    refusal = verdict.refusal(bench.limits.most_bad)
    if verdict.error or refusal:
        outcome = "error" if verdict.error else "refused"
        return replace(run, outcome=outcome, reason=f"{one.address}: {verdict.error or refusal}")
    good = rows.filter(~pl.col("row_number").is_in(verdict.bad_rows)).select(contract.columns)
    with transaction(bench.con):
        ledger.quarantine(bench.con, run, verdict, rows)
        ledger.correct(bench.con, run, contract, corrected)
        loaded = load(bench.con, contract, good, present=rows, source=one.name, run_id=run.run_id, at=run.started_at)
    return replace(run, outcome="loaded", loaded=loaded, rows_quarantined=len(verdict.bad_rows))
