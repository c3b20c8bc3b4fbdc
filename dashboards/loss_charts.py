"""The charts of losses: losses and their intervals, the country beside the route, claims as multiples of losses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import altair as alt
import polars as pl

from dashboards import colours, texts
from dashboards.charts import GAPS, Drawing, with_gaps

MILLIONS = "millions of US dollars"
SIDES = {"AFG": (colours.BLUE, "circle"), "PAK": (colours.GREEN, "square"), "IRN": (colours.PURPLE, "diamond")}
OTHER = (colours.GREY, "triangle-up")
# Whose trade it is: colour and shape; of the route each basis but customs has a shape of its own.
PARTS = {"whole": (colours.BLUE, "circle"), "route": (colours.ORANGE, "square")}
ROUTES = {"balance_of_payments": "diamond", "": "triangle-up"}
# On an axis of multiples nothing smaller or larger is told apart.
LEAST_TIMES, MOST_TIMES = 0.1, 30.0


def losses(frame: pl.DataFrame) -> Drawing:
    """The loss of each series, a row for each, with its 80 % (thick) and 95 % (thin) intervals."""
    tips = [
        "series:N",
        *(f"{name}:Q" for name in ("loss", "loss_low_80", "loss_high_80", "loss_low_95", "loss_high_95")),
    ]
    # In two lines or three, so that the words leave room on a narrow screen.
    lines = alt.Axis(labelLimit=170, labelOffset=-12, labelExpr=r"split(replace(datum.label, ' (', ', ('), ', ')")
    base = alt.Chart(frame).encode(y=alt.Y("series:N", title=None, axis=lines), tooltip=tips)
    # On a narrow screen more would run into one another.
    x = alt.X("loss_low_95:Q", title=f"{MILLIONS} lost", axis=alt.Axis(tickCount=4, labelOverlap=True))
    nought = alt.Chart(pl.DataFrame({"loss": [0.0]})).mark_rule(color=colours.GREY).encode(x="loss:Q")
    chart = alt.layer(
        nought,
        base.mark_rule(color=colours.VERMILLION, strokeWidth=1.5).encode(x=x, x2="loss_high_95:Q"),
        base.mark_rule(color=colours.VERMILLION, strokeWidth=5, opacity=0.55).encode(
            x="loss_low_80:Q", x2="loss_high_80:Q"
        ),
        base.mark_point(color=colours.VERMILLION, filled=True, shape="diamond", size=90).encode(x="loss:Q"),
    ).properties(height=alt.Step(60))
    key = [
        ("◆", colours.VERMILLION, "loss, the middle"),
        ("━", colours.VERMILLION, "80 % (thick) and 95 % (thin) interval"),
    ]
    return Drawing(chart, key)


def beside_route(frame: pl.DataFrame, closed: tuple[dt.date, dt.date]) -> Drawing:
    """What the country trades in all and on the route, a month; grey, the closure: its first day, the first after it.

    `frame` has series (its words) beside part, basis, period_start, period_end, value, months, a_month, lowest and
    highest. A month is a point, a longer figure a bar over the time that it covers.
    """
    own = pl.col("part").replace_strict({part: shape for part, (_, shape) in PARTS.items()})
    shown = frame.with_columns(
        shape=pl.when(part="route").then(pl.col("basis").replace_strict(ROUTES, default=own)).otherwise(own)
    )
    series = shown.unique("series", maintain_order=True).select("series", "part", "shape").to_dicts()
    days = alt.Axis(format="%b %Y", labelOverlap=True, tickCount=8)
    tips = ["series:N", "period_start:T", "period_end:T", "value:Q", "months:Q", "lowest:Q", "highest:Q"]
    y = alt.Y("a_month:Q", title=f"{MILLIONS} a month", scale=alt.Scale(zero=True))
    colour = _scaled("series:N", {one["series"]: PARTS[one["part"]][0] for one in series})
    single = shown.filter(pl.col("months") == 1)
    lines = with_gaps(single, ["series"], "period_start").with_columns(
        middle=pl.col("period_start") + pl.duration(days=15)
    )
    of_time = alt.X("middle:T", title="month", scale=alt.Scale(type="utc"), axis=days)
    month = alt.Chart(lines).encode(x=of_time, y=y, color=colour, tooltip=tips)
    longer = alt.Chart(shown.filter(pl.col("months") > 1)).encode(y=y, color=colour, tooltip=tips)
    shade = alt.Chart(pl.DataFrame({"from": [closed[0]], "until": [closed[1]]}))
    shapes = alt.Scale(domain=[one["series"] for one in series], range=[one["shape"] for one in series])
    chart = alt.layer(
        shade.mark_rect(color=colours.GREY, opacity=0.18).encode(x=alt.X("from:T", title="month"), x2="until:T"),
        longer.mark_rule(strokeWidth=5, opacity=0.6).encode(x=alt.X("period_start:T"), x2="period_end:T"),
        month.mark_line(strokeWidth=1.5, invalid=GAPS),
        month.mark_rule(strokeWidth=1.5, opacity=0.5).encode(y="lowest:Q", y2="highest:Q"),
        month.mark_point(filled=True, size=60, opacity=1).encode(
            shape=alt.Shape("series:N", scale=shapes, legend=None)
        ),
    ).properties(height=320)
    key = [(colours.SIGNS[one["shape"]], PARTS[one["part"]][0], one["series"]) for one in series]
    key += [
        ("━", PARTS["whole"][0], "a longer figure over the time that it covers, divided by its months"),
        ("▒", colours.GREY, "the closure"),
    ]
    return Drawing(chart, key)


def claims(frame: pl.DataFrame) -> Drawing:
    """Each claim as a multiple of the modelled loss of a day, on a logarithmic axis, by the side of the claimant.

    `frame` has claim (its words, their lines parted by |), a row for each claim_id.
    """
    sides = sorted(set(frame["side"]))
    looks = {side: SIDES.get(side, OTHER) for side in sides}
    drawn = frame.with_columns(
        pl.col("times_modelled").clip(LEAST_TIMES, MOST_TIMES),
        pl.col("times_low_80").fill_null(LEAST_TIMES).clip(LEAST_TIMES, MOST_TIMES),
        pl.col("times_high_80").fill_null(MOST_TIMES).clip(LEAST_TIMES, MOST_TIMES),
    )
    # Room at both ends, so that no sign is cut.
    scale = alt.Scale(type="log", domain=[LEAST_TIMES / 1.3, MOST_TIMES * 1.3], nice=False)
    axis = alt.Axis(values=[0.1, 0.3, 1, 3, 10, 30], format="~g", grid=True)
    x = alt.X("times_modelled:Q", title="times the modelled loss", scale=scale, axis=axis)
    # Two claims may read alike: they are told apart by what follows the last line, which is not shown.
    drawn = drawn.with_columns(at=pl.format("{}||{}", "claim", "claim_id"))
    order = drawn.sort("times_modelled", descending=True)["at"].to_list()
    most = drawn["claim"].str.count_matches("|", literal=True).max()
    words = "split(split(datum.label, '||')[0], '|')"
    names = alt.Axis(labelLimit=190, labelOffset=-6 * int(str(most or 0)), labelExpr=words)
    base = alt.Chart(drawn).encode(
        y=alt.Y("at:N", title=None, sort=order, axis=names),
        color=_scaled("side:N", {side: look[0] for side, look in looks.items()}),
        tooltip=[
            "claimant:N",
            "place:N",
            "claimed_a_day:Q",
            "of_normal:Q",
            "modelled:Q",
        ],
    )  # fmt: skip
    one = alt.Chart(pl.DataFrame({"times_modelled": [1.0]})).mark_rule(color=colours.GREY, strokeDash=[6, 3])
    chart = alt.layer(
        one.encode(x=x),
        base.mark_rule(strokeWidth=3, opacity=0.45).encode(
            x=alt.X("times_low_80:Q", scale=scale), x2="times_high_80:Q"
        ),
        base.mark_point(filled=True, size=80, opacity=1).encode(
            x=x,
            shape=alt.Shape(
                "side:N",
                legend=None,
                scale=alt.Scale(domain=sides, range=[looks[side][1] for side in sides]),
            ),
        ),
    ).properties(height=alt.Step(48))
    key = [
        (
            colours.SIGNS[shape],
            colour,
            f"claimed by {texts.country(side)}'s side" if side in texts.COUNTRIES else f"claimed by {side}",
        )
        for side, (colour, shape) in looks.items()
    ]
    return Drawing(chart, [*key, ("━", colours.GREY, "80 % interval, as far as the axis reaches")])


def _scaled(name: str, looks: dict[str, str]) -> Any:
    return alt.Color(name, legend=None, scale=alt.Scale(domain=list(looks), range=list(looks.values())))
