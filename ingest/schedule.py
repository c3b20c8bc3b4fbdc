"""What is due, told from the run ledger and nothing else.

A source is due when a moment of its schedule lies after its last success and not after now; once taken in, whatever
it missed is made up. After a failure it is tried again, ever later; after many in a row it is paused, which is to say
looked at once a week. Times are UTC without a zone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingest import credentials, source
from ingest.source import Source
from warehouse import journal, publish
from warehouse.connect import reading

if TYPE_CHECKING:
    from ingest.bring import Order

SUCCESS = ("loaded", "unchanged")
# A clock is set by so much without anybody having turned it.
CLOCK_SLACK = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Rules:
    """How the schedule bears with what goes wrong; durations in seconds.

    ``chosen`` names the sources that are scheduled, ``shipped`` and ``live`` standing for all of that kind; none
    named is all. ``late_after`` is how far behind its moment a run is late, and a source overdue.
    """

    chosen: tuple[str, ...] = ()
    late_after: float = 3600
    first_wait: float = 300
    longest_wait: float = 86_400
    pause_after: int = 8
    paused_wait: float = 7 * 86_400


@dataclass(frozen=True)
class History:
    """What the ledger has of one source, pieces of its past left out; all empty where it never ran.

    ``last_at`` and ``success_at`` are what the clock said when the last run and the last success began; ``failures``
    counts the runs since that success. ``began_at`` is what it said when the ledger began, with whichever source.
    """

    last_at: dt.datetime | None = None
    outcome: str | None = None
    reason: str | None = None
    success_at: dt.datetime | None = None
    failures: int = 0
    began_at: dt.datetime | None = None


@dataclass(frozen=True)
class Standing:
    """How one source stands.

    ``owed`` is the scheduled moment that its next run is for, ``next_due`` when it is to be run; ``overdue`` says
    that a moment has passed by more than is tolerated, or that it was never taken in. ``reason`` is its last
    failure's, ``unscheduled`` why it is not scheduled at all; then nothing is due.
    """

    source: str
    dataset: str
    cron: str
    zone: str
    live: bool
    last_started: dt.datetime | None
    last_outcome: str | None
    last_success: dt.datetime | None
    owed: dt.datetime | None
    next_due: dt.datetime | None
    due: bool
    late: bool
    overdue: bool
    failures: int
    paused: bool
    reason: str | None
    unscheduled: str | None


# Every run of the ledger, with what the clock said when it began.
RUNS = """
    SELECT source, started_at, coalesce(clock_at, started_at) AS clock_at, outcome, reason, first_day
    FROM (
        FROM ops.runs
        UNION ALL BY NAME FROM unpublished
        -- A version made by an older Serai has no clock_at.
        UNION ALL BY NAME SELECT NULL::TIMESTAMP AS clock_at WHERE false
    )
"""


@contextlib.contextmanager
def ledger(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor that has ops.runs and ``unpublished``, also where nothing is published yet."""
    if publish.current_version(folder) is not None:
        with reading(folder) as reader:
            yield reader.ledger()
        return
    from warehouse import schema

    with duckdb.connect() as con:
        con.execute(schema.OWN[0].read_text(encoding="utf-8"))
        journal.show(con, folder)
        yield con


def standing(con: duckdb.DuckDBPyConnection, now: dt.datetime, rules: Rules | None = None) -> list[Standing]:
    """How every source stands now, in alphabetical order; con has ``unpublished`` (ledger, or Reader.ledger)."""
    found, began, rules = histories(con), _began_at(con), rules or Rules()
    known = {name: replace(found.get(name, History()), began_at=began) for name in source.names()}
    return [stands(source.load(name), history, now, rules) for name, history in known.items()]


def orders(con: duckdb.DuckDBPyConnection, names: Iterable[str], now: dt.datetime, rules: Rules) -> list[Order]:
    """Those of the named sources that are due now, each after those it is judged against."""
    from ingest.bring import Order

    wanted = set(names)
    due = {one.source: one for one in standing(con, now, rules) if one.due and one.source in wanted}
    return [Order(one, due_at=due[one.name].owed, late=due[one.name].late) for one in source.ordered(due)]


def stands(one: Source, history: History, now: dt.datetime, rules: Rules) -> Standing:
    """How one source stands, given its history."""
    unscheduled = why_unscheduled(one, rules)
    owed, next_due = moments(one, history, now, rules)
    behind = (now - owed).total_seconds() > rules.late_after
    scheduled = unscheduled is None
    return Standing(
        source=one.name,
        dataset=one.dataset,
        cron=one.schedule.cron,
        zone=one.schedule.zone,
        live=one.live,
        last_started=history.last_at,
        last_outcome=history.outcome,
        last_success=history.success_at,
        owed=owed if scheduled else None,
        next_due=next_due if scheduled else None,
        due=scheduled and next_due <= now,
        late=scheduled and behind,
        overdue=scheduled and (behind or history.success_at is None),
        failures=history.failures,
        paused=scheduled and history.failures >= rules.pause_after,
        reason=history.reason if history.failures else None,
        unscheduled=unscheduled,
    )


def moments(one: Source, history: History, now: dt.datetime, rules: Rules) -> tuple[dt.datetime, dt.datetime]:
    """The scheduled moment that the next run is for, and when it is to be run.

    What was never taken in is owed since the ledger began. A source whose last run lies in the future, the clock
    having been set back, is due at once: its next line has the clock as it is, and counts again.
    """
    last, success = history.last_at, history.success_at
    if last is None:
        since = min(history.began_at or now, now)
        return since, since
    if last > now + CLOCK_SLACK:
        return now, now
    if success is None:
        owed = min(history.began_at or last, last)
    else:
        # From a success by a clock that was set back since nothing can be counted.
        owed = one.schedule.after(success) if success <= last + CLOCK_SLACK else last
    return owed, max(owed, last + wait(one.name, history.failures, rules))


def wait(name: str, failures: int, rules: Rules) -> dt.timedelta:
    """How long a source is left alone after so many failures in a row: twice as long each time, none after none.

    Up to a tenth is added, the same for the same source and count, so that those who failed together part.
    """
    if failures == 0:
        return dt.timedelta()
    seconds = min(rules.first_wait * 2.0 ** min(failures - 1, 60), rules.longest_wait)
    if failures >= rules.pause_after:
        seconds = rules.paused_wait
    jitter = random.Random(f"{name} {failures}").random() / 10  # noqa: S311 (nothing is kept secret by it)
    return dt.timedelta(seconds=seconds * (1 + jitter))


def why_unscheduled(one: Source, rules: Rules) -> str | None:
    """Why a source is not scheduled, None where it is."""
    kind = "live" if one.live else "shipped"
    if rules.chosen and not {one.name, kind} & set(rules.chosen):
        return "not among SERAI_SCHEDULE_SOURCES"
    credential = one.credential
    if credential and credential.required:
        missing = [name for name in credential.names if not credentials.find(name)]
        if missing:
            return f"it needs a credential: {credential.remedy}"
    return None


def _began_at(con: duckdb.DuckDBPyConnection) -> dt.datetime | None:
    """What the clock said when the first run of all began; None where there was none."""
    [(found,)] = con.execute(f"SELECT min(clock_at) FROM ({RUNS})").fetchall()
    began: dt.datetime | None = found
    return began


def histories(con: duckdb.DuckDBPyConnection) -> dict[str, History]:
    """What the ledger has of each source that ever ran."""
    rows = con.execute(
        f"""
        WITH runs AS (
            FROM ({RUNS}) WHERE first_day IS NULL
        ),
        successes AS (
            SELECT source, max(started_at) AS started_at, max_by(clock_at, started_at) AS clock_at
            FROM runs
            WHERE outcome IN ('loaded', 'unchanged')
            GROUP BY source
        )
        SELECT
            r.source, max_by(r.clock_at, r.started_at), max_by(r.outcome, r.started_at),
            max_by(coalesce(r.reason, ''), r.started_at), any_value(s.clock_at),
            count(*) FILTER (WHERE s.started_at IS NULL OR r.started_at > s.started_at)
        FROM runs AS r
        LEFT JOIN successes AS s USING (source)
        GROUP BY r.source
        """
    ).fetchall()
    return {
        name: History(last, outcome, reason or None, success, count)
        for name, last, outcome, reason, success, count in rows
    }
