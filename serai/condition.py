"""The condition of the house: what is published, how fresh each dataset is, how each source stands, what is damaged.

What ``serai status --json``, /health and /metrics say is told here once, so that they cannot disagree. A dataset is
fresh where none of its scheduled sources is overdue; its age is that of the source that was taken in longest ago.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from alerts import book, deliver
from ingest import schedule
from ingest.schedule import Standing
from serai import logs
from serai.settings import Settings
from warehouse import publish
from warehouse.connect import Reader

# Of a run's line what people and scripts ask for.
RUN = (
    "run_id, source, dataset, outcome, reason, started_at, seconds, rows_seen, rows_added, rows_corrected, "
    "rows_withdrawn, rows_quarantined"
)
LEDGER = "(FROM ops.runs UNION ALL BY NAME FROM unpublished)"


@dataclass(frozen=True)
class Condition:
    """All of it at one moment (UTC); ``published_at`` is when the version was published.

    ``unreadable`` says why nothing can be read though something is published.
    """

    now: dt.datetime
    version: str | None
    published_at: dt.datetime | None
    datasets: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    damaged: dict[str, str]
    unreadable: str | None = None

    @property
    def problems(self) -> list[dict[str, Any]]:
        """Why the house is not healthy: each with what it is of, how overdue, and why. None where it is."""
        if self.version is None:
            why = self.unreadable or "nothing is published yet: run `serai ingest`"
            return [{"what": "warehouse", "why": why}]
        # Older ones were made good by the version that is read.
        found = [
            {"what": "version", "version": version, "why": f"damaged: {why}"}
            for version, why in self.damaged.items()
            if version >= self.version
        ]
        return found + [_overdue(one) for one in self.sources if one["overdue"]]

    @property
    def fresh(self) -> bool:
        """Whether there is nothing to complain of."""
        return not self.problems


def look(
    reader: Reader | None, settings: Settings, now: dt.datetime | None = None, unreadable: str | None = None
) -> Condition:
    """The condition now; without a reader that of a house that has published nothing, or nothing that can be read."""
    now = now or deliver.utc_now()
    damaged = publish.damaged(settings.warehouse)
    if reader is None:
        return Condition(now, None, None, [], [], damaged, unreadable)
    with reader.ledger() as cursor:
        sources = [_source(one, now) for one in schedule.standing(cursor, now, settings.schedule_rules)]
    with reader.ledger() as cursor:
        found = cursor.execute(FRESHNESS, {"today": now.date()})
        names = [column[0] for column in found.description]
        lines = [dict(zip(names, line, strict=True)) for line in found.fetchall()]
    datasets = [line | _freshness(line["dataset"], sources, now) for line in lines]
    return Condition(now, reader.version, published_at(reader.version), datasets, sources, damaged)


FRESHNESS = """
    SELECT
        f.dataset, f.rows, f.rows_quarantined AS held_back, f.newest_published,
        $today::DATE - f.newest_published AS days_old, f.last_change_at,
        coalesce(u.last_run_at, f.last_run_at) AS last_run_at,
        coalesce(u.last_outcome, f.last_outcome) AS last_outcome
    FROM ops.freshness AS f
    LEFT JOIN (
        SELECT dataset, max(finished_at) AS last_run_at, max_by(outcome, finished_at) AS last_outcome
        FROM unpublished GROUP BY dataset
    ) AS u USING (dataset)
    ORDER BY f.dataset
"""


def status(reader: Reader, settings: Settings) -> dict[str, Any]:
    """What `serai status --json` says; docs/running.md describes each member."""
    found = look(reader, settings)
    with reader.ledger() as cursor:
        runs = cursor.sql(f"SELECT {RUN} FROM {LEDGER} ORDER BY started_at DESC LIMIT 13").pl().to_dicts()
        held = cursor.sql(
            "SELECT dataset, row_number AS row, reason FROM quarantine ORDER BY dataset, row_number"
        ).pl()
        raised = book.newest(cursor)
    post = settings.post
    channels = deliver.undelivered(post, raised)
    waiting = sum(states["waiting"] + states["failed"] for states in channels.values())
    return {
        "version": found.version,
        "published_at": found.published_at,
        "now": found.now,
        "fresh": found.fresh,
        "problems": found.problems,
        "datasets": found.datasets,
        "sources": found.sources,
        "damaged": [{"version": version, "reason": why} for version, why in found.damaged.items()],
        "alerts": {"raised": len(raised), "undelivered": waiting, "channels": channels},
        "runs": runs,
        "quarantine": held.to_dicts(),
    }


def published_at(version: str) -> dt.datetime:
    """When a version was published, as its name says."""
    return dt.datetime.strptime(version.partition("Z")[0], "%Y%m%dT%H%M%S.%f")  # noqa: DTZ007 - UTC, as the ledger


def last_publish_seconds(settings: Settings, version: str | None) -> float | None:
    """How long the ingest that published a version took, by its log; None where that has no line of it."""
    newest = logs.last_publish(settings.logs)
    return float(newest["seconds"]) if version and newest.get("version") == version else None


def _source(one: Standing, now: dt.datetime) -> dict[str, Any]:
    since = one.owed or one.next_due
    behind = (now - since).total_seconds() if one.overdue and since else None
    return asdict(one) | {"overdue_seconds": behind}


def _freshness(dataset: str, sources: list[dict[str, Any]], now: dt.datetime) -> dict[str, Any]:
    own = [one for one in sources if one["dataset"] == dataset]
    taken = [one["last_success"] for one in own if one["last_success"]]
    late = [one["source"] for one in own if one["overdue"]]
    age = max(0.0, (now - min(taken)).total_seconds()) if taken else None
    # What was never taken in, and need not be, is neither fresh nor stale.
    fresh = not late if taken or late else None
    return {"age_seconds": age, "fresh": fresh, "overdue_sources": late}


def _overdue(one: dict[str, Any]) -> dict[str, Any]:
    never = "it was never taken in" if one["last_success"] is None else "it was not taken in when it was due"
    return {
        "what": "dataset",
        "dataset": one["dataset"],
        "source": one["source"],
        "due": one["owed"] or one["next_due"],
        "overdue_seconds": one["overdue_seconds"],
        "why": one["reason"] or never,
    }
