"""Relations: closures, incidents, trade, prices and events on one time axis, and what follows incidents."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, colours, lanes, parts, texts
from dashboards.charts import Drawing
from dashboards.pages import _effects
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


def show() -> None:
    parts.heading(
        "Relations",
        "Closures, incidents, trade, prices and events of one border, day under day. What lies beside each other "
        "here need not be cause and effect; below is how often closures follow incidents, against chance.",
    )
    side, crossing, period = controls()
    if also := texts.line("AFG", side):
        st.caption(also)
    with st.expander("What the lanes show"):
        series, between = chosen_series(side)
    events = within(relations.events(side, both=between == BETWEEN["both"]), period)
    event = picked(events)
    draw(side, crossing, period, series, events, event)
    if event:
        one_event(event, f"AFG-{side}")
    _effects.show(f"AFG-{side}")


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
    drawn, estimates = without_estimates(measured)
    drawing = lanes.lanes(index, gates, drawn, events, period, drawn_with(event))
    options = {"key": CHART, "on_select": clicked, "selection_mode": [lanes.PICKED]} if events.height else {}
    parts.chart(
        f"{texts.border('AFG', side)}, {texts.day(since)} to {texts.day(until)}: gates, incidents, trade and events",
        Drawing(drawing.chart, drawing.key, options),
        "daily panel of crossing states, disruption index, incident_months, trade_months, food prices where loaded, "
        "timeline; every lane's rows with their pages are below. Gates rest on the reports that decide each day; "
        "counts and values are as printed, or differences of what is printed, and a line breaks where a month is not "
        f"known{estimates}; events were collected by reading, and are not all there were. Months stand at their "
        "first day.",
        name="lanes",
        rows=together(gates, measured, events),
    )
    parts.rows(gates.drop("crossing_id", "flow"), "crossing_spans", label="Gates by spans of days")
    for one in measured:
        parts.rows(one.frame, label=parts.verbatim(one.title))
    parts.rows(events, "timeline", label="Events")


def without_estimates(measured: list[lanes.Measured]) -> tuple[list[lanes.Measured], str]:
    """The lanes without the months that are only estimated within a longer period; how many these are, in words."""
    kept, left_out = [], 0
    for one in measured:
        estimated = pl.col("derivation") == "estimate"
        known = one.frame.filter(~estimated) if "derivation" in one.frame.columns else one.frame
        left_out += one.frame.height - known.height
        kept.append(lanes.Measured(known, one.title, one.unit, one.colour))
    said = f" ({left_out} months of trade that are estimates within a longer period are in the rows, not drawn)"
    return kept, said if left_out else ""


def together(gates: pl.DataFrame, measured: list[lanes.Measured], events: pl.DataFrame) -> pl.DataFrame:
    """What all lanes show as one table, for files: lane, row, first and last day, state or value, basis, page."""
    day = pl.duration(days=1)
    tables = [
        gates.select(
            pl.lit("gates").alias("lane"), "row", pl.col("from_day").alias("first_day"),
            (pl.col("until_day") - day).alias("last_day"), "status", "basis", "source_name", "source_url",
        )
    ]  # fmt: skip
    tables += [
        one.frame.select(
            pl.lit(one.title).alias("lane"), pl.lit(one.unit).alias("row"), pl.col("month").alias("first_day"),
            pl.col("month").dt.month_end().alias("last_day"), "value", "lowest", "highest",
        )
        for one in measured
    ]  # fmt: skip
    tables.append(
        events.select(
            pl.lit("events").alias("lane"), pl.col("title").alias("row"), pl.col("event_date").alias("first_day"),
            pl.col("event_date").alias("last_day"), pl.col("kind").alias("status"), "source_name", "source_url",
        )
    )  # fmt: skip
    return pl.concat(tables, how="diagonal_relaxed")


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


if __name__ == "__main__":
    show()
