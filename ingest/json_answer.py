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


def flat(rows: list[Any]) -> list[dict[str, Any]]:
    """The rows as they are, if each is an object of plain values. Raises BatchError that names the row and key."""
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise BatchError(f"row {number} is no object but {type(row).__name__}: see what the source changed")
        if nested := [name for name, value in row.items() if isinstance(value, list | dict)]:
            raise BatchError(f"row {number} has something nested in {', '.join(nested)}: see what the source changed")
    return rows


def as_text(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with every value as text, their row_number aside: no number is too large for that."""
    return [
        {name: value if value is None or name == "row_number" else str(value) for name, value in row.items()}
        for row in rows
    ]
