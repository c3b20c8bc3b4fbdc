"""The calendar strip: one row of days for each flow of a crossing, or for each crossing.

Colour and sign say what the state was, height and strength say what that rests on: the less a day rests on, the
thinner and paler its bar, and an unknown day is a dashed grey line. Spans of days are drawn, not days.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import altair as alt
import polars as pl

from dashboards import colours, texts
from dashboards.charts import Drawing

# What a bar rests on: the share of its row that it fills, and its strength.
LOOKS = {"reported": (0.86, 1.0), "carried": (0.58, 0.75), "last known": (0.58, 0.4), "assumed": (0.24, 0.6)}
# The ink of a sign on a strong bar. On a pale one it has its status's colour: both read in light and dark.
INK = "#14171a"
PALE = "#8a8f9866"
# A stretch of one state gets its sign where it fills at least this share of the period.
ROOM = 0.04
# So many of the reports that say otherwise are named.
NAMED = 3


def strip(frame: pl.DataFrame, rows: list[str], since: dt.date, until: dt.date, *, step: int) -> Drawing:
    """Spans (row, from_day, until_day, status, basis, …) as bars over the days from since to until, row by row."""
    shown = _told(frame, since, until)
    y = alt.Y(
        "row:N",
        title=None,
        sort=rows,
        scale=alt.Scale(domain=rows),
        axis=alt.Axis(labelLimit=130, labelOverlap=False, labelFlush=False, labelBound=False),
    )
    x = alt.X(
        "from_day:T",
        title="day",
        scale=alt.Scale(type="utc", domain=[_epoch(since), _epoch(until + dt.timedelta(days=1))], nice=False),
        axis=alt.Axis(labelOverlap=True, labelFlush=True, tickCount=8),
    )
    pieces = _joined(shown, "status", "basis")
    base = alt.Chart(pieces).encode(x=x, x2="until_day:T", y=y)
    disputed = alt.Chart(_joined(shown.filter("disputed"))).encode(x=x, x2="until_day:T", y=y)
    told = alt.Chart(shown).encode(x=x, x2="until_day:T", y=y)
    chart = alt.layer(
        *(_bars(base, basis) for basis in LOOKS),
        base.transform_filter("datum.basis === 'unknown'").mark_rule(
            color=colours.GREY, strokeDash=[2, 3], strokeWidth=1.5
        ),
        disputed.mark_rule(color=colours.PURPLE, strokeWidth=3, yOffset=round(step / 2) - 1),
        *_signs(pieces, ((until - since).days + 1) * ROOM, x, y),
        # All of a row's height answers to the mouse, however thin its bar.
        told.mark_bar(opacity=0, height={"band": 1}).encode(tooltip=_tooltip()),
    )
    return Drawing(chart.properties(height=alt.Step(step)).configure_view(stroke=None), _key())


def _joined(shown: pl.DataFrame, *same: str) -> pl.DataFrame:
    """The spans of a row that follow on each other and are the same in that, as one: a seam is no news."""
    first = (pl.col("from_day") != pl.col("until_day").shift()) | pl.any_horizontal(
        pl.lit(value=False), *(pl.col(name) != pl.col(name).shift() for name in same)
    )
    stretch = first.fill_null(value=True).cum_sum().over("row").alias("stretch")
    return (
        shown.sort("row", "from_day")
        .with_columns(stretch)
        .group_by("row", *same, "stretch", maintain_order=True)
        .agg(pl.col("from_day").min(), pl.col("until_day").max())
    )


def _bars(base: Any, basis: str) -> Any:
    height, strength = LOOKS[basis]
    bars = base.transform_filter(f"datum.basis === '{basis}'").mark_bar(height={"band": height}, opacity=strength)
    return bars.encode(color=_colour())


def _colour() -> Any:
    looks = {name: colour for name, colour in colours.STATUS.items() if name != "unknown"}
    return alt.Color("status:N", scale=alt.Scale(domain=list(looks), range=list(looks.values())), legend=None)


def _signs(pieces: pl.DataFrame, room: float, x: Any, y: Any) -> list[Any]:
    """The status's sign on each stretch of one status that is room days long, on its longest piece."""
    length = (pl.col("until_day") - pl.col("from_day")).dt.total_days()
    stretch = (pl.col("status") != pl.col("status").shift()).fill_null(value=True).cum_sum().over("row")
    signs = (
        pieces.with_columns(length.alias("length"), stretch.alias("of"))
        .filter((pl.col("length").sum().over("row", "of") >= room) & (pl.col("status") != "unknown"))
        .sort("length", descending=True)
        .unique(["row", "of"], keep="first", maintain_order=True)
        .select(
            "row",
            (pl.col("from_day") + (pl.col("until_day") - pl.col("from_day")) / 2).alias("from_day"),
            "status",
            pl.col("status").replace_strict(colours.STATUS_GLYPH, return_dtype=pl.String).alias("sign"),
            pl.col("basis").is_in(["reported", "carried"]).alias("strong"),
        )
    )
    base = alt.Chart(signs).encode(x=x, y=y, text="sign:N")
    look = {"fontSize": 11, "fontWeight": "bold"}
    return [
        base.transform_filter("datum.strong").mark_text(color=INK, **look),
        base.transform_filter("!datum.strong").mark_text(**look).encode(color=_colour()),
    ]


def _told(frame: pl.DataFrame, since: dt.date, until: dt.date) -> pl.DataFrame:
    """The spans that fall into the period, cut to it, with the words of their tooltips."""
    end = until + dt.timedelta(days=1)
    inside = frame.filter((pl.col("from_day") < end) & (pl.col("until_day") > since))
    last = pl.col("until_day") - pl.duration(days=1)
    report = pl.format(
        "{}, {} ({})", "source_name", pl.col("reported_on").cast(pl.String).fill_null("undated"), "report_id"
    )
    return inside.select(
        "row",
        pl.col("from_day").clip(lower_bound=since),
        pl.col("until_day").clip(upper_bound=end),
        "status",
        "basis",
        "disputed",
        pl.format("{} to {}", "from_day", last).alias("days"),
        pl.col("basis").replace_strict(texts.RESTS_ON, return_dtype=pl.String).alias("rests on"),
        _age(last).alias("age"),
        pl.col("voices").cast(pl.String).alias("voices"),
        pl.col("since").cast(pl.String).fill_null(texts.NOTHING).alias("state since"),
        report.fill_null("no report").alias("decided by"),
        _dissent().alias("disputed by"),
    )


def _age(last: pl.Expr) -> pl.Expr:
    """How old the last report is on the span's first and last day, in words."""
    heard = pl.col("last_report_day")
    youngest, oldest = (pl.col("from_day") - heard).dt.total_days(), (last - heard).dt.total_days()
    return (
        pl.when(pl.col("basis") == "reported")
        .then(pl.lit("reported on these days"))
        .otherwise(pl.format("{} to {} days since the last report", youngest, oldest))
        .fill_null("no report to count from")
    )


def _dissent() -> pl.Expr:
    named = pl.col("dissent").list.head(NAMED).list.join("; ")
    more = pl.col("dissent").list.len().cast(pl.Int64) - NAMED
    return (
        pl.when(~pl.col("disputed"))
        .then(pl.lit("nobody"))
        .when(more > 0)
        .then(pl.format("{}; and {} more", named, more))
        .otherwise(named)
        .fill_null("nobody")
    )


def _tooltip() -> list[Any]:
    names = ["row", "status", "days", "rests on", "age", "state since", "voices", "decided by", "disputed by"]
    return [alt.Tooltip(f"{name}:N", title="" if name == "row" else name) for name in names]


def _key() -> list[tuple[str, str, str]]:
    """What colours, heights and lines mean."""
    states = [(colours.STATUS_GLYPH[name], colours.STATUS[name], name) for name in ("open", "restricted", "closed")]
    return [
        *states,
        ("┅", colours.GREY, "unknown"),
        ("█", colours.GREY, "full height: reported"),
        ("▅", colours.GREY, "lower: carried on"),
        ("▅", PALE, f"pale: last known, no report for over {texts.FRESH_DAYS} days"),
        ("▂", colours.GREY, "thin: assumed, no report yet"),
        ("▁", colours.PURPLE, "line below: disputed"),
    ]


def _epoch(day: dt.date) -> int:
    """The day's beginning as Vega counts time, milliseconds, UTC."""
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp() * 1000)
