"""Real processes at the same time: a DuckDB shell, readers, and ingests that may die at any moment."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest import run
from serai.settings import Settings
from tests.conftest import HOUSE, serai, with_facts
from warehouse.connect import reading
from warehouse.publish import current_version, version_file

SHELL = Path(sys.executable).with_name("duckdb")
# A reader as the dashboard is one: it holds a version, asks, lets go, and asks for the newest again.
READER = """
import pathlib, sys
from warehouse.connect import reading
folder = pathlib.Path(sys.argv[1])
print("reading", flush=True)
while True:
    with reading(folder) as reader:
        counts = [reader.cursor().execute("SELECT count(*) FROM timeline").fetchall()[0][0] for _ in range(20)]
        assert len(set(counts)) == 1, counts
        print(counts[0], flush=True)
"""


def test_shell_reader_and_ingest_do_not_hinder_each_other(tmp_path: Path) -> None:
    data = with_facts(tmp_path)
    assert serai("ingest", "timeline", data=data).returncode == 0
    published = data / "warehouse" / "serai.duckdb"
    with (
        subprocess.Popen(
            [SHELL, "-csv", published], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as shell,
        subprocess.Popen(
            [sys.executable, "-c", READER, data / "warehouse"], stdout=subprocess.PIPE, text=True, cwd=HOUSE
        ) as reader,
    ):
        assert answer(shell, "SELECT count(*) AS n FROM timeline;", 2) == ["n", "559"]
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"

        take_a_row_away(data)
        done = serai("ingest", "timeline", data=data)
        assert done.returncode == 0, done.stderr

        assert answer(shell, "CREATE TABLE mine AS SELECT 1 AS n; SELECT count(*) AS n FROM timeline;", 2) == [
            "n",
            "559",
        ]
        assert serai("sql", "SELECT count(*) AS n FROM timeline", "-f", "csv", data=data).stdout == "n\n558\n"
        wait_for(reader, "558")
        assert reader.poll() is None, "the reader goes on"
        reader.kill()
        shell.kill()
    new_shell = subprocess.run(
        [SHELL, "-csv", published, "SELECT count(*) AS n FROM timeline"], capture_output=True, text=True, check=True
    )
    assert new_shell.stdout.split() == ["n", "558"]


def test_a_second_ingest_is_told_that_one_is_running(tmp_path: Path) -> None:
    data = with_facts(tmp_path)
    first = subprocess.Popen(
        [sys.executable, "-m", "serai", "ingest"], env={**os.environ, "SERAI_DATA": str(data)}, cwd=HOUSE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while not (data / "warehouse" / "building").exists():
        time.sleep(0.05)
    second = serai("ingest", "claims", data=data)
    assert second.returncode == 3
    assert f"another ingest is running (process {first.pid})" in second.stderr
    assert first.wait() == 0


# The function at whose door the ingest is killed, and on which side of it.
DOORS = [
    ("ingest.snapshots.keep", "before"),
    ("warehouse.load.Stage.load", "before"),
    ("warehouse.load.Stage.load", "after"),
    ("warehouse.models.build", "before"),
    ("warehouse.models.refresh_freshness", "after"),
    ("warehouse.publish.publish", "before"),
    ("warehouse.publish._sync", "before"),
    ("warehouse.publish._switch", "before"),
    ("warehouse.publish._switch", "after"),
    ("warehouse.publish.prune", "before"),
]
DIES = """
import os, pkgutil, signal, sys
door, side = sys.argv[1:]
module, _, name = door.rpartition(".")
place = pkgutil.resolve_name(module)
real = getattr(place, name)
def dying(*arguments, **named):
    if side == "after":
        real(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(place, name, dying)
sys.argv = ["serai", "ingest", "timeline"]
import runpy
runpy.run_module("serai", run_name="__main__")
"""


@pytest.fixture(scope="module")
def with_a_row_less(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = with_facts(tmp_path_factory.mktemp("changed"))
    assert serai("ingest", "timeline", data=data).returncode == 0
    take_a_row_away(data)
    return data


@pytest.fixture
def changed(tmp_path: Path, with_a_row_less: Path) -> Path:
    """A data folder whose timeline is published with 559 rows and has 558 in its file."""
    shutil.copytree(with_a_row_less, tmp_path, symlinks=True, dirs_exist_ok=True)
    return tmp_path


@pytest.mark.parametrize(("door", "side"), DOORS, ids=lambda value: str(value).rsplit(".")[-1])
def test_kill_9_leaves_the_published_file_as_it_was_and_the_next_ingest_completes(
    changed: Path, door: str, side: str
) -> None:
    before = published(changed)
    dead = subprocess.run(
        [sys.executable, "-c", DIES, door, side], env={**os.environ, "SERAI_DATA": str(changed)}, cwd=HOUSE,
        capture_output=True, check=False,
    )  # fmt: skip
    assert dead.returncode == -signal.SIGKILL
    switched = (door, side) in {("warehouse.publish._switch", "after"), ("warehouse.publish.prune", "before")}
    assert (published(changed) != before) == switched, "the switch alone makes the difference"
    assert rows(changed) == (558 if switched else 559)
    # In this process, which has paid for the imports.
    of_folder = Settings(data=changed)
    assert run.ingest(of_folder.places, ["timeline"], of_folder.ingest_limits, lambda *_: None).refused == []
    assert rows(changed) == 558
    assert list((changed / "warehouse" / "building").iterdir()) == []


@pytest.mark.slow
def test_kill_9_at_any_moment(changed: Path) -> None:
    """Ten kills, at tenths of the time that this ingest takes here."""
    started = time.monotonic()
    assert serai("check", "timeline", data=changed).returncode == 0
    whole = time.monotonic() - started
    before = published(changed)
    for tenth in range(10):
        process = subprocess.Popen(
            [sys.executable, "-m", "serai", "ingest", "timeline"], env={**os.environ, "SERAI_DATA": str(changed)},
            cwd=HOUSE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(whole * (tenth + 0.5) / 10)
        process.kill()
        process.wait()
        if rows(changed) == 559:
            assert published(changed) == before
    assert serai("ingest", "timeline", data=changed).returncode == 0
    assert rows(changed) == 558


def take_a_row_away(data: Path) -> None:
    file = data / "raw" / "curated" / "timeline.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")


def published(data: Path) -> tuple[str, str]:
    """The published version and the hash of its file."""
    version = current_version(data / "warehouse")
    assert version is not None
    return version, hashlib.sha256(version_file(data / "warehouse", version).read_bytes()).hexdigest()


def rows(data: Path) -> int:
    with reading(data / "warehouse") as reader:
        [(count,)] = reader.cursor().execute("SELECT count(*) FROM timeline").fetchall()
    return int(count)


def answer(shell: subprocess.Popen[str], query: str, lines: int) -> list[str]:
    assert shell.stdin is not None
    assert shell.stdout is not None
    shell.stdin.write(query + "\n")
    shell.stdin.flush()
    return [shell.stdout.readline().strip() for _ in range(lines)]


def wait_for(reader: subprocess.Popen[str], line: str) -> None:
    assert reader.stdout is not None
    seen = {"559"}
    for found in reader.stdout:
        seen.add(found.strip())
        if found.strip() == line:
            break
    assert seen <= {"559", "558"}, "every read is one version or the other"
