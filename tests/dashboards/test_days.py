"""Since when pages say that something is closed, and what of a closure is known at second hand alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dashboards import as_of, texts
from dashboards.queries import days
from tests.dashboards.test_pages import asked

TODAY = texts.today()
BEGAN = dt.date(2025, 3, 10)


@pytest.fixture
def spans(on_data: Callable[[Path], None], published: Path) -> pl.DataFrame:
    """The panel of the shipped facts, as pages draw it."""
    on_data(published)
    return days.spans(TODAY, texts.FRESH_DAYS)


def test_what_is_closed_is_closed_since_its_closure_began(spans: pl.DataFrame, published: Path) -> None:
    episodes = pl.DataFrame(
        asked(published, "SELECT crossing_id, flow, started_on, known_to FROM closure_episodes"),
        schema=["crossing_id", "flow", "started_on", "known_to"],
        orient="row",
    )
    closed = spans.filter(status="closed")
    told = closed.join(episodes, on=["crossing_id", "flow"]).filter(
        pl.col("from_day").is_between("started_on", "known_to", closed="left")
    )
    assert told.height == closed.height > 1000
    # On the panel's first day a report may name an earlier one.
    own = told.filter(pl.col("started_on") > as_of.FIRST)
    assert own.filter(pl.col("since") != pl.col("started_on")).is_empty()
    assert (told["since"] <= told["started_on"]).all()


def test_a_report_that_shuts_what_is_shut_does_not_move_the_day(spans: pl.DataFrame, published: Path) -> None:
    [(since, started)] = asked(
        published,
        """
        SELECT s.since, e.started_on
        FROM crossing_spans AS s
        INNER JOIN closure_episodes AS e USING (crossing_id, flow)
        WHERE crossing_id = 'torkham' AND flow = 'transit' AND s.from_day <= current_date
            AND s.to_day > current_date AND e.how_ended = 'still_shut'
        """,
    )
    assert since > started
    now = spans.filter(pl.col("until_day") > TODAY, crossing_id="torkham", flow="transit")
    assert now["since"].to_list() == [started]


def test_the_last_word_on_torkham_is_known_at_second_hand_only(
    on_data: Callable[[Path], None], published: Path
) -> None:
    on_data(published)
    found = days.episodes().filter(crossing_id="torkham", how_ended="still_shut", flow="exports")
    assert found["second_hand"].to_list() == ["last report"]
    [(notes,)] = asked(
        published,
        """
        SELECT list(DISTINCT r.note)
        FROM crossing_reports AS r
        INNER JOIN closure_episodes AS e ON e.crossing_id = r.crossing_id AND list_contains(e.report_ids, r.report_id)
        WHERE e.crossing_id = 'torkham' AND e.flow = 'exports' AND r.known_from >= e.last_reported_on
            AND e.how_ended = 'still_shut'
        """,
    )
    assert notes
    assert all("second hand" in note for note in notes)


@pytest.mark.parametrize(
    ("first_hand", "told"),
    [
        (set(), "start, end"),
        ({"start"}, "end"),
        ({"start", "end"}, None),
        ({"start", "reopened"}, None),
        ({"went on"}, "start, end"),
    ],
)
def test_one_first_hand_report_is_enough(first_hand: set[str], told: str | None) -> None:
    reports = {
        "start": ("closed", 0, 5),
        "end": ("closed", -40, 20),
        "went on": ("closed", 9, 15),
        "reopened": ("open", 21, 25),
    }
    with duckdb.connect() as con:
        con.execute(
            f"""
            CREATE TABLE closure_episodes AS
            SELECT
                'gate' AS crossing_id, 'exports' AS flow, DATE '{BEGAN}' AS started_on,
                started_on + 20 AS ended_on, started_on + 19 AS last_reported_on;
            CREATE TABLE publishers AS SELECT 'notes' AS publisher, 'second-hand notes, not an outlet' AS note;
            CREATE TABLE status_reports (report_id VARCHAR, source_name VARCHAR, note VARCHAR);
            CREATE TABLE flow_reports (
                crossing_id VARCHAR, flow VARCHAR, report_id VARCHAR, status VARCHAR, valid_from DATE, valid_to DATE,
                asserted_to DATE
            )
            """
        )
        for name, (status, start, end) in reports.items():
            source, note = ("Dawn", "a note") if name in first_hand else ("notes", None)
            con.execute("INSERT INTO status_reports VALUES (?, ?, ?)", [name, source, note])
            first, last = (BEGAN + dt.timedelta(days=at) for at in (start, end))
            con.execute(
                "INSERT INTO flow_reports VALUES ('gate', 'exports', ?, ?, ?, ?, ?)",
                [name, status, first, last, last],
            )
        found = con.execute(f"SELECT {days.SECOND_HAND} FROM ({days.EPISODES})").fetchone()
    assert found == (told,)
