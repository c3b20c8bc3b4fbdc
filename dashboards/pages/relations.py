"""Relations: closures, incidents, trade, prices and events on one time axis, and what follows incidents."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, chance_charts, colours, lanes, parts, texts
from dashboards.charts import Drawing
from dashboards.queries import crossings, days, disruption, relations

TITLE = "Relations"
ICON = ":material/timeline:"
ORDER = 2.2

BORDERS = ("PAK", "IRN", "TJK", "UZB", "TKM", "CHN")
WHOLE, NONE = "all", "none"
# Where no day is chosen, so many days to today are shown.
SPAN = 3 * 365
CHART = "lanes"
# What the session remembers: the event last clicked on, and the one with which the chart was drawn.
CLICKED, DRAWN_WITH = "event_clicked", "event_drawn_with"
BETWEEN = {"both": "between the two sides", "either": "of either side"}
GOODS_FLOW = "exports"
TERMS = {
    "days_0_to_2": "an incident 0 to 2 days before",
    "days_3_to_6": "an incident 3 to 6 days before",
    "days_7_to_13": "an incident 7 to 13 days before",
    "closed_lately": "another closure began in the 30 days before",
}


def show() -> None:
    parts.heading(
        "Relations",
        "Closures, incidents, trade, prices and events of one border, day under day. What lies beside each other "
        "here need not be cause and effect; below is how often closures follow incidents, against chance.",
    )
    side, crossing, period = controls()
    between = BETWEEN["both"]
    with st.expander("What the lanes show"):
        series, between = chosen_series(side)
    events = within(relations.events(side, both=between == BETWEEN["both"]), period)
    event = picked(events)
    draw(side, crossing, period, series, events, event)
    if event:
        one_event(event, f"AFG-{side}")
    after_incidents(f"AFG-{side}")
    prices(f"AFG-{side}")


def controls() -> tuple[str, str, tuple[dt.date, dt.date]]:
    """The other side of the border, the crossing or all of them, the first and the last day."""
    one, two, three, four = st.columns(4)
    with one:
        side = parts.choose("Border", {code: texts.border("AFG", code) for code in BORDERS}, "border")
    registry = of_border(side)
    names = dict(registry.select("crossing_id", "name").iter_rows())
    with two:
        crossing = parts.choose("Crossing", {WHOLE: "all crossings for trade", **names}, "crossing")
    today = as_of.today()
    bounds: dict[str, Any] = {"min_value": as_of.FIRST, "max_value": texts.today(), "bind": "query-params"}
    first = three.date_input("From (empty: three years)", value=None, key="from", **bounds)
    last = four.date_input("To (empty: today)", value=None, key="to", **bounds)
    until = min(last or today, today)
    since, until = sorted((max(first or until - dt.timedelta(days=SPAN), as_of.FIRST), until))
    return side, crossing, (since, until)


def of_border(side: str) -> pl.DataFrame:
    """The crossings of the border, the most reported first."""
    return crossings.crossings().filter((pl.col("country_a") == "AFG") & (pl.col("country_b") == side))


def chosen_series(side: str) -> tuple[list[lanes.Measured], str]:
    """The measured lanes as chosen, and between whom events are shown."""
    one, two = st.columns(2)
    with one:
        counted = counts_lane(side)
        priced = prices_lane()
    with two:
        traded = trade_lane(side)
        between = BETWEEN[parts.choose("Events", BETWEEN, "events")]
    return [lane for lane in (counted, traded, priced) if lane], between


def counts_lane(side: str) -> lanes.Measured | None:
    """A publisher's monthly count, as chosen; None where nobody counts by month there."""
    options = {
        "/".join(line): f"{line[0]}: {texts.metric(line[2])}, {texts.place(line[1])}"
        for line in relations.counts(side).select("publisher", "geography", "metric").iter_rows()
    }
    if not options:
        st.markdown("No publisher counts incidents by month on either side.")
        return None
    code = parts.choose("Incidents", options, "count")
    publisher, geography, metric = code.split("/")
    months = relations.count_months(publisher, geography, metric)
    spread = months.with_columns(pl.col("lowest_printed").alias("lowest"), pl.col("highest_printed").alias("highest"))
    return lanes.Measured(spread, f"{options[code]}, as counted", "a month", colours.ORANGE)


def trade_lane(side: str) -> lanes.Measured | None:
    """A monthly series of trade, as chosen; None where there is none."""
    found = {
        f"{row['reporter']}/{row['flow']}/{row['basis'] or ''}": row
        for row in relations.trade(side).iter_rows(named=True)
    }
    if not found:
        st.markdown("No monthly trade between the two is among the facts.")
        return None
    code = parts.choose("Trade", {key: traded(row) for key, row in found.items()}, "trade")
    row = found[code]
    months = relations.trade_months(row["reporter"], row["partner"], row["flow"], row["basis"])
    return lanes.Measured(months, traded(row), "$ m a month", colours.SKY)


def traded(row: dict[str, Any]) -> str:
    """What a series of trade is."""
    basis = texts.BASES.get(row["basis"]) or row["basis"]
    return f"{texts.country(row['reporter'])}'s {texts.WITH[row['flow']]} {texts.country(row['partner'])}, {basis}"


def prices_lane() -> lanes.Measured | None:
    """The price of a food, as chosen; None, with what to do, where no prices are loaded."""
    found = {
        f"{row['country']}/{row['commodity']}/{row['unit']}": row for row in relations.goods().iter_rows(named=True)
    }
    if not found:
        st.markdown("No food prices are loaded: `serai ingest wfp_afg wfp_pak` takes them in.")
        return None
    names = {
        key: f"{row['commodity']}, {texts.country(row['country'])} ({row['unit']})" for key, row in found.items()
    }
    code = parts.choose("Price", names, "price")
    row = found[code]
    months = relations.price_months(
        *(row[name] for name in ("country", "commodity", "unit", "currency", "source_name"))
    )
    title = f"{names[code]}: median over markets, by {row['source_name']}"
    return lanes.Measured(months, title, row["currency"], colours.GREEN)


def within(events: pl.DataFrame, period: tuple[dt.date, dt.date]) -> pl.DataFrame:
    return events.filter(pl.col("event_date").is_between(*period))


def picked(events: pl.DataFrame) -> str | None:
    """The event chosen by a click or in the list; its key stays in the address."""
    options = {
        row["event_id"]: f"{texts.day(row['event_date'])}: {row['title']}" for row in events.iter_rows(named=True)
    }
    code = parts.choose("Event (or click one below)", {NONE: "none picked", **options}, "event")
    return None if code == NONE else code


def clicked() -> None:
    """Choose in the list the event that was clicked on in the chart."""
    points = st.session_state[CHART]["selection"].get(lanes.PICKED) or []
    if points:
        st.session_state[CLICKED] = st.session_state["choose_event"] = points[0]["event_id"]


def drawn_with(event: str | None) -> str | None:
    """The event marked as the chart is drawn: after a click the chart stays as it is, and with it what was zoomed."""
    if event != st.session_state.get(CLICKED):
        st.session_state[DRAWN_WITH] = event
    kept: str | None = st.session_state.get(DRAWN_WITH)
    return kept


def draw(
    side: str,
    crossing: str,
    period: tuple[dt.date, dt.date],
    series: list[lanes.Measured],
    events: pl.DataFrame,
    event: str | None,
) -> None:
    """The lanes, and the rows behind each."""
    since, until = period
    end = until + dt.timedelta(days=1)
    during = (pl.col("from_day") < end) & (pl.col("until_day") > since)
    cut = [pl.col("from_day").clip(lower_bound=since), pl.col("until_day").clip(upper_bound=end)]
    index = disruption.index(as_of.today()).filter((pl.col("border") == f"AFG-{side}") & during).with_columns(cut)
    gates = of_gates(side, crossing).filter(during).with_columns(cut)
    measured = [
        lanes.Measured(one.frame.filter(pl.col("month").is_between(since, until)), one.title, one.unit, one.colour)
        for one in series
    ]
    drawing = lanes.lanes(index, gates, measured, events, period, drawn_with(event))
    options = {"key": CHART, "on_select": clicked, "selection_mode": [lanes.PICKED]} if events.height else {}
    parts.chart(
        f"{texts.border('AFG', side)}, {texts.day(since)} to {texts.day(until)}: gates, incidents, trade and events",
        Drawing(drawing.chart, drawing.key, options),
        "daily panel of crossing states, disruption index, incident_months, trade_months, food prices where loaded, "
        "timeline; every lane's rows with their pages are below. Gates rest on the reports that decide each day; "
        "counts and values are as printed or follow from what is printed, and a line breaks where a month is not "
        "known; events were collected by reading, and are not all there were. Months stand at their first day.",
    )
    parts.rows(gates.drop("crossing_id", "flow"), "crossing_spans", label="Gates by spans of days")
    for one in measured:
        parts.rows(one.frame, label=one.title)
    parts.rows(events, "timeline", label="Events")


def of_gates(side: str, crossing: str) -> pl.DataFrame:
    """The spans of days to draw: goods out at every crossing for trade; of one crossing, each flow."""
    registry = of_border(side)
    spans = days.spans(as_of.today(), texts.FRESH_DAYS)
    if crossing != WHOLE:
        own = spans.filter(pl.col("crossing_id") == crossing)
        return own.with_columns(pl.col("flow").replace_strict(texts.TRAFFIC).alias("row"))
    formal = registry.filter(pl.col("category") == "formal_trade").with_row_index("at")
    named = formal.select(
        "crossing_id", "at", pl.col("name").map_elements(texts.short, return_dtype=pl.String).alias("row")
    )
    of_goods = spans.filter(pl.col("flow") == GOODS_FLOW)
    return of_goods.join(named, on="crossing_id").sort("at", "from_day").drop("at")


def one_event(event: str, border: str) -> None:
    """The rows of the event that is picked, what closed in the week after it, and the reports of that."""
    found = relations.event(event)
    row = found.row(0, named=True)
    st.markdown(parts.plain(f"##### {texts.day(row['event_date'])}: {parts.verbatim(row['title'])}"))
    kind, actors = row["kind"].replace("_", " ").capitalize(), parts.verbatim(row["actors"] or "not said")
    st.markdown(f"{kind}; who took part: {actors}. Known from {texts.day(row['known_from'])}.")
    parts.table(found, "timeline")
    after = relations.closures_after(border, row["event_date"])
    sides = texts.border(*border.split("-"))
    if after.is_empty():
        st.markdown(
            f"No closure to goods on the border {sides} is known to begin within {relations.WINDOW} days of it."
        )
    else:
        st.markdown(f"Closures to goods on the border {sides} that began within {relations.WINDOW} days of it:")
        parts.table(after.drop("crossing_id", "report_ids"), "closure_episodes")
        ids = sorted({one for line in after["report_ids"].to_list() for one in line})
        parts.rows(relations.reports(ids), "status_reports", label="Reports of these closures")
    st.caption(
        "Source: timeline, closure_episodes and the reports above. That one followed the other is a matter of dates, "
        "not of cause: a report of the closure that names a cause has it in its row."
    )


def after_incidents(border: str) -> None:
    """How often closures follow incidents here, against placebos, and what that cannot tell."""
    st.markdown("#### Do closures follow incidents?")
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
        f"{names[f'{place}/{counted_by}/{kind}']}: how often a closure began in the days after",
        chance_charts.followed(shown),
        f"analysis.incidents, {week['incident_days']} incident days and {week['closures']} closures, "
        f"{texts.day(week['first_day'])} to {texts.day(week['last_day'])}, on days on which something was open to "
        "close. The week was chosen before looking; the other windows are for comparison. As of now, whatever day "
        "is asked for.",
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
            "Incident days followed by a closure within a week",
            texts.share(week["share_followed"]),
            f"{week['followed']} of {week['incident_days']} days; 95 % interval {texts.share(week['share_low'])} to "
            f"{texts.share(week['share_high'])}, quarters of years drawn together.",
            shown,
            "analysis.incidents",
        )
    with two:
        ratio = f"{week['ratio']:.1f} times as often after an incident" if week["ratio"] else "no ratio can be told"
        parts.figure(
            "Other days followed by one",
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


def by_lag(border: str, counted_by: str) -> None:
    """The event study by day, and the hazard."""
    study = relations.profile(border).filter(pl.col("counted_by") == counted_by)
    if study.height:
        parts.chart(
            f"{texts.border(*border.split('-'))}: days between an incident and a closure",
            chance_charts.profile(study),
            f"analysis.incidents_profile, {study['incident_days'][0]} incident days. A closure before the incident "
            "(left of 0) would speak for closures bringing incidents, or for both coming of the same.",
        )
        parts.rows(study, "analysis.incidents_profile", label="Shares by day")
    odds = relations.hazard(border).filter(pl.col("counted_by") == counted_by)
    if odds.height:
        st.markdown("##### Odds that a closure begins on a day, years held alike (1 = as on other days)")
        parts.table(
            odds.with_columns(
                pl.col("term").replace_strict(TERMS), pl.col("odds_ratio", "low", "high").round(2)
            ).drop("place"),
            "analysis.incidents_hazard",
        )
        st.caption("Source: analysis.incidents_hazard; 95 % intervals, errors grouped by quarter.")


def limits(week: dict[str, Any]) -> str:
    """What the result cannot tell."""
    collected = (
        "The timeline was collected by reading about this border, so incidents that closed it are more often in it: "
        "the share is **too high** for all incidents there were. "
        if week["counted_by"] == "timeline"
        else ""
    )
    return (
        f"**What this cannot tell.** It rests on {week['incident_days']} days. {collected}Days on which all was shut "
        "already are left out, for nothing could close: since October 2025 nearly all of them on the Pakistani side. "
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
        "weak signal: few markets, goods go round, shops hold stocks. As of now, whatever day is asked for."
    )


if __name__ == "__main__":
    show()
