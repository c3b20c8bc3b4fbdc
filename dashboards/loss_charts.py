"""The charts of losses: trade with and without a closure, losses and their intervals, claims as multiples of them."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards import colours, texts
from dashboards.charts import GAPS, Drawing

MILLIONS = "millions of US dollars"
SIDES = {"AFG": (colours.BLUE, "circle"), "PAK": (colours.GREEN, "square"), "IRN": (colours.PURPLE, "diamond")}
OTHER = (colours.GREY, "triangle-up")
# On an axis of multiples nothing smaller or larger is told apart.
LEAST_TIMES, MOST_TIMES = 0.1, 30.0


def without_closure(reported: pl.DataFrame, modelled: pl.DataFrame) -> Drawing:
    """Trade as reported by month; from the closure on also what it would have been, in its two intervals."""
    x = alt.X("month:T", title=None, axis=alt.Axis(format="%b %Y", labelOverlap=True, tickCount=8))
    y = alt.Y("without_closure:Q", title=MILLIONS)
    tips = [
        "month:T",
        *(f"{name}:Q" for name in ("actual", "without_closure", "low_80", "high_80", "low_95", "high_95")),
    ]
    # A month is a span: of one alone a band would have no width.
    band = alt.Chart(modelled).encode(x=x, tooltip=tips)
    wide, narrow = (band.mark_bar(color=colours.ORANGE, opacity=opacity, size=8) for opacity in (0.2, 0.35))
    middle = band.mark_line(
        color=colours.VERMILLION,
        strokeDash=[6, 3],
        point={"shape": "diamond", "size": 55, "color": colours.VERMILLION},
    )
    chart = alt.layer(
        wide.encode(y=alt.Y("low_95:Q", title=MILLIONS), y2="high_95:Q"),
        narrow.encode(y=alt.Y("low_80:Q", title=MILLIONS), y2="high_80:Q"),
        middle.encode(y=y),
        alt.Chart(reported.upsample("month", every="1mo") if reported.height else reported)
        .mark_line(color=colours.BLUE, strokeWidth=1.5, invalid=GAPS, point={"size": 28, "color": colours.BLUE})
        .encode(x=x, y=alt.Y("actual:Q", title=MILLIONS), tooltip=["month:T", "actual:Q", "derivation:N"]),
    ).properties(height=340)
    key = [
        ("●", colours.BLUE, "as reported; months that nobody prints are missing"),
        ("◆", colours.VERMILLION, "without the closure, by the model"),
        ("▒", colours.ORANGE, "80 % (dark) and 95 % (light) of the months should lie here"),
    ]
    return Drawing(chart, key)


def losses(frame: pl.DataFrame) -> Drawing:
    """The loss of each series, a row for each, with its 80 % (thick) and 95 % (thin) intervals."""
    tips = [
        "series:N",
        *(f"{name}:Q" for name in ("loss", "loss_low_80", "loss_high_80", "loss_low_95", "loss_high_95")),
    ]
    # In two lines or three, so that the words leave room on a narrow screen.
    lines = alt.Axis(labelLimit=170, labelOffset=-12, labelExpr=r"split(replace(datum.label, ' (', ', ('), ', ')")
    base = alt.Chart(frame).encode(y=alt.Y("series:N", title=None, axis=lines), tooltip=tips)
    title = f"{MILLIONS} lost"
    nought = alt.Chart(pl.DataFrame({"loss": [0.0]})).mark_rule(color=colours.GREY).encode(x="loss:Q")
    chart = alt.layer(
        nought,
        base.mark_rule(color=colours.VERMILLION, strokeWidth=1.5).encode(
            x=alt.X("loss_low_95:Q", title=title), x2="loss_high_95:Q"
        ),
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


def claims(frame: pl.DataFrame) -> Drawing:
    """Each claim as a multiple of the modelled loss of a day, on a logarithmic axis, by the side of the claimant."""
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
    order = drawn.sort("times_modelled", descending=True)["claim"].to_list()
    names = alt.Axis(labelLimit=220, labelOffset=-6, labelExpr="split(datum.label, '|')")
    base = alt.Chart(drawn).encode(
        y=alt.Y("claim:N", title=None, sort=order, axis=names),
        color=_scaled("side:N", {side: look[0] for side, look in looks.items()}),
        tooltip=[
            "claim:N",
            "crossing_id:N",
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
    ).properties(height=alt.Step(40))
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
