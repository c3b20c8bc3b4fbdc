"""What the disk does to a warehouse: damage is found and told, and an older version is read."""

from __future__ import annotations

import datetime as dt
import errno
import os
import time
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.test_publish import number_of, put_out
from warehouse import disk, journal, publish, versions
from warehouse.connect import Reader, reading


def flip(path: Path, at: int = 6000) -> None:
    """Change one byte, as a failing disk does."""
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0xFF]))


def file_of(folder: Path, version: str) -> Path:
    return publish.version_file(folder, version)


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, str, str]:
    """A folder with two published versions, the numbers 1 and 2."""
    return tmp_path, put_out(tmp_path, 1), put_out(tmp_path, 2)


def test_each_version_has_the_checksum_that_sha256sum_reads(two: tuple[Path, str, str]) -> None:
    folder, first, second = two
    for version in (first, second):
        place = folder / "versions" / version
        assert (place / versions.CHECKSUM).read_text() == f"{disk.checksum(place / 'serai.duckdb')}  serai.duckdb\n"
        assert versions.wrong(place) is None


def test_a_damaged_version_yields_to_the_one_before_and_says_so(
    two: tuple[Path, str, str], caplog: pytest.LogCaptureFixture
) -> None:
    folder, first, second = two
    flip(file_of(folder, second))
    with reading(folder) as reader:
        assert (reader.version, number_of(reader)) == (first, 1)
        assert reader.notice is not None
        for part in (second, first, "its checksum differs", "run `serai ingest`"):
            assert part in reader.notice
    assert reader.notice in caplog.text
    assert set(publish.damaged(folder)) == {second}


def test_a_version_whose_folder_is_gone_yields_too(two: tuple[Path, str, str]) -> None:
    folder, first, second = two
    (folder / "versions" / second).rename(folder / "elsewhere")
    with reading(folder) as reader:
        assert (reader.version, reader.notice is not None) == (first, True)
    assert publish.damaged(folder) == {second: "its folder is gone"}


def test_the_writer_switches_back_records_it_and_builds_on_the_good_version(two: tuple[Path, str, str]) -> None:
    folder, first, second = two
    journal.add(folder, [line("a", fingerprint="what version 2 had")])
    flip(file_of(folder, second))
    with publish.writing(folder, verify_minutes=0):
        assert publish.current_version(folder) == first
        assert versions.lost(folder) == [second]
        assert journal.lines(folder)[0]["fingerprint"] is None, "what it speaks of has to be taken in again"
    third = put_out(folder, 3)
    assert third > second
    assert versions.lost(folder) == []
    with reading(folder) as reader:
        assert (number_of(reader), reader.notice) == (3, None)


def test_damage_that_is_met_while_copying_stops_the_building(two: tuple[Path, str, str]) -> None:
    folder, first, second = two
    file_of(folder, second).chmod(0o644)
    with publish.writing(folder):
        flip(file_of(folder, second))
        with pytest.raises(publish.DamagedVersionError, match=second), publish.building(folder):
            pass
        publish.repair(folder)
        assert publish.current_version(folder) == first
    assert list((folder / "building").iterdir()) == []


def test_where_every_version_is_damaged_the_way_out_is_named(two: tuple[Path, str, str]) -> None:
    folder, first, second = two
    for version in (first, second):
        flip(file_of(folder, version))
    with pytest.raises(publish.NoGoodVersionError, match="serai restore FILE") as said, reading(folder):
        pass
    assert first in str(said.value)
    assert second in str(said.value)
    with pytest.raises(publish.NoGoodVersionError), publish.writing(folder):
        pass


def test_a_version_of_an_older_serai_is_read_as_before(two: tuple[Path, str, str]) -> None:
    folder, _, second = two
    for name in (versions.CHECKSUM, versions.VERIFIED):
        (folder / "versions" / second / name).unlink()
    with reading(folder) as reader:
        assert (number_of(reader), reader.notice) == (2, None)
    assert versions.expected(folder / "versions" / put_out(folder, 3)) is not None


def test_a_file_is_compared_once_and_again_when_it_changed_or_time_is_up(
    two: tuple[Path, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _, second = two
    compared = noted(monkeypatch, disk, "checksum")
    Reader(folder).close()
    assert compared == [], "the publish has just compared it"
    os.utime(file_of(folder, second))
    Reader(folder).close()
    Reader(folder).close()
    assert len(compared) == 1, "another time of change"
    later = time.time() + 61 * 60
    monkeypatch.setattr(time, "time", lambda: later)
    Reader(folder, verify_minutes=60).close()
    assert len(compared) == 2, "an hour later"
    monkeypatch.setattr(time, "time", lambda: later - 3 * 86400)
    Reader(folder, verify_minutes=60).close()
    assert len(compared) == 3, "a clock set back"


def test_the_half_of_a_note_that_a_dead_reader_left_goes_with_the_next_comparison(two: tuple[Path, str, str]) -> None:
    folder, _, second = two
    place = folder / "versions" / second
    (place / f".{versions.VERIFIED}-1").write_text("{")
    with reading(folder, verify_minutes=0):
        pass
    assert sorted(path.name for path in place.glob(".*")) == []
    assert (place / versions.VERIFIED).exists()


def test_what_does_not_read_back_is_not_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = put_out(tmp_path, 1)
    monkeypatch.setattr(disk, "forget", lambda path: flip(path) if path.name == "shell.duckdb" else None)
    with pytest.raises(publish.NotPublishedError, match="does not read back as it was written"):
        put_out(tmp_path, 2)
    assert publish.current_version(tmp_path) == first
    assert [path.name for path in (tmp_path / "versions").iterdir()] == [first]


def test_a_lost_link_is_made_again(two: tuple[Path, str, str]) -> None:
    folder, _, second = two
    (folder / versions.LINK).unlink()
    with reading(folder) as reader:
        assert reader.version == second
    with publish.writing(folder):
        assert publish.current_version(folder) == second


def test_a_copy_in_the_place_of_the_link_is_set_aside(two: tuple[Path, str, str]) -> None:
    folder, _, second = two
    (folder / versions.LINK).unlink()
    (folder / versions.LINK).write_bytes(b"somebody's copy")
    with publish.writing(folder):
        assert publish.current_version(folder) == second
    assert [path.read_bytes() for path in folder.glob("set-aside-*")] == [b"somebody's copy"]


def test_a_clock_set_back_neither_prunes_the_newest_version_nor_confuses_which_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Back(dt.datetime):
        days = 0

        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return dt.datetime(2026, 11, 25, tzinfo=tz) - dt.timedelta(days=cls.days)

    monkeypatch.setattr("warehouse.publish.dt.datetime", Back)
    made = []
    for number in range(1, 6):
        made.append(put_out(tmp_path, number))
        Back.days += 1
    assert made == sorted(made)
    assert versions.names(tmp_path) == made[:-3:-1], "the two newest stay"
    flip(file_of(tmp_path, made[-1]))
    with reading(tmp_path) as reader:
        assert number_of(reader) == 4


def test_damaged_versions_do_not_count_among_those_kept(tmp_path: Path) -> None:
    first, second = put_out(tmp_path, 1), put_out(tmp_path, 2)
    flip(file_of(tmp_path, second))
    third = put_out(tmp_path, 3)
    assert versions.names(tmp_path) == [third, second, first], "two good ones, and the damaged one between"
    put_out(tmp_path, 4)
    assert first not in versions.names(tmp_path)
    put_out(tmp_path, 5)
    assert publish.damaged(tmp_path) == {}, "forgotten with its version"


@pytest.mark.parametrize("text", ["", "[{", "{}", '[{"run_id": "a"}]', "[3]", "\x00\x00"])
def test_a_damaged_journal_hides_no_fact_and_is_put_aside(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    put_out(tmp_path, 1)
    (tmp_path / journal.NAME).write_text(text)
    with reading(tmp_path) as reader:
        assert number_of(reader) == 1
    assert journal.lines(tmp_path) == []
    assert "unpublished.json is damaged" in caplog.text
    with publish.writing(tmp_path):
        journal.add(tmp_path, [line("b")])
    assert [one["run_id"] for one in journal.lines(tmp_path)] == ["b"]
    assert (tmp_path / f"damaged-{journal.NAME}").read_text() == text


def test_the_journal_is_on_the_disk_before_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    for name in ("fsync", "replace"):
        noted(monkeypatch, os, name, done)
    journal.add(tmp_path, [line("a")])
    assert done == ["fsync", "replace", "fsync"]


def test_a_publish_is_on_the_disk_before_the_switch_and_the_switch_before_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    for name in ("seal", "sync", "rename", "_switch"):
        noted(monkeypatch, {"sync": disk, "seal": versions, "rename": Path}.get(name, publish), name, done)
    put_out(tmp_path, 1)
    assert done == ["rename", "seal", "sync", "sync", "sync", "sync", "rename", "sync", "_switch", "sync"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO])
def test_each_failure_of_a_disk_is_one_sentence(number: int) -> None:
    for error in (
        OSError(number, os.strerror(number), "/data/x"),
        duckdb.IOException(f"IO Error: Could not write file: {os.strerror(number)}"),
    ):
        assert (disk.words(error) or "").count("\n") == 0
        assert disk.words(error), error
    assert disk.words(ValueError(os.strerror(number))) is None


def line(run_id: str, fingerprint: str | None = None) -> dict[str, object]:
    """A line of the ledger, as an ingest writes it."""
    at = dt.datetime(2026, 11, 25)  # noqa: DTZ001 (UTC without a zone)
    return {"run_id": run_id, "started_at": at, "finished_at": at, "fingerprint": fingerprint}


def noted(monkeypatch: pytest.MonkeyPatch, place: object, name: str, done: list[str] | None = None) -> list[str]:
    """The calls of a function from now on, in order, by its name; it does what it did."""
    calls, real = [] if done is None else done, getattr(place, name)

    def noting(*given: object, **named: object) -> object:
        calls.append(name)
        return real(*given, **named)

    monkeypatch.setattr(place, name, noting)
    return calls
