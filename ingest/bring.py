"""What a source gives, as answers in order: its shipped file, what it publishes now, or a record of either."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest import snapshots
from ingest.csv_file import BatchError
from ingest.manners import Manners
from ingest.snapshots import Answer, Incoming, Recorded
from ingest.source import Source, Wanted

PART = 1 << 20
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """One source to be taken in: as it is now, as an earlier run recorded it, or the days of a backfill.

    ``due_at`` is the scheduled moment that it is for, UTC, and ``late`` whether that is long ago; None by hand.
    """

    source: Source
    recorded: Recorded | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    due_at: dt.datetime | None = None
    late: bool = False


class BackfillError(Exception):
    """The past of a source cannot be asked for; the message says why."""


class ReplayError(Exception):
    """The records cannot give what was asked for; the message says why and what to do."""


def shipped(raw: Path, one: Source, folder: Path) -> list[Answer]:
    """The file of a shipped source, kept in the folder of snapshots. Raises OSError, BatchError."""
    path = raw / one.address
    if path.exists() and not path.is_file():
        raise BatchError("this is no file: put the CSV file in its place")
    with path.open("rb") as file, Incoming(folder, one.name) as incoming:
        while part := file.read(PART):
            incoming.write(part)
        return [Answer(one.address, clock(), *snapshots.keep(incoming))]


def wanted(con: duckdb.DuckDBPyConnection, order: Order) -> Wanted:
    """What of a source is asked for, given what the warehouse holds of it."""
    one = order.source
    if one.progress is None:
        return Wanted(None, order.first_day, order.last_day)
    newest = con.execute(
        f"SELECT max({one.progress}) FROM facts.{one.dataset} WHERE source = ?", [one.name]
    ).fetchall()[0][0]
    return Wanted(newest, order.first_day, order.last_day)


def live(
    one: Source, wanted: Wanted, manners: Manners, folder: Path, cache: Path, asked: dict[str, float]
) -> list[Answer]:
    """What a live source publishes now, kept in the folder of snapshots; ``asked`` has when each host was last asked.

    Raises FetchError.
    """
    from ingest.client import Client

    with Client(one, manners, folder, cache, asked) as client:
        return list(one.fetch(client, one, wanted))


def pieces(sources: list[Source], first: dt.date, last: dt.date) -> list[Order]:
    """The days of a backfill in the pieces that each source is asked for. Raises BackfillError."""
    orders = []
    for one in sources:
        if one.pieces is None:
            raise BackfillError(
                f"{one.name} has no past to be asked for by day: what it gives is taken in as a whole"
            )
        orders += [
            Order(one, first_day=piece.first, last_day=piece.last) for piece in one.pieces(Wanted(None, first, last))
        ]
    return orders


def lacking(con: duckdb.DuckDBPyConnection, orders: list[Order]) -> list[Order]:
    """The pieces that no run took in after their last day was over; con has ``unpublished`` (Reader.ledger)."""
    held = con.execute(
        """
        SELECT source, first_day, last_day, started_at::DATE
        FROM (FROM ops.runs UNION ALL BY NAME FROM unpublished)
        WHERE first_day IS NOT NULL AND outcome IN ('loaded', 'unchanged')
        """
    ).fetchall()

    def lacks(order: Order) -> bool:
        first, last = order.first_day, order.last_day
        return not any(
            source == order.source.name and since <= first and until >= last and taken > last
            for source, since, until, taken in held
        )

    return [order for order in orders if lacks(order)]


def recorded(con: duckdb.DuckDBPyConnection, folder: Path, sources: list[Source], until: str | None) -> list[Order]:
    """All that the records have beyond what the warehouse holds, in order of time.

    Where they have nothing beyond it, the newest record of a source comes again. A shipped source without any record
    comes last, from its file. ``until`` is a day, or the id of a run. Raises ReplayError.
    """
    found: list[tuple[dt.datetime, Order]] = []
    for one in sources:
        records = _until(_recorded(folder, one), until)
        held = _held(con, one)
        if until and held and (not records or held > records[-1].at):
            raise ReplayError(
                f"the warehouse holds {one.name} as of {held:%Y-%m-%d %H:%M}, later than {until}, and does not go "
                "back: replay into an empty one (move data/warehouse away first)"
            )
        newer = [record for record in records if held is None or record.at > held]
        found += [(record.at, Order(one, record)) for record in newer or records[-1:]]
    orders = [order for _, order in sorted(found, key=lambda pair: pair[0])]
    known = {order.source.name for order in orders}
    return orders + [Order(one) for one in sources if one.name not in known and not one.live]


def beyond(con: duckdb.DuckDBPyConnection, folder: Path, sources: list[Source]) -> list[Order]:
    """What the records have beyond what the warehouse holds, in order of time, and nothing else.

    A source with a damaged record is passed over, which is logged.
    """
    found: list[tuple[dt.datetime, Order]] = []
    for one in sources:
        held = _held(con, one)
        try:
            records = snapshots.recorded(folder, one.name)
        except BatchError as error:
            log.warning("serai: what the damaged version had of %s does not come back: %s", one.name, error)
            continue
        found += [(record.at, Order(one, record)) for record in records if held is None or record.at > held]
    return [order for _, order in sorted(found, key=lambda pair: pair[0])]


def _until(records: list[Recorded], until: str | None) -> list[Recorded]:
    if until is None:
        return records
    # A run's id begins with its time, a day with the same digits and dashes.
    day = until.replace("-", "") if len(until) == len("2026-11-22") else until
    return [record for record in records if record.run_id[: len(day)] <= day]


def _recorded(folder: Path, one: Source) -> list[Recorded]:
    try:
        return snapshots.recorded(folder, one.name)
    except BatchError as error:
        raise ReplayError(str(error)) from None


def _held(con: duckdb.DuckDBPyConnection, one: Source) -> dt.datetime | None:
    [(found,)] = con.execute("SELECT max(started_at) FROM ops.runs WHERE source = ?", [one.name]).fetchall()
    newest: dt.datetime | None = found
    return newest


def clock() -> dt.datetime:
    """What the clock says, UTC."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
