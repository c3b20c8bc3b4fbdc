"""Real processes at the same time: a DuckDB shell, readers, and ingests that may die at any moment."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import HOUSE, serai, with_facts

SHELL = Path(sys.executable).with_name("duckdb")
# Readers in a loop: each opens the newest version, asks, lets go; it prints what it waited for the first answer, and
# the answer. The one holds a version as the dashboard does, the other asks as `serai sql` does.
READERS = {
    "dashboard": "counts = {reader.cursor().execute(QUESTION).fetchall()[0][0] for _ in range(5)}",
    "serai sql": (
        "reader.restrict(LIMITS); counts = set(ask(reader.ledger(), QUESTION, LIMITS).table.column(0).to_pylist())"
    ),
}
READER = """
import pathlib, sys, time
from warehouse.connect import Limits, ask, reading
folder, QUESTION, LIMITS = pathlib.Path(sys.argv[1]), "SELECT count(*) FROM timeline", Limits(5, 10, 512)
with reading(folder) as reader:
    ask(reader.ledger(), QUESTION, LIMITS)  # whatever is imported at the first use
print("reading", flush=True)
while True:
    began = time.monotonic()
    with reading(folder) as reader:
        {asks}
        assert len(counts) == 1, counts
    print(time.monotonic() - began, *counts, flush=True)
"""
# The longest that a reader may wait, seconds; on a machine that is busy with other things three times what it waits
# there with no ingest running.
LONGEST = 1.0


def test_shells_readers_and_ingests_do_not_hinder_each_other(tmp_path: Path) -> None:
    data = with_facts(tmp_path)
    assert serai("ingest", "timeline", data=data).returncode == 0
    published = data / "warehouse" / "serai.duckdb"
    with contextlib.ExitStack() as running:
        shell = running.enter_context(
            subprocess.Popen([SHELL, "-csv", published], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        running.callback(shell.kill)
        readers = {name: running.enter_context(Reading(data, asks)) for name, asks in READERS.items()}
        assert answer(shell, "SELECT count(*) AS n FROM timeline;", 2) == ["n", "559"]
        alone = max(waited for reader in readers.values() for waited in reader.waits(10))

        take_a_row_away(data)
        ingest = running.enter_context(ingesting(data, "timeline"))
        shells = [open_a_shell(published)]
        while ingest.poll() is None:
            shells.append(open_a_shell(published))
        assert ingest.returncode == 0

        mine = "CREATE TABLE mine AS SELECT 1 AS n; SELECT count(*) AS n FROM timeline;"
        assert answer(shell, mine, 2) == ["n", "559"]
        assert serai("sql", "SELECT count(*) AS n FROM timeline", "-f", "csv", data=data).stdout == "n\n558\n"
        longest = {name: max(reader.until("558")) for name, reader in readers.items()} | {"shell": max(shells)}
    told = ", ".join(f"{name} {waited:.2f} s" for name, waited in longest.items())
    sys.stdout.write(f"longest wait beside an ingest: {told}; readers without one {alone:.2f} s\n")
    assert max(longest.values()) < max(LONGEST, 3 * alone), longest


def test_a_second_ingest_is_told_that_one_is_running(tmp_path: Path) -> None:
    data = with_facts(tmp_path)
    with ingesting(data, "timeline") as first:
        while not list((data / "warehouse" / "building").glob("*")):
            time.sleep(0.05)
        second = serai("ingest", "claims", data=data)
        assert second.returncode == 3
        assert f"another ingest is running (process {first.pid})" in second.stderr
        assert first.wait() == 0


def test_kills_at_every_step_leave_the_last_version_and_the_next_ingest_completes(published: Path) -> None:
    """A few of the kills of ``make crashes``, which prints the table of them all."""
    steps = ["load", "switch", "nothing new: journal", "any moment"]
    asked = ["--kills", "1", "--published", str(published), "--scenes", "changed", "unchanged", "--steps", *steps]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.crashes", *asked],
        cwd=HOUSE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[0] == f"{len(steps)} kills in {len(steps)} steps"


class Reading:
    """A process that reads in a loop."""

    def __init__(self, data: Path, asks: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", READER.replace("{asks}", asks), data / "warehouse"],
            stdout=subprocess.PIPE, text=True, cwd=HOUSE,
        )  # fmt: skip

    def __enter__(self) -> Reading:
        assert self._line() == "reading"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def waits(self, times: int) -> list[float]:
        """How long it waited, the next so many times."""
        return [float(self._line().split()[0]) for _ in range(times)]

    def until(self, count: str) -> list[float]:
        """How long it waited each time until it read that count; every other was the one before."""
        waited = []
        while True:
            seconds, found = self._line().split()
            waited.append(float(seconds))
            if found == count:
                return waited
            assert found == "559", "every read is one version or the other"

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line, "the reader goes on"
        return line


@contextlib.contextmanager
def ingesting(data: Path, *sources: str) -> Iterator[subprocess.Popen[bytes]]:
    """The real command while it runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "serai", "ingest", *sources], env={**os.environ, "SERAI_DATA": str(data)}, cwd=HOUSE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with process:
        yield process


def open_a_shell(published: Path) -> float:
    """Seconds that a shell takes to start, read-only beside the one that writes, and to answer."""
    began = time.monotonic()
    read = str(published.resolve().with_name("serai.duckdb"))
    asked = [str(SHELL), "-csv", "-readonly", read, "SELECT count(*) FROM timeline"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[1] in ("558", "559")
    return time.monotonic() - began


def take_a_row_away(data: Path) -> None:
    file = data / "raw" / "curated" / "timeline.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")


def answer(shell: subprocess.Popen[str], query: str, lines: int) -> list[str]:
    assert shell.stdin is not None
    assert shell.stdout is not None
    shell.stdin.write(query + "\n")
    shell.stdin.flush()
    return [shell.stdout.readline().strip() for _ in range(lines)]
