"""Looking and starting: what goes into one process, and that a child which leaves no word is no hot loop."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ingest import schedule, source, unattended
from ingest.schedule import History, Rules
from ingest.unattended import HeldOff, Means
from tests.ingest.conftest import House
from warehouse import journal
from warehouse.schema import NewerSchemaError


def standing(name: str, failures: int = 0) -> schedule.Standing:
    now = unattended._now()
    return schedule.stands(source.load(name), History(now, "error", "it broke", None, failures), now, Rules())


def means(house: House, code: int) -> Means:
    """A schedule whose children only note that they ran, and end with this code."""
    command = ["sh", "-c", f'echo "$@" >> {house.data}/ran; exit {code}', "sh"]
    return Means(house.places.warehouse, command, Rules(chosen=("claims",)), 30, 10, lambda _: None)


def ran(house: House) -> int:
    return len((house.data / "ran").read_text().splitlines())


def test_all_shipped_sources_go_into_one_process_and_each_live_one_into_its_own() -> None:
    due = [standing(name) for name in ("bts", "claims", "gdelt", "timeline")]
    found = [[one.source for one in group] for group in unattended.groups(due)]
    assert found == [["claims", "timeline"], ["bts"], ["gdelt"]]


def test_a_child_that_leaves_no_word_is_not_started_again_at_once(house: House) -> None:
    held_off, stop, kept = HeldOff(Rules()), threading.Event(), means(house, 1)
    assert unattended._round(kept, held_off, stop) == unattended.LOOK
    assert unattended._round(kept, held_off, stop) > unattended.LOOK
    assert ran(house) == 1


def test_what_the_work_raises_is_raised_where_it_is_waited_for(house: House) -> None:
    def broken(*_: object) -> None:
        raise NewerSchemaError("made by a newer Serai")

    with (
        pytest.raises(NewerSchemaError, match="a newer Serai"),
        unattended.in_background(broken, means(house, 0)) as done,
    ):
        done.wait()


@pytest.mark.parametrize(
    ("death", "reason"),
    [
        ("kill -9 $$", "the ingest was killed (SIGKILL)"),
        ("exit 1", "the ingest ended with code 1 and left no word"),
    ],
)
def test_a_child_that_dies_before_its_mark_is_written_down_and_the_next_waking_of_a_cron_lets_it_be(
    house: House, death: str, reason: str
) -> None:
    dying = replace(means(house, 0), command=["sh", "-c", f"echo >> {house.data}/ran; {death}"])
    assert unattended.once(dying, threading.Event()) == 1
    assert unattended.once(dying, threading.Event()) == 0
    assert ran(house) == 1
    [line] = journal.lines(house.places.warehouse)
    assert (line["source"], line["outcome"], line["reason"], line["late"]) == ("claims", "error", reason, False)
    with schedule.ledger(house.places.warehouse) as con:
        found = {one.source: one for one in schedule.standing(con, unattended._now())}["claims"]
    assert (found.failures, found.due, found.owed) == (1, False, line["clock_at"])


def test_one_that_found_the_place_taken_is_started_again_at_the_next_look(house: House) -> None:
    held_off, stop, kept = HeldOff(Rules()), threading.Event(), means(house, unattended.TAKEN)
    for _ in range(2):
        assert unattended._round(kept, held_off, stop) == kept.tick
    assert ran(house) == 2


def test_the_wait_of_a_wordless_source_grows_to_an_hour_and_ends_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    held_off, silent = HeldOff(Rules()), standing("claims")
    waits = []
    for _ in range(12):
        held_off.note([silent])
        waits.append(held_off.known["claims"][2] - clock[0])
        assert held_off.free([silent]) == []
        clock[0] += waits[-1]
        assert held_off.free([silent]) == [silent]
    assert 300 <= waits[0] < waits[1] < waits[2] < max(waits) == waits[-1] == unattended.LONGEST
    held_off.note([silent])
    assert held_off.free([replace(silent, failures=1)])


def test_a_schedule_that_cannot_look_says_so_and_looks_again(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, looks = threading.Event(), []

    def broken(folder: Path) -> None:
        looks.append(folder)
        if len(looks) == 3:
            stop.set()
        raise OSError("the disk is gone")

    monkeypatch.setattr(schedule, "ledger", broken)
    unattended.keep(replace(means(house, 0), tick=0.01), stop)
    assert len(looks) == 3
    assert "the disk is gone" in caplog.text
