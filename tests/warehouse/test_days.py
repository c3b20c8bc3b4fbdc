"""From reports to days: what the panel makes of reports that overlap, contradict, stop, and announce."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from warehouse import contracts, models, schema
from warehouse.connect import Reader, reading
from warehouse.load import load

REPORTS = contracts.load("status_reports")
CROSSINGS = contracts.load("crossings")


@pytest.fixture(scope="module")
def warehouse(published: Path) -> Iterator[Reader]:
    with reading(published / "warehouse") as reader:
        yield reader


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
    bases = asked(warehouse, "SELECT DISTINCT status = 'unknown', basis = 'unknown' FROM crossing_spans")
    assert set(bases) == {(True, True), (False, False)}


def test_no_episode_is_decided_by_a_report_of_an_older_closure(warehouse: Reader) -> None:
    older = asked(
        warehouse,
        """
        SELECT e.crossing_id, e.flow, e.started_on, r.report_id FROM closure_episodes AS e
        INNER JOIN status_reports AS r ON e.report_id = r.report_id
        WHERE r.valid_from < e.started_on - 31 AND e.started_on > '2014-01-01'
        """,
    )
    assert older == []


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


# Small worlds: one crossing, a few reports.


Days = dict[str, tuple[str, str, bool]]


def panel(reports: list[dict[str, Any]], *, opened_on: str | None = None, flow: str = "exports") -> Days:
    """The days of one formal crossing by these reports: day → status, basis, disputed."""
    with duckdb.connect() as con:
        schema.create(con)
        put(con, CROSSINGS, [crossing(opened_on)])
        put(con, REPORTS, [report(number, **one) for number, one in enumerate(reports)])
        models.build(con)
        query = "SELECT day::VARCHAR, status, basis, disputed FROM crossing_days WHERE flow = ?"
        rows = con.execute(query, [flow]).fetchall()
    return {day: (status, basis, disputed) for day, status, basis, disputed in rows}


def put(con: duckdb.DuckDBPyConnection, contract: contracts.Contract, rows: list[dict[str, Any]]) -> None:
    own = {"date": pl.Date(), "number": pl.Float64()}
    types = {field.name: own.get(field.type, pl.String()) for field in contract.fields}
    frame = pl.DataFrame(rows, schema=types)
    at = dt.datetime(2026, 11, 22)  # noqa: DTZ001 (the warehouse keeps UTC without a zone)
    load(con, contract, frame, present=frame, source="test", run_id="r", at=at)


def crossing(opened_on: str | None) -> dict[str, Any]:
    return {
        "crossing_id": "gate",
        "name": "Gate",
        "country_a": "AFG",
        "country_b": "PAK",
        "category": "formal_trade",
        "opened_on": day_of(opened_on),
        "source_name": "A register",
        "source_url": "https://example.org/r",
    }


def report(number: int, status: str, start: str, **more: str) -> dict[str, Any]:
    """A report on cargo, published on its first day by a paper of its own, unless said otherwise."""
    return {
        "report_id": f"r{number}",
        "crossing_id": "gate",
        "valid_from": day_of(start),
        "valid_to": day_of(more.get("end")),
        "status": status,
        "scope": "cargo",
        "goods": more.get("goods"),
        "weekdays": more.get("weekdays"),
        "cause": "other",
        "date_precision": "day",
        "source_name": more.get("paper", f"Paper {number}"),
        "source_url": "https://example.org/p",
        "published_on": day_of(more.get("published", start)),
    }


def day_of(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def test_between_two_reports_of_one_day_the_one_with_more_voices_holds_and_the_day_is_disputed() -> None:
    days = panel(
        [
            {"status": "closed", "start": "2024-03-01"},
            {"status": "open", "start": "2024-03-01"},
            {"status": "closed", "start": "2024-03-01"},
        ]
    )
    assert days["2024-03-01"] == ("closed", "reported", True)


def test_ten_papers_with_one_text_do_not_outweigh_two_that_say_it_stayed_shut() -> None:
    reprints = [{"status": "open", "start": "2024-03-10", "paper": "One paper"} for _ in range(10)]
    still_shut = [{"status": "closed", "start": "2024-03-01", "published": f"2024-03-2{n}"} for n in range(2)]
    days = panel([*still_shut, *reprints])
    assert days["2024-03-15"][0] == "closed"


def test_an_end_years_before_the_next_start_leaves_the_crossing_open_between() -> None:
    days = panel(
        [
            {"status": "closed", "start": "2015-01-10", "end": "2015-01-20", "published": "2015-01-20"},
            {"status": "closed", "start": "2022-06-01", "end": "2022-06-05", "published": "2022-06-05"},
        ]
    )
    assert days["2015-01-19"][:2] == ("closed", "reported")
    assert days["2015-01-20"][:2] == ("open", "carried")
    assert days["2020-01-01"][:2] == ("open", "carried")
    assert days["2022-06-01"][:2] == ("closed", "reported")


def test_29_february_is_a_day_like_any_other() -> None:
    days = panel([{"status": "closed", "start": "2024-02-28", "end": "2024-03-01", "published": "2024-03-01"}])
    assert days["2024-02-29"][:2] == ("closed", "reported")
    assert days["2024-03-01"][:2] == ("open", "carried")


def test_before_a_crossing_opened_nothing_is_known_of_it() -> None:
    days = panel([{"status": "closed", "start": "2021-05-01"}], opened_on="2020-09-22")
    assert days["2020-09-21"] == ("unknown", "unknown", False)
    assert days["2020-09-22"][:2] == ("open", "assumed")


def test_before_any_report_a_formal_crossing_is_assumed_open() -> None:
    assert panel([{"status": "closed", "start": "2021-05-01"}])["2014-01-01"] == ("open", "assumed", False)


def test_an_announced_reopening_that_did_not_happen_opens_nothing() -> None:
    days = panel(
        [
            {"status": "closed", "start": "2024-03-01"},
            {"status": "open", "start": "2024-03-10", "published": "2024-03-08"},
            {"status": "closed", "start": "2024-03-01", "published": "2024-03-20"},
        ]
    )
    assert days["2024-03-10"] == ("closed", "reported", False)
    assert days["2024-03-20"] == ("closed", "reported", False)


def test_an_announced_reopening_that_nobody_denies_is_carried_and_not_reported() -> None:
    days = panel(
        [
            {"status": "closed", "start": "2024-03-01"},
            {"status": "open", "start": "2024-03-05", "published": "2024-03-04"},
        ]
    )
    assert days["2024-03-05"][:2] == ("open", "carried")


def test_a_closure_that_nobody_mentions_again_becomes_unknown_not_endless() -> None:
    days = panel([{"status": "closed", "start": "2024-03-01"}])
    assert days["2024-03-01"][:2] == ("closed", "reported")
    assert days["2024-03-08"][:2] == ("closed", "carried")
    assert days["2024-03-09"][:2] == ("unknown", "unknown")
    assert days["2024-12-31"][:2] == ("unknown", "unknown")


def test_a_closure_long_asserted_is_carried_for_ninety_days_at_most() -> None:
    days = panel([{"status": "closed", "start": "2023-03-01", "published": "2024-02-29"}])
    assert days["2024-05-29"][:2] == ("closed", "carried")
    assert days["2024-05-30"][:2] == ("unknown", "unknown")


def test_a_report_on_single_goods_never_closes_a_flow() -> None:
    assert panel([{"status": "closed", "start": "2024-03-01", "goods": "fuel"}])["2024-03-01"][0] == "restricted"


def test_a_report_with_weekdays_holds_on_those_days_only() -> None:
    days = panel([{"status": "closed", "start": "2024-03-01", "weekdays": "sat;sun", "end": "2024-03-31"}])
    assert [days[f"2024-03-{day:02}"][0] for day in range(1, 5)] == ["open", "closed", "closed", "open"]


def test_cargo_says_nothing_of_people_on_foot() -> None:
    assert panel([{"status": "closed", "start": "2024-03-01"}], flow="pedestrians")["2024-03-01"][1] == "assumed"


# As of a day.


@pytest.mark.parametrize("day", ["2016-06-15", "2021-08-20", "2025-02-25", "2025-10-20", "2026-03-15"])
def test_as_of_a_day_is_the_warehouse_built_from_what_was_known_that_day(published: Path, day: str) -> None:
    """The naive way: a warehouse with only the rows known by then, whose today is that day."""
    asked_of = (
        "crossing_days",
        "closure_episodes",
        "incident_years",
        "trade_partner_years",
        "trade_months",
        "crossing_latest",
    )
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{published / 'warehouse' / 'serai.duckdb'}' AS all_known (READ_ONLY)")
        schema.create(con)
        for name in contracts.names():
            known = "true" if contracts.load(name).register else f"known_from <= DATE '{day}'"
            con.execute(
                f"INSERT INTO facts.{name} FROM all_known.facts.{name} WHERE {known} AND superseded_at IS NULL"
            )
        for model in models.ordered():
            con.execute(f"CREATE {model.kind} {model.name} AS {model.query.replace('current_date', f'DATE {day!r}')}")
        for name in asked_of:
            naive = con.execute(f"FROM {name} ORDER BY ALL").fetchall()
            as_of = con.execute(f"FROM all_known.{name}_as_of(DATE '{day}') ORDER BY ALL").fetchall()
            assert naive == as_of, name
            assert naive, name


def test_a_session_can_set_its_day_once_for_all(published: Path) -> None:
    with duckdb.connect(str(published / "warehouse" / "serai.duckdb"), read_only=True) as con:
        con.execute("SET VARIABLE as_of = DATE '2025-10-05'")
        newest = con.execute("SELECT max(known_from)::VARCHAR FROM as_of.status_reports").fetchall()
        assert newest[0][0] <= "2025-10-05"
        gate = "crossing_id = 'torkham' AND flow = 'exports' AND day = '2025-10-05'"
        assert con.execute(f"SELECT status FROM as_of.crossing_days WHERE {gate}").fetchall() == [("open",)]
