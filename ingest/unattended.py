"""Unattended ingests: look at the ledger, start what is due in processes of their own, wait, look again.

This process only looks, so that it stays small for a year; each child (`serai schedule --once SOURCE…`) takes the
writer's place, asks the ledger again what is due, and ends. So any number of schedules do nothing twice.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest import running, schedule
from ingest.schedule import Rules, Standing
from warehouse import journal, publish

# The exit code of a child that found the writer's place taken.
TAKEN = 3
# Those of which there is nothing to write down: it did its work, came too early, or was stopped by hand (130; by the
# signal itself where it was still starting).
QUIET = (0, TAKEN, 130, -signal.SIGTERM, -signal.SIGINT)
# Seconds that a child gets to stop in order, and between two looks at one that runs.
GRACE, LOOK = 5, 0.1
# Seconds that a source waits at most whose child left no word: the trouble is this machine's, not its publisher's.
LONGEST = 3600


@dataclass(frozen=True)
class Means:
    """How the schedule is kept: the warehouse folder, and how a child is called, its sources behind.

    ``tick`` is the longest time between two looks at the ledger, ``run_seconds`` the time that a child may take,
    ``told`` where it is said what is done.
    """

    folder: Path
    command: list[str]
    rules: Rules
    tick: float
    run_seconds: float
    told: Callable[[str], None]


@dataclass
class HeldOff:
    """Sources that a child tried and the ledger has no word of (a full disk, say): when they are tried again.

    Kept in memory: the ledger is what it cannot be told from.
    """

    rules: Rules
    known: dict[str, tuple[object, int, float]] = field(default_factory=dict)

    def free(self, due: Iterable[Standing]) -> list[Standing]:
        """Those that may be tried now."""
        return [one for one in due if self._until(one) <= time.monotonic()]

    def note(self, tried: Iterable[Standing]) -> None:
        """These were tried: as long as the ledger says the same of them, they wait, ever longer."""
        for one in tried:
            state, count, _ = self.known.get(one.source, (None, 0, 0.0))
            count = count + 1 if state == _state(one) else 1
            seconds = min(schedule.wait(one.source, count, self.rules).total_seconds(), LONGEST)
            until = time.monotonic() + seconds
            self.known[one.source] = (_state(one), count, until)

    def _until(self, one: Standing) -> float:
        state, _, until = self.known.get(one.source, (None, 0, 0.0))
        return until if state == _state(one) else 0.0


def _state(one: Standing) -> tuple[object, ...]:
    return one.last_started, one.last_success, one.failures


def prepare(folder: Path) -> None:
    """See that the warehouse folder can be written, and give a dead ingest its lines. Raises OSError."""
    try:
        with publish.writing(folder):
            running.bury(folder)
    except publish.IngestRunningError:
        pass  # whoever is at work does


@contextlib.contextmanager
def in_background(work: Callable[[Means, threading.Event], object], means: Means) -> Iterator[threading.Event]:
    """Work in a thread of its own until the block ends or is stopped by a signal; then its child is stopped too.

    Gives the event that says that the work is done. It is what to wait for: a join that a signal interrupts takes the
    thread for ended (CPython 3.11). What the work raises is raised here, after the block.
    """
    stop, done = threading.Event(), threading.Event()
    raised: list[Exception] = []

    def worked() -> None:
        try:
            work(means, stop)
        except Exception as error:
            raised.append(error)
        finally:
            done.set()

    threading.Thread(target=worked, name="schedule").start()
    try:
        yield done
    except KeyboardInterrupt:
        pass  # the way to stop it
    finally:
        stop.set()
        done.wait()
    for error in raised:
        raise error


def keep(means: Means, stop: threading.Event) -> None:
    """Keep the schedule until the event is set. What goes wrong is logged, and tried again."""
    held_off = HeldOff(means.rules)
    while not stop.is_set():
        try:
            pause = _round(means, held_off, stop)
        except Exception:
            logging.getLogger(__name__).exception("the schedule could not look at the ledger")
            pause = means.tick
        stop.wait(pause)


def scheduled(means: Means) -> list[str]:
    """The sources that are scheduled at all."""
    with schedule.ledger(means.folder) as con:
        return [one.source for one in schedule.standing(con, _now(), means.rules) if one.unscheduled is None]


def once(means: Means, stop: threading.Event) -> int:
    """Take in what is due now, each group in its own process, and return the worst of their exit codes.

    One that was killed counts as 1: the number of a signal would be taken for a code of ours.
    """
    codes = [_run(means, group, stop) for group in groups(_due(means)[0])]
    return max((code if code >= 0 else 1 for code in codes), default=0)


def groups(due: Iterable[Standing]) -> list[list[Standing]]:
    """What goes into one process: all shipped sources, first, and each live one by itself."""
    due = list(due)
    shipped = [one for one in due if not one.live]
    return [group for group in (shipped, *([one] for one in due if one.live)) if group]


def _round(means: Means, held_off: HeldOff, stop: threading.Event) -> float:
    """Start what is due, and return how long nothing need be looked at."""
    due, next_due = _due(means)
    started = groups(held_off.free(due))
    for group in started:
        if _run(means, group, stop) == TAKEN:
            return means.tick
        held_off.note(group)
    if started:
        return LOOK
    return means.tick if next_due is None else max(LOOK, min(means.tick, (next_due - _now()).total_seconds()))


def _due(means: Means) -> tuple[list[Standing], dt.datetime | None]:
    """The sources that are due, and when the next of the others will be."""
    now = _now()
    with schedule.ledger(means.folder) as con:
        found = schedule.standing(con, now, means.rules)
    due = [one for one in found if one.due]
    return due, min((one.next_due for one in found if one.next_due and not one.due), default=None)


def _run(means: Means, group: list[Standing], stop: threading.Event) -> int:
    """Run one child to its end, and return its exit code; it is ended when its time is over, or on stop."""
    if stop.is_set():
        return TAKEN
    names = [one.source for one in group]
    means.told(f"due: {', '.join(names)}{' (late)' if any(one.late for one in group) else ''}")
    with subprocess.Popen([*means.command, *names]) as child:  # noqa: S603 (our own command and names of sources)
        until = time.monotonic() + means.run_seconds
        while child.poll() is None and time.monotonic() < until:
            if stop.wait(LOOK):
                _stop(means.folder, child)
                return child.returncode
        reason = _why_dead(child, means.run_seconds)
    # Who stops all may reach the child first.
    if reason is None and child.returncode not in QUIET and not stop.wait(LOOK) and _silent(means, group):
        reason = f"the ingest ended with code {child.returncode} and left no word"
    if reason:
        means.told(f"{', '.join(names)}: {reason}")
        _bury(means, group, reason, child.pid)
    return child.returncode


def _why_dead(child: subprocess.Popen[bytes], seconds: float) -> str | None:
    """Why the child has no say of its own; one whose time is over is ended first. None where it ended by itself."""
    if child.poll() is None:
        child.kill()
        child.wait()
        return f"the ingest was ended: it took longer than {seconds:g} s (SERAI_SCHEDULE_RUN_SECONDS)"
    if child.returncode < 0 and child.returncode not in QUIET:
        return f"the ingest was killed ({signal.Signals(-child.returncode).name})"
    return None


def _stop(folder: Path, child: subprocess.Popen[bytes]) -> None:
    """End a child in order: what it was at counts as stopped, not as failed."""
    for _ in range(GRACE):
        child.terminate()  # again and again: a library may swallow the first
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(1)
            break
    child.kill()
    child.wait()
    running.forget(folder, child.pid)


def _silent(means: Means, group: list[Standing]) -> list[Standing]:
    """Those of whom the ledger has no word since they were found due."""
    with schedule.ledger(means.folder) as con:
        found = {one.source: one for one in schedule.standing(con, _now(), means.rules)}
    return [one for one in group if _state(found[one.source]) == _state(one)]


def _bury(means: Means, group: list[Standing], reason: str, pid: int) -> None:
    """Give each source of a dead child its line, also where it died before it had set its mark.

    Without it a schedule that keeps nothing in memory (cron) would try again at every waking.
    """
    try:
        with publish.writing(means.folder):
            running.bury(means.folder, reason, pid)
            if silent := _silent(means, group):
                _write_for(means, silent, reason)
    except publish.IngestRunningError:
        pass  # whoever took the place buries by the mark; without one it is tried again
    except OSError:
        logging.getLogger(__name__).exception("the ledger cannot be written")


def _write_for(means: Means, silent: list[Standing], reason: str) -> None:
    """The line that each child would have left; the writer's place must be held."""
    from ingest import ledger  # Polars: not for a process that only looks

    clock, lines = _now(), []
    with schedule.ledger(means.folder) as con:
        at = ledger.moment(con, means.folder, clock)
    for one in silent:
        run = ledger.SourceRun(ledger.new_id(at), one.source, one.dataset, "error", at, 0, reason=reason)
        lines.append(ledger.line(replace(run, clock_at=clock, due_at=one.owed, late=one.late)))
    journal.add(means.folder, lines)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
