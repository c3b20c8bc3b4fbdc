"""What is due is told from the ledger: every missed moment is made up once, whatever clocks and sources do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import schedule, source
from ingest.cron import Schedule, ScheduleError
from ingest.schedule import CLOCK_SLACK, History, Rules
from tests.ingest.conftest import House
from warehouse import journal

RULES = Rules()
DAILY = replace(source.load("bts"), schedule=Schedule("17 5 * * *", "Europe/Stockholm"))
HOURLY = replace(source.load("gdelt"), schedule=Schedule("7 * * * *", "UTC"))
MINUTE = dt.timedelta(minutes=1)

sources = st.sampled_from([source.load(name) for name in source.names() if name != "acled"])
times = st.datetimes(dt.datetime.fromisoformat("2026-01-01"), dt.datetime.fromisoformat("2028-01-01"))
zones = st.sampled_from(["UTC", "Europe/Stockholm", "Asia/Kabul", "America/New_York", "Australia/Lord_Howe"])
hours = st.sampled_from(["*", "*/6", "0", "2", "3", "5,17", "1-3"])
minutes = st.sampled_from(["*/15", "0", "17", "30", "5,50"])
days = st.sampled_from([("*", "*"), ("1", "*"), ("*/5", "*"), ("*", "MON"), ("*", "TUE-THU"), ("31", "*")])


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    day, weekday = draw(days)
    return Schedule(f"{draw(minutes)} {draw(hours)} {day} * {weekday}", draw(zones))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def tried(history: History, now: dt.datetime, outcome: str) -> History:
    """The history after a run now."""
    if outcome in schedule.SUCCESS:
        return History(now, outcome, None, now, 0)
    return replace(history, last_at=now, outcome=outcome, reason="it broke", failures=history.failures + 1)


# Moments


def test_moments_are_those_of_the_zone() -> None:
    assert DAILY.schedule.after(at("2026-01-10 00:00")) == at("2026-01-10 04:17")
    assert DAILY.schedule.after(at("2026-07-10 00:00")) == at("2026-07-10 03:17")
    assert DAILY.schedule.after(at("2026-01-10 04:17")) == at("2026-01-11 04:17")


@pytest.mark.parametrize(
    ("cron", "before", "found"),
    [
        # On 29 March 2026 the clocks of Stockholm go from 02:00 to 03:00, which is 01:00 UTC.
        ("30 2 * * *", "2026-03-28 12:00", ["2026-03-29 01:00", "2026-03-30 00:30"]),
        ("*/30 * * * *", "2026-03-29 00:00", ["2026-03-29 00:30", "2026-03-29 01:00", "2026-03-29 01:30"]),
        # On 25 October 2026 they go from 03:00 back to 02:00, which is 01:00 UTC.
        ("30 2 * * *", "2026-10-24 12:00", ["2026-10-25 00:30", "2026-10-26 01:30"]),
        ("30 2 * * *", "2026-10-25 01:10", ["2026-10-26 01:30"]),
        ("*/30 * * * *", "2026-10-25 00:00", ["2026-10-25 00:30", "2026-10-25 01:00", "2026-10-25 01:30"]),
    ],
)
def test_where_clocks_are_turned_nothing_is_skipped_or_done_twice(cron: str, before: str, found: list[str]) -> None:
    moment, one = at(before), Schedule(cron, "Europe/Stockholm")
    for expected in found:
        moment = one.after(moment)
        assert moment == at(expected)


@given(schedules(), times)
def test_the_next_moment_is_later_and_none_lies_between(one: Schedule, moment: dt.datetime) -> None:
    following = one.after(moment)
    assert following > moment
    assert one.after(following - dt.timedelta(seconds=1)) == following
    between = moment + (following - moment) / 2
    assert one.after(between) == following


@pytest.mark.parametrize(
    ("cron", "zone", "words"),
    [
        ("17 5 * *", "UTC", "it takes five fields"),
        ("0 17 5 * * *", "UTC", "it takes five fields"),
        ("17 25 * * *", "UTC", "no cron expression (Bad hour)"),
        ("soon 5 * * *", "UTC", "'SOON' is no minute"),
        ("17 5 L * *", "UTC", "'L' is no day of the month"),
        ("17 5 * * 5#2", "UTC", "'5#2' is no day of the week"),
        ("5/15 * * * *", "UTC", "'5/15' is no minute"),
        ("17 5 1 * MON", "UTC", "names days of the month and of the week"),
        ("17 5 * * 7", "UTC", "write 0 for Sunday"),
        ("0 0 30 2 *", "UTC", "Bad day-of-month"),
        ("17 5 * * *", "Europe/Stokholm", "there is no time zone 'Europe/Stokholm'"),
        ("17 5 * * *", "../etc/passwd", "there is no time zone"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(cron: str, zone: str, words: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        Schedule(cron, zone)
    assert words in str(refused.value)


@pytest.mark.parametrize("declared", [None, "17 5 * * *", {"cron": "17 5 * * *"}, {"cron": "x", "zone": "UTC"}])
def test_a_wrong_declaration_names_its_file(declared: object) -> None:
    with pytest.raises(ScheduleError, match=r"ingest/sources/bts\.yaml: schedule: "):
        source._schedule(source.HERE / "bts.yaml", declared)


def test_the_shipped_facts_come_daily_together_and_the_live_sources_never_two_at_once() -> None:
    loaded = [source.load(name) for name in source.names()]
    assert len({one.schedule for one in loaded if not one.live}) == 1
    live = [one for one in loaded if one.live]
    assert len({one.schedule.cron.split()[0] for one in live}) == len(live)


def test_no_source_is_looked_at_in_the_hours_in_which_clocks_are_turned() -> None:
    # There crons disagree: systemd passes such a day over.
    for one in map(source.load, source.names()):
        if one.schedule.zone not in ("UTC", "Asia/Kabul") and one.schedule.cron.split()[1] != "*":
            assert min(one.schedule.fields()[1]) >= 4, one.name


# What is due


def test_a_source_never_run_is_due_at_once_and_counts_as_overdue() -> None:
    found = schedule.stands(DAILY, History(), at("2026-06-01 12:00"), RULES)
    assert (found.due, found.late, found.overdue) == (True, False, True)


def test_what_was_never_taken_in_is_due_since_the_ledger_began_and_not_since_one_looks() -> None:
    began, now = at("2026-05-01 12:00"), at("2026-06-01 12:00")
    never = schedule.stands(DAILY, History(began_at=began), now, RULES)
    assert (never.owed, never.next_due, never.due, never.late) == (began, began, True, True)
    failed = schedule.stands(DAILY, replace(tried(History(), now, "refused"), began_at=began), now + MINUTE, RULES)
    assert failed.owed == began
    assert failed.next_due is not None
    assert failed.next_due > now
    turned_back = at("2026-04-01 12:00")
    assert schedule.stands(DAILY, History(began_at=began), turned_back, RULES).owed == turned_back


def test_three_missed_days_are_one_late_run_for_the_first_of_them() -> None:
    history = tried(History(), at("2026-06-01 03:17:04"), "loaded")
    found = schedule.stands(DAILY, history, at("2026-06-04 12:00"), RULES)
    assert (found.due, found.late, found.owed) == (True, True, at("2026-06-02 03:17"))
    after = schedule.stands(DAILY, tried(history, at("2026-06-04 12:00"), "unchanged"), at("2026-06-04 12:01"), RULES)
    assert (after.due, after.next_due) == (False, at("2026-06-05 03:17"))


@given(sources, times, st.lists(st.integers(1, 60 * 24 * 40), min_size=1, max_size=6))
def test_however_long_it_was_off_a_schedule_makes_one_run_of_what_it_missed(
    one: source.Source, start: dt.datetime, gaps: list[int]
) -> None:
    history, now = tried(History(), start, "loaded"), start
    for gap in gaps:
        now += gap * MINUTE
        found = schedule.stands(one, history, now, RULES)
        assert found.due == (one.schedule.after(history.last_at or now) <= now)
        if found.due:
            history = tried(history, now, "loaded")
            assert not schedule.stands(one, history, now, RULES).due


def test_a_run_is_late_only_beyond_what_is_tolerated() -> None:
    history = tried(History(), at("2026-06-01 03:17"), "loaded")
    assert not schedule.stands(DAILY, history, at("2026-06-02 04:17"), RULES).late
    assert schedule.stands(DAILY, history, at("2026-06-02 04:18"), RULES).late


# Clocks


@given(sources, times, st.timedeltas(CLOCK_SLACK, dt.timedelta(days=4000)))
def test_a_clock_set_back_costs_one_run_and_stops_nothing(
    one: source.Source, now: dt.datetime, back: dt.timedelta
) -> None:
    history = tried(History(), now + back + MINUTE, "loaded")
    assert schedule.stands(one, history, now, RULES).due
    history = tried(history, now, "unchanged")
    again = schedule.stands(one, history, now + MINUTE, RULES)
    assert again.next_due == one.schedule.after(now)


def test_a_clock_that_is_put_right_by_seconds_costs_no_run() -> None:
    history = tried(History(), at("2026-06-01 03:17:02"), "loaded")
    assert not schedule.stands(DAILY, history, at("2026-06-01 03:17:01"), RULES).due


def test_after_a_clock_was_set_back_failures_are_tried_again_all_the_same() -> None:
    history = tried(History(), at("2030-01-01 00:00"), "loaded")
    history = tried(history, at("2026-06-01 12:00"), "refused")
    found = schedule.stands(DAILY, history, at("2026-06-01 12:06"), RULES)
    assert (found.due, found.failures) == (True, 1)


# Failures


@given(sources, st.integers(1, 7))
def test_each_failure_doubles_the_wait_up_to_a_day(one: source.Source, failures: int) -> None:
    shortest = dt.timedelta(seconds=300 * 2 ** (failures - 1))
    assert shortest <= schedule.wait(one.name, failures, RULES) <= shortest * 1.1
    assert schedule.wait(one.name, 30, replace(RULES, pause_after=99)) <= dt.timedelta(days=1.1)


def test_a_failure_is_tried_again_for_the_moment_it_missed_and_not_before_its_wait() -> None:
    history = tried(History(), at("2026-06-01 03:17"), "loaded")
    history = tried(history, at("2026-06-02 03:17"), "refused")
    early = schedule.stands(DAILY, history, at("2026-06-02 03:21"), RULES)
    assert (early.due, early.overdue, early.reason) == (False, False, "it broke")
    again = schedule.stands(DAILY, history, at("2026-06-02 03:23"), RULES)
    assert (again.due, again.owed) == (True, at("2026-06-02 03:17"))


def test_one_that_fails_is_not_asked_at_each_of_its_moments() -> None:
    history = tried(History(), at("2026-06-01 00:07"), "loaded")
    for _ in range(6):
        history = tried(history, at("2026-06-01 06:00"), "error")
    found = schedule.stands(HOURLY, history, at("2026-06-01 08:30"), RULES)
    assert (found.due, found.overdue) == (False, True)
    assert found.next_due is not None
    assert found.next_due > at("2026-06-01 08:40")


def test_after_eight_failures_it_is_paused_and_looked_at_once_a_week_until_one_success() -> None:
    history, now = tried(History(), at("2026-06-01 03:17"), "loaded"), at("2026-06-02 03:17")
    for _ in range(8):
        history = tried(history, now, "refused")
    found = schedule.stands(DAILY, history, now + dt.timedelta(days=6), RULES)
    assert (found.paused, found.due, found.reason) == (True, False, "it broke")
    assert schedule.stands(DAILY, history, now + dt.timedelta(days=7.7), RULES).due
    now += dt.timedelta(days=3)
    well = schedule.stands(DAILY, tried(history, now, "loaded"), now, RULES)
    assert (well.paused, well.failures, well.reason) == (False, 0, None)


@given(st.lists(st.sampled_from(["loaded", "unchanged", "refused", "error"]), max_size=40), sources)
def test_a_schedule_that_is_kept_never_falls_silent(outcomes: list[str], one: source.Source) -> None:
    history, now = History(), at("2026-06-01 00:00")
    for outcome in outcomes:
        found = schedule.stands(one, history, now, RULES)
        assert found.next_due is not None
        assert found.next_due <= now + dt.timedelta(days=32)
        now = max(now, found.next_due)
        assert schedule.stands(one, history, now, RULES).due
        history = tried(history, now, outcome)
        assert not schedule.stands(one, history, now, RULES).due


# What is scheduled


def test_a_source_without_the_credential_it_needs_is_unscheduled_and_says_how_to_mend_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("USER", "PASSWORD"):
        monkeypatch.delenv(f"SERAI_ACLED_{name}", raising=False)
    found = schedule.stands(source.load("acled"), History(), at("2026-06-01 12:00"), RULES)
    assert (found.due, found.overdue, found.next_due) == (False, False, None)
    assert "set SERAI_ACLED_USER" in str(found.unscheduled)
    for name in ("USER", "PASSWORD"):
        monkeypatch.setenv(f"SERAI_ACLED_{name}", "someone")
    assert schedule.stands(source.load("acled"), History(), at("2026-06-01 12:00"), RULES).due


@pytest.mark.parametrize(
    ("chosen", "scheduled"), [((), True), (("live",), True), (("bts",), True), (("shipped",), False)]
)
def test_only_the_chosen_sources_are_scheduled(chosen: tuple[str, ...], *, scheduled: bool) -> None:
    found = schedule.stands(DAILY, History(), at("2026-06-01 12:00"), replace(RULES, chosen=chosen))
    assert (found.unscheduled is None) == scheduled


# The ledger itself


def test_the_ledger_tells_attempts_failures_and_what_is_not_yet_published(built_house: House) -> None:
    folder = built_house.places.warehouse
    with schedule.ledger(folder) as con:
        assert schedule.histories(con) == {}
    [first] = built_house.ingest("claims").runs
    built_house.ingest("claims")  # nothing new: its line is in no version
    built_house.file("timeline").write_text("no,such,columns\n", encoding="utf-8")
    built_house.ingest("timeline")
    with schedule.ledger(folder) as con:
        found = schedule.histories(con)
    assert (found["claims"].outcome, found["claims"].failures) == ("unchanged", 0)
    assert found["claims"].last_at == found["claims"].success_at
    assert found["claims"].last_at is not None
    assert first.clock_at is not None
    assert found["claims"].last_at > first.clock_at
    refused = found["timeline"]
    assert (refused.outcome, refused.failures, refused.success_at) == ("refused", 1, None)
    assert refused.reason


def test_pieces_of_the_past_are_no_attempts(built_house: House) -> None:
    built_house.ingest("claims")
    with schedule.ledger(built_house.places.warehouse) as con:
        con.execute("CREATE OR REPLACE TEMP TABLE unpublished AS FROM ops.runs")
        con.execute(
            "UPDATE unpublished SET run_id = 'later', first_day = '2020-01-01', outcome = 'refused',"
            " started_at = started_at + INTERVAL 1 DAY"
        )
        assert schedule.histories(con)["claims"].failures == 0


def test_a_version_made_by_an_older_serai_is_read_with_the_lines_beside_it(built_house: House) -> None:
    built_house.ingest("claims")
    built_house.ingest("claims")  # nothing new: its line is in no version
    with schedule.ledger(built_house.places.warehouse) as con:
        older: pa.Table = con.sql("SELECT * EXCLUDE (clock_at, due_at, late) FROM ops.runs").to_arrow_table()
    with duckdb.connect() as con:
        con.register("older", older)
        con.execute("CREATE SCHEMA ops; CREATE TABLE ops.runs AS FROM older")
        journal.show(con, built_house.places.warehouse)
        found = schedule.histories(con)["claims"]
    assert found.outcome == "unchanged"
    assert found.last_at == journal.lines(built_house.places.warehouse)[0]["started_at"]
