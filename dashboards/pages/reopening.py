"""Reopening: when a closed crossing may open, how sure that is, and what no record of the past can tell."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, chance_charts, parts, texts
from dashboards.queries import relations, reopening

TITLE = "Reopening"
ICON = ":material/lock_open:"
ORDER = 2.7

KIND, CROSSING = "kind", "torkham"
FIRST_THREE = (7, 30, 90)
# So few closures that lasted longer are next to none.
FEW = 5
KINDS = {
    "fighting": "fighting: clashes, attacks, air strikes",
    "dispute": "dispute: documents, building, trade, protest",
    "pandemic": "pandemic",
    "election": "election",
    "regime_change": "change of regime",
    "other": "other causes, or none said",
}
EXTENTS = {"1": "one crossing alone", "5": "five crossings of the border"}
ALREADY = {"0": "just closed", "7": "shut for a week", "30": "shut for a month"}
FORECASTERS = {
    "hazard": "the model",
    "kaplan_meier": "Kaplan-Meier: all closures alike",
    "last_one": "as long as the last one on that border",
}
SCORES = {"brier": "Brier score", "crps": "CRPS, days", "coverage": "held by the 80 % interval"}


def show() -> None:
    parts.heading(
        "Reopening",
        "The chance that a closed crossing opens to goods, by what past closures did. A weak guide, for gates are "
        "shut and opened by decision: the table of scores says how weak.",
    )
    if not as_of.analysis_shown():
        return
    now, curves = reopening.shut(), reopening.curves()
    if curves.is_empty():
        why = relations.method("reopening")
        said = why["reason"][0] if why.height and why["reason"][0] else "the method has no result"
        st.info(f"Not worked out: {said}.")
        return
    shut = dict(now.select("crossing_id", "name").unique(maintain_order=True).iter_rows())
    options = {
        **{code: f"{name}, last known to be shut" for code, name in shut.items()},
        KIND: "any closure, by its kind",
    }
    of = parts.choose("Chances of", options, "of", default=CROSSING)
    if of == KIND:
        by_kind(curves)
    else:
        of_crossing(now.filter(pl.col("crossing_id") == of))
    scored()
    parts.rows(
        reopening.lasted(as_of.today()).drop("crossing_id"),
        "closure_episodes",
        label="Closures to goods, longest first",
    )


def of_crossing(chances: pl.DataFrame) -> None:
    """One crossing that is shut: its chances, the last one, and what cannot be known."""
    row = chances.row(0, named=True)
    closed = reopening.closure(row["crossing_id"], row["started_on"])
    earlier = reopening.before(row["crossing_id"], row["started_on"])
    figures(chances)
    parts.chart(
        f"{row['name']}: chance to open to {' and '.join(row['flows'])} from today on, "
        f"if still shut after {row['days_shut']:,} days",
        chance_charts.opening(chances.rename({"horizon_days": "day"}).with_columns(seen_often())),
        f"analysis.reopening, from {row['closures']} closures of {row['events']} events on all Afghan borders since "
        "2014; the 80 % interval by drawing events anew. It does not hold a wrong model. The closure: "
        f"{told(closed)}.",
        name="chances",
        rows=chances,
        behind=lambda: (reopening.shut(), reopening.closure(row["crossing_id"], row["started_on"])),
    )
    parts.rows(chances, "analysis.reopening", label="Chances by horizon")
    last_one(row, earlier)
    unknowable(row, earlier, closed)
    parts.rows(
        earlier.drop("crossing_id"), "closure_episodes", label="Earlier closures of that border with a known end"
    )


def seen_often() -> pl.Expr:
    """Kaplan-Meier's chance where more than a few closures grew so old; else it is no chance, but not known."""
    return pl.when(pl.col("lasted_longer") > FEW).then("p_km").alias("p_km")


def told(closed: pl.DataFrame) -> str:
    """Since when, why and by how many voices a crossing is shut."""
    if closed.is_empty():
        return "not among the closures known on this day"
    row = closed.row(0, named=True)
    cause = (row["cause"] or "no reason said").replace("_", " ")
    disputed = ", disputed on some days" if row["disputed"] else ""
    last = row["last_reported_on"]
    days = (as_of.today() - last).days if last else None
    old = "" if days is None or days <= texts.FRESH_DAYS else ": that it is still shut is last known, not is"
    return (
        f"since {texts.day(row['started_on'])}, cause: {cause}, {row['voices']} voices{disputed}, last reported on "
        f"{texts.day(last)}, {texts.age(days)} ago{old}{second_hand(row['second_hand'])}"
    )


def second_hand(what: str | None) -> str:
    """What of a closure is known at second hand alone, in words; nothing where other reports tell it."""
    if not what:
        return ""
    return f"; at second hand only (read in a page that cites it): its {what.replace(', ', ' and its ')}"


def figures(chances: pl.DataFrame) -> None:
    """The chance within a week, a month and three months, with both ways of ending."""
    for box, days in zip(st.columns(3), FIRST_THREE, strict=True):
        row = chances.filter(pl.col("horizon_days" if "horizon_days" in chances.columns else "day") == days)
        one = row.row(0, named=True)
        with box:
            parts.figure(
                f"Opens within {days} days",
                chance(one["p_open"]),
                f"80 % interval {chance(one['p_open_low'])} to {chance(one['p_open_high'])}. That only some goods "
                f"are let through: {chance(one['p_partly'])}. {alike(one['p_km'], one.get('lasted_longer'))}",
                row,
                "analysis.reopening" if "horizon_days" in chances.columns else "analysis.reopening_curves",
            )


def alike(part: float | None, longer: int | None) -> str:
    """What Kaplan-Meier says, in words; nothing where only a few closures ever lasted longer."""
    if longer is not None and longer <= FEW:
        count = "only one closure was" if longer == 1 else f"only {longer or 'no'} closures were"
        return f"Kaplan-Meier says nothing: {count.replace('only no', 'no')} ever shut for longer."
    if part is None:
        return "No closure lasted so long and ended: Kaplan-Meier says nothing."
    if part == 0:
        return "Kaplan-Meier: 0 %, for no closure so old was seen to end in that time."
    return f"Kaplan-Meier, either end: {chance(part)}."


def chance(part: float | None) -> str:
    """A chance in words: 4 %, 0.2 %, under 0.1 %."""
    if part is None:
        return texts.NOTHING
    if 0 < part < 0.001:
        return "under 0.1 %"
    return f"{part * 100:.1f} %" if 0 < part < 0.1 else texts.share(part)


def last_one(row: dict[str, Any], earlier: pl.DataFrame) -> None:
    """What "as long as the last one" says."""
    if earlier.is_empty():
        st.markdown("**As long as the last one**: no earlier closure of this border has a known end.")
        return
    last = earlier.row(0, named=True)
    over = (
        f"this one, if still shut, has lasted {row['days_shut'] - last['days']:,} days more, so that guess was wrong"
        if row["days_shut"] > last["days"]
        else f"by that it would open in {last['days'] - row['days_shut']:,} days"
    )
    st.markdown(
        f"**As long as the last one**: the last closure of this border with a known end ({last['name']}, "
        f"{texts.day(last['started_on'])} to {texts.day(last['ended_on'])}) lasted {last['days']:,} days; {over}."
    )


def unknowable(row: dict[str, Any], earlier: pl.DataFrame, closed: pl.DataFrame) -> None:
    """What the model cannot know of this closure, with the numbers."""
    st.markdown("##### What the model cannot know")
    st.markdown("\n".join(f"- {line}" for line in limits(row, earlier, closed)))


def limits(row: dict[str, Any], earlier: pl.DataFrame, closed: pl.DataFrame) -> list[str]:
    """The limits of the chances of one crossing, a sentence or two each."""
    lines = [so_long(row)]
    cause = closed["cause"][0] if closed.height else None
    alike = earlier.filter(pl.col("cause") == cause) if cause else earlier.clear()
    if alike.height:
        longest = alike.sort("days", descending=True).row(0, named=True)
        much = "longer than any" if row["days_shut"] > longest["days"] else "not longer than every"
        lines.append(
            f"It is {much} of the {alike.height} earlier closures of this border with the same cause "
            f"({(cause or '').replace('_', ' ')}) and a known end: the longest lasted {longest['days']:,} days "
            f"({longest['name']}, from {texts.day(longest['started_on'])})."
        )
    return [
        *lines,
        "It knows the kind of cause, how many crossings are shut and for how long. It knows of no talks, demands, "
        "elections, wars elsewhere or deals: what opens a gate after a year is not among its inputs.",
        "Ends are told of more often than continuations, and a closure that nobody tells of any more counts as shut "
        "only as long as it is carried on: the chances are rather too high than too low.",
        "All crossings shut by one decision open, or not, by one decision: five equal chances are one.",
    ]


def so_long(row: dict[str, Any]) -> str:
    """How many closures were still shut after so many days, and what that means for the chances."""
    longer = row["lasted_longer"]
    were = "no closure of another event was" if longer == 0 else f"{longer} closures of other events were"
    rest = (
        "the chances rest on almost nothing seen, and are drawn out from shorter closures"
        if longer <= FEW
        else "the chances rest on those"
    )
    return (
        f"After {row['days_shut']:,} days {were} still shut, of {row['closures']} closures in {row['events']} "
        f"events: {rest}."
    )


def by_kind(curves: pl.DataFrame) -> None:
    """The curve of a kind of closure, of one crossing or the border, just closed or shut for some time."""
    one, two, three = st.columns(3)
    with one:
        kind = parts.choose("Cause", KINDS, "cause")
    with two:
        extent = parts.choose("Shut with it", EXTENTS, "extent")
    with three:
        already = parts.choose("Days shut already", ALREADY, "already")
    chosen = curves.filter(kind=kind, crossings=int(extent), days_shut=int(already))
    row = chosen.row(0, named=True)
    figures(chosen)
    thin = " Few: the curve leans on closures of other kinds." if row["ended"] < 20 else ""
    parts.chart(
        f"{KINDS[kind].partition(':')[0].capitalize()}, {EXTENTS[extent]}, {ALREADY[already]}: chance to open",
        chance_charts.opening(chosen),
        f"analysis.reopening_curves; {row['closures']} closures of that kind, of which {row['ended']} have a known "
        f"end.{thin} The 80 % interval by drawing events anew; Kaplan-Meier over closures of every kind.",
        name="curve",
        rows=chosen,
        behind=reopening.curves,
    )
    parts.rows(chosen, "analysis.reopening_curves", label="The curve, day by day")


def scored() -> None:
    """How good such chances have been, each event forecast from all others."""
    st.markdown("#### How good are such chances?")
    found = reopening.scores()
    worded = found.with_columns(
        pl.col("forecaster").replace_strict(FORECASTERS), pl.col("score").replace_strict(SCORES)
    )
    skills = worded.filter((found["forecaster"] != "kaplan_meier") & found["skill"].is_not_null())
    events = max(found["events"].to_list())
    parts.chart(
        "Skill against Kaplan-Meier: above 0 better, below 0 worse",
        chance_charts.skill(skills),
        f"analysis.reopening_scores: each of up to {events} events left out in turn and its closures forecast from "
        "their first day, from all others, later ones included. Negative skill is shown as it is.",
        name="skill",
        rows=skills,
        behind=reopening.scores,
    )
    parts.table(
        worded.with_columns(pl.col("value").round(3), pl.col("skill").round(3)).select(
            "skill", "forecaster", "horizon_days", "score", "value", "closures", "events"
        ),
        "analysis.reopening_scores",
    )
    st.caption(
        "Source: analysis.reopening_scores. Brier score: mean squared error of the chance to have ended within so "
        "many days; CRPS: mean distance between forecast and outcome in days; both less is better. Of the closures "
        "that ended, the share that the 80 % interval holds should be near 80 %."
    )


if __name__ == "__main__":
    show()
