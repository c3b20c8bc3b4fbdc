"""After damage on the disk: what a damaged version had comes again by itself, and a damaged record is told."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from analysis import vintages
from ingest import bring, snapshots, source, vintage_days
from ingest.bring import ReplayError
from ingest.snapshots import Recorded
from tests.ingest import live
from tests.ingest.conftest import LIMITS, House
from tests.ingest.ucdp_files import JANUARY, event, file
from tests.server import Server
from tests.warehouse.empty import empty
from tests.warehouse.test_damage import flip
from warehouse import publish, versions

# When Serai took a row in is later where it had to take it in again.
DAYS = [(dt.date(2025, 10, 20),)]
EVENTS = "SELECT * EXCLUDE (loaded_at, superseded_at, run_id) FROM facts.conflict_events ORDER BY ALL"


@pytest.fixture
def damaged(uppsala: House, server: Server, few_rows: None) -> tuple[House, pl.DataFrame]:  # noqa: ARG001
    """A house whose two newest versions are damaged, and the events that they had."""
    uppsala.limits = replace(uppsala.limits, keep_versions=5, verify_minutes=0)
    uppsala.ingest("ucdp_ged", "ucdp_candidate")
    server.routes[JANUARY] = file([event(3, best=9), event(5)])
    uppsala.limits = replace(uppsala.limits, analysis_days=(DAYS[0][0],))
    assert all(run.loaded.changes for run in uppsala.ingest("ucdp_candidate").runs)
    uppsala.limits = replace(uppsala.limits, analysis_days=())
    uppsala.ingest("ucdp_candidate")  # nothing new: a line of the journal about what will be damaged
    rows, folder = uppsala.rows(EVENTS), uppsala.places.warehouse
    for version in versions.names(folder)[:2]:
        flip(publish.version_file(folder, version))
    return uppsala, rows


def test_the_next_ingest_of_anything_brings_back_what_damaged_versions_had(
    damaged: tuple[House, pl.DataFrame], server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    (house, rows), asked = damaged, len(server.asked)
    assert {run.outcome for run in house.ingest("claims").runs} == {"loaded"}
    assert len(server.asked) == asked, "from the records, without the network"
    assert house.rows(EVENTS).equals(rows)
    assert house.rows("SELECT as_of FROM analysis_as_of.days").rows() == DAYS, "what `serai analyse` had added"
    assert "the damaged version had the analysis as known on 2025-10-20" in caplog.text
    assert versions.lost(house.places.warehouse) == []
    [again] = house.ingest("ucdp_candidate").runs
    assert again.outcome == "unchanged"


@pytest.mark.parametrize("text", ["", '{"run_id"', "[]", "{}", '{"run_id": "x", "at": "today", "answers": [1]}'])
def test_a_damaged_record_stops_a_replay_and_not_the_ingest_after_damage(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    con, one = empty("no runs"), source.load("bts")
    at = dt.datetime(2026, 11, 25)  # noqa: DTZ001 (UTC without a zone)
    snapshots.record(tmp_path, Recorded("bts", "good", at), [live.answer("https://example.org", b"rows")])
    assert [order.recorded for order in bring.beyond(con, tmp_path, [one])] == [Recorded("bts", "good", at)]
    (tmp_path / "bts" / "x.json").write_text(text)
    with pytest.raises(ReplayError, match=r"x\.json is damaged: restore it from a backup"):
        bring.recorded(con, tmp_path, [one], None)
    assert bring.beyond(con, tmp_path, [one]) == []
    assert "what the damaged version had of bts does not come back" in caplog.text


def test_the_days_of_the_newest_lost_version_come_again_and_what_is_asked_for_now_comes_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third, fourth = (dt.date(2025, 10, day) for day in (1, 2, 3, 4))
    monkeypatch.setattr(vintages, "days", lambda _: [first, fourth])
    con = empty("no days")
    for version, text in {"a": b"[]", "b": json.dumps([f"{second}", f"{third}", f"{first}"]).encode()}.items():
        place = tmp_path / "versions" / version
        place.mkdir(parents=True)
        (place / vintage_days.NAME).write_bytes(text)
    limits = replace(LIMITS, forgotten_days=(third,))
    found = vintage_days.recalled(con, tmp_path, ["a", "b"], limits)
    assert found.analysis_days == (first, second)
    assert found.forgotten_days == (third, fourth), "the lost version had forgotten the fourth"
    assert "known on 2025-10-02:" in caplog.text
    (tmp_path / "versions" / "b" / vintage_days.NAME).write_bytes(b"[2")
    (tmp_path / "versions" / "a" / vintage_days.NAME).unlink()
    assert vintage_days.recalled(con, tmp_path, ["a", "b"], limits) == limits
    assert "on which days version b had worked out the analysis is not known" in caplog.text
