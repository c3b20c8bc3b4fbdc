"""Delivery: what a version has to tell, to every channel, once. Apart from the publish, and never its failure."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alerts import book, feed, record
from alerts.book import Alert
from alerts.channels import Channel, RefusedError, UncertainError
from alerts.record import Book, DeliveringError, State
from warehouse.connect import reading
from warehouse.events import log
from warehouse.publish import NothingPublishedError

# How long is waited after each failure in a row; the last goes on.
BACKOFF = tuple(dt.timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 21600))
# Seconds that a delivery in the middle gets when the service is stopped; beyond, its outcome is uncertain.
GRACE = 10
Now = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Post:
    """Where alerts go: the folder of feed and record, the dashboard's address, the channels, when one is given up.

    ``rules`` are those whose alerts are sent; none named is all.
    """

    folder: Path
    home: str
    channels: Sequence[Channel]
    give_up: dt.timedelta
    rules: frozenset[str] = frozenset()

    def sends(self, alerts: Sequence[Alert]) -> list[Alert]:
        """Those of the alerts that channels are sent."""
        return [alert for alert in alerts if not self.rules or alert.rule in self.rules]


def utc_now() -> dt.datetime:
    """The time, UTC, without a zone as the ledger has it."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def prepare(post: Post, warehouse: Path, now: Now = utc_now) -> None:
    """Note channels that are new: what was raised before is not sent to them.

    To be called before an ingest, so that what this raises is. Never raises.
    """
    with _never_fails("prepare"):
        _note_new(post, warehouse, now)


def deliver(post: Post, warehouse: Path, now: Now = utc_now) -> int:
    """Write the feed, send what is due, and return how many portions were sent. Never raises.

    One pass: what fails is tried again by a later one, as BACKOFF says, until it is given up.
    """
    sent = 0
    with _never_fails("deliver"):
        alerts = published(warehouse)
        feed.write(post.folder, alerts[: feed.MOST], post.home)
        if post.channels:
            _note_new(post, warehouse, now)
            with record.writing(post.folder) as kept:
                _settle(kept, now())
                sent = sum(_to_channel(kept, post, channel, post.sends(alerts), now) for channel in post.channels)
    return sent


@contextlib.contextmanager
def again(post: Post, warehouse: Path, seconds: float = 30) -> Iterator[None]:
    """While the block lasts, try again what failed when it is due, for an office whose next ingest is a day away."""
    stop = threading.Event()

    def keep() -> None:
        while not stop.wait(seconds):
            deliver(post, warehouse)

    thread = threading.Thread(target=keep, name="alerts", daemon=True)
    if post.channels:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if post.channels:
            thread.join(GRACE)


def published(warehouse: Path) -> list[Alert]:
    """All alerts of the published version, the newest first; none where nothing is published."""
    try:
        with reading(warehouse) as reader:
            return book.newest(reader.cursor())
    except NothingPublishedError:
        return []


def undelivered(post: Post, alerts: Sequence[Alert]) -> dict[str, dict[str, int]]:
    """How many alerts each channel has in which state: waiting, failed, sent, given_up, uncertain."""
    state = record.read(post.folder)
    counts: dict[str, dict[str, int]] = {}
    for channel in post.channels:
        states = counts.setdefault(channel.key, dict.fromkeys(("waiting", "failed", *record.OVER), 0))
        for alert in _meant_for(state, channel, post.sends(alerts)):
            found = state.fate(channel.key, alert.alert_id).state
            # Cut off in the middle, or in the middle just now: the next pass will say.
            states["uncertain" if found == "attempt" else found] += 1
    return counts


@contextlib.contextmanager
def _never_fails(step: str) -> Iterator[None]:
    try:
        yield
    except DeliveringError as error:
        log.info("alerts left to another process", step=step, reason=str(error))
    except Exception:
        log.exception("alerts not delivered", step=step)


def _note_new(post: Post, warehouse: Path, now: Now) -> None:
    state = record.read(post.folder)
    new = [channel.key for channel in post.channels if channel.key not in state.skips]
    if new:
        past = [alert.alert_id for alert in published(warehouse)]
        with record.writing(post.folder) as kept:
            for key in new:
                kept.add(key, "configured", past, now())


def _settle(kept: Book, now: dt.datetime) -> None:
    """Attempts that an earlier process left without a word are uncertain: we hold the lock, so it is dead."""
    for (channel, alert_id), fate in list(kept.state.fates.items()):
        if fate.state == "attempt":
            kept.add(channel, "uncertain", [alert_id], now, "the process ended while it was being sent")
            log.warning("alert delivery uncertain", channel=channel, alert_id=alert_id)


def _meant_for(state: State, channel: Channel, alerts: Sequence[Alert]) -> list[Alert]:
    skips = state.skips.get(channel.key)
    return [alert for alert in reversed(alerts) if skips is not None and alert.alert_id not in skips]


def _to_channel(kept: Book, post: Post, channel: Channel, alerts: Sequence[Alert], now: Now) -> int:
    """Send a channel what is due; return how many portions were taken."""
    if channel.lacks:
        log.warning("alert channel not ready", channel=channel.key, reason=channel.lacks)
        return 0
    meant = _meant_for(kept.state, channel, alerts)
    due = [alert for alert in meant if _due(kept.state, channel, alert, now())]
    return sum(_send(kept, post, channel, portion, now) for portion in channel.batches(due))


def _due(state: State, channel: Channel, alert: Alert, now: dt.datetime) -> bool:
    fate = state.fate(channel.key, alert.alert_id)
    if fate.over:
        return False
    # Where the clock was set back the wait is not longer than it would have been.
    waited = abs(now - fate.last_at) if fate.last_at else None
    return waited is None or waited >= BACKOFF[min(fate.attempts, len(BACKOFF)) - 1]


def _send(kept: Book, post: Post, channel: Channel, portion: list[Alert], now: Now) -> bool:
    """Send one portion, with a line before and a line after; whether it was taken."""
    ids = [alert.alert_id for alert in portion]
    kept.add(channel.key, "attempt", ids, now())
    try:
        channel.send(portion, now())
    except RefusedError as error:
        event, reason = "failed", str(error)
        fates = [kept.state.fate(channel.key, one) for one in ids]
        if error.final or any(one.first_at and now() - one.first_at >= post.give_up for one in fates):
            event = "given_up"
    except UncertainError as error:
        event, reason = "uncertain", str(error)
    except Exception as error:
        log.exception("alert channel broke", channel=channel.key)
        event, reason = "uncertain", f"{type(error).__name__}: {error}"
    else:
        event, reason = "sent", ""
    kept.add(channel.key, event, ids, now(), reason)
    tell = log.info if event == "sent" else log.warning
    tell("alerts delivered" if event == "sent" else "alerts not delivered", channel=channel.key, outcome=event,
         alerts=len(ids), reason=reason)  # fmt: skip
    return event == "sent"
