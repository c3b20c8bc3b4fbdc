"""Overview: what the latest reports say, in four figures, a map and a table."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import maps, parts, texts
from dashboards.queries import commitments, crossings, incidents

TITLE = "Overview"
ICON = ":material/public:"
ORDER = 1

TARGET = "uzb_afg_trade_5bn"
ATTACKS = ("militant_attacks", "violent_incidents")
YEAR = 2025
NEWEST = "Days since the newest crossing report"
FLOWS = {"cargo": "cargo", "people on foot": "pedestrians"}
COLUMNS = ["name", "status", "since", "reported_on", "source_url", "reports_page", "days_old", "source_name"]


def show() -> None:
    parts.heading(
        "Serai",
        "An observatory of closed and open borders: what sources have reported, side by side, never averaged.",
    )
    boxes = st.columns(4)
    with boxes[0]:
        closed()
    with boxes[1]:
        newest()
    with boxes[2]:
        trade()
    with boxes[3]:
        attacks()
    board()


def closed() -> None:
    formal = crossings.latest("cargo", texts.today()).filter(pl.col("category") == "formal_trade")
    counts = dict(formal["status"].value_counts().iter_rows())
    fresh = formal.filter(pl.col("days_old") <= texts.FRESH_DAYS).height
    parts.figure(
        "Formal crossings closed to cargo",
        f"{counts.get('closed', 0)} of {formal.height}",
        f"by the latest report on each; {counts.get('unknown', 0)} unknown. Reported in the last "
        f"{texts.FRESH_DAYS} days: {fresh}; the others are last known, not is.",
        parts.named_statuses(formal),
        "crossing_latest",
    )


def newest() -> None:
    reports = crossings.newest_reports(texts.today())
    if reports.is_empty():
        parts.figure(NEWEST, texts.NOTHING, "no status report at all", reports)
        return
    first = reports.row(0, named=True)
    parts.figure(
        NEWEST,
        f"{first['days_old']}",
        f"{texts.day(first['reported_on'])}, {first['source_name']}. Nothing is known of the days since.",
        parts.named_statuses(reports),
        "status_reports",
    )


def trade() -> None:
    pace = commitments.pace().filter(pl.col("commitment_id") == TARGET)
    label = "Uzbek-Afghan trade against $5 billion"
    if pace.is_empty():
        parts.figure(label, texts.NOTHING, "the target is not among the facts", pace)
        return
    last = pace.sort("stated_on").row(-1, named=True)
    parts.figure(
        label,
        f"{texts.dollars(last['latest'])} = {texts.share(last['share_reached'])}",
        f"in {last['latest_year']}; printed between {texts.dollars(last['latest_lowest'])} and "
        f"{texts.dollars(last['latest_highest'])}. At the pace held ({texts.growth(last['growth_held'])}) "
        f"the target is reached in {last['reached_in'] or 'no year'}.",
        commitments.turnover(last["pair"]).filter(pl.col("year") == last["latest_year"]),
        "turnover_years",
    )


def attacks() -> None:
    counts = (
        incidents.incident_years("PAK", ATTACKS)
        .filter((pl.col("year") == YEAR) & (pl.col("counting") == "cnt"))
        .sort("value")
    )
    label = f"Incidents in Pakistan in {YEAR}, by publisher"
    if counts.is_empty():
        parts.figure(label, texts.NOTHING, "no publisher's count is among the facts", counts)
        return
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


def board() -> None:
    left, right = st.columns([3, 2])
    with left:
        flow, background = controls()
        latest = crossings.latest(FLOWS[flow], texts.today())
        draw(latest, flow, background=background)
    with right:
        st.markdown(f"##### What the latest reports say of Pakistan's formal crossings, for {flow}")
        pakistani = (pl.col("country_b") == "PAK") | (pl.col("country_a") == "PAK")
        formal = latest.filter(pakistani & (pl.col("category") == "formal_trade"))
        parts.table(
            parts.with_reports_page(parts.named_statuses(formal)).select(COLUMNS), "crossing_latest", height=450
        )
        st.caption(sure(formal))
    st.markdown(f"##### All crossings, for {flow}")
    parts.table(
        parts.with_reports_page(parts.named_statuses(latest)).select(
            *COLUMNS, "country_a", "country_b", "category", "scope", "cause", "note"
        ),
        "crossing_latest",
    )


def controls() -> tuple[str, bool]:
    """Whom the map is for, and whether it asks for background tiles."""
    one, two = st.columns([3, 2], vertical_alignment="bottom")
    flow = one.segmented_control(
        "Crossings, by the latest report on",
        list(FLOWS),
        default="cargo",
        key="for",
        bind="query-params",
        required=True,
    )
    background = two.toggle(
        "Background map (needs network)",
        key="tiles",
        bind="query-params",
        help="Asks OpenStreetMap's server for tiles.",
    )
    return flow or "cargo", background


def draw(latest: pl.DataFrame, flow: str, *, background: bool) -> None:
    deck = maps.crossings(latest, dark=st.context.theme.type == "dark", background=background)
    st.pydeck_chart(
        deck, height=400, alt=f"Map of crossings by the latest report on {flow}; the table below has the same"
    )
    st.html(parts.crossings_key())
    unplaced = latest.filter(pl.col("lat").is_null() | pl.col("lon").is_null())
    listed = "; ".join(
        f"{row['name']} ({row['status']})" for row in parts.named_statuses(unplaced).iter_rows(named=True)
    )
    if listed:
        st.caption(f"Not on the map, as their coordinates are not known: {listed}.")
    st.caption(f"Source: the latest report on each crossing, in the tables. {maps.ATTRIBUTION}")


def sure(frame: pl.DataFrame) -> str:
    """Where the table's rows come from, and how old they are."""
    names = frame["source_name"].drop_nulls().unique().sort().to_list()
    ages = frame["days_old"].drop_nulls()
    if ages.is_empty():
        return "Source: no report at all."
    youngest = min(ages.to_list())
    return (
        f"Source: {', '.join(names)}. The latest of these reports is {texts.age(youngest)} old: "
        f"{'the state is known' if youngest <= texts.FRESH_DAYS else 'last known, not is'}."
    )


if __name__ == "__main__":
    show()
