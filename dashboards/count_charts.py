"""The charts of counts: their growth with definitions mixed and held fixed, and falls found in them."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards import colours
from dashboards.charts import GAPS, Drawing

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


def without_fall(counted: pl.DataFrame, modelled: pl.DataFrame) -> Drawing:
    """Counts by month (month, actual); from the fall on also what they would have been, in two intervals."""
    dates = alt.Axis(format="%b %Y", labelOverlap=True, tickCount=8)
    x = alt.X("month:T", title="month", scale=alt.Scale(type="utc"), axis=dates)
    title = "entered in the month"
    names = ("actual", "without_fall", "low_80", "high_80", "low_95", "high_95")
    tips = [alt.Tooltip("month:T", format="%b %Y"), *(alt.Tooltip(f"{name}:Q", format=",.0f") for name in names)]
    band = alt.Chart(modelled).encode(x=x, tooltip=tips)
    # A month is a span: of one alone a band would have no width.
    wide, narrow = (band.mark_bar(color=colours.ORANGE, opacity=opacity, size=8) for opacity in (0.2, 0.35))
    middle = band.mark_line(
        color=colours.VERMILLION,
        strokeDash=[6, 3],
        point={"shape": "diamond", "size": 55, "color": colours.VERMILLION},
    )
    line = alt.Chart(counted.upsample("month", every="1mo")).mark_line(
        color=colours.BLUE, strokeWidth=1.5, invalid=GAPS, point={"size": 24, "color": colours.BLUE}
    )
    chart = alt.layer(
        wide.encode(y=alt.Y("low_95:Q", title=title), y2="high_95:Q"),
        narrow.encode(y=alt.Y("low_80:Q", title=title), y2="high_80:Q"),
        middle.encode(y="without_fall:Q"),
        line.encode(
            x=x,
            y=alt.Y("actual:Q", title=title, scale=alt.Scale(zero=True), axis=alt.Axis(format="~s")),
            tooltip=[alt.Tooltip("month:T", format="%b %Y"), alt.Tooltip("actual:Q", format=",.0f")],
        ),
    ).properties(height=320)
    key = [
        ("●", colours.BLUE, "as counted"),
        ("◆", colours.VERMILLION, "without the fall, by the model"),
        ("▒", colours.ORANGE, "80 % (dark) and 95 % (light) of the months should lie here"),
    ]
    return Drawing(chart, key)


def _scaled(name: str, domain: list[str], values: list[str]) -> Any:
    return alt.Color(name, scale=alt.Scale(domain=domain, range=values), legend=None)
