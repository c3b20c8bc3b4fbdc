"""The page of commitments: the year a target is met with its interval, what is ahead, and how far days were moved."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from dashboards import pace_charts, texts
from dashboards.pace_charts import Ahead
from dashboards.pages import _pace
from dashboards.pages.commitments import moved
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import asked, said

FIGURES = pl.DataFrame({"year": [2024, 2025], "value": [1100.0, 1700.0], "source_url": ["a", "b"]})
STATED = pl.DataFrame(
    {
        "stated_on": [dt.date(2021, 6, 1), dt.date(2025, 3, 1), dt.date(2025, 9, 1), None],
        "target_date": [None, dt.date(2026, 12, 31), None, None],
        "target_value": [2000.0, 2000.0, 2000.0, 3000.0],
    },
    schema_overrides={"stated_on": pl.Date, "target_date": pl.Date},
)


def layers(ahead: Ahead) -> list[dict[str, Any]]:
    """The layers of the chart of a target, each with the rows that it draws."""
    drawn = pace_charts.turnover(FIGURES, 2000.0, _pace.stated(STATED), ahead).chart.to_dict()
    return [{**layer, "rows": drawn["datasets"][layer["data"]["name"]]} for layer in drawn["layer"]]


def test_the_year_in_which_the_target_is_met_is_that_of_the_table_with_its_interval(
    open_page: Open, published: Path
) -> None:
    [(met, low, high, figures, fastest)] = asked(
        published,
        """
        SELECT met, met_low_80, met_high_80, figures, fastest
        FROM analysis.commitments WHERE pair = 'AFG-UZB' AND target_value = 5000
        """,
    )
    words = said(open_page("commitments", target="uzb_afg_trade_5bn")).replace("\\$", "$")
    assert f"$5 bn are first met in **{met}** (80 %: {low} to {high})" in words
    assert f"fastest {texts.growth(fastest)}" in words
    assert f"**Weak**: {figures} figures carry all of it" in words


def test_of_a_target_with_few_figures_no_year_is_told(open_page: Open, published: Path) -> None:
    [(target,)] = asked(
        published,
        """
        SELECT commitment_id FROM commitment_pace
        WHERE pair = 'IRN-PAK' AND latest < target_value AND growth_held IS NOT NULL LIMIT 1
        """,
    )
    words = said(open_page("commitments", target=target))
    assert "is not worked out: fewer than four years have a figure" in words
    assert "arithmetic, not a forecast" in words


def test_a_day_that_is_not_worked_out_has_a_pace_but_no_band(open_page: Open) -> None:
    app = open_page("commitments", as_of="2025-10-20")
    assert any("The analysis is not worked out for 20 October 2025" in str(box.value) for box in app.info)
    assert "In which year it is met" not in said(app)


def test_each_target_is_marked_in_the_year_in_which_it_was_stated_and_named_once() -> None:
    found = _pace.stated(STATED)
    assert found.select("year", "value", "until", "told", "label").rows() == [
        (2021, 2000.0, None, 1, "$2 bn"),
        (2025, 2000.0, 2026, 2, None),
    ]


def test_a_band_is_drawn_in_both_widths_and_none_where_there_is_none() -> None:
    band = pl.DataFrame({"year": [2025, 2026], **{name: [1700.0, at] for at, name in enumerate(_pace.BAND, 1700)}})
    areas = [one["encoding"] for one in layers(Ahead(band=band)) if one["mark"]["type"] == "area"]
    assert [(one["y"]["field"], one["y2"]["field"]) for one in areas] == [
        ("low_95", "high_95"),
        ("low_80", "high_80"),
    ]
    assert not [one for one in layers(Ahead()) if one["mark"]["type"] == "area"]


def test_the_way_to_the_target_begins_at_the_latest_figure_and_ends_at_the_target() -> None:
    row = {
        "latest_year": 2025, "latest": 1700.0, "growth_needed": 2**0.5 - 1, "growth_held": 0.1,
        "reached_in": 2030, "target_date": dt.date(2027, 12, 31),
    }  # fmt: skip
    needed = _pace.ahead(row, None).needed
    assert needed["year"].to_list() == [2025, 2026, 2027]
    assert needed["value"].round(6).to_list()[::2] == [1700.0, 3400.0]


def test_slippage_is_told_in_words() -> None:
    assert [moved(days) for days in (4752, 0, -31)] == ["13.0 years later", "the same day", "31 days earlier"]


def test_every_restatement_with_a_day_before_it_is_drawn(open_page: Open, published: Path) -> None:
    [(many, later)] = asked(
        published,
        """
        SELECT count(*), count(*) FILTER (slippage_days > 0) FROM construction_pace
        WHERE promised = 'completion' AND slippage_days IS NOT NULL AND stated_on IS NOT NULL
        """,
    )
    assert many > later > 0
    assert f"{many} restatements for a day that is known on both sides, {later} of them later" in said(
        open_page("commitments")
    )
