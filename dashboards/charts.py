"""The charts. Each takes the frame that its page shows as rows too, and gives an Altair chart with a key to it.

The page prints title, key and source around it, where they wrap on a narrow screen. Backgrounds are transparent and
texts take the theme's colour, so that charts are legible in light and dark.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import altair as alt
import polars as pl

from dashboards import colours, texts

# Sign, colour, words: one line of a key.
Sign = tuple[str, str, str]
# Lines break where a year or month is not known: a gap is not a value.
GAPS = "break-paths-show-domains"
HOLLOW_DASH = [3, 2]
# A basis that the page does not say is unknown: hollow, and grey.
KNOWN = f"datum.basis !== '{texts.BASES[None]}'"
RANGE = ("lowest_printed:Q", "highest_printed:Q")
BUILT, LENGTH = "built", "length, as printed"


# Of a reader's own question: so many points are drawn, and so many colours told apart.
MOST_POINTS, MOST_GROUPS = 5_000, 12


@dataclass(frozen=True)
class Drawing:
    """A chart, what its signs mean, and what else Streamlit is told of it: what can be picked in it."""

    chart: Any
    key: list[Sign] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


def status_spans(frame: pl.DataFrame) -> Drawing:
    """Reports as bars from their start to the end they assert, a row for each group, a lane for each status."""
    looks = {name: colour for name, colour in colours.STATUS.items() if name != "unknown"}
    shapes = {name: colours.STATUS_SHAPE[name] for name in looks}
    colour, shape = _colour("status:N", looks), _shape("status:N", shapes)
    base = alt.Chart(_told(frame)).encode(
        x=_time("valid_from", "day"),
        y=alt.Y("scope_group:N", title=None, axis=alt.Axis(labelLimit=170)),
        yOffset=alt.YOffset("status:N", scale=alt.Scale(domain=list(looks))),
        color=colour,
        tooltip=["report:N", "says:N", "to whom:N", "from:N", "until:N", "reported on:N", "source:N", "note:N"],
    )
    own, wide = base.transform_filter("!datum.border_wide"), base.transform_filter("datum.border_wide")
    dashed = {"fillOpacity": 0.06, "strokeWidth": 1, "strokeDash": HOLLOW_DASH}
    chart = alt.layer(
        own.mark_bar(opacity=0.4, height=7).encode(x2="shown_to"),
        wide.mark_bar(height=7, **dashed).encode(x2="shown_to", stroke=colour),
        own.mark_point(filled=True, size=42, opacity=0.9).encode(shape=shape),
        wide.mark_point(filled=False, size=32, opacity=0.8).encode(shape=shape),
    ).properties(height=alt.Step(16, **{"for": "offset"}))
    key = [(colours.SIGNS[shapes[name]], one, name) for name, one in looks.items()]
    return Drawing(chart.configure_view(stroke=None), key)


def _told(frame: pl.DataFrame) -> pl.DataFrame:
    """The spans with the words of their tooltips."""
    where = pl.when(pl.col("border_wide")).then(pl.lit("on the whole border")).otherwise(pl.lit("on this crossing"))
    return frame.with_columns(
        where.alias("report"),
        (pl.col("status") + pl.format(" ({})", pl.col("cause").fill_null("no reason said"))).alias("says"),
        pl.col("scope").str.replace_all(";", ", ").alias("to whom"),
        pl.col("valid_from").cast(pl.String).alias("from"),
        pl.col("valid_to").cast(pl.String).fill_null("no end named: asserted until publication").alias("until"),
        pl.col("reported_on").cast(pl.String).alias("reported on"),
        pl.col("source_name").alias("source"),
    ).drop("source_url", "source_name", "report_id")


def of_answer(frame: pl.DataFrame, x: str, y: str, kind: str, group: str | None) -> Drawing:
    """Two columns of a reader's own answer, a line, bars or points; a colour and shape for each value of a third."""
    # Under names of our own: Altair reads signs in a column's name.
    drawn = frame.head(MOST_POINTS).select(
        pl.col(x).alias("along"),
        pl.col(y).alias("up"),
        pl.col(group or x).cast(pl.String).fill_null("none").alias("part"),
    )
    is_time, is_number = drawn.schema["along"].is_temporal(), drawn.schema["along"].is_numeric()
    along = alt.X("along:T" if is_time else "along:Q" if is_number and kind != "bars" else "along:N", title=x)
    base = alt.Chart(drawn).encode(
        x=along,
        y=alt.Y("up:Q", title=y),
        tooltip=[alt.Tooltip("along", title=x), alt.Tooltip("up", title=y), alt.Tooltip("part", title=group or x)],
    )
    if not group:
        return Drawing(_marked(base, kind, color=colours.BLUE).configure_view(stroke=None))
    values = drawn["part"].unique().sort().to_list()
    spare = [
        colours.BLUE,
        colours.ORANGE,
        colours.GREEN,
        colours.VERMILLION,
        colours.PURPLE,
        colours.SKY,
        *colours.MORE,
    ]
    looks = {value: spare[at % len(spare)] for at, value in enumerate(values)}
    shapes = _shapes(drawn["part"])
    coloured = base.encode(color=_colour("part:N", looks))
    if kind != "bars":
        coloured = coloured.encode(shape=_shape("part:N", shapes))
    key = [(colours.SIGNS[shapes[value] if kind != "bars" else "square"], looks[value], value) for value in values]
    return Drawing(_marked(coloured, kind).configure_view(stroke=None), key)


def _marked(base: Any, kind: str, **look: str) -> Any:
    if kind == "bars":
        return base.mark_bar(**look)
    points = base.mark_point(filled=True, size=40, **look)
    return points if kind == "points" else alt.layer(base.mark_line(strokeWidth=1.5, **look), points)


def counts_by_year(frame: pl.DataFrame) -> Drawing:
    """Publishers' yearly counts side by side, a line each, the range printed as a thin line."""
    return _counts(frame, "year", alt.X("year:O", title="calendar year", axis=alt.Axis(labelAngle=0)))


def counts_by_month(frame: pl.DataFrame) -> Drawing:
    """Publishers' monthly counts, a line for each series."""
    return _counts(frame, "month", _time("month", "month"))


def _counts(frame: pl.DataFrame, time: str, x: Any) -> Drawing:
    names = frame["publisher"].unique().sort().to_list()
    looks = dict(zip(names, colours.publishers(names), strict=True))
    shapes = _shapes(frame["counts"])
    kind = "O" if time == "year" else "T"
    base = alt.Chart(with_gaps(frame, ["publisher", "counts"], time)).encode(
        x=x,
        y=alt.Y("value:Q", title=f"count in the {time}", scale=alt.Scale(zero=True)),
        color=_colour("publisher:N", looks),
        detail="counts:N",
        tooltip=[f"{time}:{kind}", "publisher:N", "counts:N", "value:Q", *RANGE, "voices:Q", "pages:Q"],
    )
    chart = alt.layer(
        base.mark_line(strokeWidth=1.5, opacity=0.7, invalid=GAPS),
        base.mark_rule(strokeWidth=2, opacity=0.6).encode(y="lowest_printed:Q", y2="highest_printed:Q"),
        base.mark_point(filled=True, size=60, opacity=0.95).encode(shape=_shape("counts:N", shapes)),
    ).properties(height=340)
    return Drawing(chart, [*(("━", colour, name) for name, colour in looks.items()), *_signs(shapes)])


def trade_years(frame: pl.DataFrame) -> Drawing:
    """Values of twelve months as bars over the months they cover, a colour for each basis."""
    data = frame.with_columns(
        (pl.col("period_start") + (pl.col("period_end") - pl.col("period_start")) / 2).alias("middle"),
        pl.format("{} to {}", pl.col("period_start"), pl.col("period_end")).alias("twelve months"),
    )
    looks, shapes = _bases(data), _shapes(data["year"])
    base = alt.Chart(data).encode(
        y=_dollars(),
        color=_colour("basis:N", looks),
        tooltip=["twelve months:N", "basis:N", "year:N", "value:Q", "lowest:Q", "highest:Q", "pages:Q"],
    )
    at = base.encode(x=_time("middle", ""))
    shape = _shape("year:N", shapes)
    hollow = at.transform_filter(f"!({KNOWN})").mark_point(size=110, strokeWidth=2).encode(shape=shape)
    chart = alt.layer(
        base.mark_rule(strokeWidth=3, opacity=0.55).encode(
            x=_time("period_start", "the twelve months covered"), x2="period_end"
        ),
        at.mark_rule(strokeWidth=1.5).encode(y="lowest:Q", y2="highest:Q"),
        at.transform_filter(KNOWN).mark_point(filled=True, size=60, opacity=1).encode(shape=shape),
        # A layer without marks would be a picture without a name to screen readers.
        *[hollow][: texts.BASES[None] in looks],
    ).properties(height=320)
    return Drawing(chart, [*(("━", colour, name) for name, colour in looks.items()), *_signs(shapes)])


def trade_months(frame: pl.DataFrame) -> Drawing:
    """Values of single months, a line for each basis, the range printed as a thin line."""
    looks, shapes = _bases(frame), _shapes(frame["basis"])
    base = alt.Chart(with_gaps(frame, ["basis"], "month")).encode(
        x=_time("month", "month"),
        y=_dollars(),
        color=_colour("basis:N", looks),
        tooltip=["month:T", "basis:N", "value:Q", "lowest:Q", "highest:Q", "pages:Q"],
    )
    chart = alt.layer(
        base.mark_line(strokeWidth=1.5, opacity=0.7, invalid=GAPS),
        base.mark_rule(strokeWidth=2, opacity=0.6).encode(y="lowest:Q", y2="highest:Q"),
        base.mark_point(filled=True, size=40, opacity=0.95).encode(shape=_shape("basis:N", shapes)),
    ).properties(height=300)
    return Drawing(chart, [(colours.SIGNS[shapes[name]], colour, name) for name, colour in looks.items()])


def disruption(spans: pl.DataFrame) -> Drawing:
    """The share shut as a line in the band of what it can be, by spans of days; dashed, how much is known.

    The line of the share is parted where another `part` begins: before and after it is of different wholes.
    """
    # A span stands at its first and its last moment, so that lines run level through it.
    days = ["from_day", "until_day"]
    data = pl.concat([spans.with_columns(pl.col(day).alias("day")) for day in days]).sort("from_day", "day")
    shares = ["share_shut", "low", "high", "weight_known"]
    tips = [alt.Tooltip("from_day:T"), *(alt.Tooltip(f"{name}:Q", format=".0%") for name in shares)]
    tips += [alt.Tooltip(f"{name}:Q") for name in ("crossings_shut", "crossings_unknown", "crossings_disputed")]
    scale = alt.Scale(domain=[0, 1])
    y = alt.Y("share_shut:Q", title="share of normal capacity", scale=scale, axis=alt.Axis(format="%"))
    x = _time("day", "day").axis(format="%b %Y", labelOverlap=True, tickCount=8)
    base = alt.Chart(data.drop("border", "weighed_by", strict=False)).encode(x=x, tooltip=tips)
    chart = alt.layer(
        base.mark_area(color=colours.VERMILLION, opacity=0.22).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q"),
        base.mark_line(color=colours.GREY, strokeDash=[2, 3], strokeWidth=1.5).encode(
            y=alt.Y("weight_known:Q", scale=scale)
        ),
        base.mark_line(color=colours.VERMILLION, strokeWidth=2, invalid=GAPS).encode(y=y, detail="part:N"),
    ).properties(height=320)
    key = [
        ("━", colours.VERMILLION, "shut, of the capacity that is known"),
        ("▒", colours.VERMILLION, "the least and the most it can be"),
        ("┈", colours.GREY, "known, of the normal capacity"),
    ]
    return Drawing(chart, key)


def kilometres(frame: pl.DataFrame) -> Drawing:
    """Kilometres built (filled) and lengths as printed (hollow), a row for each project."""
    chart = (
        alt.Chart(frame)
        .mark_point(size=90, strokeWidth=2)
        .encode(
            x=alt.X("value:Q", title="kilometres", scale=alt.Scale(zero=True)),
            y=alt.Y("project:N", title=None, axis=alt.Axis(labelLimit=220)),
            color=_colour("kind:N", {BUILT: colours.BLUE, LENGTH: colours.GREY}),
            fill=alt.Fill(
                "kind:N", scale=alt.Scale(domain=[BUILT, LENGTH], range=[colours.BLUE, "transparent"]), legend=None
            ),
            shape=_shape("kind:N", {BUILT: "circle", LENGTH: "diamond"}),
            tooltip=["project:N", "kind:N", "value:Q", "observed_on:T", "event:N", "source_name:N"],
        )
        .properties(height=alt.Step(26))
    )
    return Drawing(chart, [("●", colours.BLUE, BUILT), ("◇", colours.GREY, LENGTH)])


def built_and_promised(built: pl.DataFrame, promises: pl.DataFrame, ahead: pl.DataFrame) -> Drawing:
    """Kilometres built by date, where the held pace leads, and each day promised at the length promised.

    The line to a day promised begins on the day of the promise, where it is known.
    """
    looks = {name: look for name, look in colours.OUTCOMES.items() if name in set(promises["outcome"])}
    y = alt.Y("km:Q", title="kilometres", scale=alt.Scale(zero=True))
    led, done = (alt.Chart(frame).encode(x=_time("observed_on", "day"), y=y) for frame in (ahead, built))
    promised = alt.Chart(promises).encode(
        y=y,
        color=_colour("outcome:N", {name: colour for name, (colour, _) in looks.items()}),
        tooltip=["title:N", "stated_on:T", "target_date:T", "slippage_days:Q", "outcome:N", "source_name:N"],
    )
    stated = promised.transform_filter("isValid(datum.stated_on)")
    layers = [
        (ahead, led.mark_line(strokeDash=[2, 4], color=colours.GREY, strokeWidth=2)),
        (built, done.mark_line(color=colours.BLUE, strokeWidth=1.5).encode(detail="of:N")),
        (
            built,
            done.mark_point(filled=True, size=70, color=colours.BLUE, opacity=0.95).encode(
                tooltip=["observed_on:T", "km:Q", "of:N", "event:N", "sources:N"]
            ),
        ),
        (
            promises,
            stated.mark_rule(strokeWidth=1.5, opacity=0.4).encode(x=_time("stated_on", "day"), x2="target_date"),
        ),
        (
            promises,
            promised.mark_point(filled=True, size=110, opacity=0.95).encode(
                x=_time("target_date", "day"),
                shape=_shape("outcome:N", {name: shape for name, (_, shape) in looks.items()}),
            ),
        ),
    ]
    key = [
        *[("●", colours.BLUE, "built")][: built.height],
        *((colours.SIGNS[shape], colour, f"promised: {name}") for name, (colour, shape) in looks.items()),
        *[("┈", colours.GREY, "where the pace held would lead")][: ahead.height],
    ]
    # A layer without rows would stretch the axes to infinity.
    shown = [layer for frame, layer in layers if frame.height]
    return Drawing(alt.layer(*shown).properties(height=300), key)


def publishes(frame: pl.DataFrame) -> Drawing:
    """How long each publish took, over time; the more sources an ingest took in, the larger its point."""
    chart = (
        alt.Chart(frame)
        .mark_point(filled=True, color=colours.BLUE, opacity=0.8)
        .encode(
            x=_time("published_at", "published, UTC").axis(format="%-d %b %H:%M", labelOverlap=True, tickCount=6),
            y=alt.Y("seconds:Q", title="seconds", scale=alt.Scale(zero=True)),
            size=alt.Size("sources:Q", scale=alt.Scale(range=[30, 220]), legend=None),
            tooltip=["published_at:T", "seconds:Q", "sources:Q", "version:N"],
        )
        .properties(height=240)
    )
    return Drawing(chart, [("●", colours.BLUE, "a publish; the larger, the more sources were taken in")])


def promises(frame: pl.DataFrame) -> Drawing:
    """Days promised, a row for each project; the line begins on the day of the promise, where it is known."""
    looks = {name.replace("_", " "): look for name, look in colours.PROMISES.items() if name in set(frame["status"])}
    base = alt.Chart(frame).encode(
        y=alt.Y("project:N", title=None, axis=alt.Axis(labelLimit=220)),
        color=_colour("standing:N", {name: colour for name, (colour, _) in looks.items()}),
        tooltip=["title:N", "announced_on:T", "target_date:T", "standing:N", "source_name:N"],
    )
    chart = alt.layer(
        base.transform_filter("isValid(datum.announced_on)")
        .mark_rule(strokeWidth=1.5, opacity=0.5)
        .encode(x=_time("announced_on", "from promise to day promised"), x2="target_date"),
        base.mark_point(filled=True, size=90, opacity=0.95).encode(
            x=_time("target_date", ""),
            shape=_shape("standing:N", {name: shape for name, (_, shape) in looks.items()}),
        ),
    ).properties(height=alt.Step(26))
    return Drawing(chart, [(colours.SIGNS[shape], colour, name) for name, (colour, shape) in looks.items()])


def _time(name: str, title: str) -> Any:
    """A time axis; days are UTC, so that no reader's clock moves them."""
    return alt.X(f"{name}:T", title=title or alt.Undefined, scale=alt.Scale(type="utc"))


def _dollars(per: str = "") -> Any:
    return alt.Y("value:Q", title=f"millions of US dollars{per}", scale=alt.Scale(zero=True))


def _colour(name: str, looks: dict[str, str]) -> Any:
    return alt.Color(name, scale=alt.Scale(domain=list(looks), range=list(looks.values())), legend=None)


def _shape(name: str, shapes: dict[str, str]) -> Any:
    return alt.Shape(name, scale=alt.Scale(domain=list(shapes), range=list(shapes.values())), legend=None)


def _shapes(values: pl.Series) -> dict[str, str]:
    """A shape for each value."""
    names = values.unique().sort().to_list()
    return {name: colours.SHAPES[at % len(colours.SHAPES)] for at, name in enumerate(names)}


def _signs(shapes: dict[str, str]) -> list[Sign]:
    """The lines of a key for shapes that belong to all colours."""
    return [(colours.SIGNS[shape], colours.GREY, name) for name, shape in shapes.items()]


def _bases(frame: pl.DataFrame) -> dict[str, str]:
    """A colour for each basis of the frame, the same wherever it stands."""
    looks = zip(texts.BASES.values(), (colours.BLUE, colours.ORANGE, colours.GREY), strict=True)
    return {name: colour for name, colour in looks if name in set(frame["basis"])}


def with_gaps(frame: pl.DataFrame, names: list[str], time: str) -> pl.DataFrame:
    """The frame with an empty row for each year or month between a series' first and last that is not known."""
    ends = frame.group_by(names).agg(pl.col(time).min().alias("first"), pl.col(time).max().alias("last"))
    if frame.schema[time] == pl.Date:
        between = pl.date_ranges("first", "last", "1mo")
    else:
        between = pl.int_ranges("first", pl.col("last") + 1)
    every = ends.with_columns(between.alias(time)).explode(time).drop("first", "last")
    every = every.with_columns(pl.col(time).cast(frame.schema[time]))
    return every.join(frame, on=[*names, time], how="left").sort(time)
