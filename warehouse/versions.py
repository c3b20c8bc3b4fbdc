"""The published versions: which there are, whether each is still what was published, and which one is to be read.

Beside what warehouse.publish puts there, a version's folder holds ``serai.duckdb.sha256`` (the checksum that the
file was published with, as sha256sum writes it; versions of an older Serai have none) and ``verified`` (when, and of
which file, it was last compared). What was found damaged is in ``damaged/<version>``: the reason, in words.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import logging
import os
import re
import time
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

from warehouse import disk

LINK = "serai.duckdb"
FILE = "serai.duckdb"
CHECKSUM = "serai.duckdb.sha256"
VERIFIED = "verified"
DAMAGED = "damaged"
# How long a comparison with the checksum is trusted, where the caller does not say.
VERIFY_MINUTES = 60.0
NAMED = re.compile(r"(?P<second>\d{8}T\d{6})(?:\.(?P<micro>\d{6}))?Z")

log = logging.getLogger(__name__)
# Found damaged by this process, in a folder that it may not write to.
_unrecorded: dict[Path, dict[str, str]] = {}


class NothingPublishedError(Exception):
    """There is no version to read yet."""


class NoGoodVersionError(Exception):
    """There are versions, and every one is damaged; the message says how and what to do."""


def current_version(folder: Path) -> str | None:
    """The name of the version that the switch points to, or None where there is no such link."""
    try:
        return (folder / LINK).readlink().parent.name
    except OSError:
        return None


def version_file(folder: Path, version: str) -> Path:
    """The file that Serai's own readers open for a version."""
    return folder / "versions" / version / FILE


def names(folder: Path) -> list[str]:
    """The versions that are there, the newest first; those half made or half removed have a dot before their name."""
    with contextlib.suppress(OSError):
        return sorted((path.name for path in (folder / "versions").iterdir() if path.name[0] != "."), reverse=True)
    return []


def published_at(version: str) -> dt.datetime | None:
    """The time that a version is named by, UTC; of a name without fractions the last moment of its second."""
    if not (found := NAMED.match(version)):
        return None
    try:
        at = dt.datetime.strptime(found["second"], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return at.replace(microsecond=int(found["micro"] or 999_999))


def damaged(folder: Path) -> dict[str, str]:
    """The versions found damaged: version → what is wrong with it, in words."""
    found = dict(_unrecorded.get(folder, {}))
    with contextlib.suppress(OSError):
        for path in (folder / DAMAGED).iterdir():
            if path.name[0] != ".":
                found[path.name] = path.read_text(encoding="utf-8", errors="replace").strip()
    return found


def condemn(folder: Path, version: str, reason: str) -> None:
    """Record that a version is damaged."""
    try:
        (folder / DAMAGED).mkdir(exist_ok=True)
        disk.write(folder / DAMAGED / version, f"{reason}\n".encode())
    except OSError:
        _unrecorded.setdefault(folder, {})[version] = reason


def candidates(folder: Path) -> list[str]:
    """What may be read, in order: the published version, then those before it; all, where the link is lost."""
    current = current_version(folder)
    if current is None:
        return names(folder)
    return [current, *(name for name in names(folder) if name < current)]


def newest_good(folder: Path) -> str | None:
    """The version that is to be read as far as is known; nothing is compared."""
    bad = damaged(folder)
    return next((name for name in candidates(folder) if name not in bad), None)


def lost(folder: Path) -> list[str]:
    """Damaged versions newer than the published one: what they had beyond it has to come again."""
    current = current_version(folder) or ""
    return sorted(name for name in damaged(folder) if name > current)


def notice(folder: Path, version: str) -> str | None:
    """One sentence where the version that is read is not the newest that was published; else None."""
    newer = {name: reason for name, reason in damaged(folder).items() if name > version}
    if not newer:
        return None
    name = max(newer)
    return (
        f"version {name} is damaged ({newer[name]}): version {version} is read instead, which is older; run "
        "`serai ingest`, which brings back what it lacks, and have the disk looked at"
    )


@contextlib.contextmanager
def holding(folder: Path, verify_minutes: float = VERIFY_MINUTES) -> Iterator[tuple[str, Path]]:
    """The version to read and its file, kept from pruning until the block ends.

    That is the published one; where it is damaged, the newest good one before it (``notice`` says so). A file is
    compared with its checksum where that was not done in the last ``verify_minutes``. Raises NothingPublishedError,
    NoGoodVersionError.
    """
    with contextlib.ExitStack() as held:
        version = _hold(folder, held, verify_minutes)
        if said := notice(folder, version):
            log.warning("serai: %s", said)
        yield version, version_file(folder, version)


def _hold(folder: Path, held: contextlib.ExitStack, verify_minutes: float) -> str:
    """Hold the first good candidate and return its name."""
    while True:
        current, found = current_version(folder), candidates(folder)
        for version in found:
            if version in damaged(folder):
                continue
            reason = _hold_one(folder, version, held, verify_minutes)
            if reason is None:
                return version
            if current_version(folder) != current:
                break  # pruned while we looked: a newer one is published
            condemn(folder, version, reason)
        else:
            raise _nothing(folder, found)


def _nothing(folder: Path, found: list[str]) -> Exception:
    if not found:
        return NothingPublishedError(f"no warehouse is published in {folder}: run `serai ingest` first")
    bad = damaged(folder)
    told = "; ".join(f"{name}: {bad[name]}" for name in found if name in bad)
    return NoGoodVersionError(
        f"every version in {folder} is damaged ({told}): move that folder away, then put a backup in its place with "
        "`serai restore FILE`, or build it anew with `serai ingest --replay`"
    )


def _hold_one(folder: Path, version: str, held: contextlib.ExitStack, verify_minutes: float) -> str | None:
    """Hold a version if it is good; else say what is wrong."""
    place = folder / "versions" / version
    try:
        lock = _lock(place)
    except FileNotFoundError:
        return "its folder is gone"
    with contextlib.ExitStack() as held_so_far:
        fcntl.flock(held_so_far.enter_context(lock), fcntl.LOCK_SH)
        reason = wrong(place, verify_minutes)
        if reason is None:
            held.push(held_so_far.pop_all())
    return reason


def _lock(place: Path) -> TextIOWrapper:
    try:
        return (place / "lock").open()
    except FileNotFoundError:
        return (place / "lock").open("a+")  # where the file alone was lost


def wrong(place: Path, verify_minutes: float = 0) -> str | None:
    """What is wrong with a version's file, in words, or None; what is known to be damaged is not looked up here."""
    path = place / FILE
    try:
        said = (place / CHECKSUM).read_text(encoding="ascii", errors="replace").split()
        if said and (verify_minutes <= 0 or not _verified(place, verify_minutes)):
            mark = _mark(path)
            if disk.checksum(path) != said[0]:
                return f"{FILE} is not what was published: its checksum differs"
            _remember(place, mark)
        return None if said else f"{CHECKSUM} is empty"
    except FileNotFoundError:
        # Versions of an older Serai have no checksum and are read as they were.
        return None if path.exists() else f"{FILE} is gone"
    except OSError as error:
        if error.errno not in disk.BROKEN:
            raise
        return f"{FILE} cannot be read: {error.strerror}"


def seal(place: Path, checksum: str) -> None:
    """Give a version the checksum of its file; on return it is on the disk."""
    disk.write(place / CHECKSUM, f"{checksum}  {FILE}\n".encode(), mode=0o444)


def expected(place: Path) -> str | None:
    """The checksum that the version was published with; None for one of an older Serai."""
    try:
        said = (place / CHECKSUM).read_text(encoding="ascii", errors="replace").split()
    except FileNotFoundError:
        return None
    return said[0] if said else ""


def trust(place: Path) -> None:
    """Note that the version's file has just been compared."""
    _remember(place, _mark(place / FILE))


def _mark(path: Path) -> dict[str, float]:
    """What tells this file, as it is, from any other; and the time."""
    found = path.stat()
    return {
        "inode": found.st_ino,
        "bytes": found.st_size,
        "modified": found.st_mtime_ns,
        "changed": found.st_ctime_ns,
        "at": time.time(),
    }


def _remember(place: Path, mark: dict[str, float]) -> None:
    with contextlib.suppress(OSError):  # whoever may not write compares each time
        # What a reader that died has left; one that lives and finds it gone compares once more.
        for half in place.glob(f".{VERIFIED}-*"):
            half.unlink(missing_ok=True)
        fresh = place / f".{VERIFIED}-{os.getpid()}"
        fresh.write_text(json.dumps(mark), encoding="ascii")
        fresh.replace(place / VERIFIED)


def _verified(place: Path, minutes: float) -> bool:
    """Whether this very file was compared lately; a time to come, of a clock set back, is not believed."""
    try:
        was = json.loads((place / VERIFIED).read_bytes())
        now = _mark(place / FILE)
        return bool(0 <= now.pop("at") - was.pop("at") < minutes * 60 and was == now)
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return False
