"""Raw snapshots: the answers of a source as they came, kept for ever, and the record by which an ingest is replayed.

``<folder>/<source>/<sha256>`` holds the bytes of one answer, ``<folder>/<source>/<run_id>.json`` what one run was
given: which answers, in which order, each with its address (without secrets), time, status and headers.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ingest.csv_file import BatchError

# What of an answer's headers is worth keeping; never cookies or anything that echoes a credential.
KEPT_HEADERS = (
    "content-type", "content-length", "content-encoding", "content-md5", "content-digest", "repr-digest",
    "date", "etag", "last-modified", "cache-control", "age", "link", "x-total-count",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a source gave once: the bytes, unpacked where they were packed for the way only, and how they came."""

    url: str
    at: dt.datetime
    content: bytes
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """The hash of the bytes: their name."""
        return digest(self.content)


@dataclass(frozen=True)
class Recorded:
    """The record of one run: what it was given."""

    source: str
    run_id: str
    at: dt.datetime
    path: Path


def digest(content: bytes) -> str:
    """The SHA-256 of the bytes: a snapshot's name."""
    return hashlib.sha256(content).hexdigest()


def of_batch(answers: list[Answer]) -> str:
    """The hash of all that a source gave: of one answer its own, of several that of their hashes in order."""
    if len(answers) == 1:
        return answers[0].sha256
    return digest("\n".join(answer.sha256 for answer in answers).encode())


def keep(folder: Path, source: str, answers: Iterable[Answer]) -> None:
    """Store the bytes of each answer once."""
    for answer in answers:
        place = folder / source / answer.sha256
        if not place.exists():
            _write(place, answer.content)


def record(folder: Path, source: str, run_id: str, at: dt.datetime, answers: list[Answer]) -> None:
    """Write down what the run was given; the bytes must have been kept."""
    lines = [
        {
            "url": answer.url,
            "at": answer.at.isoformat(),
            "status": answer.status,
            "headers": answer.headers,
            "sha256": answer.sha256,
            "bytes": len(answer.content),
        }
        for answer in answers
    ]
    said = {"source": source, "run_id": run_id, "at": at.isoformat(), "answers": lines}
    _write(folder / source / f"{run_id}.json", (json.dumps(said, indent=1) + "\n").encode())


def recorded(folder: Path, source: str) -> list[Recorded]:
    """The runs of a source of which there is a record, the oldest first."""
    found = []
    for path in (folder / source).glob("*.json"):
        said = json.loads(path.read_bytes())
        found.append(Recorded(source, said["run_id"], dt.datetime.fromisoformat(said["at"]), path))
    return sorted(found, key=lambda one: one.at)


def replay(one: Recorded) -> list[Answer]:
    """The answers of that run, byte for byte. Raises BatchError where a snapshot is gone or is no longer itself."""
    answers = []
    for line in json.loads(one.path.read_bytes())["answers"]:
        place = one.path.with_name(line["sha256"])
        content = place.read_bytes() if place.exists() else b""
        if digest(content) != line["sha256"]:
            raise BatchError(f"the snapshot {place.name} of run {one.run_id} is gone or damaged: restore {place}")
        at = dt.datetime.fromisoformat(line["at"])
        answers.append(Answer(line["url"], at, content, line["status"], line["headers"]))
    return answers


def _write(place: Path, content: bytes) -> None:
    """The file, whole or not at all, and read-only: a snapshot never changes."""
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f".{place.name}-{os.getpid()}")
    fresh.write_bytes(content)
    fresh.chmod(0o444)
    fresh.replace(place)
