"""A disk that is full or read-only: one sentence, exit code 5, the published version as it was, and nothing left."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingest import snapshots
from tests.conftest import CURATED, serai
from tests.ingest.conftest import House
from tests.warehouse.test_damage import line
from tests.warehouse.test_publish import number_of, put_out
from warehouse import backup, disk, journal, publish, versions
from warehouse.connect import reading


def mounted(place: Path, options: str) -> None:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def small_disk(tmp_path: Path, without_facts: Path) -> Iterator[Path]:
    """A data folder on a real disk with a published warehouse, the facts to take in, and room for little more."""
    place = tmp_path / "disk"
    place.mkdir()
    used = sum(path.stat().st_size for path in without_facts.rglob("*") if path.is_file())
    mounted(place, f"size={used // 1024 + 2500}k")
    try:
        shutil.copytree(without_facts, place / "warehouse", symlinks=True)
        (place / "raw" / "curated").mkdir(parents=True)
        shutil.copy(CURATED / "claims.csv", place / "raw" / "curated")
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_is_told_in_a_sentence_and_with_room_the_same_command_goes_through(small_disk: Path) -> None:
    before = publish.current_version(small_disk / "warehouse")
    full = serai("ingest", "claims", data=small_disk)
    assert full.returncode == 5, full.stderr
    assert "the disk is full: free some space, then run the same again" in full.stderr
    assert "Traceback" not in full.stderr
    assert publish.current_version(small_disk / "warehouse") == before
    with reading(small_disk / "warehouse", 0) as reader:
        assert (reader.version, reader.notice) == (before, None)
    assert left_behind(small_disk / "warehouse") == []
    subprocess.run(["mount", "-o", "remount,size=300m", small_disk], check=True)
    assert serai("ingest", "claims", data=small_disk).returncode == 0
    assert publish.current_version(small_disk / "warehouse") != before


def test_on_a_read_only_disk_everything_can_be_read_and_nothing_is_taken_in(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    refused = serai("ingest", "claims", data=small_disk)
    assert refused.returncode == 5
    assert "this disk is read-only: make it writable, then run the same again" in refused.stderr
    assert refused.stderr.count("\n") == 1
    asked = serai("sql", "SELECT count(*) AS n FROM claims", "-f", "csv", data=small_disk, SERAI_VERIFY_MINUTES="0")
    assert (asked.returncode, asked.stdout) == (0, "n\n0\n"), asked.stderr


# Each place where a publish, a journal or a backup writes: what is called, and how often it still succeeds.
STEPS = [
    ("disk.copy", 0), ("disk.copy", 1), ("disk.sync", 0), ("disk.sync", 1), ("disk.sync", 2), ("disk.sync", 3),
    ("disk.sync", 4), ("disk.write", 0), ("os.fsync", 0), ("os.fsync", 3), ("os.replace", 0), ("Path.mkdir", 0),
    ("Path.touch", 0), ("Path.rename", 0), ("Path.rename", 1), ("Path.symlink_to", 0), ("duckdb.connect", 0),
]  # fmt: skip


@pytest.mark.parametrize(("step", "good"), STEPS)
def test_a_disk_that_fills_at_any_step_of_a_publish_leaves_the_last_version_and_nothing_else(
    tmp_path: Path, step: str, good: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = put_out(tmp_path, 1)
    with full_after(monkeypatch, step, good), pytest.raises((OSError, duckdb.Error)) as failure:
        put_out(tmp_path, 2)
    assert disk.words(failure.value) is not None
    assert "the disk is full" in str(disk.words(failure.value))
    with reading(tmp_path, 0) as reader:
        assert reader.version == publish.current_version(tmp_path)
        assert number_of(reader) == (1 if reader.version == first else 2)
        assert reader.notice is None
    put_out(tmp_path, 3)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("step", ["os.fsync", "os.replace", "disk.sync"])
def test_a_disk_that_fills_keeps_every_line_of_the_journal(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.add(tmp_path, [line("a")])
    with full_after(monkeypatch, step, 0), pytest.raises(OSError, match="No space"):
        journal.add(tmp_path, [line("b")])
    assert journal.lines(tmp_path)[0]["run_id"] == "a"


@pytest.mark.parametrize("step", ["os.fsync", "os.link", "disk.sync"])
def test_a_disk_that_fills_leaves_no_half_backup(tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put_out(tmp_path / "data" / "warehouse", 1)
    with full_after(monkeypatch, step, 0), pytest.raises(OSError, match="No space"):
        backup.write(tmp_path / "data", tmp_path / "b.tar", lambda *_: None)
    assert [path.name for path in tmp_path.glob(".*")] == []
    assert (tmp_path / "b.tar").exists() == (step == "disk.sync"), "whole, its name alone was not yet safe"


@pytest.mark.parametrize("step", ["snapshots.keep", "snapshots.record"])
def test_an_ingest_on_a_disk_that_fills_stops_rather_than_refusing_one_source_after_another(
    built_house: House, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = publish.current_version(built_house.places.warehouse)
    with full_after(monkeypatch, step, 0), pytest.raises(OSError, match="No space"):
        built_house.ingest("claims")
    assert publish.current_version(built_house.places.warehouse) == before


def left_behind(folder: Path) -> list[str]:
    """What nobody needs any more."""
    found = [*folder.glob("building/*"), *folder.glob(".*"), *folder.glob("versions/.*")]
    return [path.name for path in found]


@contextlib.contextmanager
def full_after(monkeypatch: pytest.MonkeyPatch, step: str, good: int) -> Iterator[None]:
    """In the block that function succeeds so many times, and then the disk is full."""
    module, _, name = step.partition(".")
    place = {
        "disk": disk, "os": os, "Path": Path, "duckdb": duckdb, "snapshots": snapshots,
    }[module]  # fmt: skip
    real, left = getattr(place, name), [good]

    def filling(*given: object, **named: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/data")
        return real(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(place, name, filling)
        yield


def test_versions_are_listed_where_there_are_none(tmp_path: Path) -> None:
    assert (versions.names(tmp_path), publish.damaged(tmp_path), versions.newest_good(tmp_path)) == ([], {}, None)
