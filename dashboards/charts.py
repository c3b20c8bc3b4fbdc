"""The charts. Each takes the frame its page shows as rows too, and gives an Altair chart without title: the page
prints title and source around it, where they wrap on a narrow screen.

Backgrounds are transparent and texts take the theme's colour, so that charts are legible in light and dark.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards import colours, texts

# Lines break where a year or month is not known: a gap is not a value.
GAPS = "break-paths-show-domains"
HOLLOW_DASH = [3, 2]
# Legends of colours stand below the plot and those of shapes above, so that both fit a narrow screen.
COLUMNS = 2
# Labels longer than this, in characters, have a line of their own.
LONG = 22
# A basis that the page does not say is unknown: hollow, and grey.
KNOWN = f"datum.basis !== '{texts.BASES[None]}'"


def status_spans(frame: pl.DataFrame) -> Any:
    """Reports as bars from their start to the end they assert, a row for each group, a lane for each status."""
    statuses = [name for name in colours.STATUS if name != "unknown"]
    colour = alt.Color(
        "status:N",
        scale=alt.Scale(domain=statuses, range=[colours.STATUS[name] for name in statuses]),
        legend=alt.Legend(title=None, orient="top", symbolOpacity=1),
    )
    shape = alt.Shape(
        "status:N", scale=alt.Scale(domain=statuses, range=[colours.STATUS_SHAPE[name] for name in statuses])
    )
    base = alt.Chart(_told(frame)).encode(
        x=_time("valid_from", "day"),
        y=alt.Y("scope_group:N", title=None, axis=alt.Axis(labelLimit=170)),
        yOffset=alt.YOffset("status:N", scale=alt.Scale(domain=statuses)),
        color=colour,
        tooltip=["report:N", "says:N", "to whom:N", "from:N", "until:N", "reported on:N", "source:N", "note:N"],
    )
    own, wide = "!datum.border_wide", "datum.border_wide"
    return (
        alt.layer(
            base.transform_filter(own).mark_bar(opacity=0.4, height=7).encode(x2="shown_to"),
            base.transform_filter(wide)
            .mark_bar(fillOpacity=0.06, strokeWidth=1, strokeDash=HOLLOW_DASH, height=7)
            .encode(x2="shown_to", stroke=colour),
            base.transform_filter(own).mark_point(filled=True, size=42, opacity=0.9).encode(shape=shape),
            base.transform_filter(wide).mark_point(filled=False, size=32, opacity=0.8).encode(shape=shape),
        )
        .properties(height=alt.Step(16, **{"for": "offset"}))
        .configure_view(stroke=None)
    )


def _told(frame: pl.DataFrame) -> pl.DataFrame:
    """The spans with the words of their tooltips."""
    return frame.with_columns(
        pl.when(pl.col("border_wide")).then(pl.lit("on the whole border")).otherwise(pl.lit("on this crossing"))
        .alias("report"),
        (pl.col("status") + pl.format(" ({})", pl.col("cause").fill_null("no reason said"))).alias("says"),
        pl.col("scope").str.replace_all(";", ", ").alias("to whom"),
        pl.col("valid_from").cast(pl.String).alias("from"),
        pl.col("valid_to").cast(pl.String).fill_null("no end named: asserted until publication").alias("until"),
        pl.col("reported_on").cast(pl.String).alias("reported on"),
        pl.col("source_name").alias("source"),
    ).drop("source_url", "source_name", "report_id")  # fmt: skip


def counts_by_year(frame: pl.DataFrame) -> Any:
    """Publishers' yearly counts side by side, a line each, the range printed as a thin line."""
    return _counts(frame, "year", alt.X("year:O", title="calendar year", axis=alt.Axis(labelAngle=0)))


def counts_by_month(frame: pl.DataFrame) -> Any:
    """Publishers' monthly counts, a line for each series."""
    return _counts(frame, "month", _time("month", "month"))


def _counts(frame: pl.DataFrame, time: str, x: Any) -> Any:
    names = frame["publisher"].unique().sort().to_list()
    counts = frame["counts"].unique().sort().to_list()
    colour = alt.Color(
        "publisher:N",
        scale=alt.Scale(domain=names, range=colours.publishers(names)),
        legend=_legend("publisher"),
    )
    shape = _shape("counts:N", "what is counted", counts)
    base = alt.Chart(_with_gaps(frame, ["publisher", "counts"], time)).encode(
        x=x,
        y=alt.Y("value:Q", title=f"count in the {time}", scale=alt.Scale(zero=True)),
        color=colour,
        detail="counts:N",
        tooltip=[
            f"{time}:{'O' if time == 'year' else 'T'}",
            *("publisher:N", "counts:N", "value:Q", "lowest:Q", "highest:Q", "pages:Q"),
        ],
    )
    return alt.layer(
        base.mark_line(strokeWidth=1.5, opacity=0.7, invalid=GAPS),
        base.mark_rule(strokeWidth=2, opacity=0.6).encode(y="lowest:Q", y2="highest:Q"),
        base.mark_point(filled=True, size=60, opacity=0.95).encode(shape=shape),
    ).properties(height=_height(330, names, counts))


def trade_years(frame: pl.DataFrame) -> Any:
    """Values of twelve months as bars over the months they cover, a colour for each basis."""
    data = frame.with_columns(
        (pl.col("period_start") + (pl.col("period_end") - pl.col("period_start")) / 2).alias("middle"),
        pl.format("{} to {}", pl.col("period_start"), pl.col("period_end")).alias("twelve months"),
    )
    base = alt.Chart(data).encode(
        y=alt.Y("value:Q", title="millions of US dollars", scale=alt.Scale(zero=True)),
        color=_basis(data),
        tooltip=[
            "twelve months:N",
            "basis:N",
            "year:N",
            "value:Q",
            "lowest:Q",
            "highest:Q",
            "derivation:N",
            "pages:Q",
        ],
    )
    middle = alt.X("middle:T", scale=alt.Scale(type="utc"))
    kinds = data["year"].unique().sort().to_list()
    shape = _shape("year:N", "which twelve months", kinds)
    return alt.layer(
        base.mark_rule(strokeWidth=3, opacity=0.55).encode(
            x=_time("period_start", "the twelve months covered"), x2="period_end"
        ),
        base.mark_rule(strokeWidth=1.5).encode(x=middle, y="lowest:Q", y2="highest:Q"),
        base.transform_filter(KNOWN).mark_point(filled=True, size=60, opacity=1).encode(x=middle, shape=shape),
        base.transform_filter(f"!({KNOWN})").mark_point(size=110, strokeWidth=2).encode(x=middle, shape=shape),
    ).properties(height=_height(300, data["basis"].unique().to_list(), kinds))


def trade_months(frame: pl.DataFrame) -> Any:
    """Values of single months, a line for each basis, the range printed as a thin line."""
    base = alt.Chart(_with_gaps(frame, ["basis"], "month")).encode(
        x=_time("month", "month"),
        y=alt.Y("value:Q", title="millions of US dollars", scale=alt.Scale(zero=True)),
        color=_basis(frame),
        tooltip=["month:T", "basis:N", "value:Q", "lowest:Q", "highest:Q", "pages:Q"],
    )
    bases = frame["basis"].unique().sort().to_list()
    shape = alt.Shape("basis:N", scale=alt.Scale(domain=bases, range=_shapes(bases)))
    return alt.layer(
        base.mark_line(strokeWidth=1.5, opacity=0.7, invalid=GAPS),
        base.mark_rule(strokeWidth=2, opacity=0.6).encode(y="lowest:Q", y2="highest:Q"),
        base.mark_point(filled=True, size=40, opacity=0.95).encode(shape=shape),
    ).properties(height=_height(280, bases))


def turnover(figures: pl.DataFrame, target: float, pace: pl.DataFrame) -> Any:
    """Every figure printed for each year, the target as a line, and where the held pace leads (year, value)."""
    printed = figures.group_by("year", "value").agg(pl.col("source_url").n_unique().alias("pages"))
    x = alt.X("year:Q", title="calendar year", axis=alt.Axis(format="d", tickMinStep=1), scale=alt.Scale(zero=False))
    y = alt.Y("value:Q", title="millions of US dollars a year", scale=alt.Scale(zero=True))
    points = alt.Chart(printed).encode(x=x, y=y, tooltip=["year:Q", "value:Q", "pages:Q"])
    goal = alt.Chart(pl.DataFrame({"value": [target], "says": [f"target: {texts.dollars(target)} a year"]}))
    return alt.layer(
        alt.Chart(pace).mark_line(strokeDash=[2, 4], color=colours.GREY, strokeWidth=2).encode(x=x, y=y),
        goal.mark_rule(color=colours.VERMILLION, strokeDash=[8, 4], strokeWidth=2).encode(y="value:Q"),
        goal.mark_text(align="left", baseline="top", dy=5, color=colours.VERMILLION, fontSize=13).encode(
            x=alt.value(8), y="value:Q", text="says:N"
        ),
        points.mark_point(filled=True, color=colours.BLUE, opacity=0.85).encode(
            size=alt.Size("pages:Q", scale=alt.Scale(range=[50, 260]), legend=None)
        ),
    ).properties(height=340)


def kilometres(frame: pl.DataFrame) -> Any:
    """Kilometres built (filled) and lengths as printed (hollow), a row for each project."""
    kinds = ["built", "length, as printed"]

    def of_kind(channel: Any, *looks: str) -> Any:
        return channel("kind:N", scale=alt.Scale(domain=kinds, range=looks), legend=_legend(None))

    return (
        alt.Chart(frame)
        .mark_point(size=90, strokeWidth=2)
        .encode(
            x=alt.X("value:Q", title="kilometres", scale=alt.Scale(zero=True)),
            y=alt.Y("project:N", title=None, axis=alt.Axis(labelLimit=220)),
            color=of_kind(alt.Color, colours.BLUE, colours.GREY),
            fill=of_kind(alt.Fill, colours.BLUE, "transparent"),
            shape=of_kind(alt.Shape, "circle", "diamond"),
            tooltip=["project:N", "kind:N", "value:Q", "observed_on:T", "event:N", "source_name:N"],
        )
        .properties(height=alt.Step(26))
    )


def promises(frame: pl.DataFrame) -> Any:
    """Days promised, a row for each project; the line begins on the day of the promise, where it is known."""
    found = [name for name in colours.PROMISES if name in set(frame["status"])]
    looks = [colours.PROMISES[name] for name in found]
    words = [name.replace("_", " ") for name in found]
    colour = alt.Color(
        "standing:N", scale=alt.Scale(domain=words, range=[one for one, _ in looks]), legend=_legend("as recorded")
    )
    shape = alt.Shape(
        "standing:N", scale=alt.Scale(domain=words, range=[one for _, one in looks]), legend=_legend("as recorded")
    )
    base = alt.Chart(frame).encode(
        y=alt.Y("project:N", title=None, axis=alt.Axis(labelLimit=220)),
        color=colour,
        tooltip=["title:N", "announced_on:T", "target_date:T", "standing:N", "source_name:N"],
    )
    return alt.layer(
        base.transform_filter("isValid(datum.announced_on)").mark_rule(strokeWidth=1.5, opacity=0.5).encode(
            x=_time("announced_on", "from the day of the promise to the day promised"), x2="target_date"
        ),
        base.mark_point(filled=True, size=90, opacity=0.95).encode(
            x=alt.X("target_date:T", scale=alt.Scale(type="utc")), shape=shape
        ),
    ).properties(height=alt.Step(26))  # fmt: skip


def _time(field: str, title: str) -> Any:
    """A time axis; days are UTC, so that no reader's clock moves them."""
    return alt.X(f"{field}:T", title=title, scale=alt.Scale(type="utc"))


def _legend(title: str | None) -> Any:
    """A legend of colours."""
    return alt.Legend(
        title=title, orient="bottom", direction="horizontal", columns=COLUMNS, labelLimit=230, symbolOpacity=1
    )


def _shape(field: str, title: str, names: list[str]) -> Any:
    """A shape for each name, with a legend that belongs to all colours."""
    legend = alt.Legend(
        title=title,
        orient="top",
        direction="horizontal",
        columns=_columns(names),
        labelLimit=300,
        symbolFillColor=colours.GREY,
        symbolStrokeColor=colours.GREY,
    )
    return alt.Shape(field, scale=alt.Scale(domain=names, range=_shapes(names)), legend=legend)


def _columns(names: list[str]) -> int:
    return 1 if max(map(len, names), default=0) > LONG else COLUMNS


def _height(plot: int, coloured: list[str], shaped: list[str] | None = None) -> int:
    """The height of a chart with its legends, which take their place from the plot."""
    rows = -(-len(coloured) // COLUMNS) + (-(-len(shaped) // _columns(shaped)) if shaped else 0)
    return plot + 20 * rows + 26 * (2 if shaped else 1)


def _basis(frame: pl.DataFrame) -> Any:
    """A colour for each basis, the same wherever it stands."""
    looks = zip(texts.BASES.values(), (colours.BLUE, colours.ORANGE, colours.GREY), strict=True)
    found = {name: colour for name, colour in looks if name in set(frame["basis"])}
    scale = alt.Scale(domain=list(found), range=list(found.values()))
    return alt.Color("basis:N", scale=scale, legend=_legend("basis"))


def _shapes(names: list[str]) -> list[str]:
    return [colours.SHAPES[at % len(colours.SHAPES)] for at in range(len(names))]


def _with_gaps(frame: pl.DataFrame, names: list[str], time: str) -> pl.DataFrame:
    """The frame with an empty row for each year or month between a series' first and last that is not known."""
    ends = frame.group_by(names).agg(pl.col(time).min().alias("first"), pl.col(time).max().alias("last"))
    if frame.schema[time] == pl.Date:
        between = pl.date_ranges("first", "last", "1mo")
    else:
        between = pl.int_ranges("first", pl.col("last") + 1)
    every = ends.with_columns(between.alias(time)).explode(time).drop("first", "last")
    return (
        every.with_columns(pl.col(time).cast(frame.schema[time]))
        .join(frame, on=[*names, time], how="left")
        .sort(time)
    )
