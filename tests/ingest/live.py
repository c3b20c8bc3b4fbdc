"""What every live source must do, whatever it speaks: its test gives the routes and calls these."""

from __future__ import annotations

import datetime as dt
import os
import re
import secrets
import tempfile
from pathlib import Path

import pytest

from ingest import bring, snapshots, source
from ingest.csv_file import BatchError
from ingest.snapshots import Answer, Incoming
from ingest.source import Wanted
from tests.conftest import HOUSE
from tests.ingest.conftest import MANNERS, House
from tests.server import FAULTS, Reply, Server

SAMPLES = Path(os.environ.get("SERAI_SAMPLES") or HOUSE.parent / "shared" / "samples")
# Where answers lie that no house has; gone with the tests.
FETCHED = tempfile.TemporaryDirectory(prefix="serai-tests-")
# With SERAI_REQUIRE_SAMPLES, as `.ci/run` sets it where the real files are, each of these must find its file.
real_file = pytest.mark.real_file


def sample(path: str) -> Path:
    """A real file of a source; without it the test is passed over, or fails where they are required."""
    found = SAMPLES / path
    if not found.exists():
        if os.environ.get("SERAI_REQUIRE_SAMPLES"):
            pytest.fail(f"there is no {found}: point SERAI_SAMPLES at the real sample files")
        pytest.skip("without the real sample files (SERAI_SAMPLES)")
    return found


def rows(house: House, dataset: str) -> list[tuple[object, ...]]:
    """All versions of all rows, as they stand."""
    return house.rows(f"FROM facts.{dataset} ORDER BY ALL").rows()


def check_survives(house: House, server: Server, name: str, path: str, fault: str) -> None:
    """After a good ingest a bad day: refused in words that say what to do, and the warehouse as it was."""
    [good] = house.ingest(name).runs
    assert good.outcome == "loaded", good.reason
    before = rows(house, good.dataset)
    reply, words = FAULTS[fault]
    check_refused(house, server, name, path, reply, words)
    assert rows(house, good.dataset) == before


def fetched(server: Server, name: str, wanted: Wanted | None = None) -> list[Answer]:
    """What a source's fetching alone gives, without a warehouse: quick. Raises BatchError."""
    folder, one = Path(FETCHED.name) / secrets.token_hex(4), source.load(name).moved_to(server.address)
    return bring.live(one, wanted or Wanted(), MANNERS, folder / "snapshots", folder / "cache", {})


def answer(url: str, content: bytes = b"") -> Answer:
    """An answer as it would have come from there."""
    at = dt.datetime(2026, 1, 1)  # noqa: DTZ001 (UTC without a zone)
    with Incoming(Path(FETCHED.name), "given") as incoming:
        incoming.write(content)
        return Answer(url, at, *snapshots.keep(incoming), 200)


def check_refuses_all(server: Server, name: str, path: str) -> None:
    """Every bad day in turn: fetching stops, in words that say what to do."""
    for reply, words in FAULTS.values():
        server.routes[path] = reply
        with pytest.raises(BatchError, match=re.escape(words)):
            fetched(server, name)


def check_survives_all(house: House, server: Server, paths: dict[str, str]) -> None:
    """The same for every fault, and for sources (each with its path) that are taken in together: quicker by far."""
    runs = house.ingest(*paths).runs
    assert {run.outcome for run in runs} == {"loaded"}, [run.reason for run in runs]
    before = rows(house, runs[0].dataset)
    for fault, (reply, words) in FAULTS.items():
        server.routes |= dict.fromkeys(paths.values(), reply)
        for bad in house.ingest(*paths).runs:
            assert bad.outcome == "refused", fault
            assert words in (bad.reason or ""), fault
            assert (bad.reason or "").startswith("http"), fault
    assert rows(house, runs[0].dataset) == before


def check_refused(house: House, server: Server, name: str, path: str, reply: Reply, words: str) -> None:
    """The source is refused with these words, its address before them; nothing else comes of it."""
    server.routes[path] = reply
    [bad] = house.ingest(name).runs
    assert (bad.outcome, bad.loaded.added) == ("refused", 0), bad.reason
    assert words in (bad.reason or "")
    assert (bad.reason or "").startswith("http")
    written = f"SELECT reason FROM (FROM ops.runs UNION ALL BY NAME FROM unpublished) WHERE run_id = '{bad.run_id}'"
    assert house.rows(written).item() == bad.reason


def check_unchanged(house: House, name: str) -> None:
    """The same again: nothing changed, an unchanged run in the ledger, no second record."""
    [first] = house.ingest(name).runs
    assert first.outcome == "loaded", first.reason
    before = rows(house, first.dataset)
    [again] = house.ingest(name).runs
    assert (again.outcome, again.rows_seen) == ("unchanged", first.rows_seen)
    assert rows(house, first.dataset) == before
    assert len(list((house.places.snapshots / name).glob("*.json"))) == 1


def check_replays(house: House, server: Server, *names: str) -> None:
    """A warehouse with nothing but the records is the same in every row, its times and versions too; no network.

    Where the house began with tables alone, so does the replay: to make them takes longer than all the rest.
    """
    datasets = [run.dataset for run in house.ingest(*names).runs]
    before = {dataset: rows(house, dataset) for dataset in datasets}
    asked = len(server.asked)
    house.places.warehouse.rename(house.data / "gone")
    if house.tables:
        house.put_tables(house.tables)
    assert house.replay(*names).refused == []
    assert {dataset: rows(house, dataset) for dataset in datasets} == before
    assert len(server.asked) == asked
