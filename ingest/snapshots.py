"""Raw snapshots: the bytes of a source as they came, kept for ever under their hash."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ingest.source import Source


def digest(content: bytes) -> str:
    """The SHA-256 of the bytes: a snapshot's name."""
    return hashlib.sha256(content).hexdigest()


def keep(folder: Path, source: Source, content: bytes) -> Path:
    """Store the bytes once, as ``<folder>/<source>/<sha256>``, and return the path."""
    place = folder / source.name / digest(content)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f".{place.name}-{os.getpid()}")
        fresh.write_bytes(content)
        fresh.replace(place)
    return place
