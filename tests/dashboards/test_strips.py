"""The calendar strip: the daily panel, drawn as spans, with all that it rests on."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import strips, texts
from dashboards.queries import crossings, days
from dashboards.strips import strip
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import asked, said
from warehouse import models
from warehouse.publish import building, publish, writing

MOST_POINTS = 5_000
FIRST = dt.date(2014, 1, 1)
OnData = Callable[[Path], None]


@pytest.fixture
def spans(on_data: OnData, published: Path) -> pl.DataFrame:
    on_data(published)
    return days.spans(texts.today(), texts.FRESH_DAYS)


def by_day(frame: pl.DataFrame) -> list[tuple[Any, ...]]:
    """The spans spelt out: a row for each crossing, flow and day."""
    return (
        frame.with_columns(pl.date_ranges("from_day", "until_day", closed="left").alias("day"))
        .explode("day")
        .select("crossing_id", "flow", "day", "status", "basis", "voices", "disputed", "report_id")
        .sort("crossing_id", "flow", "day")
        .rows()
    )


def points(drawn: dict[str, Any]) -> int:
    """The marks of a chart: a layer draws all rows of its data, less what it filters out."""
    return sum(len(rows) for rows in drawn["datasets"].values())


def test_the_spans_are_the_daily_panel(spans: pl.DataFrame, published: Path) -> None:
    panel = asked(
        published,
        f"""
        SELECT
            crossing_id, flow, day, status,
            CASE WHEN basis = 'carried' AND age_days > {texts.FRESH_DAYS} THEN 'last known' ELSE basis END,
            voices, disputed, report_id
        FROM crossing_days WHERE crossing_id IN ('torkham', 'hairatan', 'badini') ORDER BY ALL
        """,
    )
    drawn = by_day(spans.filter(pl.col("crossing_id").is_in(["torkham", "hairatan", "badini"])))
    assert sorted(drawn, key=lambda row: row[:3]) == sorted(panel, key=lambda row: row[:3])


def test_every_crossing_and_flow_is_covered_without_a_gap_from_2014_to_today(spans: pl.DataFrame) -> None:
    assert spans.select("crossing_id", "flow").unique().height == crossings.crossings().height * len(texts.TRAFFIC)
    ends = spans.group_by("crossing_id", "flow").agg(pl.col("from_day").min(), pl.col("until_day").max())
    assert set(ends["from_day"]) == {FIRST}
    assert set(ends["until_day"]) == {texts.today() + dt.timedelta(days=1)}
    follows = spans.select(
        (pl.col("from_day") - pl.col("until_day").shift()).over("crossing_id", "flow").alias("gap")
    )
    assert set(follows["gap"].drop_nulls()) == {dt.timedelta(0)}


def test_a_carried_state_is_last_known_after_thirty_days(spans: pl.DataFrame) -> None:
    old = (pl.col("until_day") - pl.col("last_report_day")).dt.total_days() - 1
    carried = spans.filter(pl.col("basis") == "carried").select(old.alias("age"))["age"].drop_nulls()
    lasting = spans.filter(pl.col("basis") == "last known")
    youngest = (lasting["from_day"] - lasting["last_report_day"]).dt.total_days().min()
    assert carried.max() == texts.FRESH_DAYS
    assert youngest == texts.FRESH_DAYS + 1


def test_a_report_of_weekdays_holds_on_those_in_the_strip_too(
    on_data: OnData, published: Path, tmp_path: Path
) -> None:
    shutil.copytree(published / "warehouse", tmp_path / "warehouse", symlinks=True)
    with writing(tmp_path / "warehouse"), building(tmp_path / "warehouse") as private:
        with duckdb.connect(str(private)) as con:
            con.execute("UPDATE facts.status_reports SET weekdays = 'sat;sun' WHERE report_id = 'p25-s0287'")
            models.build(con)
        publish(tmp_path / "warehouse", private, keep=1)
    on_data(tmp_path)
    drawn = by_day(days.spans(texts.today(), texts.FRESH_DAYS).filter(pl.col("crossing_id") == "torkham"))
    status = {(row[1], row[2]): (row[3], row[7]) for row in drawn}
    panel = asked(tmp_path, "SELECT flow, day, status, report_id FROM crossing_days WHERE crossing_id = 'torkham'")
    assert {(flow, day): (state, report) for flow, day, state, report in panel} == status
    assert any(report == "p25-s0287" and day.weekday() >= 5 for (_, day), (_, report) in status.items())


def test_a_closure_has_its_first_day_also_where_weekdays_once_held(spans: pl.DataFrame) -> None:
    closed = spans.filter(flow="exports", status="closed").filter(pl.col("until_day") > texts.today())
    found = dict(closed.select("crossing_id", "since").iter_rows())
    assert {"torkham", "chaman", "kharlachi"} <= found.keys()
    assert None not in found.values()


def test_no_strip_has_too_many_points_even_of_the_whole_history(spans: pl.DataFrame) -> None:
    until = texts.today()
    for name in ("torkham", "chaman", "kharlachi"):
        one = spans.filter(pl.col("crossing_id") == name).with_columns(pl.col("flow").alias("row"))
        assert points(strip(one, list(texts.TRAFFIC), FIRST, until, step=20).chart.to_dict()) < MOST_POINTS
    for flow in texts.TRAFFIC:
        all_ = spans.filter(pl.col("flow") == flow).with_columns(pl.col("crossing_id").alias("row"))
        rows = all_["row"].unique().to_list()
        assert points(strip(all_, rows, FIRST, until, step=20).chart.to_dict()) < MOST_POINTS


def one_row(status: str, basis: str, *, disputed: bool = False) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "row": ["exports"],
            "from_day": [dt.date(2025, 1, 1)],
            "until_day": [dt.date(2025, 2, 1)],
            "status": [status],
            "basis": [basis],
            "voices": [2],
            "disputed": [disputed],
            "since": [dt.date(2025, 1, 1)],
            "last_report_day": [dt.date(2024, 12, 30)],
            "reported_on": [dt.date(2025, 1, 2)],
            "source_name": ["Dawn"],
            "report_id": ["r1"],
            "dissent": [["open (Tolo, r2)"] if disputed else None],
        },
        schema_overrides={"dissent": pl.List(pl.String)},
    )


def test_a_tooltip_says_status_basis_age_voices_who_decides_and_who_disagrees() -> None:
    [told] = strips._told(one_row("closed", "carried", disputed=True), FIRST, dt.date(2026, 1, 1)).to_dicts()
    assert told["days"] == "2025-01-01 to 2025-01-31"
    assert told["rests on"] == "carried on from the last report"
    assert told["age"] == "2 to 32 days since the last report"
    assert told["voices"] == "2"
    assert told["decided by"] == "Dawn, 2025-01-02 (r1)"
    assert told["disputed by"] == "open (Tolo, r2)"


def test_what_lies_outside_the_period_is_cut_off() -> None:
    day = dt.date(2025, 1, 10)
    [told] = strips._told(one_row("closed", "reported"), day, day).to_dicts()
    assert (told["from_day"], told["until_day"]) == (day, day + dt.timedelta(days=1))
    assert strips._told(one_row("closed", "reported"), dt.date(2025, 2, 1), dt.date(2025, 3, 1)).is_empty()


def test_each_basis_looks_different_and_unknown_is_no_bar() -> None:
    assert "unknown" not in strips.LOOKS
    assert set(strips.LOOKS) | {"unknown"} == set(texts.RESTS_ON)
    assert len(set(strips.LOOKS.values())) == len(strips.LOOKS)
    heights = [height for height, _ in strips.LOOKS.values()]
    assert heights == sorted(heights, reverse=True)


@given(st.lists(st.sampled_from(["open", "closed", "unknown"]), min_size=1, max_size=40))
def test_joining_spans_changes_no_day(states: list[str]) -> None:
    day = [FIRST + dt.timedelta(days=at) for at in range(len(states))]
    frame = pl.DataFrame(
        {"row": "a", "from_day": day, "until_day": [one + dt.timedelta(days=1) for one in day], "status": states}
    )
    joined = strips._joined(frame, "status")
    assert [
        status
        for status, first, after in joined.select("status", "from_day", "until_day").iter_rows()
        for _ in range((after - first).days)
    ] == states
    assert (joined["status"] != joined["status"].shift()).fill_null(value=True).all()


def test_the_page_draws_all_crossings_and_the_chosen_ones_flows(open_page: Open) -> None:
    app = open_page("crossings", crossing="chaman", flow="pedestrians", period="2025")
    words = said(app)
    assert "Every crossing, open or closed to people on foot, 1 January 2025 to 31 December 2025" in words
    assert "Chaman, open or closed to each flow, 1 January 2025 to 31 December 2025" in words
    assert "Closures of Chaman to people on foot" in words
    assert [text.value for text in app.caption if "Of the days drawn: " in text.value]


def test_a_period_before_the_panel_is_told_so(open_page: Open) -> None:
    app = open_page("crossings", **{"from": "2010-01-01", "to": "2011-01-01"})
    assert not app.exception
    assert sum("daily panel begins on 1 January 2014" in box.value for box in app.info) == 2


def test_days_in_the_wrong_order_are_taken_in_the_right_one(open_page: Open) -> None:
    app = open_page("crossings", **{"from": "2025-03-01", "to": "2025-02-01"})
    assert not app.exception
    assert "1 February 2025 to 1 March 2025" in said(app)


def test_every_closure_is_listed_and_leads_to_its_reports(open_page: Open, published: Path) -> None:
    app = open_page("crossings", crossing="torkham", closure="2025-02-21")
    [(count, reports)] = asked(
        published,
        """
        SELECT
            count(*), max(len(report_ids)) FILTER (started_on = '2025-02-21')
        FROM closure_episodes WHERE crossing_id = 'torkham' AND flow = 'exports'
        """,
    )
    table = next(table.value for table in app.dataframe if "how_ended" in table.value.columns)
    assert len(table) == count
    label = next(box.label for box in app.expander if box.label.startswith("Reports of the closure"))
    assert label.startswith("Reports of the closure of 21 February 2025")
    assert label.endswith(f"({reports})")
