"""The run ledger: what ran, what is due, how long publishing took, and what was worth telling."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from alerts import book, feed
from alerts.book import Alert
from dashboards import texts
from dashboards.queries.reader import ask, reader
from serai import condition, logs
from serai.condition import LEDGER, Condition
from serai.settings import settings

PUBLISH: dict[str, Any] = {
    "published_at": pl.Datetime("us"),
    "seconds": pl.Float64,
    "sources": pl.Int64,
    "version": pl.String,
}
# What a line of a log says beside its own columns.
PLAIN = ("timestamp", "level", "event", "run_id", "run_ids", "source")


def house() -> Condition:
    """How every source stands by the schedule, and what is damaged, now."""
    return condition.look(reader(), settings())


def ledger(source: str | None, outcome: str | None, days: int | None) -> pl.DataFrame:
    """The runs of a source with an outcome in the last so many days, the newest first; None is all."""
    return ask(
        f"""
        SELECT
            r.run_id, r.source, r.dataset, r.outcome, r.started_at, r.seconds, r.rows_seen, r.rows_added,
            r.rows_corrected, r.rows_withdrawn, r.rows_quarantined, r.warnings, r.reason,
            any_value(v.report) AS report
        FROM {LEDGER} AS r
        LEFT JOIN ops.validations AS v USING (run_id)
        WHERE
            ($source IS NULL OR r.source = $source)
            AND ($outcome IS NULL OR r.outcome = $outcome)
            AND ($since::TIMESTAMP IS NULL OR r.started_at >= $since)
        GROUP BY ALL
        ORDER BY r.started_at DESC
        LIMIT 1000
        """,
        source=source,
        outcome=outcome,
        # By the day, so that answers can be kept.
        since=_since(days),
    )


def _since(days: int | None) -> dt.datetime | None:
    return dt.datetime.combine(texts.today() - dt.timedelta(days=days), dt.time()) if days else None


def sources() -> list[str]:
    """Every source that ever ran."""
    return ask(f"SELECT DISTINCT source FROM {LEDGER} ORDER BY source")["source"].to_list()


def held_back() -> pl.DataFrame:
    """How many rows of each source are in quarantine, by what they failed."""
    return ask(
        """
        SELECT source, dataset, expectation, count(DISTINCT row_number) AS rows, max(held_back_at) AS held_back_at
        FROM quarantine
        GROUP BY ALL
        ORDER BY rows DESC, source, expectation
        """
    )


def log_of(run_id: str) -> list[str]:
    """The lines of a run's log as text, the oldest first; none where it is not kept any more."""
    return [_line(line) for line in logs.lines(settings().logs, run_id)]


def _line(line: dict[str, Any]) -> str:
    at = str(line.get("timestamp", ""))[:23].replace("T", " ")
    said = [f"{name} {value}" for name, value in line.items() if name not in PLAIN and value is not None]
    return f"{at} {line.get('level')} {line.get('event')}: {', '.join(said)}"


def publishes(days: int | None) -> pl.DataFrame:
    """How long each ingest that published a version took, the oldest first; as far back as logs are kept."""
    lines = [
        {
            "published_at": condition.published_at(line["version"]),
            "seconds": line["seconds"],
            "sources": len(line.get("run_ids", ())),
            "version": line["version"],
        }
        for line in logs.publishes(settings().logs)
    ]
    frame = pl.DataFrame(lines, schema=PUBLISH)
    if days:
        frame = frame.filter(pl.col("published_at") >= _since(days))
    return frame.tail(2000)


def alerts(most: int) -> list[tuple[Alert, str]]:
    """The newest alerts, each with the address of the page that shows what it speaks of."""
    with reader().cursor() as cursor:
        return [(one, feed.page_of(one)) for one in book.newest(cursor, most)]
