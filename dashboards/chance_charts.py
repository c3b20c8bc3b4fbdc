"""Charts of chances: how often closures follow incidents beside chance, and when a closed crossing may open."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards import colours
from dashboards.charts import Drawing

# The days that the axis of chances names.
DAYS = [0, 7, 30, 60, 90, 120, 180, 240, 300, 365]


def followed(frame: pl.DataFrame) -> Drawing:
    """The share of incident days that a closure followed, by window, with its interval, beside what chance gives."""
    shown = frame.with_columns(
        pl.format("{} days", "window_days").str.replace("^1 days$", "same day").alias("window")
    )
    order = shown["window"].unique(maintain_order=True).to_list()
    tips = ["window:N", "incident_days:Q", "followed:Q"]
    tips += [
        alt.Tooltip(f"{name}:Q", format=".0%")
        for name in ("share_followed", "share_low", "share_high", "placebo_share", "placebo_high", "share_other")
    ]
    base = alt.Chart(shown).encode(
        y=alt.Y("window:N", sort=order, title="closure within", axis=alt.Axis(labelLimit=120)), tooltip=tips
    )
    chart = alt.layer(
        base.mark_bar(color=colours.GREY, opacity=0.35, height=14).encode(
            x=alt.X("none:Q", scale=alt.Scale(domain=[0, 1])), x2="placebo_high:Q"
        ).transform_calculate(none="0"),
        base.mark_tick(color=colours.GREY, thickness=2, size=14).encode(x="placebo_share:Q"),
        base.mark_point(shape="diamond", color=colours.SKY, size=70, strokeWidth=2).encode(x="share_other:Q"),
        base.mark_rule(color=colours.VERMILLION, strokeWidth=2).encode(x="share_low:Q", x2="share_high:Q"),
        base.mark_point(filled=True, color=colours.VERMILLION, size=90, opacity=1).encode(
            x=alt.X("share_followed:Q", title="share of days", axis=alt.Axis(format="%"))
        ),
    ).properties(height=alt.Step(30))  # fmt: skip
    key = [
        ("●━", colours.VERMILLION, "after incident days, 95 % interval"),
        ("█", "#8a8f9859", "95 % of placebos: days moved by chance"),
        ("|", colours.GREY, "their mean"),
        ("◇", colours.SKY, "after other days"),
    ]
    return Drawing(chart.configure_view(stroke=None), key)


def profile(frame: pl.DataFrame) -> Drawing:
    """How often a closure began so many days before or after an incident, beside what chance gives."""
    tips = ["lag:Q", "closures:Q", "incident_days:Q"]
    tips += [alt.Tooltip(f"{name}:Q", format=".1%") for name in ("share", "placebo", "placebo_high")]
    x = alt.X("lag:Q", title="days from the incident to the first day closed", scale=alt.Scale(nice=False))
    y = alt.Y("share:Q", title="share of incidents", axis=alt.Axis(format="%"))
    base = alt.Chart(frame.with_columns(pl.lit(0.0).alias("none"))).encode(x=x, tooltip=tips)
    chart = alt.layer(
        base.mark_area(color=colours.GREY, opacity=0.35, interpolate="step").encode(y="none:Q", y2="placebo_high:Q"),
        base.mark_rule(color=colours.VERMILLION, strokeWidth=3).encode(y=y, y2="none:Q"),
        base.transform_filter("datum.closures > 0")
        .mark_point(filled=True, color=colours.VERMILLION, size=50, opacity=1)
        .encode(y=y),
    ).properties(height=220)
    key = [
        ("●", colours.VERMILLION, "closures begun so many days after"),
        ("█", "#8a8f9859", "95 % of placebos"),
    ]
    return Drawing(chart.configure_view(stroke=None), key)


def opening(curve: pl.DataFrame) -> Drawing:
    """The chance to have opened by each day, with its 80 % interval, and of some goods let through alone.

    Where the frame has p_km, Kaplan-Meier is drawn beside it.
    """
    x = alt.X(
        "day:Q",
        title="days from today",
        scale=alt.Scale(zero=True, nice=False),
        axis=alt.Axis(values=DAYS, labelOverlap=True),
    )
    y = alt.Y("p_open:Q", title="chance", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    names = ("p_open", "p_open_low", "p_open_high", "p_partly", "p_km")
    tips = ["day:Q", *(alt.Tooltip(f"{one}:Q", format=".1%") for one in names if one in curve.columns)]
    base = alt.Chart(curve).encode(x=x, tooltip=tips)
    layers = [
        base.mark_area(color=colours.BLUE, opacity=0.2).encode(y="p_open_low:Q", y2="p_open_high:Q"),
        _line(base, colours.ORANGE, "p_partly", [6, 3]),
        base.mark_line(color=colours.BLUE, strokeWidth=2, point=alt.OverlayMarkDef(size=36)).encode(y=y),
    ]
    key = [
        ("━", colours.BLUE, "opens to goods, by the model"),
        ("▒", colours.BLUE, "80 % interval of that chance"),
        ("╍", colours.ORANGE, "only some goods let through"),
    ]
    if "p_km" in curve.columns and curve["p_km"].is_not_null().any():
        layers.append(_line(base.transform_filter("isValid(datum.p_km)"), colours.GREY, "p_km", [2, 3]))
        key.append(("┈", colours.GREY, "either end, by Kaplan-Meier"))
    return Drawing(alt.layer(*layers).properties(height=300).configure_view(stroke=None), key)


def _line(base: Any, colour: str, name: str, dash: list[int]) -> Any:
    return base.mark_line(color=colour, strokeDash=dash, strokeWidth=2).encode(y=f"{name}:Q")


def skill(frame: pl.DataFrame) -> Drawing:
    """The skill of each forecaster by score and horizon, beside nought: as good as Kaplan-Meier."""
    looks = {
        "the model": (colours.BLUE, "circle"),
        "as long as the last one on that border": (colours.ORANGE, "square"),
    }
    shown = frame.with_columns(
        pl.when(pl.col("score").str.starts_with("CRPS"))
        .then(pl.lit("whole curve (CRPS)"))
        .otherwise(pl.format("within {} days", "horizon_days"))
        .alias("of")
    ).sort("horizon_days")
    base = alt.Chart(shown).encode(y=alt.Y("of:N", sort=None, title=None, axis=alt.Axis(labelLimit=150)))
    names = list(looks)
    points = base.mark_point(filled=True, size=110, opacity=0.95).encode(
        x=alt.X("skill:Q", title="skill (1 = perfect, 0 = Kaplan-Meier)", axis=alt.Axis(tickCount=6)),
        color=alt.Color(
            "forecaster:N", scale=alt.Scale(domain=names, range=[looks[one][0] for one in names]), legend=None
        ),
        shape=alt.Shape(
            "forecaster:N", scale=alt.Scale(domain=names, range=[looks[one][1] for one in names]), legend=None
        ),
        tooltip=["forecaster:N", "score:N", "horizon_days:Q", "value:Q", alt.Tooltip("skill:Q", format=".2f")],
    )
    nought = (
        alt.Chart(pl.DataFrame({"skill": [0.0]})).mark_rule(color=colours.GREY, strokeDash=[3, 3]).encode(x="skill:Q")
    )
    chart = alt.layer(nought, points).properties(height=alt.Step(28))
    key = [(colours.SIGNS[shape], colour, name) for name, (colour, shape) in looks.items()]
    return Drawing(chart.configure_view(stroke=None), [*key, ("┊", colours.GREY, "as good as Kaplan-Meier")])
