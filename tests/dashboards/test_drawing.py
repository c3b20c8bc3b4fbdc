"""Maps, charts and words: what they draw, and what they must not."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
import pytest

from dashboards import charts, colours, maps, texts
from dashboards.queries import crossings, days

MOST_POINTS = 5_000


@pytest.fixture
def state(on_data: Callable[[Path], None], published: Path) -> pl.DataFrame:
    on_data(published)
    return days.state("exports", texts.today(), texts.FRESH_DAYS)


def drawn(frame: pl.DataFrame, **options: bool) -> dict[str, Any]:
    deck: dict[str, Any] = json.loads(
        maps.crossings(frame, **{"dark": False, "background": False} | options).to_json()
    )
    return deck


def test_the_map_asks_nobody_for_anything(state: pl.DataFrame) -> None:
    deck = drawn(state)
    style = json.loads(unquote(deck["mapStyle"].removeprefix("data:application/json,")))
    assert style == {"version": 8, "sources": {}, "layers": []}
    assert "http" not in json.dumps([layer for layer in deck["layers"] if layer["id"] != "crossings"])


def test_tiles_are_asked_for_only_when_switched_on(state: pl.DataFrame) -> None:
    assert "tile.openstreetmap.org" not in json.dumps(drawn(state))
    assert "tile.openstreetmap.org" in unquote(drawn(state, background=True)["mapStyle"])


def test_unknown_is_hollow_and_old_news_is_faint(state: pl.DataFrame) -> None:
    fresh = state.with_columns(
        pl.when(pl.col("crossing_id") == "torkham").then(3).otherwise("days_old").alias("days_old")
    )
    points = {
        point["name"]: point
        for point in next(one for one in drawn(fresh)["layers"] if one["id"] == "crossings")["data"]
    }
    alphas = {row["name"]: points[row["name"]]["fill"][3] for row in fresh.to_dicts() if row["name"] in points}
    assert alphas["Torkham"] == 255
    assert 0 < alphas["Ghulam Khan"] < 255
    assert alphas["Dorah Pass"] == 0


def test_no_name_on_the_map_runs_over_a_disc_and_most_have_room(state: pl.DataFrame) -> None:
    layers = {
        layer["id"]: layer["data"] for layer in drawn(state)["layers"] if layer["id"] in ("crossings", "labels")
    }
    for named in layers["labels"]:
        (lon, lat), side = named["at"], 1 if named["anchor"] == "start" else -1
        along = [
            one["at"]
            for one in layers["crossings"]
            if abs(one["at"][1] - lat) < maps.DISC and one["at"] != named["at"]
        ]
        assert not [
            at for at in along if maps.GAP < side * (at[0] - lon) < maps.GAP + maps.LETTER * len(named["label"])
        ]
    assert {"Torkham", "Chaman", "Milak", "Aqina"} <= {named["label"] for named in layers["labels"]}


def test_the_whole_history_of_a_crossing_stays_a_small_chart(
    on_data: Callable[[Path], None], published: Path
) -> None:
    on_data(published)
    for crossing in crossings.crossings()["crossing_id"]:
        assert crossings.report_spans(crossing).height * 2 < MOST_POINTS


def test_a_report_without_an_end_ends_where_it_was_published(
    on_data: Callable[[Path], None], published: Path
) -> None:
    on_data(published)
    spans = crossings.report_spans("torkham").filter(
        ~pl.col("end_named") & (pl.col("reported_on") >= pl.col("valid_from"))
    )
    assert spans.height > 100
    assert (spans["shown_to"] == spans["reported_on"] + dt.timedelta(days=1)).all()


def test_a_year_that_is_not_known_is_a_gap_and_not_zero() -> None:
    frame = pl.DataFrame({"publisher": ["A", "A"], "year": [2020, 2022], "value": [5.0, 7.0]})
    years = charts.with_gaps(frame, ["publisher"], "year")
    assert years["year"].to_list() == [2020, 2021, 2022]
    assert years["value"].to_list() == [5.0, None, 7.0]


def test_every_status_has_a_colour_a_shape_and_a_sign_of_its_own() -> None:
    for looks in (colours.STATUS, colours.STATUS_SHAPE, colours.STATUS_GLYPH):
        assert set(looks) == {"closed", "restricted", "open", "unknown"}
        assert len(set(looks.values())) == 4


@pytest.mark.parametrize(
    ("days", "word", "said"),
    [(0, "is", "0 days"), (1, "is", "1 day"), (30, "is", "30 days"), (31, "last known", "31 days"),
     (400, "last known", "13 months"), (1000, "last known", "2.7 years"), (None, "no report", "not known")],
)  # fmt: skip
def test_old_news_is_called_old(days: int | None, word: str, said: str) -> None:
    assert texts.known(days) == word
    assert texts.age(days) == said


@pytest.mark.parametrize(
    ("millions", "said"),
    [(None, "not known"), (640.0, "$640 m"), (1700.0, "$1.7 bn"), (5000.0, "$5 bn"), (0.3, "$0.3 m"),
     (-0.02, "$0 m"), (-0.3, "−$0.3 m"), (-5.0, "−$5 m"), (-1700.0, "−$1.7 bn")],
)  # fmt: skip
def test_money_is_written_short(millions: float | None, said: str) -> None:
    assert texts.dollars(millions) == said


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [("2025-04-01", "2025-10-31", "April to October 2025"), ("2025-10-01", "2025-10-31", "October 2025"),
     ("2025-01-01", "2025-12-31", "2025"), ("2024-07-01", "2025-06-30", "July 2024 to June 2025"),
     ("2025-03-21", "2026-03-20", "21 March 2025 to 20 March 2026")],
)  # fmt: skip
def test_a_period_of_whole_months_is_named_by_them(first: str, last: str, said: str) -> None:
    assert texts.period(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) == said
