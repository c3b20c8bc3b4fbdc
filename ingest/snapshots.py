"""Raw snapshots: the bytes of a source as they came, kept for ever under their hash."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ingest.source import Source


def keep(folder: Path, source: Source, content: bytes) -> str:
    """Store the bytes once as ``<folder>/<source>/<sha256>`` and return the hash."""
    digest = hashlib.sha256(content).hexdigest()
    place = folder / source.name / digest
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f".{digest}-{os.getpid()}")
        fresh.write_bytes(content)
        fresh.replace(place)
    return digest
