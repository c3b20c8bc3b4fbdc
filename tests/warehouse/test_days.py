"""From reports to days: what the panel makes of reports that overlap, contradict, stop, and announce."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from warehouse import contracts, models, schema
from warehouse.connect import Reader

REPORTS = contracts.load("status_reports")
CROSSINGS = contracts.load("crossings")


def asked(reader: Reader, query: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = reader.cursor().execute(query).fetchall()
    return found


@pytest.mark.parametrize(
    ("crossing", "month", "shortest", "longest"),
    [
        ("torkham", "2025-02", 25, 26),
        ("torkham", "2023-09", 9, 9),
        ("chaman", "2017-05", 22, 22),
        ("chaman", "2021-10", 28, 28),
        ("torkham", "2024-01", 10, 11),
        ("chaman", "2022-11", 8, 8),
    ],
)
def test_known_closures_have_their_known_lengths(
    warehouse: Reader, crossing: str, month: str, shortest: int, longest: int
) -> None:
    episodes = asked(
        warehouse,
        f"""
        SELECT days FROM closure_episodes
        WHERE crossing_id = '{crossing}' AND flow = 'exports' AND strftime(started_on, '%Y-%m') = '{month}'
        """,
    )
    assert [shortest <= days <= longest for (days,) in episodes] == [True]


def test_the_closure_of_2017_lasted_32_to_34_days_within_what_sources_say(warehouse: Reader) -> None:
    [(days, longest)] = asked(
        warehouse,
        """
        SELECT days, date_diff('day', started_earliest, ended_latest) FROM closure_episodes
        WHERE crossing_id = 'torkham' AND flow = 'exports' AND year(started_on) = 2017
        """,
    )
    assert 32 <= days <= longest <= 34


def test_torkham_stays_shut_to_trade_through_two_reports_that_it_opened_on_1_november(warehouse: Reader) -> None:
    panel = asked(
        warehouse,
        """
        SELECT DISTINCT status, disputed, len(dissenting_report_ids) > 0 FROM crossing_days
        WHERE crossing_id = 'torkham' AND flow = 'exports' AND day = '2025-11-01'
        """,
    )
    assert panel == [("closed", True, True)]
    after = "crossing_id = 'torkham' AND flow = 'exports' AND day > '2025-11-01'"
    assert asked(warehouse, f"SELECT DISTINCT status FROM crossing_days WHERE {after}") == [("closed",)]


def test_the_closure_of_october_2025_begins_on_the_day_from_which_many_voices_call_it_shut_for_all_traffic(
    warehouse: Reader,
) -> None:
    """Twice as many voices give the 12th as the 11th, but none of them says that a gate was open on the 11th."""
    starts = asked(
        warehouse,
        """
        SELECT DISTINCT started_on::VARCHAR, started_earliest::VARCHAR
        FROM closure_episodes INNER JOIN flows USING (flow)
        WHERE crossing_id IN ('torkham', 'chaman') AND is_trade AND started_on BETWEEN '2025-10-05' AND '2025-10-20'
        """,
    )
    assert starts == [("2025-10-11", "2025-10-10")]


def test_an_end_that_one_source_puts_months_later_is_in_the_range(warehouse: Reader) -> None:
    """Most say that Kharlachi reopened with all others in March 2017, one that it stayed shut until June."""
    ends = asked(
        warehouse,
        """
        SELECT ended_on::VARCHAR, ended_latest::VARCHAR, how_ended FROM closure_episodes
        WHERE crossing_id = 'kharlachi' AND flow = 'exports' AND year(started_on) = 2017
        """,
    )
    assert ends == [("2017-03-20", "2017-06-20", "agreement")]


def test_a_late_mention_of_an_old_closure_does_not_undo_the_reopening(warehouse: Reader) -> None:
    """A page of October 2025 says that movement was suspended on 21 February, and names no end."""
    query = (
        "SELECT status FROM crossing_days WHERE crossing_id = 'torkham' AND flow = 'exports' AND day = '2025-05-01'"
    )
    assert asked(warehouse, query) == [("open",)]


def test_each_crossing_flow_and_day_stands_once_from_2014_to_today(warehouse: Reader) -> None:
    [(rows, days, pairs)] = asked(
        warehouse, "SELECT count(*), count(DISTINCT day), count(DISTINCT (crossing_id, flow)) FROM crossing_days"
    )
    [(crossings,)] = asked(warehouse, "SELECT count(*) FROM crossings")
    assert pairs == crossings * 8
    assert rows == pairs * days
    assert asked(warehouse, "SELECT min(day)::VARCHAR, max(day) = current_date FROM crossing_days") == [
        ("2014-01-01", True)
    ]


def test_unknown_is_told_from_open_and_closed_and_carries_no_report(warehouse: Reader) -> None:
    for table in ("crossing_spans", "crossing_days"):
        bases = asked(warehouse, f"SELECT DISTINCT status = 'unknown', basis = 'unknown' FROM {table}")
        assert set(bases) == {(True, True), (False, False)}


def test_where_only_people_may_pass_goods_are_not_taken_to(warehouse: Reader) -> None:
    found = asked(
        warehouse,
        """
        SELECT DISTINCT flow, status FROM crossing_spans INNER JOIN crossings USING (crossing_id)
        WHERE category = 'formal_pedestrian' AND flow IN ('exports', 'imports', 'transit') AND report_id IS NULL
        """,
    )
    assert {status for _, status in found} == {"unknown"}


def test_stranded_lorries_let_through_once_do_not_open_a_crossing_to_transit(warehouse: Reader) -> None:
    [(statuses,)] = asked(
        warehouse,
        """
        SELECT list(DISTINCT status ORDER BY status) FROM crossing_spans
        WHERE crossing_id = 'attari_wagah' AND flow = 'transit' AND from_day >= DATE '2025-04-22'
        """,
    )
    assert statuses == ["closed", "unknown"]


def test_no_closure_returns_by_itself_once_the_crossing_was_open_again(warehouse: Reader) -> None:
    returned = asked(
        warehouse,
        """
        SELECT e.crossing_id, e.flow, e.started_on, r.report_id FROM closure_episodes AS e
        INNER JOIN status_reports AS r ON e.report_id = r.report_id
        INNER JOIN crossing_spans AS s
            ON e.crossing_id = s.crossing_id AND e.flow = s.flow AND s.status = 'open'
                AND s.from_day > r.valid_from + 31 AND s.to_day <= e.started_on
        """,
    )
    assert returned == []


def test_the_days_that_sources_give_lie_around_those_of_the_episode(warehouse: Reader) -> None:
    disordered = asked(
        warehouse,
        """
        SELECT crossing_id, flow, started_on FROM closure_episodes
        WHERE NOT (
            started_earliest <= started_on AND started_on <= started_latest
            AND coalesce(started_on < ended_earliest, true)
            AND coalesce(ended_earliest <= ended_on AND ended_on <= ended_latest, true)
        )
        """,
    )
    assert disordered == []


def test_every_model_is_the_same_when_built_again_from_the_same_facts(published: Path) -> None:
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{published / 'warehouse' / 'serai.duckdb'}' AS first (READ_ONLY)")
        schema.create(con)
        for name in contracts.names():
            con.execute(f"INSERT INTO facts.{name} FROM first.facts.{name}")
        models.build(con)
        for model in models.ordered():
            if model.of_facts and model.kind == "TABLE":
                query = f"(FROM {model.name} EXCEPT ALL FROM first.{model.name}) UNION ALL"
                differing = con.execute(f"{query} (FROM first.{model.name} EXCEPT ALL FROM {model.name})").fetchall()
                assert differing == [], model.name


def ends() -> list[str]:
    """The models of facts that no other reads: all others are worked out on the way to them."""
    derived = [model for model in models.ordered() if model.of_facts]
    read = {name for model in derived for name in model.reads}
    return [model.name for model in derived if model.name not in read]


@pytest.mark.slow
@given(day=st.dates(dt.date(2014, 6, 1), dt.date(2026, 11, 1)))
@example(day=dt.date(2021, 8, 20))
@example(day=dt.date(2025, 10, 20))
@settings(max_examples=2, phases=(Phase.explicit, Phase.generate))
def test_as_of_a_day_is_the_warehouse_built_from_what_was_known_that_day(published: Path, day: dt.date) -> None:
    """The naive way: a warehouse with only the rows known by then, whose today is that day."""
    today = f"DATE '{day}'"
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{published / 'warehouse' / 'serai.duckdb'}' AS all_known (READ_ONLY)")
        schema.create(con)
        for name in contracts.names():
            known = "true" if contracts.load(name).register else f"known_from <= {today}"
            con.execute(
                f"INSERT INTO facts.{name} FROM all_known.facts.{name} WHERE {known} AND superseded_at IS NULL"
            )
        for model in models.ordered():
            con.execute(f"CREATE {model.kind} {model.name} AS {model.query.replace('current_date', today)}")
        for name in ends():
            con.execute(f"CREATE TEMP TABLE as_of AS FROM all_known.{name}_as_of({today})")
            both = f"(FROM {name} EXCEPT ALL FROM as_of) UNION ALL (FROM as_of EXCEPT ALL FROM {name})"
            assert con.execute(both).fetchall() == [], name
            con.execute("DROP TABLE as_of")
        assert con.execute(f"SELECT max(day) = {today} FROM crossing_days").fetchall() == [(True,)]


def test_a_session_can_set_its_day_once_for_all(published: Path) -> None:
    with duckdb.connect(str(published / "warehouse" / "serai.duckdb"), read_only=True) as con:
        con.execute("SET VARIABLE as_of = DATE '2025-10-05'")
        newest = con.execute("SELECT max(known_from)::VARCHAR FROM as_of.status_reports").fetchall()
        assert newest[0][0] <= "2025-10-05"
        gate = "crossing_id = 'torkham' AND flow = 'exports' AND day = '2025-10-05'"
        assert con.execute(f"SELECT status FROM as_of.crossing_days WHERE {gate}").fetchall() == [("open",)]
