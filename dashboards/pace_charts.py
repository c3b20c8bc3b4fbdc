"""The charts of targets: turnover with what is ahead of it, and how far each restatement moved the day promised."""

from __future__ import annotations

from dataclasses import dataclass, field

import altair as alt
import polars as pl

from dashboards import colours, texts
from dashboards.charts import Drawing

A_YEAR = "millions of US dollars a year"
# The highest of what is printed or aimed at stands so far below the upper edge; a band may leave it.
HEADROOM = 1.15
BEFORE = "the day promised before"


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema={"year": pl.Int64, "value": pl.Float64})


@dataclass(frozen=True)
class Ahead:
    """What is ahead of the latest figure, by year and value; each frame may be empty."""

    pace: pl.DataFrame = field(default_factory=_none)  # where the pace held would lead
    needed: pl.DataFrame = field(default_factory=_none)  # the way to the target by its day
    band: pl.DataFrame = field(default_factory=_none)  # the middle, with low_95, low_80, high_80, high_95
    met: pl.DataFrame = field(default_factory=_none)  # when the target is met, with low and high of its 80 % interval


def turnover(figures: pl.DataFrame, target: float, stated: pl.DataFrame, ahead: Ahead) -> Drawing:
    """Every figure printed for each year, the target, when it and others were stated, and what is ahead.

    `stated` has year, value, until (the year by which; empty = none named), said and told (what was said, how often).
    """
    printed = figures.group_by("year", "value").agg(pl.col("source_url").n_unique().alias("pages"))
    highest = [target, *printed["value"].to_list(), *stated["value"].to_list()]
    x = alt.X("year:Q", title="calendar year", axis=alt.Axis(format="d", tickMinStep=1), scale=alt.Scale(zero=False))
    y = alt.Y("value:Q", title=A_YEAR, scale=alt.Scale(domain=[0, max(highest) * HEADROOM], nice=False))
    points = (
        alt.Chart(printed)
        .mark_point(filled=True, color=colours.BLUE, opacity=0.85)
        .encode(
            x=x,
            y=y,
            size=alt.Size("pages:Q", scale=alt.Scale(range=[50, 260]), legend=None),
            tooltip=["year:Q", "value:Q", "pages:Q"],
        )
    )
    goal = pl.DataFrame({"value": [target]})
    aim = alt.Chart(goal).mark_rule(color=colours.VERMILLION, strokeDash=[8, 4], strokeWidth=2).encode(y=y)
    layers = [(goal, aim), *_ahead(ahead, x, y), (figures, points), *_stated(stated, x, y)]
    # A layer without rows would stretch the axes to infinity.
    chart = alt.layer(*(layer for frame, layer in layers if frame.height)).properties(height=360)
    return Drawing(chart, _key(target, stated, ahead))


def _ahead(ahead: Ahead, x: alt.X, y: alt.Y) -> list[tuple[pl.DataFrame, alt.Chart]]:
    tips = ["year:Q", *(f"{name}:Q" for name in ("low_95", "low_80", "value", "high_80", "high_95"))]
    band = alt.Chart(ahead.band).encode(x=x, tooltip=tips)
    narrow, wide = (band.mark_area(color=colours.SKY, opacity=opacity, clip=True) for opacity in (0.35, 0.18))
    pace, needed = (alt.Chart(frame).encode(x=x, y=y) for frame in (ahead.pace, ahead.needed))
    met = alt.Chart(ahead.met).encode(y=y, tooltip=["low:Q", "year:Q", "high:Q"])
    return [
        (ahead.band, wide.encode(y=alt.Y("low_95:Q", title=A_YEAR), y2="high_95:Q")),
        (ahead.band, narrow.encode(y=alt.Y("low_80:Q", title=A_YEAR), y2="high_80:Q")),
        (ahead.band, band.mark_line(color=colours.SKY, strokeWidth=2, clip=True).encode(y=y)),
        (ahead.pace, pace.mark_line(strokeDash=[2, 4], color=colours.GREY, strokeWidth=2, clip=True)),
        (ahead.needed, needed.mark_line(strokeDash=[6, 3], color=colours.GREEN, strokeWidth=2)),
        (
            ahead.met,
            met.mark_rule(color=colours.PURPLE, strokeWidth=5, opacity=0.7).encode(x=alt.X("low:Q"), x2="high:Q"),
        ),
        (
            ahead.met.drop_nulls("year"),
            met.transform_filter("isValid(datum.year)")
            .mark_point(filled=True, shape="diamond", size=150, color=colours.PURPLE, opacity=1)
            .encode(x=x),
        ),
    ]


def _stated(stated: pl.DataFrame, x: alt.X, y: alt.Y) -> list[tuple[pl.DataFrame, alt.Chart]]:
    said = alt.Chart(stated).encode(
        x=x, y=y, tooltip=["year:Q", "value:Q", "until:Q", alt.Tooltip("said:N", title="stated"), "told:Q"]
    )
    return [
        (
            stated.drop_nulls("until"),
            said.transform_filter("isValid(datum.until)")
            .mark_rule(color=colours.ORANGE, strokeWidth=2, opacity=0.7)
            .encode(x2="until:Q"),
        ),
        (stated, said.mark_point(filled=True, shape="triangle-down", size=120, color=colours.ORANGE, opacity=1)),
        (
            stated,
            said.transform_filter("isValid(datum.label)")
            .mark_text(dy=-13, fontSize=11, color=colours.GREY)
            .encode(text="label:N"),
        ),
    ]


def _key(target: float, stated: pl.DataFrame, ahead: Ahead) -> list[tuple[str, str, str]]:
    signs = [
        (True, ("●", colours.BLUE, "printed for the year; the larger, the more pages print it")),
        (True, ("╍", colours.VERMILLION, f"the target: {texts.dollars(target)} a year")),
        (
            bool(stated.height),
            ("▼", colours.ORANGE, "the two countries state a target; its line ends in the year named"),
        ),
        (bool(ahead.needed.height), ("╍", colours.GREEN, "the way to the target by the day named")),
        (bool(ahead.pace.height), ("┈", colours.GREY, "where the pace held would lead")),
        (bool(ahead.band.height), ("▒", colours.SKY, "if it goes on as it went: middle, 80 % (dark), 95 % (light)")),
        (bool(ahead.met.height), ("◆━", colours.PURPLE, "first met: middle and 80 % interval")),
    ]
    return [sign for shown, sign in signs if shown]


def restated(frame: pl.DataFrame) -> Drawing:
    """For each restatement the day promised before it and the day that it promised, with the days between in words.

    `frame` has statement, target_date_before, target_date, outcome (in words) and moved (in words), in order.
    """
    looks = {name: look for name, look in colours.OUTCOMES.items() if name in set(frame["outcome"])}
    order = frame["statement"].to_list()
    lines = alt.Axis(labelLimit=170, labelExpr=r"split(datum.label, ', stated ')", labelOffset=-6)
    base = alt.Chart(frame).encode(
        y=alt.Y("statement:N", sort=order, title=None, axis=lines),
        tooltip=[
            "statement:N", "target_date_before:T", "target_date:T", "slippage_days:Q", "slippage_from_first_days:Q",
            "outcome:N", "source_name:N",
        ],
    )  # fmt: skip
    x = alt.X("target_date:T", title="day promised", scale=alt.Scale(type="utc"))
    before = alt.X("target_date_before:T", title="day promised", scale=alt.Scale(type="utc"))
    colour = alt.Color(
        "outcome:N",
        scale=alt.Scale(domain=list(looks), range=[colour for colour, _ in looks.values()]),
        legend=None,
    )
    shape = alt.Shape(
        "outcome:N", scale=alt.Scale(domain=list(looks), range=[shape for _, shape in looks.values()]), legend=None
    )
    chart = alt.layer(
        base.mark_rule(strokeWidth=2, color=colours.GREY).encode(x=before, x2="target_date:T"),
        base.mark_point(size=80, color=colours.GREY, strokeWidth=2).encode(x=before),
        base.mark_point(filled=True, size=110, opacity=1).encode(x=x, color=colour, shape=shape),
        base.mark_text(align="right", dx=-9, dy=-13, fontSize=11, color=colours.GREY).encode(x=x, text="moved:N"),
    ).properties(height=alt.Step(40))
    key = [
        ("○", colours.GREY, BEFORE),
        *((colours.SIGNS[shape], colour, f"promised then: {name}") for name, (colour, shape) in looks.items()),
    ]
    return Drawing(chart, key)
