"""The alerts that a version has, as the feed, the channels and the pages read them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True)
class Alert:
    """One alert: a line of ops.alerts, its rows and sources as lists."""

    alert_id: str
    rule: str
    subject: str
    happened_on: dt.date | None
    title: str
    text: str
    rows: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    raised_at: dt.datetime
    compared_with: str

    def told(self) -> dict[str, Any]:
        """The alert for JSON: times as text, UTC."""
        said = asdict(self)
        return said | {
            "happened_on": self.happened_on and self.happened_on.isoformat(),
            "raised_at": self.raised_at.isoformat(timespec="seconds") + "Z",
        }


def rule_names() -> list[str]:
    """The names of all rules, in alphabetical order."""
    return sorted(path.stem for path in Path(__file__).with_name("rules").glob("*.sql"))


def newest(cursor: duckdb.DuckDBPyConnection, most: int | None = None) -> list[Alert]:
    """The alerts of a version, the newest first, at most so many. None of a version older than alerts are."""
    try:
        cursor.execute(
            f"""
            SELECT
                alert_id, rule, subject, happened_on, title, text, rows, sources, raised_at, compared_with
            FROM ops.alerts
            ORDER BY raised_at DESC, alert_id
            {f"LIMIT {most}" if most is not None else ""}
            """
        )
    except duckdb.CatalogException:
        return []
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, line, strict=True)) for line in cursor.fetchall()]
    return [
        Alert(**line | {"rows": json.loads(line["rows"]), "sources": json.loads(line["sources"])}) for line in found
    ]
