"""Reading an answer that should be JSON."""

from __future__ import annotations

import json
from typing import Any

from ingest.csv_file import BatchError


def read(content: bytes) -> Any:
    """What the JSON holds, a BOM before it or not. Raises BatchError, with how it begins, where it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        start = content[:80].decode("utf-8", "replace")
        raise BatchError(f"this is no JSON ({error}), it begins with {start!r}: try later") from None
