"""Raw snapshots: the answers of a source as they came, kept for ever, and the record by which an ingest is replayed.

``<folder>/<source>/<sha256>`` holds the bytes of one answer, ``<folder>/<source>/<run_id>.json`` what one run was
given: which answers, in which order, each with its address (without secrets), time, status and headers. Bytes go to
the disk as they come and are never all in memory.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from ingest.csv_file import BatchError
from warehouse import disk

# What of an answer's headers is worth keeping; never cookies or anything that echoes a credential.
KEPT_HEADERS = (
    "content-type", "content-length", "content-encoding", "content-md5", "content-digest", "repr-digest",
    "date", "etag", "last-modified", "cache-control", "age", "link", "x-total-count",
)  # fmt: skip


# Where bytes are until they are whole; what a run that died left there the next one removes.
COMING = ".incoming"


@dataclass(frozen=True)
class Answer:
    """What a source gave once: its bytes, unpacked where they were packed for the way only, and how they came.

    They are in the file ``place``; ``sha256`` is the hash of the bytes and the name of the file.
    """

    url: str
    at: dt.datetime
    place: Path
    sha256: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The bytes, read anew each time; of a large file read ``place`` in parts instead."""
        return self.place.read_bytes()


@dataclass(frozen=True)
class Recorded:
    """The record of one run: what it was given, and of a piece of a backfill which days were asked for."""

    source: str
    run_id: str
    at: dt.datetime
    first_day: dt.date | None = None
    last_day: dt.date | None = None


class Incoming:
    """A snapshot on its way in, as a context: write the bytes as they come, then ``keep`` it, or it is gone."""

    def __init__(self, folder: Path, source: str) -> None:
        self.folder = folder / source
        self.path = folder / COMING / f"{os.getpid()}-{secrets.token_hex(4)}"
        for place in (self.folder, self.path.parent):
            place.mkdir(parents=True, exist_ok=True)
        self.hash = hashlib.sha256()
        self.file = self.path.open("wb")

    def __enter__(self) -> Incoming:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()
        self.path.unlink(missing_ok=True)

    def write(self, part: bytes) -> None:
        """Add these bytes."""
        self.file.write(part)
        self.hash.update(part)


def keep(incoming: Incoming) -> tuple[Path, str]:
    """Put the bytes in their place, once and read-only, for a snapshot never changes; return it and their hash.

    Their name is on the disk once their record is.
    """
    incoming.file.flush()
    os.fsync(incoming.file.fileno())
    incoming.file.close()
    name = incoming.hash.hexdigest()
    place = incoming.folder / name
    # Even where it is there already: that may be damaged, and this is what it should be.
    incoming.path.chmod(0o444)
    incoming.path.replace(place)
    return place, name


def sweep(folder: Path) -> None:
    """Remove what a run that died left half fetched; no other may be running."""
    shutil.rmtree(folder / COMING, ignore_errors=True)


def is_whole(place: Path) -> bool:
    """Whether the snapshot is there and still itself."""
    return place.exists() and digest_of_file(place) == place.name


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_batch(answers: list[Answer]) -> str:
    """The hash of all that a source gave: of one answer its own, of several that of their hashes in order."""
    if len(answers) == 1:
        return answers[0].sha256
    return hashlib.sha256("\n".join(answer.sha256 for answer in answers).encode()).hexdigest()


def record(folder: Path, run: Recorded, answers: list[Answer]) -> None:
    """Write down what the run was given; the bytes have been kept."""
    lines = [
        {
            "url": answer.url,
            "at": answer.at.isoformat(),
            "status": answer.status,
            "headers": answer.headers,
            "sha256": answer.sha256,
            "bytes": answer.place.stat().st_size,
        }
        for answer in answers
    ]
    said: dict[str, object] = {"source": run.source, "run_id": run.run_id, "at": run.at.isoformat()}
    if run.first_day and run.last_day:
        said |= {"first_day": run.first_day.isoformat(), "last_day": run.last_day.isoformat()}
    text = json.dumps(said | {"answers": lines}, indent=1) + "\n"
    place = folder / run.source / f"{run.run_id}.json"
    for made in (place.parent, folder / COMING):
        made.mkdir(parents=True, exist_ok=True)
    disk.write(place, text.encode(), mode=0o444, coming=folder / COMING / f"{os.getpid()}-{place.name}")
    disk.sync(folder)


def recorded(folder: Path, source: str) -> list[Recorded]:
    """The runs of a source of which there is a record, the oldest first. Raises BatchError where one is damaged."""
    found = []
    for path in (folder / source).glob("[!.]*.json"):
        said = _read(path)
        days = (dt.date.fromisoformat(said[name]) if name in said else None for name in ("first_day", "last_day"))
        found.append(Recorded(source, said["run_id"], dt.datetime.fromisoformat(said["at"]), *days))
    return sorted(found, key=lambda one: one.at)


def _read(path: Path) -> dict[str, Any]:
    """A record. Raises BatchError where it is damaged."""
    try:
        said: dict[str, Any] = json.loads(path.read_bytes())
        if said["run_id"] == path.stem and said["answers"] and dt.datetime.fromisoformat(said["at"]):
            return said
    except (ValueError, KeyError, TypeError):
        pass
    raise BatchError(f"the record {path} is damaged: restore it from a backup, or take it away to go on without it")


def replay(folder: Path, run: Recorded) -> list[Answer]:
    """The answers of that run, byte for byte. Raises BatchError where a snapshot is gone or is no longer itself."""
    answers = []
    for line in _read(folder / run.source / f"{run.run_id}.json")["answers"]:
        place = folder / run.source / line["sha256"]
        if not is_whole(place):
            raise BatchError(f"the snapshot {place.name} of run {run.run_id} is gone or damaged: restore {place}")
        at = dt.datetime.fromisoformat(line["at"])
        answers.append(Answer(line["url"], at, place, line["sha256"], line["status"], line["headers"]))
    return answers
