"""The lower half of Relations: how often closures follow incidents, and whether prices follow closures."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, chance_charts, parts, texts
from dashboards.queries import relations

# The kinds of events that count as incidents.
FIGHTING = ("clash", "attack", "air_strike")
TERMS = {
    "days_0_to_2": "an incident 0 to 2 days before",
    "days_3_to_6": "an incident 3 to 6 days before",
    "days_7_to_13": "an incident 7 to 13 days before",
    "closed_lately": "another closure began in the 30 days before",
}


def show(border: str) -> None:
    """Both, where they are worked out for the day."""
    st.markdown("#### Do closures follow incidents?")
    if as_of.analysis_shown():
        after_incidents(border)
        prices(border)


def after_incidents(border: str) -> None:
    """How often closures follow incidents here, against placebos, and what that cannot tell."""
    found = relations.followed(border)
    if found.is_empty():
        why = relations.method("incidents")
        said = why["reason"][0] if why.height and why["reason"][0] else "too few incidents or closures are known here"
        st.info(f"Not worked out for this border: {said}.")
        return
    names = {
        f"{row['place']}/{row['counted_by']}/{row['kind']}": incidents_named(row)
        for row in found.iter_rows(named=True)
    }
    place, counted_by, kind = parts.choose("Incidents of", names, "incidents").split("/")
    shown = found.filter(place=place, counted_by=counted_by, kind=kind)
    week = shown.filter(pl.col("window_days") == relations.WINDOW).row(0, named=True)
    week_figures(week, shown)
    parts.chart(
        f"{names[f'{place}/{counted_by}/{kind}']}: how often a closure began that day or after",
        chance_charts.followed(shown),
        f"analysis.incidents, {week['incident_days']} incident days and {week['closures']} closures, "
        f"{texts.day(week['first_day'])} to {texts.day(week['last_day'])}, on days on which something was open to "
        "close. The week was chosen before looking; the other windows are for comparison.",
        name="followed",
        rows=shown,
        behind=lambda: relations.followed(border),
    )
    parts.rows(shown, "analysis.incidents", label="Shares by window")
    by_lag(border, counted_by)
    st.markdown(limits(week))


def incidents_named(row: dict[str, Any]) -> str:
    """Whose incidents, and of what kind, in words."""
    kind = "clashes, attacks and air strikes" if row["kind"] == "all" else f"{row['kind'].replace('_', ' ')} alone"
    by = "the timeline here" if row["counted_by"] == "timeline" else row["counted_by"]
    where = texts.border(*row["place"].split("-")) if "-" in row["place"] else f"near {row['place']}"
    return f"{where}: {kind}, by {by}"


def week_figures(week: dict[str, Any], shown: pl.DataFrame) -> None:
    one, two, three = st.columns(3)
    with one:
        parts.figure(
            "Incident days with a closure begun that day or within a week",
            texts.share(week["share_followed"]),
            f"{week['followed']} of {week['incident_days']} days{same_day(shown)}; 95 % interval "
            f"{texts.share(week['share_low'])} to {texts.share(week['share_high'])}, by quarters of years.",
            shown,
            "analysis.incidents",
        )
    with two:
        ratio = f"{week['ratio']:.1f} times as often with an incident" if week["ratio"] else "no ratio can be told"
        parts.figure(
            "Other days with one",
            texts.share(week["share_other"]),
            f"{ratio}: an association, not a cause.",
            shown,
            "analysis.incidents",
        )
    with three:
        parts.figure(
            "The same days moved by chance",
            texts.share(week["placebo_share"]),
            f"95 % of placebos lie below {texts.share(week['placebo_high'])}. Share of placebos at least as high: "
            f"{week['p_placebo']:.3f} (moved in time), {week['p_shuffled']:.3f} (drawn anew within the quarter).",
            shown,
            "analysis.incidents",
        )


def same_day(shown: pl.DataFrame) -> str:
    """On how many of the days the closure began on the day of the incident, of which nobody knows the order."""
    same = shown.filter(pl.col("window_days") == 1)
    count = same["followed"][0] if same.height else 0
    return f", {count} of them on the **same day**, on which nobody knows which came first" if count else ""


def by_lag(border: str, counted_by: str) -> None:
    """The event study by day, and the hazard."""
    study = relations.profile(border).filter(pl.col("counted_by") == counted_by)
    if study.height:
        parts.chart(
            f"{texts.border(*border.split('-'))}: days between an incident and a closure",
            chance_charts.profile(study),
            f"analysis.incidents_profile, {study['incident_days'][0]} incident days. A closure before the incident "
            "(left of 0) would speak for closures bringing incidents, or for both coming of the same.",
            name="by_lag",
            rows=study,
            behind=lambda: relations.profile(border),
        )
        parts.rows(study, "analysis.incidents_profile", label="Shares by day")
    odds = relations.hazard(border).filter(pl.col("counted_by") == counted_by)
    if odds.height:
        st.markdown("##### Odds that a closure begins on a day, years held alike (1 = as on other days)")
        parts.table(
            # The odds first: on a narrow screen the words beside them leave no room.
            odds.with_columns(
                pl.col("term").replace_strict(TERMS), pl.col("odds_ratio", "low", "high").round(2)
            ).select("odds_ratio", "low", "high", "term", pl.exclude("odds_ratio", "low", "high", "term", "place")),
            "analysis.incidents_hazard",
        )
        st.caption(
            "Source: analysis.incidents_hazard; 95 % intervals, errors grouped by quarter. Days 0 to 2 hold the day "
            f"of the incident itself. {later(odds)}"
        )


def later(odds: pl.DataFrame) -> str:
    """Whether closures are more often from the third day on, when the order of the two is sure."""
    rows = odds.filter(pl.col("term") == "days_3_to_6").drop_nulls(["odds_ratio", "low", "high"])
    if rows.is_empty():
        return ""
    row = rows.row(0, named=True)
    ratio = f"{row['odds_ratio']:.2f} ({row['low']:.2f} to {row['high']:.1f})"
    if row["low"] <= 1 <= row["high"]:
        return f"From the third to the sixth day after, when the order is sure, no difference can be told: {ratio}."
    return f"From the third to the sixth day after, when the order is sure, the odds are {ratio}."


def left_out(week: dict[str, Any]) -> str:
    """Which incident days are not counted; the number where the timeline counts them."""
    if week["counted_by"] != "timeline":
        return "Days on which no crossing was known to be open are left out, for nothing could close. "
    kinds = list(FIGHTING) if week["kind"] == "all" else [week["kind"]]
    told = relations.events(week["place"].partition("-")[2], both=True).filter(pl.col("kind").is_in(kinds))
    total = told["event_date"].n_unique()
    return (
        f"The timeline has {total} days with such an incident; left out are those on which no crossing was known to "
        "be open, for nothing could close. "
    )


def limits(week: dict[str, Any]) -> str:
    """What the result cannot tell."""
    collected = (
        "The timeline was collected by reading about this border, so incidents that closed it are more often in it: "
        "the share is **too high** for all incidents there were. "
        if week["counted_by"] == "timeline"
        else ""
    )
    return (
        f"**What this cannot tell.** It rests on {week['incident_days']} days. {left_out(week)}{collected}"
        f"{texts.share(week['share_before'])} of the incident days came within a week **after** the beginning of a "
        "closure. Who fires and who shuts the gate may both answer to something that is not in the data."
    )


def prices(border: str) -> None:
    """Whether food rose more where the closed border feeds the markets, where it is worked out."""
    st.markdown("#### Do prices follow closures?")
    found = relations.price_effects(border)
    if found.is_empty():
        why = relations.method("prices")
        said = why["reason"][0] if why.height and why["reason"][0] else "no closure of this border has enough prices"
        st.info(f"Not worked out: {said}.")
        return
    parts.table(found.with_columns(pl.selectors.float().round(3)), "analysis.prices")
    st.caption(
        "Source: analysis.prices. 0.05 = about 5 % more where the border feeds the market; with the 95 % interval. A "
        "weak signal: few markets, goods go round, shops hold stocks."
    )
