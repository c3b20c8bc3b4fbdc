"""Backup and restore: what comes back is what was there, and what is damaged or foreign does not come in."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import signal
import tarfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.test_damage import file_of, flip, line
from tests.warehouse.test_publish import number_of, put_out
from warehouse import backup, disk, journal, publish, restore, schema
from warehouse.backup import BackupError
from warehouse.connect import reading

Members = list[tuple[tarfile.TarInfo, bytes]]


def silent(*_: object) -> None:
    """Nobody looks."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a published number, a snapshot with its record, facts, a report, and what is not kept."""
    folder = tmp_path / "data"
    put_out(folder / "warehouse", 7)
    journal.add(folder / "warehouse", [line("since")])
    for name, text in {
        f"raw/snapshots/bts/{hashlib.sha256(b'rows').hexdigest()}": "rows",
        "raw/snapshots/bts/20261125T000000-abc.json": "{}",
        "raw/snapshots/.incoming/1-half": "half",
        "raw/curated/claims.csv": "id\n1\n",
        "raw/cache/bts/known.json": "{}",
        "reports/index.html": "<p>",
        "alerts/delivered.json": "[]",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def tar(data: Path, tmp_path: Path) -> Path:
    backup.write(data, tmp_path / "b.tar", silent)
    return tmp_path / "b.tar"


def files(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    left_out = {"lock", "ingest.lock", "verified"}
    return {str(path.relative_to(folder)): disk.checksum(path) for path in found if path.name not in left_out}


def test_what_is_restored_is_what_was_there(data: Path, tar: Path, tmp_path: Path) -> None:
    restored = tmp_path / "new" / "data"
    done = restore.restore(tar, restored, silent)
    lost = {"raw/snapshots/.incoming/1-half", "raw/cache/bts/known.json"}
    assert files(restored) == {name: found for name, found in files(data).items() if name not in lost}
    assert done.passed_over == []
    version = publish.current_version(data / "warehouse")
    with reading(restored / "warehouse") as reader:
        assert (reader.version, number_of(reader), reader.notice) == (version, 7, None)
    assert journal.lines(restored / "warehouse") == journal.lines(data / "warehouse")
    assert put_out(restored / "warehouse", 8) > str(version), "and an ingest goes on from there"


def test_a_backup_names_every_file_and_counts_every_table(tar: Path) -> None:
    manifest = restore.check(tar, silent)
    assert manifest.rows == {"main.t": 1}
    with tarfile.open(tar) as opened:
        for name, member in manifest.members.items():
            content = opened.extractfile(name)
            assert content is not None
            assert hashlib.sha256(content.read()).hexdigest() == member.sha256
    assert tar.parent.stat().st_ino, "nothing else beside it"
    assert [path.name for path in tar.parent.glob(".*")] == []


def test_a_backup_is_never_written_over(data: Path, tar: Path) -> None:
    before = tar.read_bytes()
    with pytest.raises(BackupError, match="is there already: choose another name"):
        backup.write(data, tar, silent)
    assert tar.read_bytes() == before


def test_a_folder_with_a_warehouse_is_not_written_over(data: Path, tar: Path) -> None:
    before = files(data)
    with pytest.raises(BackupError, match="has a warehouse, and nothing is written over it: move it away"):
        restore.restore(tar, data, silent)
    assert files(data) == before


def test_files_that_are_there_stay_and_are_named_but_a_damaged_snapshot_is_mended(data: Path, tar: Path) -> None:
    shutil.rmtree(data / "warehouse")
    (data / "raw/curated/claims.csv").write_text("id\n1\n2\n")
    [snapshot] = [path for path in (data / "raw/snapshots/bts").iterdir() if path.suffix != ".json"]
    snapshot.write_text("rowz")
    assert restore.restore(tar, data, silent).passed_over == ["raw/curated/claims.csv"]
    assert (data / "raw/curated/claims.csv").read_text() == "id\n1\n2\n"
    assert snapshot.read_text() == "rows"


def test_every_flipped_byte_that_matters_is_found(tar: Path, tmp_path: Path) -> None:
    whole = restore.check(tar, silent)
    chance, size, harmless = random.Random(1), tar.stat().st_size, 0
    for at in [0, 156, 6000, size - 11_000, *(chance.randrange(size) for _ in range(40))]:
        other = tmp_path / "flipped.tar"
        shutil.copy(tar, other)
        flip(other, at)
        try:
            # Padding and times of the tar are nobody's: what comes out is then the same in every member.
            assert restore.check(other, silent).members == whole.members
            harmless += 1
        except BackupError:
            with pytest.raises(BackupError):
                restore.restore(other, tmp_path / "never", silent)
            assert not (tmp_path / "never" / "warehouse").exists()
    assert harmless < 20


def test_a_backup_that_is_cut_off_is_refused(tar: Path, tmp_path: Path) -> None:
    content = tar.read_bytes()
    for size in (0, 100, 512, len(content) // 2, len(content) - 10_240 - 600):
        (tmp_path / "cut.tar").write_bytes(content[:size])
        with pytest.raises(BackupError):
            restore.restore(tmp_path / "cut.tar", tmp_path / "never", silent)
    assert [path.name for path in (tmp_path / "never").iterdir()] == []


def evil(change: Callable[[Members, dict[str, dict[str, object]]], None]) -> Callable[[Path, Path], None]:
    """A tar whose members and manifest were changed by somebody who knows how."""

    def make(tar: Path, target: Path) -> None:
        with tarfile.open(tar) as opened:
            members = [(said, (opened.extractfile(said) or io.BytesIO()).read()) for said in opened.getmembers()]
        manifest = json.loads(members.pop()[1])
        change(members, manifest["members"])
        text = json.dumps(manifest).encode()
        members.append((tarfile.TarInfo("manifest.json"), text))
        with tarfile.open(target, "w") as out:
            for said, content in members:
                said.size = len(content)
                out.addfile(said, io.BytesIO(content))

    return make


def also(name: str, kind: bytes = tarfile.REGTYPE) -> Callable[[Path, Path], None]:
    def change(members: Members, manifest: dict[str, dict[str, object]]) -> None:
        said = tarfile.TarInfo(name)
        said.type, said.linkname = kind, "/etc/passwd"
        members.append((said, b"evil" if kind == tarfile.REGTYPE else b""))
        manifest[name] = {"bytes": 4, "sha256": hashlib.sha256(b"evil").hexdigest()}

    return evil(change)


@pytest.mark.parametrize(
    "make",
    [
        also("../evil"), also("/tmp/evil"), also("raw/snapshots/../../../evil"), also("raw/snapshots//evil"),
        also("raw/snapshots/./evil"), also("raw/evil"), also("warehouse/ingest.lock"), also("serai.py"),
        also("raw/snapshots/a\\b"), also("raw/snapshots/.incoming/x"), also("raw/snapshots/bts"),
        also("raw/snapshots/x", tarfile.SYMTYPE), also("raw/snapshots/x", tarfile.LNKTYPE),
        also("raw/snapshots/x", tarfile.FIFOTYPE), also("raw/snapshots/x", tarfile.CHRTYPE),
        also("raw/snapshots/x", tarfile.DIRTYPE), also("raw/snapshots/x", tarfile.GNUTYPE_SPARSE),
        evil(lambda members, _: members.append(members[0])),
        evil(lambda members, _: members.clear()),
    ],
)  # fmt: skip
def test_a_tar_that_serai_did_not_make_is_refused(
    tar: Path, tmp_path: Path, make: Callable[[Path, Path], None]
) -> None:
    make(tar, tmp_path / "evil.tar")
    place = tmp_path / "in" / "data"
    with pytest.raises(BackupError):
        restore.restore(tmp_path / "evil.tar", place, silent)
    assert [str(path) for path in place.rglob("*") if path.is_file()] == []
    assert not (tmp_path / "in" / "evil").exists()
    assert not (tmp_path / "evil").exists()


def test_rows_are_counted_before_anything_is_visible(tar: Path, tmp_path: Path) -> None:
    with tarfile.open(tar) as opened:
        members = [(said, (opened.extractfile(said) or io.BytesIO()).read()) for said in opened.getmembers()]
    manifest = json.loads(members.pop()[1]) | {"rows": {"main.t": 2}}
    with tarfile.open(tmp_path / "other.tar", "w") as out:
        for said, content in [*members, (tarfile.TarInfo("manifest.json"), json.dumps(manifest).encode())]:
            said.size = len(content)
            out.addfile(said, io.BytesIO(content))
    with pytest.raises(BackupError, match=r"main\.t has not the rows that the manifest says"):
        restore.restore(tmp_path / "other.tar", tmp_path / "new", silent)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_backup_larger_than_the_disk_is_refused_before_it_is_unpacked(
    tar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(BackupError, match="has room for 1,000 bytes"):
        restore.restore(tar, tmp_path / "new", silent)


def test_a_compressed_tar_is_no_backup(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "bomb.tar.gz", "w:gz") as out:
        said = tarfile.TarInfo("manifest.json")
        said.size = 50_000_000
        out.addfile(said, io.BytesIO(bytes(said.size)))
    with pytest.raises(BackupError, match="is no backup of Serai"):
        restore.check(tmp_path / "bomb.tar.gz", silent)


def test_a_backup_of_a_newer_serai_is_refused(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup.write(data, tmp_path / "b.tar", silent)
    monkeypatch.setattr(restore, "FORMAT_VERSION", 0)
    with pytest.raises(BackupError, match="was made by a newer Serai"):
        restore.check(tmp_path / "b.tar", silent)


def test_a_damaged_version_does_not_get_into_a_backup(data: Path, tmp_path: Path) -> None:
    folder = data / "warehouse"
    first = publish.current_version(folder)
    flip(file_of(folder, put_out(folder, 8)))
    assert backup.write(data, tmp_path / "b.tar", silent).version == first


@pytest.mark.parametrize("dies_in", ["disk.sync", "os.fsync", "os.link", "backup._add"])
def test_a_backup_that_is_killed_leaves_no_file_and_the_next_sweeps(
    data: Path, tmp_path: Path, dies_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _, name = dies_in.partition(".")
    place = {"disk": disk, "os": os, "backup": backup}[module]
    dies(monkeypatch, place, name, lambda: backup.write(data, tmp_path / "b.tar", silent))
    if (tmp_path / "b.tar").exists():
        restore.check(tmp_path / "b.tar", silent)
    backup.write(data, tmp_path / "c.tar", silent)
    assert {path.name for path in tmp_path.iterdir()} <= {"data", "b.tar", "c.tar"}


@pytest.mark.parametrize("dies_in", ["restore._take", "restore._complete", "restore._move_in", "publish._switch"])
def test_a_restore_that_is_killed_shows_nothing_and_runs_again(
    tar: Path, data: Path, tmp_path: Path, dies_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, _, name = dies_in.partition(".")
    place = {"restore": restore, "publish": publish}[module]
    dies(monkeypatch, place, name, lambda: restore.restore(tar, tmp_path / "new", silent))
    assert not (tmp_path / "new" / "warehouse").exists()
    restore.restore(tar, tmp_path / "new", silent)
    assert not (tmp_path / "new" / restore.COMING).exists()
    assert publish.current_version(tmp_path / "new" / "warehouse") == publish.current_version(data / "warehouse")


def dies(monkeypatch: pytest.MonkeyPatch, place: object, name: str, work: Callable[[], object]) -> None:
    """Do the work in a process that is killed where it calls that function."""
    with monkeypatch.context() as patched:
        patched.setattr(place, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        child = os.fork()
        if child == 0:
            work()
            os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def test_the_database_of_a_newer_serai_is_refused_in_words(
    tar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def newer(_: object) -> None:
        raise schema.NewerSchemaError("made by a newer Serai")

    monkeypatch.setattr(schema, "refuse_newer", newer)
    with pytest.raises(schema.NewerSchemaError):
        restore.restore(tar, tmp_path / "new", silent)
    assert list((tmp_path / "new").iterdir()) == []


def test_a_table_of_a_foreign_database_is_a_name_whatever_it_says(tmp_path: Path) -> None:
    told = tmp_path / "told.txt"
    name = f"x; COPY (SELECT 'told') TO '{told}'; SELECT \"y\""
    with duckdb.connect(str(tmp_path / "foreign.duckdb")) as con:
        con.execute('CREATE TABLE "' + name.replace('"', '""') + '" AS SELECT 1 AS n')
    assert backup.rows(tmp_path / "foreign.duckdb") == {f"main.{name}": 1}
    assert not told.exists()


def test_a_backup_is_for_its_owner_alone(tar: Path) -> None:
    assert tar.stat().st_mode & 0o777 == 0o600
