"""Charts of claims: who asserts and denies, publishers' counts beside each other, losses beside normal trade."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from dashboards import colours
from dashboards.charts import Drawing

ASSERTS, DENIES = "asserts", "denies"
STANCES = {ASSERTS: (colours.BLUE, "circle"), DENIES: (colours.VERMILLION, "cross")}
SIDES = {
    "PAK": (colours.GREEN, "square"),
    "AFG": (colours.BLUE, "circle"),
    "IRN": (colours.ORANGE, "triangle-up"),
    "both": (colours.PURPLE, "diamond"),
}
OTHER = "other, or not said"
SIDE_NAMES = {
    "PAK": "Pakistan's side", "AFG": "Afghanistan's side", "IRN": "Iran's side", "both": "both sides",
    OTHER: "others, or not said whose side",
}  # fmt: skip


def _two_lines(**more: Any) -> alt.Axis:
    """An axis whose labels are of two lines, every one shown."""
    return alt.Axis(
        labelLimit=200,
        labelOverlap=False,
        labelFlush=False,
        labelBound=False,
        labelExpr="split(datum.label, '\\n')",
        labelBaseline="middle",
        labelLineHeight=12,
        **more,
    )


def stances(frame: pl.DataFrame) -> Drawing:
    """Each claim in a row of two lines (row), the claimants in columns (side): who asserts it, who denies it."""
    rows = frame["row"].unique(maintain_order=True).to_list()
    sides = frame["side"].unique().sort().to_list()
    names = list(STANCES)
    chart = (
        alt.Chart(frame)
        .mark_point(filled=True, size=110, opacity=0.95)
        .encode(
            x=alt.X(
                "side:N",
                sort=sides,
                title=None,
                axis=alt.Axis(orient="top", labelAngle=-60, labelLimit=110, labelOverlap=False),
            ),
            y=alt.Y("row:N", sort=rows, title=None, axis=_two_lines(grid=True)),
            color=alt.Color(
                "stance:N", scale=alt.Scale(domain=names, range=[STANCES[one][0] for one in names]), legend=None
            ),
            shape=alt.Shape(
                "stance:N", scale=alt.Scale(domain=names, range=[STANCES[one][1] for one in names]), legend=None
            ),
            tooltip=["what:N", "stance:N", "claimant:N", "says:N", "note:N", "on:N", "source_name:N"],
        )
        .properties(height=alt.Step(30))
    )
    key = [(colours.SIGNS[shape], colour, name) for name, (colour, shape) in STANCES.items()]
    return Drawing(chart.configure_view(stroke=None), key)


def counts(frame: pl.DataFrame) -> Drawing:
    """One figure a publisher and definition (label), a bar from 0, with the range printed for it as a line."""
    labels = frame["label"].to_list()
    base = alt.Chart(frame.drop("row_keys")).encode(
        y=alt.Y(
            "label:N",
            sort=labels,
            title=None,
            axis=alt.Axis(labelLimit=150, labelOverlap=False, labelFlush=False, labelBound=False),
        ),
        tooltip=[
            "label:N",
            "value:Q",
            "lowest_printed:Q",
            "highest_printed:Q",
            "voices:Q",
            "pages:Q",
            "definition:N",
        ],
    )
    value = alt.X(
        "value:Q", title="events counted in the year", scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=6)
    )
    chart = alt.layer(
        base.mark_bar(color=colours.SKY, opacity=0.55, height=12).encode(x=value),
        base.mark_rule(strokeWidth=2, color=colours.BLUE).encode(x="lowest_printed:Q", x2="highest_printed:Q"),
        base.mark_point(filled=True, size=60, color=colours.BLUE, opacity=1).encode(x=value),
    ).properties(height=alt.Step(26))
    key = [
        ("█", f"{colours.SKY}8c", "from 0 to it"),
        ("●", colours.BLUE, "the figure that stands"),
        ("━", colours.BLUE, "lowest to highest printed, where pages differ"),
    ]
    return Drawing(chart.configure_view(stroke=None), key)


def losses(frame: pl.DataFrame) -> Drawing:
    """What was claimed for a day (claim, claimed_a_day) beside a day's normal trade, lowest to highest figure."""
    looks = {**SIDES, OTHER: (colours.GREY, "triangle-down")}
    names = [name for name in looks if name in set(frame["by"])]
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "claim:N",
            sort=None,
            title=None,
            axis=_two_lines(),
        ),
        tooltip=[
            "claimant:N",
            "of:N",
            "claimed_a_day:Q",
            "normal_lowest:Q",
            "normal_highest:Q",
            "factor:Q",
            "source_name:N",
        ],
    )
    value = alt.X(
        "claimed_a_day:Q",
        title="$ million a day, steps of ten times",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(values=[10**power for power in range(-3, 4)], format="~g"),
    )
    chart = alt.layer(
        base.mark_bar(color=colours.GREY, opacity=0.4, height=12).encode(x="normal_lowest:Q", x2="normal_highest:Q"),
        base.mark_tick(color=colours.GREY, thickness=2, size=12).encode(x="normal_a_day:Q"),
        base.mark_point(filled=True, size=80, opacity=0.95).encode(
            x=value,
            color=alt.Color(
                "by:N", scale=alt.Scale(domain=names, range=[looks[one][0] for one in names]), legend=None
            ),
            shape=alt.Shape(
                "by:N", scale=alt.Scale(domain=names, range=[looks[one][1] for one in names]), legend=None
            ),
        ),
    ).properties(height=alt.Step(30))
    key = [(colours.SIGNS[looks[one][1]], looks[one][0], f"claimed by: {SIDE_NAMES.get(one, one)}") for one in names]
    return Drawing(
        chart.configure_view(stroke=None),
        [*key, ("█", "#8a8f9866", "what normally passes in a day, by figures")],
    )
