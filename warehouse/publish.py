"""One writer, many readers: build in a private file, publish an immutable version, switch by one rename.

A warehouse folder holds::

    serai.duckdb -> versions/<version>/shell.duckdb   the switch, and what people open
    versions/<version>/serai.duckdb                   what Serai's own readers hold; nobody opens it for writing
    versions/<version>/shell.duckdb                   a copy for shells, which open for writing by default
    versions/<version>/lock                           held in share by each reader of the version
    building/                                         the private file of an ingest that has something to write
    unpublished.json                                  runs that found nothing new since (warehouse.journal)
    ingest.lock                                       held by the one ingest that runs

DuckDB follows the link before it locks or writes a log, so a shell touches its own version's copy and nothing else.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

LINK = "serai.duckdb"
# The oldest storage format that keeps all we use: people's shells are of many versions.
STORAGE_VERSION = "v1.4.0"
# Seconds between two looks at the writer's place.
WAIT = 0.2


class IngestRunningError(Exception):
    """Another ingest holds the warehouse."""


class NothingPublishedError(Exception):
    """There is no version to read yet."""


def current_version(folder: Path) -> str | None:
    """The name of the published version, or None where nothing was published yet."""
    try:
        return (folder / LINK).readlink().parent.name
    except OSError:
        return None


def version_file(folder: Path, version: str) -> Path:
    """The file that Serai's own readers open for a version."""
    return folder / "versions" / version / "serai.duckdb"


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the writer's place until the block ends. The lock dies with its holder.

    Raises IngestRunningError while another process writes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ingest.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise IngestRunningError(
                f"another ingest is running (process {lock.read().strip() or 'unknown'}): wait until it ends"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextlib.contextmanager
def waiting(folder: Path, seconds: float) -> Iterator[None]:
    """The same, having waited so long for the place. Raises IngestRunningError where it was not free by then."""
    until = time.monotonic() + seconds
    with contextlib.ExitStack() as held:
        while True:
            try:
                held.enter_context(writing(folder))
                break
            except IngestRunningError:
                if time.monotonic() >= until:
                    raise
                time.sleep(WAIT)
        yield


@contextlib.contextmanager
def building(folder: Path) -> Iterator[Path]:
    """A private copy of the published file, gone when the block ends; the writer's place must be held."""
    private = _private_copy(folder)
    try:
        yield private
    finally:
        _remove(private)


def publish(folder: Path, private: Path, keep: int) -> str:
    """Make the private file the newest version, switch to it in one step, prune, and return the version's name.

    ``keep`` versions stay, and any that somebody still reads. The private file must be closed; it is used up.
    """
    version = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(2)}"
    place = folder / "versions" / version
    place.mkdir(parents=True)
    (place / "lock").touch()
    # Shells write into theirs: it must be a copy, and no second name of the same file.
    shutil.copyfile(private, place / "shell.duckdb")
    private.chmod(0o444)
    private.rename(place / "serai.duckdb")
    for name in ("serai.duckdb", "shell.duckdb"):
        _sync(place / name)
    _sync(place)
    _sync(place.parent)
    _switch(folder, version)
    prune(folder, keep)
    return version


def prune(folder: Path, keep: int) -> list[str]:
    """Remove versions beyond the newest ``keep``, but never the published one or one in use; return their names."""
    published = current_version(folder)
    versions = sorted((path for path in (folder / "versions").iterdir()), reverse=True)
    removed = []
    for place in versions[keep:]:
        if place.name != published and not _in_use(place):
            shutil.rmtree(place)
            removed.append(place.name)
    return removed


@contextlib.contextmanager
def holding(folder: Path) -> Iterator[tuple[str, Path]]:
    """The published version's name and file, kept from pruning until the block ends.

    Raises NothingPublishedError where there is none.
    """
    while True:
        version = current_version(folder)
        if version is None:
            raise NothingPublishedError(f"no warehouse is published in {folder}: run `serai ingest` first")
        path = version_file(folder, version)
        try:
            lock = (path.parent / "lock").open()
        except FileNotFoundError:
            if current_version(folder) == version:
                raise
            continue  # pruned between the two looks: a newer one is published
        with lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            if path.exists():
                yield version, path
                return


def _switch(folder: Path, version: str) -> None:
    fresh = folder / f".{LINK}-{version}"
    fresh.symlink_to(Path("versions") / version / "shell.duckdb")
    fresh.replace(folder / LINK)
    _sync(folder)


def _private_copy(folder: Path) -> Path:
    place = folder / "building"
    place.mkdir(exist_ok=True)
    for left_behind in place.iterdir():
        _remove(left_behind)  # we hold the writer's lock, so its maker is dead
    private = place / f"{os.getpid()}.duckdb"
    version = current_version(folder)
    if version is not None:
        shutil.copyfile(version_file(folder, version), private)
    else:
        with duckdb.connect() as con:
            con.execute(f"ATTACH '{private}' AS fresh (STORAGE_VERSION '{STORAGE_VERSION}')")
    return private


def _remove(private: Path) -> None:
    """Remove a private file, or what DuckDB left beside one: its log, and the folder that it spilled to."""
    for path in (private, private.with_name(private.name + ".wal"), private.with_name(private.name + ".tmp")):
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)


def _in_use(place: Path) -> bool:
    """Whether one of our readers holds the version, or a shell of another process has its copy open."""
    try:
        with (place / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with (place / "shell.duckdb").open("r+b") as shell:
            fcntl.lockf(shell, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False  # half made by a run that died before it switched
    return False


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def damaged(folder: Path) -> dict[str, str]:  # noqa: ARG001 - STUB until the branch disk is merged
    """Versions found damaged, each with what is wrong."""
    return {}
