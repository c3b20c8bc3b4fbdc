"""The disk: what is written stays after power is lost, and what the disk fails to do is told in words."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

PART = 1 << 20
# SHA-256: measured at 1.5 GB/s where the processor has instructions for it; BLAKE2b at 0.7.
HASH = "sha256"
# A disk that takes no more: what is begun cannot be ended, whatever it was.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
# A disk that gives back something else than it was given, or nothing.
BROKEN = (errno.EIO, errno.EUCLEAN)
WORDS = {
    errno.ENOSPC: "the disk is full: free some space, then run the same again",
    errno.EDQUOT: "the quota of this disk is used up: free some space, then run the same again",
    errno.EROFS: "this disk is read-only: make it writable, then run the same again",
    errno.EACCES: "Serai may not read or write there: give it the right to, then run the same again",
    errno.EPERM: "Serai may not read or write there: give it the right to, then run the same again",
    errno.EIO: "the disk failed: look at its health, and keep a backup elsewhere",
    errno.EUCLEAN: "the file system is damaged: have it repaired, and keep a backup elsewhere",
}


def cause(error: BaseException) -> int | None:
    """The number of the disk's failure behind an error, also where DuckDB tells it in its own words; else None."""
    number = getattr(error, "errno", None)
    if number in WORDS:
        return int(number)
    if type(error).__module__.split(".")[0] not in ("duckdb", "_duckdb"):
        return None
    return next((one for one in WORDS if os.strerror(one) in str(error)), None)


def full(error: BaseException) -> bool:
    """Whether the disk takes no more, so that there is no use in going on."""
    return cause(error) in FULL


def words(error: BaseException) -> str | None:
    """One sentence on what the disk did and what to do; None where the error is not the disk's."""
    number = cause(error)
    if number is None:
        return None
    place = getattr(error, "filename2", None) or getattr(error, "filename", None)
    told = f"{place}: {WORDS[number]}" if place else WORDS[number]
    return f"{told} (what was published last stays as it is)"


@contextlib.contextmanager
def place(folder: Path) -> Iterator[None]:
    """Hold the place of the one that writes into a folder. Raises BlockingIOError where another has it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def sync(path: Path) -> None:
    """Wait until the file, or the names in the folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(path: Path, content: bytes, *, mode: int = 0o644, coming: Path | None = None) -> None:
    """Write a file whole or not at all; on return it is on the disk.

    It comes by way of ``coming``, a file that whoever sweeps may remove.
    """
    fresh = coming or path.with_name(f".{path.name}-{os.getpid()}")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.chmod(mode)
    fresh.replace(path)
    sync(path.parent)


def checksum(path: Path) -> str:
    """The hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, HASH).hexdigest()


def copy(source: Path, target: Path) -> str:
    """Copy a file, and return the hash of what was read."""
    found = hashlib.new(HASH)
    with source.open("rb") as old, target.open("wb") as new:
        while part := old.read(PART):
            found.update(part)
            new.write(part)
    return found.hexdigest()


def forget(path: Path) -> None:
    """Let the next reading of a synced file come from the disk and not from memory, where the system can do that."""
    if not hasattr(os, "posix_fadvise"):
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
