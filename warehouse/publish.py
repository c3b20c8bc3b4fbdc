"""One writer, many readers: build in a private file, publish an immutable version, switch by one rename.

A warehouse folder holds::

    serai.duckdb -> versions/<version>/shell.duckdb   the switch, and what people open
    versions/<version>/serai.duckdb                   what Serai's own readers hold; nobody opens it for writing
    versions/<version>/shell.duckdb                   a copy for shells, which open for writing by default
    versions/<version>/lock                           held in share by each reader of the version
    versions/<version>/serai.duckdb.sha256            the checksum that it was published with (warehouse.versions)
    versions/<version>/vintages.json                  the days that its analysis was worked out for
    damaged/<version>                                 what is wrong with a version that was found damaged
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
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from warehouse import disk, journal, versions
from warehouse.versions import (
    LINK,
    NoGoodVersionError,
    NothingPublishedError,
    current_version,
    damaged,
    holding,
    version_file,
)

__all__ = [
    "DamagedVersionError",
    "IngestRunningError",
    "NoGoodVersionError",
    "NotPublishedError",
    "NothingPublishedError",
    "building",
    "complete",
    "current_version",
    "damaged",
    "holding",
    "prune",
    "publish",
    "repair",
    "version_file",
    "writing",
]  # fmt: skip
# The oldest storage format that keeps all we use: people's shells are of many versions.
STORAGE_VERSION = "v1.4.0"
# Seconds between two looks at the writer's place.
WAIT = 0.2


class IngestRunningError(Exception):
    """Another ingest holds the warehouse."""


class DamagedVersionError(Exception):
    """The version that was to be built on is damaged, and recorded as such: begin anew, from the one before."""


class NotPublishedError(Exception):
    """What was written to the disk does not read back; nothing was published."""


@contextlib.contextmanager
def writing(folder: Path, verify_minutes: float = versions.VERIFY_MINUTES) -> Iterator[None]:
    """Hold the writer's place until the block ends. The lock dies with its holder.

    What dead writers left is swept, and where the published version is damaged the switch goes back to the newest
    good one. Raises IngestRunningError while another process writes, NoGoodVersionError.
    """
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        disk.sync(folder.parent)
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
        _sweep(folder)
        journal.put_aside(folder)
        repair(folder, verify_minutes)
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
    """A private copy of the published file, gone when the block ends; the writer's place must be held.

    Raises DamagedVersionError where the bytes copied are not those that were published.
    """
    place = folder / "building"
    place.mkdir(exist_ok=True)
    private = place / f"{os.getpid()}.duckdb"
    try:
        _fill(folder, private)
        yield private
    finally:
        _remove(private)


def publish(folder: Path, private: Path, keep: int, beside: Mapping[str, bytes] | None = None) -> str:
    """Make the private file the newest version, switch to it in one step, prune, and return the version's name.

    ``keep`` versions stay, and any that somebody still reads. The private file must be closed; it is used up. Until
    all of it is on the disk and was read back, the version's folder has a dot before its name. ``beside`` has files
    to go with it, by name. Raises NotPublishedError.
    """
    version = _next_name(folder)
    place = folder / "versions" / version
    coming = place.with_name(f".{version}")
    coming.mkdir(parents=True)
    try:
        for name, content in (beside or {}).items():
            disk.write(coming / name, content, mode=0o444)
        _put(private, coming)
        coming.rename(place)
    except BaseException:
        shutil.rmtree(coming, ignore_errors=True)
        raise
    disk.sync(place.parent)
    versions.trust(place)
    _switch(folder, version)
    prune(folder, keep)
    return version


def complete(folder: Path, version: str) -> None:
    """Make a whole published version of its file alone, as restored from a backup, and switch to it."""
    place = folder / "versions" / version
    (place / "lock").touch()
    versions.seal(place, disk.copy(place / versions.FILE, place / "shell.duckdb"))
    (place / versions.FILE).chmod(0o444)
    disk.sync(place / "shell.duckdb")
    for path in (place, place.parent):
        disk.sync(path)
    _switch(folder, version)


def prune(folder: Path, keep: int) -> list[str]:
    """Remove versions beyond the newest ``keep`` good ones, but never the published one or one in use.

    Returns their names.
    """
    published, bad, good, removed = current_version(folder), damaged(folder), 0, []
    for name in versions.names(folder):
        if good >= keep and name != published and _discard(folder / "versions" / name):
            removed.append(name)
        good += name not in bad
    oldest = min(versions.names(folder), default="")
    for name in bad:
        if name < oldest:
            (folder / versions.DAMAGED / name).unlink(missing_ok=True)
    return removed


def _next_name(folder: Path) -> str:
    """A name that sorts after every other, also where the clock was set back."""
    known = [*versions.names(folder), *damaged(folder), current_version(folder) or ""]
    latest = [at + dt.timedelta(microseconds=1) for at in map(versions.published_at, known) if at]
    return f"{max([dt.datetime.now(dt.UTC), *latest]):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(2)}"


def _put(private: Path, coming: Path) -> None:
    """Bring the file, its copy for shells and its checksum into the folder, and onto the disk."""
    (coming / "lock").touch()
    # Shells write into theirs: it must be a copy, and no second name of the same file.
    checksum = disk.copy(private, coming / "shell.duckdb")
    private.chmod(0o444)
    private.rename(coming / versions.FILE)
    versions.seal(coming, checksum)
    for name in (versions.FILE, "shell.duckdb"):
        disk.sync(coming / name)
        disk.forget(coming / name)
        if disk.checksum(coming / name) != checksum:
            raise NotPublishedError(
                f"{coming / name} does not read back as it was written, so nothing was published and the last "
                "version stays: the disk or the memory fails; have them looked at, then run the same again"
            )
    disk.sync(coming)


def _switch(folder: Path, version: str) -> None:
    fresh = folder / f".{LINK}-{version}"
    fresh.symlink_to(Path("versions") / version / "shell.duckdb")
    if (link := folder / LINK).is_file() and not link.is_symlink():
        link.rename(folder / f"set-aside-{version}.duckdb")  # somebody's copy in the place of the link
    fresh.replace(link)
    disk.sync(folder)


def repair(folder: Path, verify_minutes: float = versions.VERIFY_MINUTES) -> None:
    """Point the switch to the newest good version where it points to a damaged one or to nothing."""
    try:
        with holding(folder, verify_minutes) as (version, _):
            if version != current_version(folder):
                journal.doubt(folder)
                _switch(folder, version)
    except NothingPublishedError:
        return


def _fill(folder: Path, private: Path) -> None:
    version = current_version(folder)
    if version is None:
        with duckdb.connect() as con:
            con.execute(f"ATTACH '{private}' AS fresh (STORAGE_VERSION '{STORAGE_VERSION}')")
        return
    found = disk.copy(version_file(folder, version), private)
    if versions.expected(folder / "versions" / version) not in (None, found):
        reason = f"{versions.FILE} is not what was published: its checksum differs"
        versions.condemn(folder, version, reason)
        raise DamagedVersionError(f"version {version} is damaged ({reason})")


def _sweep(folder: Path) -> None:
    """Remove what writers left that died: we hold the lock, so none is alive."""
    for private in [*folder.glob("building/*"), *folder.glob("versions/.*")]:
        _remove(private)
    for pattern in (f".{LINK}-*", f".{journal.NAME}-*", "versions/*/.*", f"{versions.DAMAGED}/.*"):
        for half in folder.glob(pattern):
            half.unlink(missing_ok=True)  # a reader may be at its note


def _remove(private: Path) -> None:
    """Remove a private file, or what DuckDB left beside one: its log, and the folder that it spilled to."""
    for path in (private, private.with_name(private.name + ".wal"), private.with_name(private.name + ".tmp")):
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)


def _discard(place: Path) -> bool:
    """Remove a version unless it is in use: one of our readers holds it, or a shell has its copy open."""
    with contextlib.ExitStack() as held:
        try:
            # Held until its name is gone: who opens it meanwhile finds that, and looks for a newer one.
            lock = held.enter_context((place / "lock").open())
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shell = held.enter_context((place / "shell.duckdb").open("r+b"))
            fcntl.lockf(shell, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except FileNotFoundError:
            pass  # half made by an older Serai that died
        gone = place.with_name(f".gone-{place.name}")
        place.rename(gone)
    shutil.rmtree(gone)
    return True
