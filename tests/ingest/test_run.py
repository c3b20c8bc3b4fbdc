"""One ingest after another: what is the same changes nothing, what changed is kept in both its versions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from docs import make
from expectations.promise import is_empty
from expectations.suites import claims as claims_suite
from expectations.suites import timeline as timeline_suite
from tests.conftest import HOUSE
from tests.ingest.conftest import House

QUESTIONS = (HOUSE / "docs" / "sql.md").read_text(encoding="utf-8")
# All runs, those that no version has yet among them.
RUNS = "SELECT outcome FROM (FROM ops.runs UNION ALL BY NAME FROM unpublished) ORDER BY started_at"


@pytest.fixture
def house(built_house: House) -> House:
    return built_house


def test_the_same_files_again_change_nothing_but_the_ledger(house: House) -> None:
    house.ingest("timeline")
    before = house.rows("FROM facts.timeline ORDER BY row_key")
    [again] = house.ingest("timeline").runs
    assert (again.outcome, again.loaded.unchanged, again.rows_seen) == ("unchanged", 559, 559)
    assert house.rows("FROM facts.timeline ORDER BY row_key").equals(before)
    assert house.rows(RUNS).to_series().to_list() == ["loaded", "unchanged"]


def test_a_changed_row_closes_its_old_version(house: House) -> None:
    house.ingest("timeline")
    house.edit("timeline", lambda text: text.replace("Nowshera", "Akora Khattak", 1))
    loaded = house.ingest("timeline").runs[0].loaded
    assert (loaded.added, loaded.corrected, loaded.withdrawn, loaded.unchanged) == (0, 1, 0, 558)
    versions = house.rows("SELECT superseded_why, superseded_at FROM facts.timeline WHERE event_id LIKE '%haqqania%'")
    assert versions["superseded_why"].drop_nulls().to_list() == ["corrected"]
    assert house.rows("FROM timeline").height == 559


def test_a_row_gone_from_the_source_is_marked_not_deleted(house: House) -> None:
    house.ingest("timeline")
    house.edit("timeline", lambda text: text[: text.rstrip().rindex("\n") + 1])
    assert house.ingest("timeline").runs[0].loaded.withdrawn == 1
    assert house.rows("FROM timeline").height == 558
    gone = house.rows("FROM facts.timeline WHERE superseded_at IS NOT NULL")
    assert gone["superseded_why"].to_list() == ["withdrawn"]


def test_a_figure_restated_on_its_page_is_a_correction_although_the_figure_is_in_the_key(house: House) -> None:
    house.ingest("incident_counts")
    house.edit(
        "incident_counts",
        lambda text: text.replace(
            "militant_attacks,44,exact,ProPakistani", "militant_attacks,45,exact,ProPakistani", 1
        ),
    )
    loaded = house.ingest("incident_counts").runs[0].loaded
    assert (loaded.added, loaded.corrected, loaded.withdrawn) == (0, 1, 0)
    old = house.rows("SELECT value, superseded_why FROM facts.incident_counts WHERE superseded_at IS NOT NULL")
    assert old.rows() == [(44.0, "corrected")]


def test_two_figures_on_one_page_are_two_rows(house: House) -> None:
    house.ingest("trade_flows")
    twice = house.rows("SELECT value FROM trade_flows WHERE note LIKE 'ATT; same page also prints%' ORDER BY value")
    assert twice["value"].to_list() == [107.3, 108.6]


def test_a_row_that_becomes_bad_keeps_its_last_good_version(house: House) -> None:
    house.ingest("timeline")
    house.edit("timeline", lambda text: text.replace("2025-02-28,attack", "2025-02-28,ambush", 1))
    [run] = house.ingest("timeline").runs
    assert (run.rows_quarantined, run.loaded.withdrawn, run.loaded.corrected) == (1, 0, 0)
    assert house.rows("SELECT kind FROM timeline WHERE event_id LIKE '%haqqania%'").item() == "attack"


def test_a_refused_source_leaves_what_was_loaded_and_the_other_sources_alone(house: House) -> None:
    house.ingest("timeline", "claims")
    house.file("timeline").write_text("nothing")
    house.edit("claims", lambda text: text.replace("denies,fatalities_militant", "asserts,fatalities_militant", 1))
    outcomes = {run.source: run.outcome for run in house.ingest("timeline", "claims").runs}
    assert outcomes == {"timeline": "refused", "claims": "loaded"}
    assert house.rows("FROM timeline").height == 559


def test_a_mended_file_is_taken_in_again_where_nothing_was_before(tmp_path: Path) -> None:
    house = House(tmp_path)
    good = house.file("timeline").read_bytes()
    house.file("timeline").write_text("nothing")
    house.ingest("timeline")
    house.file("timeline").write_bytes(good)
    assert house.ingest("timeline").runs[0].loaded.added == 559


def test_an_expectation_that_raises_is_an_error_and_refuses_the_batch(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = is_empty("no_such_column", "broken.rule", "this rule looks at a column that is not there")
    monkeypatch.setattr(timeline_suite, "EXPECTATIONS", [*timeline_suite.EXPECTATIONS, broken])
    [run] = house.ingest("timeline").runs
    assert run.outcome == "error"
    assert "broken.rule could not be judged" in (run.reason or "")
    assert house.rows("FROM facts.timeline").is_empty()
    outcomes = dict(house.rows("SELECT outcome, count(*) FROM ops.validations GROUP BY ALL").rows())
    assert outcomes["error"] == 1
    assert outcomes["pass"] > 10


def test_a_source_that_crashes_is_an_error_and_not_the_end_of_the_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> pl.DataFrame:
        raise ZeroDivisionError("in the suite")

    def panic(*_: object) -> pl.DataFrame:
        raise pl.exceptions.PanicException("in Polars")  # which is no Exception

    monkeypatch.setattr(timeline_suite, "measure", crash, raising=False)
    monkeypatch.setattr(claims_suite, "measure", panic, raising=False)
    runs = house.ingest("timeline", "claims", "crossings").runs
    outcomes = {run.source: (run.outcome, run.reason) for run in runs}
    assert outcomes["timeline"] == ("error", "curated/timeline.csv: ZeroDivisionError: in the suite")
    assert outcomes["claims"] == ("error", "curated/claims.csv: RuntimeError: Polars broke off: in Polars")
    assert outcomes["crossings"][0] == "loaded"


def test_a_reference_that_appears_frees_the_rows_that_waited_for_it(house: House) -> None:
    house.ingest("crossings", "status_reports")
    assert house.rows("FROM quarantine WHERE expectation = 'crossing_id.known'").height == 1
    house.edit("crossings", lambda text: text.replace("(Shahid Beheshti),,IRN,,", "(Shahid Beheshti),,IRN,OMN,", 1))
    outcomes = {run.source: run.outcome for run in house.ingest("crossings", "status_reports").runs}
    assert outcomes == {"crossings": "loaded", "status_reports": "loaded"}
    assert house.rows("FROM quarantine WHERE expectation = 'crossing_id.known'").is_empty()


def test_each_batch_is_kept_as_it_came_and_reported_in_html(house: House) -> None:
    [run] = house.ingest("timeline").runs
    kept = house.data / "raw" / "snapshots" / "timeline" / str(run.snapshot)
    assert kept.read_bytes() == house.file("timeline").read_bytes()
    report = house.rows("SELECT DISTINCT report FROM ops.validations").item()
    page = (house.data / "reports" / report).read_text()
    assert "published_on" in page
    assert 'src="https' not in page
    assert report in (house.data / "reports" / "index.html").read_text()


def test_the_answer_on_freshness_in_the_documents_stays_after_any_number_of_ingests(house: House) -> None:
    [query] = [found["query"] for found in make.ANSWERED.finditer(QUESTIONS) if "ops.freshness" in found["query"]]
    house.ingest("crossings")
    first = house.rows(query)
    assert first.rows() == [("crossings", 41, dt.date(2026, 5, 7), 1, 0, 0)]
    for _ in range(2):
        assert house.ingest("crossings").runs[0].outcome == "unchanged"
        assert house.rows(query).equals(first)
