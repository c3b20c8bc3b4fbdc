"""Putting a backup back: nothing is visible before all of it was found whole, and then it is in one step."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import duckdb

from warehouse import disk, journal, publish
from warehouse.backup import FORMAT, FORMAT_VERSION, KEPT, MANIFEST, BackupError, Manifest, Member, Tell, rows

# What a manifest may make a reader hold in memory.
MOST_MANIFEST = 256_000_000
COMING = ".restoring"


@dataclass(frozen=True)
class Restored:
    """What was put back, and which of the backup's files were not, for the folder has others of that name."""

    manifest: Manifest
    passed_over: list[str]


def check(file: Path, tell: Tell) -> Manifest:
    """The manifest of a backup all of whose members are what they were; nothing is written. Raises BackupError."""
    with _opened(file) as (tar, manifest):
        for name, content in _members(tar, manifest, tell):
            _take(name, content, manifest.members[name], None)
    return manifest


def restore(file: Path, data: Path, tell: Tell) -> Restored:
    """Put a backup into a data folder that has no warehouse, once every checksum and count of rows was found right.

    All is unpacked into a folder beside; then its files are moved to their places and the warehouse last, by one
    rename. Shipped facts, reports and logs that are there already stay. Raises BackupError, NewerSchemaError.
    """
    data.mkdir(parents=True, exist_ok=True)
    coming = data / COMING
    with _place_of(data), _opened(file) as (tar, manifest):
        shutil.rmtree(coming, ignore_errors=True)  # of one that died: we hold its place
        _refuse_occupied(data, manifest)
        try:
            for name, content in _members(tar, manifest, tell):
                _take(name, content, manifest.members[name], coming / name)
            tell("counting rows", len(manifest.members), len(manifest.members))
            _complete(coming, manifest)
            passed_over = _move_in(coming, data)
        finally:
            shutil.rmtree(coming, ignore_errors=True)
    return Restored(manifest, passed_over)


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[tuple[tarfile.TarFile, Manifest]]:
    """The tar and its manifest, its errors in words."""
    if not file.is_file():
        raise BackupError(f"there is no file {file}")
    try:
        with tarfile.open(file, mode="r:") as tar:
            yield tar, _manifest(tar, file)
    except (tarfile.TarError, EOFError, UnicodeDecodeError, OverflowError) as error:
        raise BackupError(f"{file} is no backup of Serai, or is cut off ({error}): use another backup") from None


def _manifest(tar: tarfile.TarFile, file: Path) -> Manifest:
    members = tar.getmembers()
    if not members or members[-1].name != MANIFEST or not members[-1].isreg() or members[-1].size > MOST_MANIFEST:
        raise BackupError(f"{file} is no backup of Serai, or is cut off: it does not end with {MANIFEST}")
    try:
        said = json.loads(_content(tar, members[-1]).read())
        if said["format"] != FORMAT or said["format_version"] > FORMAT_VERSION:
            raise BackupError(f"{file} was made by a newer Serai, or by something else: update Serai")
        found = {name: Member(**member) for name, member in said.pop("members").items()}
        manifest = Manifest(**said, members=found)
        if manifest.database not in found:
            raise BackupError(f"{file} has no database in it: use another backup")
        return manifest
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BackupError(f"the manifest of {file} is damaged ({error}): use another backup") from None


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member)
    assert content is not None, "it is a regular file"
    return content


def _members(tar: tarfile.TarFile, manifest: Manifest, tell: Tell) -> Iterator[tuple[str, IO[bytes]]]:
    """Each member with its content: all that the manifest names, and nothing else."""
    left = dict(manifest.members)
    for position, said in enumerate(tar.getmembers()[:-1]):
        tell("verifying", position, len(manifest.members))
        if not said.isreg() or said.issparse():
            raise BackupError(
                f"{said.name} in the backup is no plain file: Serai did not make it; nothing is restored"
            )
        wanted = left.pop(said.name, None)
        if wanted is None or not _belongs(said.name, manifest):
            raise BackupError(f"{said.name} does not belong into a backup of Serai: nothing is restored")
        if said.size != wanted.bytes:
            raise BackupError(
                f"{said.name} in the backup has {said.size} bytes, not {wanted.bytes}: use another backup"
            )
        yield said.name, _content(tar, said)
    if left:
        raise BackupError(f"the backup lacks {', '.join(sorted(left)[:3])}: use another backup")


def _belongs(name: str, manifest: Manifest) -> bool:
    """Whether a path is one that a backup has: straight down, and below what is kept."""
    path = PurePosixPath(name)
    plain = str(path) == name and not path.is_absolute() and not any(part[0] == "." for part in path.parts)
    own = (manifest.database, f"warehouse/{journal.NAME}")
    return plain and "\\" not in name and "\0" not in name and (name in own or name.startswith(_folders()))


def _folders() -> tuple[str, ...]:
    return tuple(f"{kept}/" for kept in KEPT)


def _take(name: str, content: IO[bytes], member: Member, target: Path | None) -> None:
    """Read a member to its end, into the target where there is one. Raises BackupError where it is not itself."""
    found = hashlib.new(disk.HASH)
    with contextlib.ExitStack() as opened:
        out = None
        if target is not None:
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                out = opened.enter_context(target.open("xb"))
            except (FileExistsError, NotADirectoryError):
                raise BackupError(f"{name} in the backup is both a file and a folder: nothing is restored") from None
        while part := content.read(disk.PART):
            found.update(part)
            if out is not None:
                out.write(part)
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
    if found.hexdigest() != member.sha256:
        raise BackupError(f"{name} in the backup is damaged, its checksum differs: use another backup")


@contextlib.contextmanager
def _place_of(data: Path) -> Iterator[None]:
    """Hold the place of the one that restores into a folder."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(disk.place(data))
        except BlockingIOError:
            raise BackupError(f"another restore into {data} is running: wait until it ends") from None
        yield


def _refuse_occupied(data: Path, manifest: Manifest) -> None:
    """Refuse a folder that has a warehouse, or too little room."""
    if any((data / "warehouse").glob("*")):
        raise BackupError(
            f"{data / 'warehouse'} has a warehouse, and nothing is written over it: move it away first, or restore "
            "elsewhere with --to"
        )
    # The database comes twice, for shells have a copy.
    needed, free = manifest.bytes + manifest.members[manifest.database].bytes, shutil.disk_usage(data).free
    if needed > free:
        raise BackupError(f"{data} has room for {free:,} bytes, and {needed:,} are needed: free some, or use --to")


def _complete(coming: Path, manifest: Manifest) -> None:
    """Make of the restored file a published version, once its rows were counted."""
    try:
        found = rows(coming / manifest.database)
    except duckdb.Error as error:
        raise BackupError(f"{manifest.database} in the backup cannot be opened ({error}): use another") from None
    if found != manifest.rows:
        other = sorted(name for name in {*found, *manifest.rows} if found.get(name) != manifest.rows.get(name))
        raise BackupError(f"{', '.join(other[:3])} has not the rows that the manifest says: use another backup")
    publish.complete(coming / "warehouse", manifest.version)


def _move_in(coming: Path, data: Path) -> list[str]:
    """Move all to its place, the warehouse last, and return what was passed over.

    Snapshots are what their names say, so that the backup's are right; of other files those that are there stay.
    """
    passed_over, touched = [], set()
    for path in sorted(path for kept in KEPT for path in (coming / kept).rglob("*") if path.is_file()):
        name = path.relative_to(coming)
        place = data / name
        if place.exists() and name.parts[:2] != ("raw", "snapshots"):
            if disk.checksum(place) != disk.checksum(path):
                passed_over.append(name.as_posix())
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
        touched |= {place.parent, *(one for one in place.parents if one.is_relative_to(data))}
    for folder in sorted(touched, reverse=True):
        disk.sync(folder)
    try:
        # An empty folder in its place is nobody's; a warehouse that came meanwhile is.
        (coming / "warehouse").rename(data / "warehouse")
    except OSError as error:
        if disk.words(error):
            raise
        raise BackupError(f"{data / 'warehouse'} came to be meanwhile ({error.strerror}): move it away") from None
    disk.sync(data)
    return passed_over
