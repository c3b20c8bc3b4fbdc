"""The page of the disruption index: its bounds and how much is known stand beside every share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl

from dashboards import charts
from dashboards.queries import disruption
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import asked, said

DAY = dt.date(2025, 11, 25)


def test_every_border_opens_and_says_where_nothing_is_known(open_page: Open, published: Path) -> None:
    app = open_page("disruption")
    for (border,) in asked(published, "SELECT DISTINCT border FROM disruption_index ORDER BY border"):
        app.selectbox(key="choose_border").set_value(border).run()
        assert not app.exception, border
        assert app.query_params["border"] == border
        assert ("No crossing for trade is known" in said(app)) == (border == "AFG-CHN")


def test_the_figures_are_those_of_the_index_on_the_day_and_by_what_was_known_then(
    open_page: Open, published: Path
) -> None:
    [(low, high, known, shut, crossings)] = asked(
        published,
        """
        SELECT
            round(100 * low)::INT, round(100 * high)::INT, round(100 * weight_known)::INT,
            crossings_shut, crossings
        FROM disruption_index_as_of(DATE '2025-11-25') WHERE border = 'AFG-PAK' AND day = DATE '2025-11-25'
        """,
    )
    app = open_page("disruption", border="AFG-PAK", as_of=f"{DAY}")
    values = [box.value for box in app.metric]
    assert values == [f"{low} to {high} %" if low != high else f"{low} %", f"{known} %", f"{shut} of {crossings}"]
    assert "As known on 25 November 2025" in said(app)


def test_the_spans_follow_on_one_another_and_the_line_breaks_where_the_whole_changes(
    on_data: Callable[[Path], None], published: Path
) -> None:
    """So that a share that leaps because a border is no longer known is not drawn as a closure (November 2025)."""
    on_data(published)
    spans = disruption.index(DAY).filter(pl.col("border") == "AFG")
    assert spans["until_day"].to_list()[:-1] == spans["from_day"].to_list()[1:]
    assert (spans["from_day"][0], spans["until_day"][-1]) == (dt.date(2014, 1, 1), DAY + dt.timedelta(days=1))
    names = ("weight_known", "part", "share_shut", "crossings_shut")
    steps = spans.with_columns(pl.col(name).diff().alias(f"{name}_step") for name in names)
    broken = pl.col("part_step") == 1
    assert steps.filter((pl.col("weight_known_step").abs() > disruption.ANOTHER_WHOLE) != broken).is_empty()
    no_gate_moved = (pl.col("crossings_shut_step") == 0) & (pl.col("share_shut_step") > 0.1)
    assert not steps.filter(no_gate_moved & broken).is_empty()


def test_the_chart_draws_share_band_and_what_is_known_without_a_gap_inside_a_span() -> None:
    span = dict.fromkeys(("crossings_shut", "crossings_unknown", "crossings_disputed"), 0)
    days = [dt.date(2025, 10, 1), dt.date(2025, 10, 12), dt.date(2025, 11, 1)]
    shares = [0.2, None]
    spans = pl.DataFrame(
        [
            {"from_day": days[n], "until_day": days[n + 1], "share_shut": shares[n], "low": 0.1, "high": 0.6,
             "weight_known": 0.8, "part": n, "weighed_by": "trade", **span}
            for n in range(2)
        ]
    )  # fmt: skip
    drawing = charts.disruption(spans)
    drawn = drawing.chart.to_dict(context={"pre_transform": False})
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["area", "line", "line"]
    assert {layer["encoding"]["y"]["field"] for layer in drawn["layer"]} == {"low", "weight_known", "share_shut"}
    assert len(drawing.key) == 3
