"""Each rule on the published facts with one fact changed; and that nothing is told twice, or told in floods."""

from __future__ import annotations

import datetime as dt
import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import rules
from ingest import schedule
from tests.alerts.conftest import Office, Row
from warehouse import publish, stopping
from warehouse.connect import reading

TODAY = dt.datetime.now(dt.UTC).date()
PAGE = {"source_name": "Dawn", "source_url": "https://www.dawn.com/news/1/test", "published_on": str(TODAY)}
REOPENED = PAGE | {
    "report_id": "test-reopened", "crossing_id": "torkham", "valid_from": str(TODAY), "status": "open",
    "scope": "exports", "date_precision": "day", "cause": "agreement",
}  # fmt: skip


def test_a_reopening_is_told_once_with_its_report_and_source(office: Office) -> None:
    office.add("status_reports", **REOPENED)
    office.ingest("status_reports")
    [alert] = office.alerts()
    assert (alert.rule, alert.subject, alert.happened_on) == ("crossing_state", "torkham", TODAY)
    assert alert.title == (
        f"Torkham: open to exports since {TODAY.day} {TODAY:%B %Y}, was closed (1 voice, none disagrees)"
    )
    assert {"dataset": "status_reports", "report_id": "test-reopened"}.items() <= alert.rows[0].items()
    page = next(one for one in alert.sources if one["url"] == PAGE["source_url"])
    assert (page["name"], page["source"]) == ("Dawn", "status_reports")
    assert page["licence"].startswith("CC BY 4.0")
    # Another fact, another version: what was told is not told again.
    office.change("timeline", lambda rows: rows[:-1])
    assert office.ingest("status_reports", "timeline").version
    assert office.alerts() == [alert]


def states(office: Office) -> list[Any]:
    return [one for one in office.alerts() if one.rule == "crossing_state" and one.subject == "hairatan"]


SHUT = REOPENED | {"report_id": "test-shut", "crossing_id": "hairatan", "status": "closed", "scope": "exports"}


def without(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["report_id"] != "test-shut"]


def test_a_closure_whose_announced_end_passed_is_never_told_as_a_reopening(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, published = (str(TODAY - dt.timedelta(days=days)) for days in (5, 4))
    office.add("status_reports", **SHUT | {"valid_from": began, "published_on": published, "valid_to": str(TODAY)})
    office.ingest("status_reports")
    assert states(office) == []
    monkeypatch.setattr(rules, "day_before", lambda _: TODAY - dt.timedelta(days=1))
    office.change("timeline", lambda rows: rows[:-1])
    office.ingest("timeline")
    [alert] = states(office)
    over = "the announced end of the closure has passed; nobody reports that it opened"
    assert alert.happened_on == TODAY
    assert f"taken for open to exports from {TODAY.day} {TODAY:%B %Y}, was closed ({over}" in alert.title
    assert over in alert.text
    assert "December 2025" not in alert.title


def test_what_comes_of_a_withdrawn_or_corrected_report_says_so_each_time(office: Office) -> None:
    office.add("status_reports", **SHUT)
    office.ingest("status_reports")
    for _ in range(2):
        office.change("status_reports", without)
        office.ingest("status_reports")
        office.add("status_reports", **SHUT)
        office.ingest("status_reports")
    reopened = {"status": "open"}
    office.change("status_reports", lambda rows: [*without(rows), rows[-1] | reopened])
    office.ingest("status_reports")
    corrected, *again, first = states(office)
    assert "closed to exports since" in first.title
    assert "report" not in first.title
    assert len(again) == 4
    for back, withdrawn in (again[:2], again[2:]):
        assert "closed to exports, was open (a report that had been withdrawn is back" in back.title
        assert "open to exports, was closed (a report was withdrawn" in withdrawn.title
        assert "not of the crossing: a report was withdrawn" in withdrawn.text
        assert withdrawn.happened_on >= TODAY
    assert "open to exports, was closed (a report was corrected" in corrected.title


def test_from_unknown_to_assumed_without_a_report_is_no_news(world: World) -> None:
    change = """
        UPDATE crossing_spans SET status = 'open', basis = 'assumed'
        WHERE status = 'unknown' AND report_id IS NULL AND from_day <= current_date AND to_day > current_date
    """
    assert world.raised(change=change) == []


def test_a_closure_that_nobody_tells_of_any_more_becomes_unknown_and_never_a_reopening(office: Office) -> None:
    office.change("status_reports", lambda rows: [row for row in rows if row["published_on"] < "2026-07-01"])
    office.ingest("status_reports")
    told = [one for one in office.alerts() if one.rule == "crossing_state" and one.subject == "torkham"]
    assert told
    for alert in told:
        assert "no longer known whether open to" in alert.title
        assert "unknown is neither open nor closed" in alert.title
        assert "Nobody reports a reopening" in alert.text
        assert ": open" not in alert.title


@pytest.mark.parametrize("days", [7, 30])
def test_a_closure_passes_its_mark_on_one_day(office: Office, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    monkeypatch.setattr(rules, "day_before", lambda _: TODAY - dt.timedelta(days=1))
    began = TODAY - dt.timedelta(days=days)
    report = REOPENED | {"report_id": "test-shut", "status": "closed", "crossing_id": "hairatan"}
    report |= {"valid_from": str(began), "published_on": str(began), "cause": "clash"}
    later = report | {"report_id": "test-still", "published_on": str(TODAY), "source_url": PAGE["source_url"] + "2"}
    office.add("status_reports", **report)
    office.add("status_reports", **later)
    office.ingest("status_reports")
    assert "closure_passed" not in {one.rule for one in office.alerts()}, "a closure first told of is another rule's"
    office.change("timeline", lambda rows: rows[:-1])
    office.ingest("timeline")
    [alert] = [one for one in office.alerts() if one.rule == "closure_passed" and one.subject == "hairatan"]
    said = f"closed to exports since {began.day} {began:%B %Y} passed {days} days (1 voice, none disagrees)"
    assert alert.title.endswith(said)
    assert {row["report_id"] for row in alert.rows} == {"test-shut", "test-still"}


def test_a_carried_or_disputed_closure_is_told_as_such(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with reading(office.settings.warehouse) as reader:
        [(began, disputed)] = reader.cursor().execute(
            """
            SELECT started_on, s.disputed FROM closure_episodes AS e
            INNER JOIN crossing_spans AS s USING (crossing_id, flow)
            WHERE crossing_id = 'torkham' AND flow = 'exports' AND how_ended = 'still_shut' AND basis = 'carried'
            AND s.from_day <= current_date AND s.to_day > current_date
            """
        ).fetchall() or [(None, None)]
    if began is None:
        pytest.skip("the shipped reports have grown too old: Torkham is not known to be shut any more")
    monkeypatch.setattr(rules, "day_before", lambda _: began + dt.timedelta(days=364))
    office.change("timeline", lambda rows: rows[:-1])
    office.ingest("timeline")
    told = [one.title for one in office.alerts() if one.rule == "closure_passed" and one.subject == "torkham"]
    assert told
    for title in told:
        assert "passed 365 days (last known: no report since " in title
        assert (", disputed)" in title) == disputed


def test_a_commitment_stated_anew_is_told_with_what_was_said_before(office: Office) -> None:
    def restated(rows: list[Row]) -> list[Row]:
        last = max((row for row in rows if row["target_date"]), key=lambda row: row["announced_on"])
        later = str(dt.date.fromisoformat(last["target_date"]) + dt.timedelta(days=100))
        return [*rows, last | PAGE | {"announced_on": str(TODAY), "target_date": later}]

    office.change("commitments", restated)
    office.ingest("commitments")
    [alert] = [one for one in office.alerts() if one.rule == "commitment_restated"]
    assert alert.happened_on == TODAY
    assert "postponed to" in alert.title
    assert alert.sources[0]["url"] == PAGE["source_url"]


def test_a_statement_of_the_past_that_is_only_added_now_is_no_news(office: Office) -> None:
    def remembered(rows: list[Row]) -> list[Row]:
        last = max((row for row in rows if row["target_date"]), key=lambda row: row["announced_on"])
        return [*rows, last | PAGE | {"announced_on": "2001-01-01", "published_on": "2001-01-01"}]

    office.change("commitments", remembered)
    assert office.ingest("commitments").runs[0].loaded.added == 1
    assert office.alerts() == []


def test_of_failures_in_a_row_the_first_is_told(office: Office) -> None:
    path = office.settings.data / "raw" / "curated" / "timeline.csv"
    good = path.read_bytes()
    for _ in range(2):
        path.write_text("nothing")
        office.ingest("timeline")
    [alert] = office.alerts()
    assert (alert.rule, alert.subject, alert.title) == (
        "ingest_refused", "timeline", "timeline: the newest batch was refused",
    )  # fmt: skip
    assert "curated/timeline.csv" in alert.text
    assert set(alert.rows[0]) == {"dataset", "run_id"}
    path.write_bytes(good)
    office.ingest("timeline")
    path.write_text("nothing again")
    office.ingest("timeline")
    assert len(office.alerts()) == 2


class World:
    """A version in the making beside the published one, at the level of the rules alone."""

    def __init__(self, office: Office) -> None:
        self.folder = office.settings.warehouse

    def raised(
        self, standing: Any = schedule.standing, folder: Path = rules.HERE, *, then: bool = False, change: str = ""
    ) -> list[Any]:
        """What the rules raise; ``then`` publishes it, ``change`` is SQL that makes the new version another."""
        with publish.writing(self.folder), publish.building(self.folder) as private:
            with duckdb.connect(str(private)) as con:
                con.execute(change or "SELECT 1")
                rules.raise_alerts(con, self.folder, standing, folder)
                found = con.execute("SELECT rule, subject, title FROM ops.alerts ORDER BY ALL").fetchall()
            if then:
                publish.publish(self.folder, private, 2)
        return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, published: Path) -> World:
    return World(Office(tmp_path_factory.mktemp("world"), published))


def stands(source: str, **more: Any) -> Any:
    """How a source stands by the schedule."""
    at = dt.datetime(2026, 11, 1)  # noqa: DTZ001
    fine = {"last_started": at, "last_outcome": "loaded", "last_success": at, "failures": 0, "paused": False}
    plain = dict.fromkeys(("next_due", "owed", "reason")) | {"overdue": False}
    return SimpleNamespace(source=source, dataset=source, **plain | fine | more)


def test_a_dataset_that_went_stale_and_a_source_that_was_paused_are_told_while_they_are_new(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "asdict", vars)

    def standing(con: duckdb.DuckDBPyConnection, _: dt.datetime) -> Sequence[Any]:
        before = con.execute("SELECT current_database()").fetchall() == [("before",)]
        return [
            stands("timeline", overdue=not before, failures=int(not before)),
            stands("claims", overdue=True),
            stands("crossings", paused=not before, failures=8, reason="refused: no such file"),
            stands("publishers", last_success=None, overdue=True),
        ]

    assert world.raised(standing) == [
        ("dataset_stale", "timeline", "timeline is overdue: last taken in on 1 November 2026, 00:00 UTC"),
        ("source_paused", "crossings", "crossings: paused after 8 failures in a row"),
    ]


@pytest.mark.parametrize(("at_work", "stale"), [("2026-11-02 11:00", 0), ("2026-11-02 14:30", 1)])
def test_after_days_off_only_what_an_hour_of_work_left_out_is_stale(
    world: World, monkeypatch: pytest.MonkeyPatch, at_work: str, stale: int
) -> None:
    monkeypatch.setattr(rules, "asdict", vars)
    owed = dt.datetime(2026, 11, 2, 12)  # noqa: DTZ001
    other = f"""
        INSERT INTO ops.runs BY NAME
        SELECT * REPLACE ('other' AS run_id, TIMESTAMP '{at_work}' AS started_at) FROM ops.runs LIMIT 1
    """
    found = world.raised(lambda *_: [stands("timeline", overdue=True, owed=owed)], change=other)
    assert [rule for rule, *_ in found] == ["dataset_stale"] * stale


def test_a_failure_is_no_news_where_the_same_version_has_a_later_success(world: World) -> None:
    line = """
        INSERT INTO ops.runs BY NAME
        SELECT * REPLACE ('{0}' AS run_id, '{0}' AS outcome, TIMESTAMP '{1}' AS started_at)
        FROM ops.runs WHERE source = 'timeline' LIMIT 1;
    """
    killed = line.format("error", "2100-01-01 10:00:00")
    [(rule, subject, _)] = world.raised(change=killed)
    assert (rule, subject) == ("ingest_refused", "timeline")
    for success in ("loaded", "unchanged"):
        assert world.raised(change=killed + line.format(success, "2100-01-01 11:00:00")) == []
    [_] = world.raised(change=killed + line.format("loaded", "2100-01-01 09:00:00"))


def test_a_damaged_version_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "damaged", lambda _: {"20261101T000000Z-aaaa": "its checksum is another"})
    [(rule, _, title)] = world.raised()
    assert (rule, title) == ("version_damaged", "Version 20261101T000000Z-aaaa of the warehouse is damaged on disk")


def test_a_stop_while_rules_are_asked_is_a_stop_and_no_alert(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def interrupted(*_: object) -> int:
        stopping._told.set()
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(stopping, "_told", threading.Event())
    monkeypatch.setattr(rules, "_ask", interrupted)
    with pytest.raises(KeyboardInterrupt):
        world.raised()
    assert "alerts not raised" not in caplog.text


def test_a_new_rule_is_silent_once_and_one_that_fails_says_so(world: World, tmp_path: Path) -> None:
    shutil.copytree(rules.HERE, tmp_path / "rules")
    columns = (
        "'it' AS subject, -- .\n'h' AS happened, -- .\ncurrent_date AS happened_on, -- .\n'new' AS title, -- .\n"
    )
    columns += '\'t\' AS text, -- .\n[]::STRUCT(dataset VARCHAR, "key" VARCHAR, "value" VARCHAR)[] AS rows -- .\n'
    (tmp_path / "rules" / "always.sql").write_text(f"-- Always.\nSELECT\n{columns}")
    (tmp_path / "rules" / "broken.sql").write_text(f"-- Broken.\nSELECT\n{columns} FROM before.ops.no_such_table")
    assert world.raised(folder=tmp_path / "rules", then=True) == []
    always, broken = world.raised(folder=tmp_path / "rules")
    assert always == ("always", "it", "new")
    assert broken[:2] == ("broken", "broken")
    assert "could not be asked" in broken[2]


def test_the_rules_take_no_time(world: World) -> None:
    world.raised()
    with publish.building(world.folder) as private, duckdb.connect(str(private)) as con:
        started = time.perf_counter()
        rules.raise_alerts(con, world.folder, schedule.standing)
        assert time.perf_counter() - started < 2, "measured 0.15 s; a busy machine is slower"


def test_where_nothing_was_published_before_there_is_nothing_to_compare_with(world: World, tmp_path: Path) -> None:
    """The first publish, and a replay into a warehouse that was moved away."""
    with publish.building(world.folder) as private, duckdb.connect(str(private)) as con:
        assert rules.raise_alerts(con, tmp_path, schedule.standing) == 0
        assert con.execute("SELECT count(*) FROM ops.schema_parts WHERE name LIKE 'alert rule %'").fetchone() == (
            len(rules.all_rules()),
        )


def test_every_rule_is_described_and_has_the_columns_of_a_rule() -> None:
    found = rules.all_rules()
    assert len(found) >= 5
    for rule in found:
        assert rule.description


@given(st.lists(st.tuples(st.text(), st.text(), st.text()), unique=True, max_size=20))
def test_ids_are_the_same_for_the_same_and_others_for_others(happenings: list[tuple[str, str, str]]) -> None:
    plain = [one for one in happenings if not any("\x1f" in part for part in one)]
    ids = [rules.identity(*one) for one in plain]
    assert ids == [rules.identity(*one) for one in plain]
    assert len(set(ids)) == len(plain)
