"""A warehouse that takes in spoilt answers, and what must be so afterwards."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import resource
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import duckdb

from ingest import run, slices, source
from ingest.bench import Bench, Brought
from ingest.bring import Order
from ingest.csv_file import BatchError, ParseLimits
from ingest.ledger import SourceRun
from ingest.snapshots import Answer
from tests.fuzz import mutations
from tests.ingest import live
from warehouse import contracts
from warehouse.contracts import Field

# What one input may take. The parser of the largest seed takes a tenth of a second.
SECONDS = 20
MEMORY_MB = 2_000


@dataclass(frozen=True)
class Outcome:
    """What came of one spoilt batch. ``wrong`` says what is a finding."""

    number: int
    source: str
    ways: str
    outcome: str
    seconds: float
    wrong: str | None = None
    reason: str | None = None


class TooSlowError(Exception):
    """It took longer than SECONDS."""


class Given(Bench):
    """A bench whose sources give what the test gives."""

    answers: list[Answer]

    def bring(self, con: duckdb.DuckDBPyConnection, order: Order) -> Brought:
        return Brought(self.begun(con, order), self.answers, None, 0)


def spoilt(batch: list[Answer], random: Random) -> tuple[str, list[Answer]]:
    """The batch with one of its answers spoilt."""
    at = random.randrange(len(batch))
    ways, content = mutations.spoil(batch[at].content, random)
    return ways, [*batch[:at], live.answer(batch[at].url, content), *batch[at + 1 :]]


def take_in(bench: Given, con: duckdb.DuckDBPyConnection, number: int, one: source.Source, ways: str) -> Outcome:
    """Parse, judge and load as an ingest does, and look at what it did."""
    before, clock = held(con, one.dataset), time.monotonic()
    try:
        with within():
            done = run._take_in(bench, con, Order(one))
    except Exception as error:
        done = SourceRun("", one.name, one.dataset, "raised", dt.datetime.now(), 0, reason=repr(error))  # noqa: DTZ005
    took = time.monotonic() - clock
    outcome = "quarantined" if done.outcome == "loaded" and done.rows_quarantined else done.outcome
    return Outcome(number, one.name, ways, outcome, took, _wrong(con, one, done, before), done.reason)


def parse_only(number: int, one: source.Source, ways: str, answers: list[Answer], limits: ParseLimits) -> Outcome:
    """Parse alone: rows or a refusal in words."""
    clock = time.monotonic()
    outcome, wrong, reason = "parsed", None, None
    try:
        with within():
            for _ in slices.of_batch(one, answers, limits):
                pass
    except BatchError as error:
        outcome, reason = "refused", str(error)
    except Exception as error:
        outcome, wrong = "error", repr(error)
    return Outcome(number, one.name, ways, outcome, time.monotonic() - clock, wrong, reason)


def _wrong(con: duckdb.DuckDBPyConnection, one: source.Source, done: SourceRun, before: Any) -> str | None:
    if done.outcome not in ("loaded", "unchanged", "refused"):
        return f"{done.outcome}: {done.reason}"
    if done.outcome == "refused" and len(done.reason or "") < 20:
        return f"refused without words: {done.reason}"
    if done.outcome != "loaded" and held(con, one.dataset) != before:
        return "it was not loaded and changed the facts"
    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 > MEMORY_MB:
        return f"it took more than {MEMORY_MB} MB"
    return breach(con, one) if done.outcome == "loaded" else None


def held(con: duckdb.DuckDBPyConnection, dataset: str) -> Any:
    """What tells one state of a dataset's facts from another."""
    return con.execute(
        f"SELECT count(*), bit_xor(hash(f)), count(superseded_at) FROM facts.{dataset} AS f"
    ).fetchall()


def breach(con: duckdb.DuckDBPyConnection, one: source.Source) -> str | None:
    """A promise of the contract that a current row of the source breaks, if any: told in SQL, not by the judges."""
    contract = contracts.load(one.dataset)
    checks = [(f"{field.name} {words}", sql) for field in contract.fields for words, sql in _checks(field)]
    counted = ", ".join(f"count(*) FILTER (WHERE {sql})" for _, sql in checks)
    current = f"facts.{one.dataset} WHERE superseded_at IS NULL AND source = '{one.name}'"
    found = con.execute(f"SELECT {counted} FROM {current}").fetchall()[0]
    broken = [words for (words, _), count in zip(checks, found, strict=True) if count]
    broken += [f"{field.name} has another shape" for field in contract.fields if _misshapen(con, current, field)]
    key = ", ".join(contract.primary_key)
    if con.execute(f"SELECT 1 FROM {current} GROUP BY {key} HAVING count(*) > 1").fetchall():
        broken.append(f"key {key} twice")
    return f"loaded in breach of the contract: {'; '.join(broken)}" if broken else None


def _misshapen(con: duckdb.DuckDBPyConnection, current: str, field: Field) -> bool:
    """Whether a value lacks the field's pattern; in Python, for the database's has no lookahead."""
    if not field.pattern:
        return False
    values = con.execute(f'SELECT DISTINCT "{field.name}" FROM {current} AND "{field.name}" IS NOT NULL').fetchall()
    return any(not re.fullmatch(field.pattern, value) for (value,) in values)


def _checks(field: Field) -> Iterator[tuple[str, str]]:
    name = f'"{field.name}"'
    if field.required:
        yield "is empty", f"{name} IS NULL"
    if field.enum:
        yield "is no such value", f"{name} NOT IN ({', '.join(_literal(one) for one in field.enum)})"
    if field.minimum is not None:
        yield "is too small", f"{name} < {_literal(field.minimum)}"
    if field.maximum is not None:
        yield "is too large", f"{name} > {_literal(field.maximum)}"
    if field.type == "number":
        yield "is no number", f"NOT isfinite({name})"


def _literal(value: Any) -> str:
    if isinstance(value, int | float):
        return json.dumps(value)
    return "'" + str(value).replace("'", "''") + "'"


@contextlib.contextmanager
def within() -> Iterator[None]:
    """Stop what takes too long."""

    def stop(*_: Any) -> None:
        raise TooSlowError(f"longer than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
