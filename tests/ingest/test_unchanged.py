"""An ingest that finds nothing new writes nothing but its lines in the ledger, and these are never lost."""

from __future__ import annotations

import json
from dataclasses import replace

import duckdb
import pytest

from ingest import ledger, run
from ingest.schedule import Rules
from serai import condition
from serai.settings import Settings
from tests.ingest.conftest import House
from warehouse import disk, journal, models, publish
from warehouse.connect import reading
from warehouse.sql import Model

RUNS = "SELECT source, outcome FROM ops.runs ORDER BY started_at"


def test_nothing_new_publishes_nothing_and_copies_nothing(
    built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_house.ingest("claims")
    version = publish.current_version(built_house.places.warehouse)
    monkeypatch.setattr(run, "_new_version", lambda *_: pytest.fail("nothing is new"))
    again = built_house.ingest("claims")
    assert again.version is None
    assert publish.current_version(built_house.places.warehouse) == version


def test_a_line_that_no_version_has_is_shown_and_the_next_version_takes_it_in(built_house: House) -> None:
    built_house.ingest("claims")
    built_house.ingest("claims")
    with reading(built_house.places.warehouse) as reader:
        shown = condition.status(reader, Settings(data=built_house.data))
    assert [line["outcome"] for line in shown["runs"]] == ["unchanged", "loaded"]
    [fresh] = [line for line in shown["datasets"] if line["dataset"] == "claims"]
    assert fresh["last_outcome"] == "unchanged"
    assert built_house.rows(RUNS).rows() == [("claims", "loaded")]
    built_house.ingest("publishers")
    assert built_house.rows(RUNS).rows() == [("claims", "loaded"), ("claims", "unchanged"), ("publishers", "loaded")]
    assert built_house.rows("FROM unpublished").is_empty()


def test_a_reader_of_the_version_before_still_has_its_lines(built_house: House) -> None:
    built_house.ingest("claims")
    built_house.ingest("claims")
    with reading(built_house.places.warehouse) as before:
        built_house.ingest("publishers")
        with before.ledger() as cursor:
            assert cursor.execute("SELECT source, outcome FROM unpublished").fetchall() == [("claims", "unchanged")]


def test_lines_that_a_version_has_had_for_an_hour_are_forgotten(built_house: House) -> None:
    folder = built_house.places.warehouse
    built_house.ingest("claims")
    built_house.ingest("claims")
    [line] = journal.lines(folder)
    old = line["finished_at"] - journal.KEPT
    disk.write(folder / journal.NAME, json.dumps([line | {"finished_at": old}], default=str).encode())
    built_house.ingest("publishers")
    assert journal.lines(folder) == []


def test_a_line_taken_in_by_a_version_whose_writer_died_is_not_taken_in_twice(
    built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_house.ingest("claims")
    built_house.ingest("claims")
    with monkeypatch.context() as dies:
        dies.setattr(journal, "clear", lambda _: None)
        built_house.ingest("publishers")
    assert built_house.rows("FROM unpublished").is_empty()
    built_house.edit("claims", lambda text: text.replace(",asserts,", ",denies,", 1))
    built_house.ingest("claims")
    outcomes = [outcome for _, outcome in built_house.rows(RUNS).rows()]
    assert outcomes == ["loaded", "unchanged", "loaded", "loaded"]


def test_a_run_after_an_unpublished_one_is_later_than_it(built_house: House) -> None:
    built_house.ingest("claims")
    [second] = built_house.ingest("claims").runs
    [third] = built_house.ingest("claims").runs
    assert second.started_at < third.started_at


def test_a_source_that_goes_on_failing_publishes_once_and_then_only_lines(built_house: House) -> None:
    built_house.ingest("claims")
    built_house.file("claims").unlink()
    found = [built_house.ingest("claims") for _ in range(3)]
    assert [one.version is None for one in found] == [False, True, True]
    assert {run.outcome for one in found for run in one.runs} == {"refused"}
    assert {run.reason for one in found for run in one.runs} == {
        "curated/claims.csv: No such file or directory: restore the file"
    }
    assert built_house.rows("SELECT outcome FROM unpublished").rows() == [("refused",)] * 2


def test_the_failure_that_pauses_a_source_is_published_for_alerts_are_raised_by_versions(built_house: House) -> None:
    built_house.limits = replace(built_house.limits, schedule=Rules(pause_after=3))
    built_house.ingest("claims")
    built_house.file("claims").unlink()
    assert [built_house.ingest("claims").version is None for _ in range(4)] == [False, True, False, True]


def test_another_day_or_another_serai_makes_the_version_anew(
    built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_house.ingest("claims")
    monkeypatch.setattr(ledger, "made_by", lambda _: "tomorrow")
    again = built_house.ingest("claims")
    assert (again.runs[0].outcome, again.version is None) == ("unchanged", False)
    assert built_house.ingest("claims").version is None


def test_one_source_with_news_among_others_without_publishes_all_lines(built_house: House) -> None:
    built_house.ingest("claims", "timeline")
    built_house.edit("timeline", lambda text: text[: text.rstrip().rindex("\n") + 1])
    result = built_house.ingest("claims", "timeline")
    assert {one.source: one.outcome for one in result.runs} == {"claims": "unchanged", "timeline": "loaded"}
    assert built_house.rows("SELECT count(*) FROM ops.runs").item() == 4


def test_models_that_rest_on_nothing_new_stay_and_the_others_are_made(
    built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    built_house.ingest("publishers")
    made: list[str] = []
    refill = models._refill

    def noted(con: duckdb.DuckDBPyConnection, stale: list[Model]) -> None:
        made.extend(model.name for model in stale)
        refill(con, stale)

    monkeypatch.setattr(models, "_refill", noted)
    built_house.ingest("claims")
    assert "voices" not in made
    assert {"quarantine", "corrections"} <= set(made)
    built_house.edit("publishers", lambda text: text[: text.rstrip().rindex("\n") + 1])
    built_house.ingest("publishers")
    assert {"voices", "flow_reports", "crossing_days"} <= set(made)
    assert built_house.rows("SELECT (SELECT count(*) FROM voices) - (SELECT count(*) FROM publishers)").item() == 0
