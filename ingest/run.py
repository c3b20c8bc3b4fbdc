"""One ingest: fetch, parse, judge, load, derive, publish. Readers see all of it or nothing."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from ingest import ledger, snapshots, source
from ingest.csv_file import BatchError, ParseLimits
from ingest.ledger import SourceRun
from ingest.source import Source
from warehouse import contracts, models, publish, schema
from warehouse.load import load

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
            runs, counts = _build(con, places, sources, limits, tell)
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
        runs, counts = _build(con, places, source.ordered(needed), limits, tell, report=False)
        held_back = con.sql("FROM quarantine ORDER BY dataset, row_number").pl()
    return Ingest(runs, counts, None, time.monotonic() - started), held_back


def _feeds(candidate: Source, needed: set[str]) -> bool:
    wanted = set().union(*(source.judged_against(source.load(name).dataset) for name in needed))
    return candidate.dataset in wanted


def _build(
    con: duckdb.DuckDBPyConnection,
    places: Places,
    sources: list[Source],
    limits: Limits,
    tell: Tell,
    *,
    report: bool = True,
) -> tuple[list[SourceRun], dict[str, int]]:
    schema.create(con)
    bench = _Bench(con, places, limits, places.reports if report else None)
    runs = []
    for position, one in enumerate(sources):
        tell(one.name, position, len(sources))
        runs.append(_take_in(bench, one))
    tell("deriving", len(sources), len(sources))
    counts = models.build(con)
    models.refresh_freshness(con)
    if report and bench.judged:
        from expectations import reports

        reports.write_index(places.reports)
    return runs, counts


class _Bench:
    """What the sources of one ingest share: the connection, the limits, and one judge, made when first needed."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, places: Places, limits: Limits, reports_folder: Path | None
    ) -> None:
        self.con = con
        self.places = places
        self.limits = limits
        self._reports_folder = reports_folder
        self._judge: Judge | None = None

    @property
    def judged(self) -> bool:
        """Whether any batch was judged."""
        return self._judge is not None

    @property
    def judge(self) -> Judge:
        """The judge; the first use takes the seconds that Great Expectations needs to be imported."""
        if self._judge is None:
            from expectations.judge import Judge
            from expectations.references import References

            self._judge = Judge(References(self.con, self.places.geometry), self._reports_folder)
        return self._judge


def _take_in(bench: _Bench, one: Source) -> SourceRun:
    started, clock = ledger.now(bench.con), time.monotonic()
    run = SourceRun(f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}", one.name, one.dataset, "refused", started, 0)
    try:
        content = _fetch(bench.places, one)
    except OSError as error:
        return ledger.record(
            bench.con, replace(run, reason=f"{one.address}: {error.strerror}: restore the file"), clock
        )
    digest = snapshots.keep(bench.places.raw / "snapshots", one, content)
    run = replace(run, snapshot=digest, fingerprint=ledger.fingerprint(bench.con, one, digest))
    if run.fingerprint == ledger.last_fingerprint(bench.con, one):
        return ledger.record(bench.con, ledger.unchanged(bench.con, run), clock)
    try:
        rows = one.parse(content, contracts.load(one.dataset), bench.limits.parse)
    except BatchError as error:
        return ledger.record(bench.con, replace(run, reason=f"{one.address}: {error}"), clock)
    return ledger.record(bench.con, _judge_and_load(bench, one, run, rows), clock)


def _judge_and_load(bench: _Bench, one: Source, run: SourceRun, rows: pl.DataFrame) -> SourceRun:
    from expectations.judge import Batch

    contract = contracts.load(one.dataset)
    verdict = bench.judge.judge(Batch(one.name, contract, rows, one.fewest, one.most), run.run_id)
    run = replace(run, rows_seen=rows.height, warnings=verdict.warnings)
    bench.con.begin()
    ledger.record_validations(bench.con, run, verdict)
    refusal = verdict.refusal(bench.limits.most_bad)
    if verdict.error or refusal:
        bench.con.commit()
        outcome = "error" if verdict.error else "refused"
        return replace(run, outcome=outcome, reason=f"{one.address}: {verdict.error or refusal}")
    good = rows.filter(~pl.col("row_number").is_in(verdict.bad_rows)).select(contract.columns)
    ledger.quarantine(bench.con, run, verdict, rows)
    loaded = load(bench.con, contract, good, present=rows, source=one.name, run_id=run.run_id, at=run.started_at)
    bench.con.commit()
    return replace(run, outcome="loaded", loaded=loaded, rows_quarantined=len(verdict.bad_rows))


def _fetch(places: Places, one: Source) -> bytes:
    return (places.raw / one.address).read_bytes()
