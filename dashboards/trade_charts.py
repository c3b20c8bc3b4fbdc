"""The charts of Trade and diversion: ways on a day and over time, what closures added, shares before and during."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards import colours, texts
from dashboards.charts import Drawing

UNITS = {"hours": "hours", "km": "kilometres", "usd": "US dollars a container"}
# A way round: the plain one was never measured.
ROUND = "round"
# What the way's being open rests on: shape and colour.
RESTS = {
    "told": ("circle", colours.GREEN, "open, reported in the 30 days before"),
    "last_known": ("square", colours.SKY, "last known to be open: no report on a gate for more than 30 days"),
    "assumed": ("diamond", colours.ORANGE, "open, but a gate is only assumed to be"),
    "unknown": ("triangle-up", colours.GREY, "not known to be shut: of a gate nobody knows, or only some pass"),
    ROUND: ("triangle-down", colours.GREY, "only a way round through other countries was ever measured"),
    "none": ("cross", colours.VERMILLION, "no way left among the legs known"),
}
GATES = [colours.BLUE, colours.ORANGE, colours.GREEN, colours.PURPLE, colours.SKY, *colours.MORE]
BEFORE, DURING = "before", "during"


def ways(frame: pl.DataFrame, measure: str) -> Drawing:
    """The way from each origin, the shortest first (origin, value, low, high, shortest, rests_on, by, way)."""
    order = frame["origin"].to_list()
    y = alt.Y("origin:N", sort=order, title=None, axis=alt.Axis(labelLimit=140))
    ticks = alt.Axis(tickCount=6, labelOverlap=True)
    x = alt.X("value:Q", title=UNITS[measure], scale=alt.Scale(zero=True, nice=True), axis=ticks)
    tips = _tips("origin:N", "way:N", "value:Q", "low:Q", "high:Q", "shortest:Q", "rests_on:N")
    base = alt.Chart(frame).encode(y=y, tooltip=tips)
    there, gone = base.transform_filter("isValid(datum.value)"), base.transform_filter("!isValid(datum.value)")
    # Beneath the marks, from the left edge on: words that begin at a mark run out of a narrow screen.
    small = {"fontSize": 10, "dy": 14, "align": "left", "limit": alt.ExprRef("width")}
    chart = alt.layer(
        there.mark_rule(strokeWidth=2, opacity=0.5, color=colours.GREY).encode(
            x=alt.X("low:Q", title=UNITS[measure]), x2="high:Q"
        ),
        base.mark_tick(thickness=3, size=16, color=colours.BLUE).encode(x=alt.X("shortest:Q", title=UNITS[measure])),
        there.mark_point(filled=True, size=110, opacity=1).encode(x=x, color=_rests_colour(), shape=_rests_shape()),
        there.mark_text(color=colours.GREY, **small).encode(x=alt.value(2), text="by:N"),
        # A way that is gone has no place on the scale: it takes neither no time nor for ever.
        gone.mark_text(color=colours.VERMILLION, fontWeight="bold", **small).encode(
            x=alt.value(2), text=alt.value("✚ no way left")
        ),
    ).properties(height=alt.Step(36))
    used = [RESTS[name] for name in RESTS if name in set(frame["rests_on"])]
    key = [(colours.SIGNS[shape], colour, words) for shape, colour, words in used]
    key += [("━", colours.GREY, "with the least and the most ever printed of its parts")]
    return Drawing(chart, [*key, ("❙", colours.BLUE, "the shortest known since 2014")])


def _rests_colour() -> Any:
    looks = {name: colour for name, (_, colour, _) in RESTS.items()}
    return alt.Color("rests_on:N", scale=alt.Scale(domain=list(looks), range=list(looks.values())), legend=None)


def _rests_shape() -> Any:
    looks = {name: shape for name, (shape, _, _) in RESTS.items()}
    return alt.Shape("rests_on:N", scale=alt.Scale(domain=list(looks), range=list(looks.values())), legend=None)


def way_over_time(frame: pl.DataFrame, measure: str) -> Drawing:
    """The way by spans (from_day, until_day, value, by, way), a colour for the gates it leads through."""
    gates = frame.drop_nulls("value")["by"].unique().sort().to_list()
    looks = {name: GATES[at % len(GATES)] for at, name in enumerate(gates)}
    x = alt.X("from_day:T", title="day", scale=alt.Scale(type="utc"), axis=alt.Axis(labelOverlap=True, tickCount=8))
    base = alt.Chart(frame).encode(
        x=x, x2="until_day:T", tooltip=_tips("from_day:T", "until_day:T", "value:Q", "way:N")
    )
    open_ways = base.transform_filter("isValid(datum.value)")
    shut = base.transform_filter("!isValid(datum.value)")
    colour = alt.Color("by:N", scale=alt.Scale(domain=gates, range=list(looks.values())), legend=None)
    chart = alt.layer(
        shut.mark_rect(color=colours.VERMILLION, opacity=0.22),
        open_ways.mark_bar(height=5).encode(
            y=alt.Y("value:Q", title=UNITS[measure], scale=alt.Scale(zero=True, domainMin=0)), color=colour
        ),
    ).properties(height=260)
    key = [("━", shade, name) for name, shade in looks.items()]
    return Drawing(chart, [*key, ("▒", colours.VERMILLION, "no way left among the legs known")])


def closures(frame: pl.DataFrame) -> Drawing:
    """Days of ways without a route and with a longer one (closure, kind, way_days), the longest bars first."""
    looks = {"no way left": colours.VERMILLION, "longer": colours.ORANGE}
    order = (
        frame.group_by("closure").agg(pl.col("way_days").sum()).sort("way_days", "closure", descending=[True, False])
    )
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(
            x=alt.X("way_days:Q", title="days, of all ways together", axis=alt.Axis(tickCount=6)),
            y=alt.Y("closure:N", sort=order["closure"].to_list(), title=None, axis=alt.Axis(labelLimit=230)),
            color=alt.Color("kind:N", scale=alt.Scale(domain=list(looks), range=list(looks.values())), legend=None),
            order=alt.Order("kind:N", sort="descending"),
            tooltip=_tips("closure:N", "kind:N", "way_days:Q", "ways:Q", "added_on_average:Q"),
        )
        .properties(height=alt.Step(24))
    )
    return Drawing(chart, [("■", colour, name) for name, colour in looks.items()])


def before_and_during(frame: pl.DataFrame, x_title: str, number: str, spans: dict[str, str] | None = None) -> Drawing:
    """Pairs of figures (what, when, value, low, high), a line between them; `spans` are times for the key."""
    looks, shapes = {BEFORE: colours.BLUE, DURING: colours.VERMILLION}, {BEFORE: "circle", DURING: "diamond"}
    base = alt.Chart(frame).encode(
        y=alt.Y("what:N", title=None, sort=None, axis=alt.Axis(labelLimit=230)),
        tooltip=_tips("what:N", "when:N", "period:N", "value:Q", "low:Q", "high:Q", "figures:Q"),
    )
    x = alt.X("value:Q", title=x_title, scale=alt.Scale(zero=True), axis=alt.Axis(format=number, tickCount=6))
    chart = alt.layer(
        base.mark_line(color=colours.GREY, strokeWidth=1.5).encode(x=x, detail="what:N"),
        base.mark_rule(strokeWidth=3, opacity=0.35).encode(
            x=alt.X("low:Q", title=x_title), x2="high:Q", color=_two(looks)
        ),
        base.mark_point(filled=True, size=110, opacity=1).encode(
            x=x,
            color=_two(looks),
            shape=alt.Shape("when:N", scale=alt.Scale(domain=list(shapes), range=list(shapes.values())), legend=None),
        ),
    ).properties(height=alt.Step(30))
    named = spans or {name: name for name in looks}
    return Drawing(chart, [(colours.SIGNS[shapes[name]], looks[name], named[name]) for name in looks])


def _two(looks: dict[str, str]) -> Any:
    return alt.Color("when:N", scale=alt.Scale(domain=list(looks), range=list(looks.values())), legend=None)


def prices(frame: pl.DataFrame) -> Drawing:
    """The difference of price rises month by month around a closure, with 95 % intervals (offset_months, country)."""
    names = frame["country"].unique().sort().to_list()
    looks = dict(zip(names, GATES, strict=False))
    scale = alt.Scale(domain=names, range=list(looks.values()))
    base = alt.Chart(frame).encode(
        x=alt.X("offset_months:O", title="months from the first with closed days", axis=alt.Axis(labelAngle=0)),
        xOffset=alt.XOffset("country:N", scale=alt.Scale(domain=names)),
        color=alt.Color("country:N", scale=scale, legend=None),
        tooltip=_tips("month:T", "country:N", "difference:Q", "low:Q", "high:Q", "fed_markets:Q", "other_markets:Q"),
    )
    y = alt.Y("difference:Q", title="more where the border feeds", axis=alt.Axis(format="+%"))
    nought = alt.Chart(pl.DataFrame({"difference": [0.0]})).encode(y=y)
    chart = alt.layer(
        nought.mark_rule(color=colours.GREY, strokeDash=[4, 3]),
        base.mark_rule(strokeWidth=2.5, opacity=0.6).encode(y=alt.Y("low:Q"), y2="high:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(y=y),
    ).properties(height=260)
    return Drawing(chart, [("●", looks[name], texts.country(name)) for name in names])


def strait(frame: pl.DataFrame) -> Drawing:
    """Ships a day through Hormuz by month, in the range of the same months of the three years before."""
    x = alt.X("month:T", title="month", scale=alt.Scale(type="utc"))
    base = alt.Chart(frame).encode(
        x=x,
        tooltip=_tips(
            "month:T", "vessels_per_day:Q", "usual_vessels_per_day:Q", "lowest_before:Q", "highest_before:Q"
        ),
    )
    chart = alt.layer(
        base.mark_area(color=colours.GREY, opacity=0.25).encode(y=alt.Y("lowest_before:Q"), y2="highest_before:Q"),
        base.mark_line(color=colours.BLUE, strokeWidth=2, point={"color": colours.BLUE}).encode(
            y=alt.Y("vessels_per_day:Q", title="ships a day", scale=alt.Scale(zero=True))
        ),
    ).properties(height=260)
    key = [
        ("●", colours.BLUE, "ships a day, over the days known"),
        ("▒", colours.GREY, "the same month in up to three years before"),
    ]
    return Drawing(chart, key)


def _tips(*names: str) -> list[Any]:
    """Tooltips with their columns' names in words."""
    return [alt.Tooltip(name, title=name.partition(":")[0].replace("_", " ")) for name in names]
