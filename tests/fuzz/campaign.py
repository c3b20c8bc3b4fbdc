"""The campaign: which inputs, in which process, and the table of what came of them."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import duckdb
import pytest

from ingest import bring, source
from ingest import run as ingesting
from ingest.bench import Places
from ingest.snapshots import Answer
from tests.conftest import HOUSE
from tests.fuzz import house, seeds
from tests.fuzz.house import Given, Outcome
from tests.ingest.conftest import LIMITS, House
from tests.server import Server
from warehouse import publish

# Inputs after which a process begins with fresh facts, and which it tells of together.
SHARE = 250
OUTCOMES = ("parsed", "loaded", "quarantined", "unchanged", "refused", "error")
Batches = dict[str, list[list[Answer]]]


@dataclass(frozen=True)
class Plan:
    """What is asked for."""

    seed: int
    count: int
    whole: int
    only: str | None = None
    number: int | None = None
    jobs: int = 2

    def numbers(self, count: int) -> list[int]:
        """The inputs, each by its number; the source of each is told from it."""
        if self.number is not None:
            return [self.number]
        names = source.names()
        return [one for one in range(count) if not self.only or names[one % len(names)] == self.only]


def run(plan: Plan, base: Path | None = None) -> list[Outcome]:
    """What came of every input, on copies of a published data folder or on a fresh one."""
    if base:
        return [*share(plan, base, plan.numbers(plan.count)), *whole(plan, base, plan.numbers(plan.whole))]
    with tempfile.TemporaryDirectory(prefix="serai-fuzz-") as folder:
        base = Path(folder) / "base"
        built(base)
        if plan.jobs == 1 or plan.number is not None:
            return run(plan, base)
        return _together(plan, base)


def built(base: Path) -> None:
    """A published warehouse of all shipped facts."""
    made = House(base)
    made.ingest(*source.shipped())


def _together(plan: Plan, base: Path) -> list[Outcome]:
    found: list[Outcome] = []
    numbers, wholes = plan.numbers(plan.count), plan.numbers(plan.whole)
    with ProcessPoolExecutor(plan.jobs, multiprocessing.get_context("spawn")) as pool:
        coming = {}
        for start in range(0, len(numbers), SHARE):
            part = numbers[start : start + SHARE]
            coming[pool.submit(share, plan, base, part)] = part
        for start in range(0, len(wholes), SHARE // 5):
            part = wholes[start : start + SHARE // 5]
            coming[pool.submit(whole, plan, base, part)] = part
        for done in as_completed(coming):
            part = coming[done]
            try:
                found += done.result()
            except Exception as error:  # it died, or what it raised cannot be told from process to process
                wrong = f"a process ended on one of {part[0]} to {part[-1]}: {type(error).__name__}: {error}"
                found.append(Outcome(part[0], "?", "", "error", 0, wrong))
            print(f"{len(found):,} of {len(numbers) + len(wholes):,}", flush=True)  # noqa: T201
    return found


def share(plan: Plan, base: Path, numbers: list[int]) -> list[Outcome]:
    """Parse, judge and load these inputs, one after another, on one private warehouse."""
    with _set_up() as (batches, folder):
        private = folder / "private.duckdb"
        version = publish.current_version(base / "warehouse")
        assert version
        shutil.copyfile(publish.version_file(base / "warehouse", version), private)
        private.chmod(0o600)
        with duckdb.connect(str(private)) as con:
            bench = Given(_places(base), LIMITS, folder / "snapshots", {}, leaves_traces=False)
            return [_one(plan, bench, con, batches, number) for number in numbers]


def parse(plan: Plan, count: int) -> list[Outcome]:
    """What comes of parsing alone."""
    with _set_up() as (batches, _):
        found = []
        for number in plan.numbers(count):
            one, ways, answers = _spoilt(plan, batches, number)
            found.append(house.parse_only(number, one, ways, answers, LIMITS.parse))
        return found


def _one(plan: Plan, bench: Given, con: duckdb.DuckDBPyConnection, batches: Batches, number: int) -> Outcome:
    one, ways, answers = _spoilt(plan, batches, number)
    bench.answers = answers
    return house.take_in(bench, con, number, one, ways)


def _spoilt(plan: Plan, batches: Batches, number: int) -> tuple[source.Source, str, list[Answer]]:
    name = source.names()[number % len(source.names())]
    random = Random(f"{plan.seed} {name} {number}")
    ways, answers = house.spoilt(random.choice(batches[name]), random)
    return source.load(name), ways, answers


def whole(plan: Plan, base: Path, numbers: list[int]) -> list[Outcome]:
    """Take these inputs through whole ingests: what is refused must leave the facts as they were."""
    with _set_up() as (batches, folder):
        shutil.copytree(base, folder / "house", symlinks=True)
        return [_whole(plan, folder / "house", batches, number) for number in numbers]


def _whole(plan: Plan, data: Path, batches: Batches, number: int) -> Outcome:
    one, ways, answers = _spoilt(plan, batches, number)
    before = _published(data, one)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bring, "live", lambda *_: answers)
        patch.setattr(bring, "shipped", lambda *_: answers)
        [done] = ingesting.ingest(_places(data), [one.name], LIMITS, lambda *_: None).runs
    wrong = None if done.outcome in ("loaded", "unchanged", "refused") else f"{done.outcome}: {done.reason}"
    if done.outcome != "loaded" and _published(data, one) != before:
        wrong = "it was not loaded and changed the published facts"
    outcome = "quarantined" if done.outcome == "loaded" and done.rows_quarantined else done.outcome
    return Outcome(number, one.name, f"whole: {ways}", outcome, done.seconds, wrong, done.reason)


def _published(data: Path, one: source.Source) -> object:
    with publish.holding(data / "warehouse") as (_, path), duckdb.connect(str(path), read_only=True) as con:
        return house.held(con, one.dataset)


def _places(data: Path) -> Places:
    return Places(data / "raw", data / "warehouse", data / "reports", HOUSE / "data" / "geometry")


@contextlib.contextmanager
def _set_up() -> Iterator[tuple[Batches, Path]]:
    """The good batches of all sources, small ones let in; and a folder."""
    logging.disable(logging.CRITICAL)
    load = source.load
    with (
        tempfile.TemporaryDirectory(prefix="serai-fuzz-") as folder,
        Server() as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(source, "load", lambda name: replace(load(name), fewest=1, pause=0))
        yield seeds.answers(server, Path(folder), patch), Path(folder)
    logging.disable(logging.NOTSET)


def table(found: list[Outcome], seed: int) -> str:
    """What came of all inputs by source, then each finding."""
    lines = [
        f"seed {seed}",
        f"{'source':<24}{'inputs':>8}" + "".join(f"{name:>13}" for name in OUTCOMES) + f"{'longest':>9}",
    ]
    for name in [*sorted({one.source for one in found}), "all"]:
        rows = [one for one in found if name in (one.source, "all")]
        came = Counter(one.outcome if not one.wrong else "error" for one in rows)
        longest = max(one.seconds for one in rows)
        lines.append(
            f"{name:<24}{len(rows):>8}" + "".join(f"{came[what]:>13}" for what in OUTCOMES) + f"{longest:>8.1f}s"
        )
    lines += [
        f"FINDING {one.source} {one.number} ({one.ways}): {(one.wrong or '')[:300]}" for one in found if one.wrong
    ]
    return "\n".join(lines)
