"""The open ways of the shipped facts: each day once, by no gate that the panel has closed, and never shorter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.methods.corridors import State
from analysis.network import Route
from analysis.places import ORIGINS
from warehouse.connect import reading

Ask = Callable[..., list[tuple[Any, ...]]]
DAY = dt.date(2025, 9, 1)


@pytest.fixture(scope="module")
def ask(published: Path) -> Iterator[Ask]:
    with reading(published / "warehouse") as reader, reader.cursor() as cursor:
        yield lambda sql, **parameters: cursor.execute(sql, parameters).fetchall()


def test_the_spans_of_a_pair_hold_each_day_once(ask: Ask) -> None:
    pairs, [(wrong,)] = (
        ask("SELECT DISTINCT flow, measure, certainty, origin, city FROM analysis.corridors"),
        ask(
            """
            SELECT count(*) FROM (
                SELECT
                    from_day,
                    to_day,
                    lag(to_day, 1, DATE '2014-01-01') OVER pair AS before,
                    lead(from_day, 1, DATE '9999-12-31') OVER pair AS next
                FROM analysis.corridors
                WINDOW pair AS (PARTITION BY flow, measure, certainty, origin, city ORDER BY from_day)
            )
            WHERE from_day >= to_day OR from_day <> before OR to_day <> next
            """
        ),
    )
    assert len(pairs) == 2 * 3 * 2 * len(ORIGINS) * 4
    assert wrong == 0


@pytest.mark.parametrize(
    ("certainty", "passed"), [("open", {"open"}), ("not_closed", {"open", "restricted", "unknown"})]
)
def test_a_way_leads_by_no_gate_that_is_shut_and_unknown_is_never_open(
    ask: Ask, certainty: str, passed: set[str]
) -> None:
    states = ask(
        """
        SELECT DISTINCT d.status
        FROM (
            SELECT flow, from_day, to_day, unnest(gates) AS crossing_id
            FROM analysis.corridors WHERE certainty = $certainty AND outcome = 'route'
        ) AS w
        INNER JOIN crossing_days AS d
            ON d.crossing_id = w.crossing_id AND d.flow = w.flow AND d.day >= w.from_day AND d.day < w.to_day
        WHERE d.flow IN ('imports', 'transit')
        """,
        certainty=certainty,
    )
    assert {status for (status,) in states} <= passed


def test_what_is_open_for_certain_is_never_shorter_than_what_is_not_known_to_be_shut(ask: Ask) -> None:
    [(shorter, lost)] = ask(
        """
        SELECT
            count(*) FILTER (a.value < b.value - 0.01),
            count(*) FILTER (a.value IS NOT NULL AND b.value IS NULL)
        FROM analysis.corridors AS a
        INNER JOIN analysis.corridors AS b USING (flow, measure, origin, city)
        WHERE
            a.certainty = 'open' AND b.certainty = 'not_closed' AND a.from_day < b.to_day AND b.from_day < a.to_day
        """
    )
    assert (shorter, lost) == (0, 0)


def test_a_closure_only_adds(ask: Ask) -> None:
    [(rows, wrong)] = ask(
        """
        SELECT
            count(*),
            count(*) FILTER (
                added <= 0 OR days_longer + days_without_route > days OR days_longer + days_without_route = 0
                OR (days_longer = 0) <> (added IS NULL)
            )
        FROM analysis.corridors_closures
        """
    )
    assert rows > 100
    assert wrong == 0


def test_a_day_is_looked_up_before_and_during_the_closure_of_october_2025(ask: Ask) -> None:
    """28 hours to Torkham, 24.2 at the gate (CPMM 2022), 4.5 on to Kabul; then both gates to Pakistan are shut."""
    way = """
        SELECT outcome, value, by_car, gates, places FROM analysis.corridors
        WHERE
            flow = 'transit' AND measure = 'hours' AND certainty = 'not_closed' AND origin = 'karachi'
            AND city = 'kabul' AND from_day <= $day AND to_day > $day
    """
    places = ["karachi", "torkham (PAK)", "torkham (AFG)", "kabul"]
    assert ask(way, day=DAY) == [("route", 56.7, 4.5, ["torkham"], places)]
    assert ask(way, day=dt.date(2025, 11, 15)) == [("no_route", None, None, None, None)]


def test_every_row_of_a_leg_is_used_or_says_why_not(ask: Ask) -> None:
    [(rows, facts, silent)] = ask(
        """
        SELECT count(*), (SELECT count(*) FROM corridor_legs), count(*) FILTER (used = (left_out IS NOT NULL))
        FROM analysis.corridors_legs
        """
    )
    assert (rows, silent) == (facts, 0)


LAST = dt.date(2025, 6, 1)


@pytest.mark.parametrize(
    ("status", "gate", "rests_on"),
    [
        ("open", ("told", None), ("last_known", LAST)),
        ("open", ("last_known", DAY), ("last_known", LAST)),
        ("open", ("assumed", None), ("assumed", None)),
        ("unknown", ("told", None), ("unknown", None)),
        ("restricted", ("told", None), ("unknown", None)),
    ],
)
def test_a_way_rests_on_the_gate_of_which_least_is_known(
    status: str, gate: tuple[str, dt.date | None], rests_on: tuple[str, dt.date | None]
) -> None:
    state = State(DAY, DAY, {"a": "open", "b": status}, {"a": ("last_known", LAST), "b": gate})
    assert state.rests_on(Route(1, 1, 1, 0, 0, ("x", "y"), ("a", "b"), ())) == rests_on


def test_a_way_is_told_of_only_where_each_of_its_gates_was_reported_on_within_30_days(ask: Ask) -> None:
    [(_, last_known), (_, told)] = ask(
        """
        SELECT w.rests_on, max(d.age_days) FILTER (d.basis = 'carried') AS oldest
        FROM (
            SELECT flow, rests_on, from_day, unnest(gates) AS crossing_id
            FROM analysis.corridors
            WHERE rests_on IN ('told', 'last_known')
        ) AS w
        INNER JOIN crossing_days AS d ON w.crossing_id = d.crossing_id AND w.flow = d.flow AND w.from_day = d.day
        GROUP BY w.rests_on
        ORDER BY w.rests_on
        """
    )
    assert told <= 30 < last_known


def test_a_way_round_is_told_from_a_plain_one_that_was_measured(ask: Ask) -> None:
    """No leg in hours leads from Torkham to Islamabad; one leads on to Karachi. The Emirates have no border."""
    plain = ask(
        """
        SELECT DISTINCT origin, plain_way FROM analysis.corridors
        WHERE measure = 'hours' AND city = 'kabul' AND origin IN ('islamabad', 'karachi', 'jebel ali')
        """
    )
    assert sorted(plain, key=str) == [("islamabad", False), ("jebel ali", None), ("karachi", True)]


def test_a_port_or_capital_of_which_no_leg_tells_is_named_all_the_same(ask: Ask) -> None:
    """And Islamabad's way leads by Khunjerab, though the row of that leg names no crossing."""
    silent = ask(
        "SELECT origin FROM analysis.corridors GROUP BY origin HAVING bool_and(outcome = 'no_legs') ORDER BY origin"
    )
    named = {"ashgabat", "bandar abbas", "bandar imam khomeini", "beijing", "port qasim", "tehran"}
    assert named <= {origin for (origin,) in silent}
    [(ways, by_khunjerab)] = ask(
        """
        SELECT count(*), count(*) FILTER (list_contains(gates, 'khunjerab'))
        FROM analysis.corridors WHERE origin = 'islamabad' AND measure = 'hours' AND outcome = 'route'
        """
    )
    assert ways == by_khunjerab > 0
