"""Overview, on one screen: what is shut, since when, what it costs, what changed this week, and where."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, maps, parts, texts
from dashboards.queries import commitments, crossings, days, incidents, overview

TITLE = "Overview"
ICON = ":material/public:"
ORDER = 1

AFGHANISTAN = "AFG"
TRADERS = "AFG-UZB"
ATTACKS = ("militant_attacks", "violent_incidents")
NEWEST = "Days since the newest crossing report"
FLOWS = {texts.TRAFFIC[flow]: flow for flow in ("exports", "imports", "transit", "pedestrians")}
COLUMNS = [
    "name", "status", "basis", "since", "last_reported_on", "days_old", "source_url", "reports_page", "voices",
    "disputed", "source_name",
]  # fmt: skip
# So many crossings are named beside a figure.
NAMED = 3
BEHIND = [name for name in COLUMNS if name != "reports_page"]


def show() -> None:
    parts.heading(
        "Serai",
        "An observatory of closed and open borders: what sources have reported, side by side, never averaged.",
    )
    left, right = st.columns([3, 2])
    with left:
        for row in ((closed, cost), (changed, newest), (trade, attacks)):
            for box, figure in zip(st.columns(2), row, strict=True):
                with box:
                    figure()
    with right:
        flow, state = where()
    tables(flow, state)


def closed() -> None:
    state = days.state("exports", as_of.today(), texts.FRESH_DAYS)
    every = state.filter(pl.col("category") == "formal_trade")
    formal = every.filter((pl.col("country_a") == AFGHANISTAN) | (pl.col("country_b") == AFGHANISTAN))
    elsewhere = every.height - formal.height
    counts = dict(formal["status"].value_counts().iter_rows())
    others = ", ".join(f"{counts.get(status, 0)} {status}" for status in ("restricted", "unknown", "open"))
    known = formal.filter(pl.col("status") != "unknown")
    fresh = known.filter(pl.col("days_old") <= texts.FRESH_DAYS).height
    assumed = known.filter(pl.col("basis") == "assumed").height
    parts.figure(
        "Afghanistan's formal crossings closed to exports",
        f"{counts.get('closed', 0)} of {formal.height}",
        f"{since(formal)}{others} ({assumed} only assumed). "
        f"Reported in the last {texts.FRESH_DAYS} days: {fresh}; the others are last known, not is.",
        parts.named_statuses(formal).select(BEHIND),
        "crossing_spans",
        more=f"{elsewhere} formal crossings of other borders stand in the table of all, and are not counted here.",
    )


def since(formal: pl.DataFrame) -> str:
    """Since when most of the closed crossings are shut."""
    shut = formal.filter(pl.col("status") == "closed").drop_nulls("since")
    if shut.is_empty():
        return ""
    day, count = shut["since"].value_counts(sort=True).sort("count", "since", descending=True).row(0)
    named = ", ".join(texts.short(name) for name in shut.filter(pl.col("since") == day)["name"].to_list()[:NAMED])
    more = " and others" if count > NAMED else ""
    return f"{count} since {texts.day(day)} ({named}{more}). "


def cost() -> None:
    """What the newest closure cost, where that is worked out for the day; else the normal trade at stake."""
    lost = overview.losses()
    if lost.is_empty():
        stake()
        return
    row = lost.row(0, named=True)
    basis = texts.BASES.get(row["basis"]) or row["basis"]
    last = row["known_to"] - dt.timedelta(days=1)
    first = "the first " if row["months_known"] == row["months"] else ""
    months = 12 * (last.year - row["started_on"].year) + last.month - row["started_on"].month + 1
    parts.figure(
        f"What the closure since {texts.day(row['started_on'])} cost, to {row['last_month']:%B %Y}",
        texts.dollars(row["loss"]),
        f"{texts.country(row['reporter'])}'s {texts.WITH[row['flow']]} {texts.country(row['partner'])} alone, of "
        f"{first}{row['months_known']} of its {months} months: below what a model expects without it (80 % interval "
        f"{texts.dollars(row['loss_low_80'])} to {texts.dollars(row['loss_high_80'])}; {basis}). {undated(row)}",
        lost,
        "analysis.losses",
        more="Of the other months nothing is known. One route and way alone: other routes may have made good a part.",
    )


def undated(row: dict[str, Any]) -> str:
    """As of a day gone by: how many figures of the closure's months come from pages without a date, and what then."""
    if not as_of.words():
        return ""
    figures = overview.figures_dated(row["reporter"], row["partner"], row["flow"], row["started_on"])
    without = figures.filter(pl.col("known_from_basis") == "not_before").height
    if not without:
        return ""
    return (
        f"{without} of the {figures.height} figures of these months are from pages that bear no date: they are taken "
        "as known from the end of their month, and may be of later."
    )


def stake() -> None:
    """The normal trade of a day at the borders where something is shut."""
    label = "Normal trade of a day where crossings are shut"
    found = overview.at_stake(as_of.today())
    known = found.drop_nulls("normal_a_day")
    if known.is_empty():
        parts.figure(label, texts.NOTHING, "no border with a crossing shut has a yearly figure of trade.", found)
        return
    row = known.row(0, named=True)
    parts.figure(
        label,
        f"${row['normal_a_day']:.1f} m",
        f"{texts.border(*row['border'].split('-'))}, {row['crossings_shut']} of {row['crossings']} crossings shut: "
        f"${row['lowest_a_day']:.1f} m to ${row['highest_a_day']:.1f} m by yearly figures over 365. What is at "
        "stake, not what was lost: no loss is worked out for this day.",
        found,
    )


def changed() -> None:
    """What became known in the last seven days; where nothing was reported, when the last report was."""
    today = as_of.today()
    every = overview.week(today)
    own = pl.col("what") == "correction"
    found, corrections = every.filter(~own), every.filter(own).height
    counts = found["what"].value_counts().sort("count", "what", descending=[True, False])
    kinds = "; ".join(f"{what}: {count}" for what, count in counts.iter_rows())
    reported = found.filter(pl.col("what").is_in(["status report", "event", "commitment restated"])).height
    quiet = "" if reported else f"Nothing was reported in these days; {last_heard(today)}. "
    corrected = f"Apart from these {corrections} of our own corrections of earlier rows. " if corrections else ""
    first = today - dt.timedelta(days=overview.WEEK - 1)
    parts.figure(
        "Changed or became known this week",
        f"{found.height}",
        f"{quiet}{kinds + '. ' if kinds else ''}{corrected}{texts.day(first)} to {texts.day(today)}.",
        every,
    )


def last_heard(today: dt.date) -> str:
    """When the last report on a crossing became known."""
    reports = crossings.newest_reports(today)
    if reports.is_empty():
        return "no report is known at all"
    return f"the last report on a crossing became known on {texts.day(reports['reported_on'][0])}"


def newest() -> None:
    reports = crossings.newest_reports(as_of.today())
    if reports.is_empty():
        parts.figure(NEWEST, texts.NOTHING, "no status report at all", reports)
        return
    first = reports.row(0, named=True)
    parts.figure(
        NEWEST,
        f"{first['days_old']}",
        f"{texts.day(first['reported_on'])}, {first['source_name']}. "
        + ("Nothing is known of the days since." if first["days_old"] else "It became known on the day itself."),
        parts.named_statuses(reports),
        "status_reports",
    )


def trade() -> None:
    """The target of Uzbek-Afghan turnover stated last, as known on the day, and how much of it is reached."""
    aims = commitments.pace().filter((pl.col("pair") == TRADERS) & pl.col("measured_by_turnover"))
    label = "Uzbek-Afghan trade against what is aimed at"
    pace = aims.drop_nulls(["latest", "stated_on"]).sort("stated_on", "target_value")
    if pace.is_empty():
        parts.figure(label, texts.NOTHING, "no dated target with a year's turnover is among the facts", aims)
        return
    last = pace.row(-1, named=True)
    before = last["other_target_before"]
    parts.figure(
        f"Uzbek-Afghan trade against ${last['target_value'] / 1000:g} billion",
        f"{texts.dollars(last['latest'])} = {texts.share(last['share_reached'])}",
        f"in {last['latest_year']} (printed: {texts.dollars(last['latest_lowest'])} to "
        f"{texts.dollars(last['latest_highest'])}); target of {texts.day(last['stated_on'])}. {reached(last)}",
        commitments.turnover(last["pair"]).filter(pl.col("year") == last["latest_year"]),
        "turnover_years",
        more=f"The other target stated last before it: {texts.dollars(before)}, on "
        f"{texts.day(last['other_target_before_on'])}."
        if before
        else "",
    )


def reached(last: dict[str, Any]) -> str:
    """When the target is reached, with the interval of the method; else by the pace held, said to be arithmetic."""
    if last["share_reached"] >= 1:
        return f"It was first reached in {last['reached_in'] or texts.NOTHING}."
    found = commitments.paces(last["pair"], last["target_value"])
    if found.is_empty():
        return (
            f"At the pace held ({texts.growth(last['growth_held'])}) it would be reached in "
            f"{last['reached_in'] or 'no year'}: arithmetic, no forecast."
        )
    row = found.row(0, named=True)
    ends = [row[name] or "not within 30 years" for name in ("met_low_80", "met", "met_high_80")]
    return (
        f"If it goes on with the growth and swings of {row['figures']} yearly figures, it is reached in {ends[1]} "
        f"(80 %: {ends[0]} to {ends[2]}); in {texts.share(row['share_never'])} of draws not within 30 years."
    )


def attacks() -> None:
    counts = incidents.incident_years("PAK", ATTACKS).filter(
        (pl.col("counting") == "cnt") & (pl.col("year") < as_of.today().year)
    )
    if counts.is_empty():
        label = "Incidents in Pakistan, by publisher"
        parts.figure(label, texts.NOTHING, "no publisher's count of a whole year is among the facts", counts)
        return
    year = max(counts["year"].to_list())
    label = f"Incidents in Pakistan in {year}, by publisher"
    counts = counts.filter(pl.col("year") == year).sort("value")
    said = ", ".join(
        f"{publisher} {value:,.0f}" for publisher, value in counts.select("publisher", "value").iter_rows()
    )
    keys = [key for keys in counts["row_keys"] for key in keys]
    parts.figure(
        label,
        f"{min(counts['value']):,.0f} to {max(counts['value']):,.0f}",
        f"{said}. They count different things: militant attacks, or every violent incident.",
        incidents.incident_rows_by_key(keys),
        "incident_counts",
    )


def where() -> tuple[str, pl.DataFrame]:
    """The map with its controls: for whom it is, and the state of every crossing for them."""
    flow = st.segmented_control(
        "Crossings open or closed to",
        list(FLOWS),
        default="exports",
        key="for",
        bind="query-params",
        required=True,
    )
    flow = flow or "exports"
    state = days.state(FLOWS[flow], as_of.today(), texts.FRESH_DAYS)
    place = st.container()
    background = st.toggle(
        "Background map (needs network)",
        key="tiles",
        bind="query-params",
        help="Asks OpenStreetMap's server for tiles.",
    )
    with place:
        draw(state, flow, background=background)
    return flow, state


def tables(flow: str, state: pl.DataFrame) -> None:
    """Every crossing's state, folded, and the week on paper."""
    day = texts.day(as_of.today())
    pakistani = (pl.col("country_b") == "PAK") | (pl.col("country_a") == "PAK")
    formal = state.filter(pakistani & (pl.col("category") == "formal_trade"))
    with st.expander(f"Pakistan's formal crossings on {day}, for {flow} ({formal.height})"):
        parts.table(parts.with_reports_page(parts.named_statuses(formal)).select(COLUMNS), "crossing_spans")
        st.caption(sure(formal))
    with st.expander(f"All crossings on {day}, for {flow} ({state.height})"):
        every = parts.with_reports_page(parts.named_statuses(state))
        parts.table(
            every.select(*COLUMNS, "country_a", "country_b", "category", "scope", "cause", "note"), "crossing_spans"
        )
    week = f"print/week/{as_of.today()}{as_of.query().replace('&', '?')}"
    st.link_button("This week to print", week, icon=":material/print:")


def draw(state: pl.DataFrame, flow: str, *, background: bool) -> None:
    deck = maps.crossings(state, dark=st.context.theme.type == "dark", background=background)
    st.pydeck_chart(deck, height=400, alt=f"Map of crossings open or closed to {flow}; the table below has the same")
    st.html(parts.crossings_key())
    known = f"{words}. " if (words := as_of.words()) else ""
    st.caption(
        "Source: the reports in the tables, weighed into one state by the rules of the daily panel. "
        f"{known}{maps.ATTRIBUTION}"
    )
    unplaced = parts.named_statuses(state.filter(pl.col("lat").is_null() | pl.col("lon").is_null()))
    if unplaced.height:
        with st.popover(f"{unplaced.height} crossings are not on the map", type="tertiary"):
            named = "; ".join(f"{row['name']} ({row['status']})" for row in unplaced.iter_rows(named=True))
            st.markdown(parts.plain(f"Their coordinates are not known: {named}."))


def sure(frame: pl.DataFrame) -> str:
    """What the table's rows rest on, and how old the reports are."""
    bases = dict(frame["basis"].value_counts(sort=True).iter_rows())
    ages = frame["days_old"].drop_nulls()
    if ages.is_empty():
        return "Source: no report at all."
    return (
        f"Source: the report in each row decides. Basis: {', '.join(f'{n} {name}' for name, n in bases.items())}. "
        f"The youngest of these reports is {texts.age(min(ages.to_list()))} old. After {texts.FRESH_DAYS} days "
        "without a report a state is last known, not is."
    )


if __name__ == "__main__":
    show()
