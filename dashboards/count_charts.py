"""The chart of counts: their growth with definitions mixed and held fixed."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards import colours
from dashboards.charts import Drawing

# What a line of analysis.counts is of: colour, shape, words.
KINDS = {
    "series": (colours.BLUE, "circle", "one publisher, one definition"),
    "held_fixed": (colours.GREEN, "diamond", "all, definitions held fixed"),
    "mixed": (colours.VERMILLION, "square", "all, as if they counted one thing"),
}


def growth(frame: pl.DataFrame) -> Drawing:
    """Growth a year of each line of analysis.counts with its 95 % interval, a row for each, in the order given.

    `frame` has line (its words) beside the columns of analysis.counts.
    """
    there = [kind for kind in KINDS if kind in set(frame["kind"])]
    percent = alt.Axis(format="+%", tickCount=7)
    x = alt.X("growth:Q", title="growth a year", axis=percent)
    tips = ["line:N", "definition:N", "figures:Q", "first_year:Q", "last_year:Q"]
    names = ("growth", "growth_low", "growth_high", "headline_low", "headline_high")
    tips += [alt.Tooltip(f"{name}:Q", format="+.1%") for name in names]
    # Labels of several lines stand in the middle of their rows.
    middle = -6 * frame["line"][0].count(" | ")
    lines = alt.Axis(labelLimit=190, labelExpr="split(datum.label, ' | ')", labelOffset=middle)
    base = alt.Chart(frame).encode(
        y=alt.Y("line:N", title=None, sort=frame["line"].to_list(), axis=lines), tooltip=tips
    )
    coloured = base.encode(color=_scaled("kind:N", there, [KINDS[kind][0] for kind in there]))
    nought = alt.Chart(pl.DataFrame({"growth": [0.0]})).mark_rule(color=colours.GREY, strokeDash=[6, 3])
    told = frame.drop_nulls("headline_low")
    layers = [
        nought.encode(x=x),
        coloured.mark_rule(strokeWidth=2).encode(x=alt.X("growth_low:Q", axis=percent), x2="growth_high:Q"),
        coloured.mark_point(filled=True, size=100, opacity=1).encode(
            x=x,
            shape=alt.Shape(
                "kind:N", scale=alt.Scale(domain=there, range=[KINDS[kind][1] for kind in there]), legend=None
            ),
        ),
    ]
    key = [
        (f"{colours.SIGNS[KINDS[kind][1]]}━", KINDS[kind][0], f"{KINDS[kind][2]}, 95 % interval") for kind in there
    ]
    if told.height:
        bar = base.transform_filter("isValid(datum.headline_low)").mark_bar(
            color=colours.GREY, opacity=0.4, height=14
        )
        layers.insert(0, bar.encode(x=alt.X("headline_low:Q", axis=percent), x2="headline_high:Q"))
        key.append(("█", "#8a8f9866", "what one figure of the first year and one of the last would tell"))
    return Drawing(alt.layer(*layers).properties(height=alt.Step(44)), key)


def _scaled(name: str, domain: list[str], values: list[str]) -> Any:
    return alt.Color(name, scale=alt.Scale(domain=domain, range=values), legend=None)
