"""Commitments: what was promised, what was reached, and how fast it would have to go."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import charts, pace_charts, parts, texts
from dashboards.pages import _pace
from dashboards.queries import commitments

TITLE = "Commitments"
ICON = ":material/handshake:"
ORDER = 5

TARGET = "uzb_afg_trade_5bn"
PROJECT = "tapi_serhetabat_herat"


def show() -> None:
    parts.heading("Commitments", "What was promised, what was reached, and how fast it would have to go.")
    pace = commitments.pace()
    target(pace)
    all_targets(pace)
    against_promises()
    restated()
    built()
    promised()
    one_commitment()
    parts.rows(commitments.commitments(), "commitments", label="Every statement of a commitment")


def target(pace: pl.DataFrame) -> None:
    """One trade target against what was reached."""
    known = pace.drop_nulls(["latest", "growth_held"]).sort("pair", "target_value", descending=[True, True])
    titles = {row["commitment_id"]: f"{row['title']} ({row['pair']})" for row in known.iter_rows(named=True)}
    if not titles:
        st.info("No trade target with a figure beside it is among the facts.")
        return
    chosen = parts.choose("Trade target", titles, "target", default=TARGET)
    row = known.filter(pl.col("commitment_id") == chosen).sort("stated_on").row(-1, named=True)
    figures = commitments.turnover(row["pair"])
    pace_figures(row, figures, known.filter(pl.col("commitment_id") == chosen))
    _pace.show(row, figures, pace)
    parts.rows(figures, "turnover_years", label="Figures behind the chart")


def pace_figures(row: dict[str, Any], figures: pl.DataFrame, statements: pl.DataFrame) -> None:
    one, two, three = st.columns(3)
    behind = figures.filter(pl.col("year") == row["latest_year"])
    with one:
        parts.figure(
            f"Reached in {row['latest_year']}",
            f"{texts.dollars(row['latest'])} = {texts.share(row['share_reached'])}",
            f"of {texts.dollars(row['target_value'])}; {printed(row)}.",
            behind,
            "turnover_years",
        )
    with two:
        needed = row["growth_needed"]
        parts.figure(
            "Growth held",
            texts.growth(row["growth_held"]),
            f"{over_how_long(row)}; "
            + (
                f"needed: {texts.growth(needed)}."
                if needed is not None
                else "needed: no day to come is named, so none."
            ),
            figures,
            "turnover_years",
        )
    with three:
        parts.figure(
            "Reached at that pace in",
            str(row["reached_in"] or "never"),
            f"{reached_between(row)}; "
            f"promised for {texts.day(row['target_date']) if row['target_date'] else 'no day that is named'}; "
            f"standing: {row['status'].replace('_', ' ')}.",
            statements,
            "commitment_pace",
        )


def printed(row: dict[str, Any]) -> str:
    """Between which figures the latest year is printed."""
    least, most = (texts.dollars(row[f"latest_{end}"]) for end in ("lowest", "highest"))
    return f"printed between {least} and {most}" if least != most else "no page prints another figure"


def over_how_long(row: dict[str, Any]) -> str:
    """The years that the pace held rests on, and what it may be by other printed figures."""
    years, least, most = row["pace_years"], row["growth_lowest"], row["growth_highest"]
    thin = (
        f"only {row['pace_figures']} figures, a thin base"
        if row["pace_figures"] < 4
        else f"{row['pace_figures']} figures"
    )
    between = (
        f", {texts.growth(least)} to {texts.growth(most)} by lowest and highest printed" if least != most else ""
    )
    return (
        f"from {row['pace_from_year']} to {row['latest_year']}, {years} year{'s' * (years != 1)} with {thin}{between}"
    )


def reached_between(row: dict[str, Any]) -> str:
    """The years between which the target is reached by the lowest and the highest figures printed."""
    if row["reached_earliest"] is None:
        return "never by any printed figure"
    if row["reached_earliest"] == row["reached_latest"]:
        return "the same by the lowest and the highest printed figures"
    return f"between {row['reached_earliest']} and {row['reached_latest'] or 'never'} by the figures printed"


def all_targets(pace: pl.DataFrame) -> None:
    st.markdown("##### Every trade target, and its pace")
    parts.table(
        pace.with_columns(
            (pl.col(name) * 100).round(1).alias(f"{name}_%")
            for name in ("share_reached", "growth_held", "growth_lowest", "growth_highest", "growth_needed")
        ).select(
            "title", "pair", "stated_on", "restatement", "target_value", "target_date", "change", "slippage_days",
            "other_target_before", "other_target_before_on", "status", "latest_year", "latest",
            "latest_lowest", "latest_highest", "share_reached_%", "pace_years", "pace_figures", "growth_held_%",
            "growth_lowest_%", "growth_highest_%", "growth_needed_%", "reached_in", "reached_earliest",
            "reached_latest", "source_name", "source_url",
        ),
        "commitment_pace",
    )  # fmt: skip
    st.caption(
        "Source: the statements named in each row; figures by calendar year, millions of US dollars. Restatements "
        "of one target are rows of their own."
    )


def against_promises() -> None:
    """One pipeline or railway: kilometres built against every day promised."""
    every = commitments.construction_pace()
    if every.is_empty():
        st.info("No day promised for a pipeline or railway is among the facts.")
        return
    names = every["commitment_id"].unique().sort().to_list()
    chosen = parts.choose(
        "Pipeline or railway", {name: texts.project(name) for name in names}, "line", default=PROJECT
    )
    promised = every.filter(pl.col("commitment_id") == chosen)
    built = commitments.construction_progress(chosen)
    built_chart(chosen, promised, built)
    parts.table(
        promised.select(
            "title", "stated_on", "target_date", "change", "slippage_days", "slippage_from_first_days", "outcome",
            "length_km", "km_built", "built_part", "built_on", "pace_from", "km_a_year_held", "km_a_year_needed",
            "reached_on", "note", "source_name", "source_url",
        ),
        "construction_pace",
    )  # fmt: skip
    parts.rows(built.drop("commitment_id"), "construction_progress", label="Kilometres built by date")


def built_chart(chosen: str, promised: pl.DataFrame, built: pl.DataFrame) -> None:
    """Promises of the line alone: against those of a part its kilometres say nothing."""
    drawn = promised.filter(~pl.col("part") & pl.col("length_km").is_not_null()).select(
        "title", "stated_on", "target_date", "slippage_days", "source_name", pl.col("length_km").alias("km"),
        pl.col("outcome").replace("passed_unknown", "passed, outcome unknown").str.replace_all("_", " "),
    )  # fmt: skip
    points = built.select(
        "observed_on", "event", pl.col("km_built").alias("km"), pl.col("part").fill_null("the line").alias("of"),
        pl.col("source_names").list.join(", ").alias("sources"),
    )  # fmt: skip
    if drawn.is_empty() and points.is_empty():
        return
    pages = promised["source_url"].n_unique()
    latest = f", the latest kilometres by {', '.join(built['source_names'][-1])}" if built.height else ""
    parts.chart(
        f"{texts.project(chosen)}: kilometres built against days promised",
        charts.built_and_promised(points, drawn, on_pace(promised)),
        f"{pages} page{'s' * (pages != 1)} with a day promised{latest}; all listed below. {in_words(promised)} "
        "A day promised stands at the length promised, its line begins on the day of the promise; days promised "
        "for a part of the line stand in the table alone.",
        name="built_and_promised",
        behind=lambda: (commitments.construction_pace(), commitments.construction_progress(chosen)),
    )


def restated() -> None:
    """By how much each restatement moved the day promised for a pipeline or railway."""
    every = commitments.construction_pace()
    frame = every.drop_nulls(["stated_on", "slippage_days"]).sort("commitment_id", "part", "stated_on", "target_date")
    if frame.is_empty():
        return
    statements = [
        f"{texts.project(row['commitment_id'])}{' (a part)' * row['part']}, stated {row['stated_on']:%-d %b %Y} "
        f"for {row['target_date']:%-d %b %Y}"
        for row in frame.iter_rows(named=True)
    ]
    drawn = frame.select(
        "target_date_before", "target_date", "slippage_days", "slippage_from_first_days", "source_name",
        pl.Series("statement", statements),
        pl.col("outcome").replace("passed_unknown", "passed, outcome unknown").str.replace_all("_", " "),
        pl.col("slippage_days").map_elements(moved, return_dtype=pl.String).alias("moved"),
    )  # fmt: skip
    later = frame.filter(pl.col("slippage_days") > 0).height
    parts.chart(
        "Slippage of pipelines and railways: the day promised before and the day promised then",
        pace_charts.restated(drawn),
        f"construction_pace: {frame['source_url'].n_unique()} pages. {frame.height} restatements for a day that is "
        f"known on both sides, {later} of them later than before; pages that say otherwise on one day stand beside "
        "each other. First promises, and those whose day of statement is not known, are in the tables alone.",
        name="restated",
        rows=frame,
        behind=commitments.construction_pace,
    )


def moved(days: int) -> str:
    """By how much a day promised was moved, in words."""
    if days == 0:
        return "the same day"
    return f"{texts.age(abs(days))} {'later' if days > 0 else 'earlier'}"


def on_pace(promised: pl.DataFrame) -> pl.DataFrame:
    """Day and kilometres from the latest figure to the end at the pace held, as two points; else none."""
    known = promised.filter(pl.col("reached_on") > pl.col("built_on")).head(1)
    ends = [
        known.select(pl.col(day).alias("observed_on"), pl.col(km).alias("km"))
        for day, km in (("built_on", "km_built"), ("reached_on", "length_km"))
    ]
    return pl.concat(ends)


def in_words(promised: pl.DataFrame) -> str:
    """How far it is, at what pace, against what is needed."""
    known = promised.drop_nulls("km_built").sort("km_a_year_needed", nulls_last=True).head(1)
    if known.is_empty():
        return "How much is built of what was promised is not known."
    row = known.row(0, named=True)
    part = f" (the {row['built_part'].capitalize()} part)" if row["built_part"] else ""
    whole = f" of {row['length_km']:g}" if row["length_km"] is not None else ""
    words = f"Built by {texts.day(row['built_on'])}: {row['km_built']:g}{whole} km{part}"
    if row["km_a_year_held"] is not None:
        words += f"; pace held since {texts.day(row['pace_from'])}: {row['km_a_year_held']:g} km a year"
    if row["km_a_year_needed"] is not None:
        words += f"; needed: {row['km_a_year_needed']:g}"
    return words + "."


def built() -> None:
    frame = named(commitments.built())
    frame = frame.with_columns(
        pl.when(pl.col("metric") == "km_built")
        .then(pl.lit(charts.BUILT))
        .otherwise(pl.lit(charts.LENGTH))
        .alias("kind")
    )
    parts.chart(
        "Kilometres built against lengths as printed",
        charts.kilometres(frame.drop("source_url", "note")),
        f"{frame['source_url'].n_unique()} pages, listed below. Lengths differ between sources, and some are of a "
        "section: TAPI's 214 km built are Turkmenistan's own, its 816 km are Afghanistan's part.",
        name="kilometres",
        rows=frame.drop("kind", "project"),
        behind=commitments.built,
    )
    parts.rows(frame.drop("kind", "project"), "commitment_progress", label="Kilometres, row by row")


def promised() -> None:
    frame = named(commitments.promises()).with_columns(pl.col("status").str.replace_all("_", " ").alias("standing"))
    parts.chart(
        "Days promised for pipelines, railways and power lines",
        charts.promises(frame.drop("source_url", "note")),
        f"{frame['source_url'].n_unique()} pages, listed below. Met and missed are mostly our reading of day "
        "against figure.",
        name="promises",
        rows=frame.drop("standing", "project"),
        behind=commitments.promises,
    )
    parts.rows(frame.drop("standing", "project"), "commitments", label="Promises with a day")


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the commitment's short name in words."""
    return frame.with_columns(
        pl.col("commitment_id").map_elements(texts.project, return_dtype=pl.String).alias("project")
    )


def one_commitment() -> None:
    """The steps of one commitment."""
    names = commitments.commitments()["commitment_id"].unique().sort().to_list()
    chosen = parts.choose(
        "Steps and milestones of", {name: texts.project(name) for name in names}, "commitment", default="tapi"
    )
    parts.table(commitments.progress(chosen), "commitment_progress")


if __name__ == "__main__":
    show()
