"""What remains of a trend on Incidents: the words follow from the intervals, the figures are the table's."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dashboards import count_charts
from dashboards.pages import _trends
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import asked, said

RISES, FALLS, NEITHER = (0.02, 0.1), (-0.1, -0.02), (-0.1, 0.1)


def line(ends: tuple[float, float]) -> dict[str, float]:
    return {"growth_low": ends[0], "growth_high": ends[1]}


@pytest.mark.parametrize(
    ("mixed", "held", "words"),
    [
        (NEITHER, NEITHER, "Neither is a trend for sure"),
        (RISES, NEITHER, "does not remain"),
        (NEITHER, FALLS, "shows only"),
        (FALLS, FALLS, "remains"),
        (RISES, FALLS, "turns round"),
    ],
)
def test_a_trend_remains_only_where_nought_stays_outside(
    mixed: tuple[float, float], held: tuple[float, float], words: str
) -> None:
    assert words in _trends.verdict(line(mixed), line(held))


def test_one_series_alone_is_no_mixture() -> None:
    assert "nothing to mix" in _trends.remains("injuries", {})


def test_the_trends_are_those_of_the_table(open_page: Open, published: Path) -> None:
    lines = asked(
        published,
        """
        SELECT round(100 * growth)::INT, round(100 * growth_low)::INT, round(100 * growth_high)::INT
        FROM analysis.counts
        WHERE geography = 'PAK' AND metric = 'fatalities_total' AND kind IN ('mixed', 'held_fixed')
        """,
    )
    words = said(open_page("incidents", place="PAK", metric="fatalities_total"))
    assert len(lines) == 2
    for growth, low, high in lines:
        assert f"{growth:+} % a year (95 %: {low:+} to {high:+})" in words


def test_what_nobody_counts_for_long_has_no_trend(open_page: Open, published: Path) -> None:
    [(place, metric)] = asked(
        published,
        """
        SELECT geography, metric FROM incident_counts
        WHERE (geography, metric) NOT IN (SELECT (geography, metric) FROM analysis.counts) ORDER BY ALL LIMIT 1
        """,
    )
    assert "No trend is told here" in said(open_page("incidents", place=place, metric=metric))


def test_each_line_is_drawn_with_its_interval_and_the_headline_only_of_the_mixture() -> None:
    row = {"definition": None, "figures": 8, "first_year": 2014, "last_year": 2025, "growth": 0.0} | line(NEITHER)
    told = {"headline_low": 0.1, "headline_high": 0.2}
    frame = pl.DataFrame(
        [
            row | {"kind": "held_fixed", "line": "held", "headline_low": None, "headline_high": None},
            row | told | {"kind": "mixed", "line": "mixed"},
        ]
    )
    drawing = count_charts.growth(frame)
    bar, _, rule, points = drawing.chart.to_dict()["layer"]
    assert bar["transform"] == [{"filter": "isValid(datum.headline_low)"}]
    assert (rule["encoding"]["x"]["field"], rule["encoding"]["x2"]["field"]) == ("growth_low", "growth_high")
    assert points["encoding"]["color"]["scale"]["domain"] == ["held_fixed", "mixed"]
    assert len(drawing.key) == 3
