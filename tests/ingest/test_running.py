"""An ingest that dies leaves a mark, and the next one gives each of its sources a line; a stop leaves none."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from ingest import run, running
from ingest.bench import Bench
from tests.ingest.conftest import House
from warehouse import journal, publish, stopping

LINES = "SELECT source, outcome, reason FROM (FROM ops.runs UNION ALL BY NAME FROM unpublished) ORDER BY started_at"


class Killed(BaseException):
    """Stands for kill -9: nothing that is written for it to happen does."""


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Within it an ingest cannot take its mark away, as if it had been killed."""
    with monkeypatch.context() as patched:
        patched.setattr(running, "forget", lambda *_: None)
        yield patched


def killed(*_: object) -> None:
    raise Killed


def marked(house: House) -> bool:
    return (house.places.warehouse / running.NAME).exists()


def test_while_it_runs_the_mark_names_the_sources_and_at_the_end_it_is_gone(
    built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    bring = Bench.bring

    def noted(bench: Bench, *rest: object) -> object:
        said = json.loads((built_house.places.warehouse / running.NAME).read_text())
        seen.append([line["source"] for line in said["lines"]])
        return bring(bench, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Bench, "bring", noted)
    built_house.ingest("claims", "publishers")
    assert sorted(seen[0]) == ["claims", "publishers"]
    assert not marked(built_house)


def test_the_next_ingest_writes_a_line_for_each_source_of_a_dead_one(
    built_house: House, dies: pytest.MonkeyPatch
) -> None:
    dies.setattr(run, "_new_version", killed)
    with pytest.raises(Killed):
        built_house.ingest("claims", "publishers")
    dies.undo()
    built_house.ingest("timeline")
    found = built_house.rows(LINES).rows()
    assert sorted(found[:2]) == [(name, "error", running.SILENT) for name in ("claims", "publishers")]
    assert found[2][:2] == ("timeline", "loaded")
    assert not marked(built_house)


def test_one_that_had_published_or_written_its_lines_has_lost_nothing(
    built_house: House, dies: pytest.MonkeyPatch
) -> None:
    built_house.ingest("claims")  # published, the mark left behind
    built_house.ingest("claims")  # nothing new: a line beside the version, the mark left behind
    assert marked(built_house)
    dies.undo()
    built_house.ingest("claims")
    assert [outcome for _, outcome, _ in built_house.rows(LINES).rows()] == ["loaded", "unchanged", "unchanged"]


def test_the_lines_of_a_dead_one_are_not_written_twice(built_house: House, dies: pytest.MonkeyPatch) -> None:
    dies.setattr(run, "_new_version", killed)
    with pytest.raises(Killed):
        built_house.ingest("claims")
    folder = built_house.places.warehouse
    assert running.bury(folder) == ["claims"]  # and dies before it takes the mark away
    assert running.bury(folder) == []
    assert len(journal.lines(folder)) == 1


def test_one_stopped_by_hand_is_no_failure(built_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "_new_version", stop)
    with pytest.raises(KeyboardInterrupt):
        built_house.ingest("claims")
    assert not marked(built_house)
    assert built_house.rows(LINES).is_empty()


def test_a_stop_that_duckdb_turned_into_another_error_is_a_stop(
    built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        stopping._told.set()
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(run, "_steps", interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            built_house.ingest("claims")
    finally:
        stopping._told.clear()
    assert not marked(built_house)
    assert built_house.rows(LINES).is_empty()


def test_one_that_breaks_off_says_by_what_for_each_of_its_sources(
    built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish, "publish", full)
    with pytest.raises(OSError, match="No space left"):
        built_house.ingest("claims")
    assert built_house.rows(LINES).rows() == [
        ("claims", "error", "the ingest broke off: OSError: [Errno 28] No space left on device")
    ]
    assert not marked(built_house)


def test_on_a_disk_so_full_that_nothing_can_be_written_the_mark_stays_for_the_next(
    built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(publish, "publish", full)
        patched.setattr(journal, "add", full)
        with pytest.raises(OSError, match="No space left"):
            built_house.ingest("claims")
    assert marked(built_house)
    built_house.ingest("claims")
    assert [outcome for _, outcome, _ in built_house.rows(LINES).rows()] == ["error", "loaded"]


def test_a_mark_that_a_power_cut_made_unreadable_stops_nobody(built_house: House) -> None:
    (built_house.places.warehouse / running.NAME).write_bytes(bytes(200))
    [found] = built_house.ingest("claims").runs
    assert found.outcome == "loaded"
    assert not marked(built_house)


def test_a_replay_comes_back_at_its_own_time_and_is_no_attempt(built_house: House) -> None:
    columns = "SELECT started_at, clock_at, due_at, late FROM ops.runs WHERE source = 'claims'"
    built_house.ingest("claims")
    [started, *_] = built_house.rows(columns).row(0)
    built_house.places.warehouse.rename(built_house.data / "gone")
    built_house.replay("claims", "publishers")  # the second has no record, and is read now
    assert built_house.rows(columns).row(0) == (started, started, None, False)
