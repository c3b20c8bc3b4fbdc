"""Lanes on one time axis: closures, incidents, trade, prices and events, zoomed together by a strip above them.

What is drawn on the strip with the mouse is the time of all lanes; an event can be picked by a click. Every lane is
one mark: Streamlit fits a stack of such lanes to the width of the screen, and no other stack.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from dashboards import colours, texts
from dashboards.charts import GAPS, Drawing, Sign

# The names of what is drawn on the strip and of the event that is clicked on.
DRAWN, PICKED = "drawn", "picked"
# Room for the labels of every lane, so that their time axes lie below one another, pixels.
SIDE = 96
# Height of a row of bars or points, of a lane with a value axis, and of the strip, pixels.
STEP, TALL, LOW = 17, 120, 44
# The more is shut, the thicker the bar: told without colour, too.
THICK = {"closed": 13, "restricted": 8, "open": 4, "unknown": 1}
FAINT = {"reported": 1.0, "carried": 0.75, "last known": 0.45, "assumed": 0.3, "unknown": 0.9}
GROUPS = {
    "attack": "fighting",
    "clash": "fighting",
    "air_strike": "fighting",
    "closure": "gates",
    "reopening": "gates",
    "talks": "talks",
    "agreement": "talks",
    "ceasefire": "talks",
    "visit": "talks",
}
# What a month rests on: its point's shape.
DERIVED = {"given": "circle", "given_by_several": "circle", "difference": "square"}
OTHER = "other"
LOOKS = {
    "fighting": (colours.VERMILLION, "cross"),
    "gates": (colours.BLUE, "square"),
    "talks": (colours.GREEN, "circle"),
    OTHER: (colours.PURPLE, "diamond"),
}
WORDS = {
    "fighting": "attack, clash or air strike",
    "gates": "closure or reopening told",
    "talks": "talks, agreement, ceasefire, visit",
    OTHER: "policy, statement, sanction, building",
}


@dataclass(frozen=True)
class Measured:
    """A lane of monthly values: month, value, lowest, highest; what it is, its unit and colour."""

    frame: pl.DataFrame
    title: str
    unit: str
    colour: str


def lanes(
    index: pl.DataFrame,
    gates: pl.DataFrame,
    measured: list[Measured],
    events: pl.DataFrame,
    period: tuple[dt.date, dt.date],
    picked: str | None,
) -> Drawing:
    """The strip (from_day, until_day, low), the gates (row, from_day, …), the measured lanes, the events by kind.

    All x axes are days, UTC. What the mouse draws on the strip zooms every lane; nothing drawn is the whole period.
    The event picked at first is the given one.
    """
    x = _zoomed(period)
    stack = [_strip(index, period)]
    if gates.height:
        stack.append(_gates(gates, x))
    stack += [_values(one, x) for one in measured if one.frame.height]
    if events.height:
        stack.append(_events(events, x, picked))
    chart = alt.vconcat(*stack, spacing=14).resolve_scale(
        color="independent", shape="independent", size="independent"
    )
    return Drawing(
        chart.configure_view(stroke=None).configure_title(anchor="start", fontSize=12), _key(events, measured)
    )


def _epoch(day: dt.date) -> int:
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp() * 1000)


def _domain(period: tuple[dt.date, dt.date]) -> list[int]:
    return [_epoch(period[0]), _epoch(period[1] + dt.timedelta(days=1))]


def _zoomed(period: tuple[dt.date, dt.date]) -> Any:
    """The time axis of a lane: the period, or what is drawn on the strip."""
    # Given raw, for Vega-Lite reads a plain domain of days wrongly where bars have no ends.
    scale = alt.Scale(type="utc", domainRaw=alt.ExprRef(f"{DRAWN}.day || {_domain(period)}"), nice=False)
    axis = alt.Axis(labelOverlap=True, labelFlush=False, tickCount=6, title=None, grid=True)
    return alt.X("day:T", scale=scale, axis=axis)


def _strip(index: pl.DataFrame, period: tuple[dt.date, dt.date]) -> Any:
    drawn = alt.selection_interval(name=DRAWN, encodings=["x"])
    scale = alt.Scale(type="utc", domain=_domain(period), nice=False)
    shown = index.select(pl.col("from_day").alias("day"), "until_day", "low", pl.lit(0.0).alias("none"))
    return (
        alt.Chart(shown)
        .mark_bar(color=colours.GREY, opacity=0.7, clip=True)
        .encode(
            x=alt.X("day:T", scale=scale, axis=alt.Axis(labelOverlap=True, tickCount=6, title=None)),
            x2="until_day:T",
            y=alt.Y("low:Q", scale=alt.Scale(domain=[0, 1]), axis=_beside("share shut", format="%", tickCount=2)),
            y2="none:Q",
        )
        .add_params(drawn)
        .properties(height=LOW, title="Draw here to zoom: at least this much of the border was shut")
    )


def _beside(title: str | None, **more: Any) -> Any:
    return alt.Axis(title=title, minExtent=SIDE, maxExtent=SIDE, labelLimit=SIDE - 8, titleAnchor="middle", **more)


def _gates(gates: pl.DataFrame, x: Any) -> Any:
    looks = colours.STATUS
    shown = gates.select(
        "row",
        pl.col("from_day").alias("day"),
        "until_day",
        "status",
        "basis",
        pl.format("{} to {}", "from_day", pl.col("until_day") - pl.duration(days=1)).alias("days"),
        pl.col("basis").replace_strict(texts.RESTS_ON, return_dtype=pl.String).alias("rests on"),
        pl.col("source_name").fill_null("no report").alias("decided by"),
        pl.col("cause").fill_null("no reason said").str.replace_all("_", " ").alias("why"),
    )
    tips = [alt.Tooltip(f"{name}:N") for name in ("row", "status", "why", "days", "rests on", "decided by")]
    return (
        alt.Chart(shown)
        .mark_bar(clip=True)
        .encode(
            x=x,
            x2="until_day:T",
            y=alt.Y("row:N", sort=None, axis=_beside(None, labelOverlap=False, labelFlush=False, labelBound=False)),
            color=_scaled("color", "status:N", looks),
            size=_scaled("size", "status:N", THICK),
            opacity=_scaled("opacity", "basis:N", FAINT),
            tooltip=tips,
        )
        .properties(height=alt.Step(STEP), title="Crossings, open or closed to goods out")
    )


def _values(one: Measured, x: Any) -> Any:
    shown = one.frame.select(
        pl.col("month").alias("day"),
        pl.col("month").dt.strftime("%B %Y").alias("month"),
        "value",
        pl.col("lowest").round(1).alias("lowest"),
        pl.col("highest").round(1).alias("highest"),
        *([pl.col("derivation")] if "derivation" in one.frame.columns else []),
    )
    shapes = {} if "derivation" not in shown.columns else {"shape": _scaled("shape", "derivation:N", DERIVED)}
    tips = ["month:N", "value:Q", "lowest:Q", "highest:Q", *(["derivation:N"] if shapes else [])]
    months = shown.select(pl.date_ranges(pl.col("day").min(), pl.col("day").max(), "1mo").alias("day")).explode("day")
    y = alt.Y("value:Q", scale=alt.Scale(zero=True), axis=_beside(one.unit, tickCount=4))
    return (
        alt.Chart(months.join(shown, on="day", how="left").sort("day"))
        .mark_line(
            color=one.colour,
            strokeWidth=1.5,
            clip=True,
            invalid=GAPS,
            point=alt.OverlayMarkDef(filled=True, size=26, color=one.colour),
        )
        .encode(x=x, y=y, tooltip=tips, **shapes)
        .properties(height=TALL, title=one.title)
    )


def _events(events: pl.DataFrame, x: Any, picked: str | None) -> Any:
    at_first = {"value": [{"event_id": picked}]} if picked else {}
    pick = alt.selection_point(name=PICKED, fields=["event_id"], on="click", clear=False, empty=False, **at_first)
    shown = events.select(
        "event_id",
        pl.col("event_date").alias("day"),
        group(),
        pl.col("event_date").dt.strftime("%-d %B %Y").alias("on"),
        pl.col("kind").str.replace_all("_", " ").alias("what"),
        "title",
        pl.col("source_name").alias("source"),
    )
    shapes, hues = ({name: look[at] for name, look in LOOKS.items()} for at in (1, 0))
    return (
        alt.Chart(shown)
        .mark_point(filled=True, clip=True)
        .encode(
            x=x,
            y=alt.Y("group:N", sort=list(LOOKS), axis=_beside(None)),
            color=_scaled("color", "group:N", hues),
            shape=_scaled("shape", "group:N", shapes),
            size=alt.when(pick).then(alt.value(260)).otherwise(alt.value(60)),
            opacity=alt.when(pick).then(alt.value(1)).otherwise(alt.value(0.55)),
            tooltip=["on:N", "what:N", "title:N", "source:N"],
        )
        .add_params(pick)
        .properties(height=alt.Step(STEP + 4), title="Events: click one for its rows and sources")
    )


def group() -> pl.Expr:
    """The lane of an event's kind, as the column `group`."""
    return pl.col("kind").replace_strict(GROUPS, default=OTHER, return_dtype=pl.String).alias("group")


def _scaled(channel: str, field: str, looks: dict[str, Any]) -> Any:
    makes = {"color": alt.Color, "size": alt.Size, "opacity": alt.Opacity, "shape": alt.Shape}
    # Sizes and strengths are given value by value: an ordinal scale takes them as they are.
    scale = alt.Scale(type="ordinal", domain=list(looks), range=list(looks.values()))
    return makes[channel](field, scale=scale, legend=None)


def _key(events: pl.DataFrame, measured: list[Measured]) -> list[Sign]:
    states = {"closed": "thick: closed", "restricted": "thinner: restricted", "open": "thin: open"}
    # As thick in the key as the bars are among each other.
    signs = {"closed": "█", "restricted": "▅", "open": "▂"}
    shown = [(signs[name], colours.STATUS[name], words) for name, words in states.items()]
    shown += [("▁", colours.STATUS["unknown"], "hair: unknown"), ("█", "#8a8f9859", "pale: last known, or assumed")]
    frames = [one.frame for one in measured if "derivation" in one.frame.columns]
    if any("difference" in frame["derivation"] for frame in frames):
        shown.append(
            (colours.SIGNS[DERIVED["difference"]], colours.GREY, f"of a month: {texts.DERIVED['difference']}")
        )
    there = set(events.select(group())["group"]) if events.height else set[str]()
    return shown + [
        (colours.SIGNS[shape], colour, WORDS[name]) for name, (colour, shape) in LOOKS.items() if name in there
    ]
