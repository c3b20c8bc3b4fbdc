"""What came by month, and beside it what a model expects had something not been: a line, and two bands."""

from __future__ import annotations

import altair as alt
import polars as pl

from dashboards import colours, texts
from dashboards.charts import GAPS, Drawing

BANDS = ("low_80", "high_80", "low_95", "high_95")
# What a month that came rests on: its shape.
SHAPES = {"given": "circle", "difference": "square"}


def together(came: pl.DataFrame, modelled: pl.DataFrame, middle: str) -> pl.DataFrame:
    """All that such a chart draws, a row a month: what came (month, actual, …), the model's middle and its bands.

    Empty where a month is not known, and of the model in the months before, of which it says nothing. Where what came
    has a derivation, its months are drawn by that.
    """
    expected = modelled.select("month", middle, *BANDS)
    return came.join(expected, on="month", how="full", coalesce=True).sort("month")


def against(months: pl.DataFrame, middle: str, unit: str, words: tuple[str, str]) -> Drawing:
    """The months of `together`: a line of what came, and the model's middle in its 80 and 95 % bands.

    `words` say in the key what came and what the middle is.
    """
    dates = alt.Axis(format="%b %Y", labelOverlap=True, tickCount=8)
    x = alt.X("month:T", title="month", scale=alt.Scale(type="utc"), axis=dates)
    numbers = [alt.Tooltip(f"{name}:Q", format=",.4~r") for name in ("actual", middle, *BANDS)]
    month = alt.Tooltip("month:T", format="%b %Y")
    # A month is a span: of one alone a band would have no width.
    band = alt.Chart(months.drop_nulls(middle)).encode(x=x, tooltip=[month, *numbers])
    wide, narrow = (band.mark_bar(color=colours.ORANGE, opacity=opacity, size=8) for opacity in (0.2, 0.35))
    dashed = band.mark_line(
        color=colours.VERMILLION,
        strokeDash=[6, 3],
        point={"shape": "diamond", "size": 55, "color": colours.VERMILLION},
    )
    known = months.drop_nulls("actual")
    line = alt.Chart(known.upsample("month", every="1mo") if known.height else known)
    y = alt.Y("actual:Q", title=unit, scale=alt.Scale(zero=True), axis=alt.Axis(format="~s"))
    points = line.transform_filter("isValid(datum.actual)").mark_point(
        filled=True, size=38, opacity=1, color=colours.BLUE
    )
    there = [name for name in SHAPES if "derivation" in known.columns and name in set(known["derivation"])]
    if there:
        scale = alt.Scale(domain=there, range=[SHAPES[name] for name in there])
        points = points.encode(shape=alt.Shape("derivation:N", scale=scale, legend=None))
    chart = alt.layer(
        wide.encode(y=alt.Y("low_95:Q", title=unit), y2="high_95:Q"),
        narrow.encode(y=alt.Y("low_80:Q", title=unit), y2="high_80:Q"),
        dashed.encode(y=f"{middle}:Q"),
        line.mark_line(color=colours.BLUE, strokeWidth=1.5, invalid=GAPS).encode(x=x, y=y),
        points.encode(x=x, y=y, tooltip=[month, numbers[0], *(["derivation:N"] if there else [])]),
    ).properties(height=330)
    came, expected = words
    key = [
        *(
            [(colours.SIGNS[SHAPES[name]], colours.BLUE, texts.DERIVED[name]) for name in there]
            or [("●", colours.BLUE, came)]
        ),
        ("◆", colours.VERMILLION, expected),
        ("▒", colours.ORANGE, "80 % (dark) and 95 % (light) of the months should lie here"),
    ]
    return Drawing(chart, key)
