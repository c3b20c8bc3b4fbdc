"""The sections of Trade and diversion that say which way is open, what closures added, and where the trade went."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, parts, texts, trade_charts
from dashboards.queries import diversion
from dashboards.trade_charts import BEFORE, DURING

CITIES = {"kabul": "Kabul", "kandahar": "Kandahar", "herat": "Herat", "mazar-i-sharif": "Mazar-i-Sharif"}
MEASURES = {"hours": "hours", "km": "kilometres", "usd": "US dollars a container"}
FLOWS = {"transit": "transit", "imports": "imports"}
# The panel of days begins here.
FIRST = dt.date(2014, 1, 1)
# Wherever a ship comes from: no port or capital that a leg could be lacking from.
NO_PLACE = {"overseas"}
# So many closures are drawn; the table has all.
DRAWN = 12
CANNOT = (
    "What this network cannot know: ways that no page measured (so the shortest way is the shortest *known*), "
    "capacity and queues, seasons and snow, and prices of the day. Each leg has one figure, the newest, for all "
    "days, and is taken to be alike both ways. Hours inside Afghanistan were mostly measured in cars or buses: a "
    "truck takes longer."
)


def show() -> None:
    """All sections."""
    if as_of.analysis_shown():
        told = diversion.outcome("corridors").to_dicts()
        if told and told[0]["outcome"] == "worked_out":
            ways()
        else:
            why = told[0]["reason"] if told else "it was never worked out: serai ingest"
            st.info(f"Which ways are open is not known: {why}.")
        where_it_went()
    strait()


def ways() -> None:
    """The open ways on a day and over time, and what closures added."""
    st.markdown("#### The shortest open way")
    one, two, three, four = st.columns(4)
    with one:
        city = parts.choose("To", CITIES, "city")
    with two:
        measure = parts.choose("By", MEASURES, "measure")
    with three:
        flow = parts.choose("Gates open to", FLOWS, "gates")
    day = four.date_input(
        "On the day (empty: today)",
        value=None,
        min_value=FIRST,
        max_value=texts.today(),
        format="YYYY-MM-DD",
        key="day",
        bind="query-params",
    )
    # Of days after the one whose knowledge is shown nothing is known.
    origins = on_day(min(day or as_of.today(), as_of.today()), flow, measure, city)
    if origins:
        over_time(origins, flow, measure, city)
    costliest(flow, measure)
    with st.expander("How far to trust this"):
        st.markdown(CANNOT)
        parts.table(diversion.legs(), "analysis.corridors_legs")


def on_day(day: dt.date, flow: str, measure: str, city: str) -> list[str]:
    """The chart and the table of a day; gives the origins from which any leg leads to the city."""
    found = diversion.on_day(day, flow, measure, city)
    linked = found.filter(pl.col("certainty") == "not_closed", pl.col("outcome") != "no_legs")
    lacking = sorted(set(found["origin"]) - set(linked["origin"]) - NO_PLACE)
    if linked.is_empty():
        st.info(f"No legs in {MEASURES[measure]} lead to {CITIES[city]} from any port or capital among the facts.")
        return []
    sure = found.filter(pl.col("certainty") == "open", pl.col("outcome") == "route")
    roundabout = pl.col("plain_way").eq_missing(other=False)
    drawn = linked.with_columns(
        pl.col("origin").str.to_titlecase(),
        pl.when(roundabout & pl.col("value").is_not_null())
        .then(pl.lit(trade_charts.ROUND))
        .otherwise(pl.col("rests_on").fill_null("none"))
        .alias("rests_on"),
        # The shortest of ways round is no measure of the plain way.
        pl.when(~roundabout).then("shortest").alias("shortest"),
        by() + aged(),
        way(),
    ).drop("gates", "places", "legs")
    parts.chart(
        f"To {CITIES[city]} on {texts.day(day)}, in {MEASURES[measure]}",
        trade_charts.ways(drawn, measure),
        "legs as printed (corridor_legs), hours at gates (border_performance, CAREC CPMM) and the daily panel of "
        f"crossing states; shortest paths (analysis.corridors). {certain(linked, sure)}"
        + (
            f" No leg among the facts leads there from {', '.join(name.title() for name in lacking)}: a gap in the "
            "facts, not in the world."
            if lacking
            else ""
        ),
        name="ways",
        behind=lambda: (diversion.on_day(day, flow, measure, city), diversion.legs()),
    )
    parts.rows(
        linked.with_columns(
            way(), pl.col("origin").is_in(sure["origin"].to_list()).alias("open_at_every_gate")
        ).select(
            "origin", "outcome", "value", "low", "high", "estimated", "by_car", "rests_on", "last_reported_on",
            "days_old", "open_at_every_gate", "plain_way", "since", "way", "shortest",
        ),
        "analysis.corridors",
        label="Each way, what it rests on, and what of it is estimated",
    )  # fmt: skip
    return linked.sort("origin")["origin"].to_list()


def certain(linked: pl.DataFrame, sure: pl.DataFrame) -> str:
    """In how many cases a way is open as far as reports tell, how old these are, and where it is only not shut."""
    there = linked.filter(pl.col("outcome") == "route").height
    on = dict(sure["rests_on"].value_counts().iter_rows())
    oldest = max(sure["days_old"].drop_nulls().to_list(), default=None)
    aged = f" (up to {oldest:,} days ago)" if oldest else ""
    unmeasured = linked.filter(pl.col("plain_way").eq_missing(other=False))["origin"].to_list()
    named = ", ".join(name.title() for name in sorted(unmeasured))
    return (
        "Each way is the shortest among the legs known. "
        f"From {there} of {linked.height} origins a way is not known to be shut. From {sure.height} one was open at "
        f"every gate when last heard of: {on.get('told', 0)} reported in the 30 days before, "
        f"{on.get('last_known', 0)} longer ago{aged}, {on.get('assumed', 0)} with a gate assumed to be open, on "
        "which there is no report yet."
        + (f" From {named} the plain way was never measured: what is drawn leads round it." if named else "")
    )


def by() -> pl.Expr:
    """The gates that the way leads through, in words."""
    gates = pl.col("gates").list.join(", ").str.replace_all("_", " ").str.to_titlecase()
    return pl.format("by {}", gates).alias("by")


def aged() -> pl.Expr:
    """How long ago a way that is last known was reported to be open; nothing of the others."""
    written = pl.col("days_old").map_elements(lambda days: f"{days:,}", return_dtype=pl.String)
    days = pl.format(", reported {} days before", written)
    return pl.when(pl.col("rests_on") == "last_known").then(days).otherwise(pl.lit(""))


def way() -> pl.Expr:
    """The places on the way, in words."""
    return pl.col("places").list.join(" → ").alias("way")


def over_time(origins: list[str], flow: str, measure: str, city: str) -> None:
    """The way from one origin since 2014."""
    names = {name: name.title() for name in origins}
    origin = parts.choose("From", names, "origin", default="karachi")
    spans = diversion.over_time(flow, measure, origin, city, as_of.today())
    drawn = spans.with_columns(way(), by()).drop("gates", "places")
    roundabout = drawn["plain_way"].eq_missing(other=False).any()
    parts.chart(
        f"From {names[origin]} to {CITIES[city]} since 2014, in {MEASURES[measure]}"
        + (": only a way round was ever measured" if roundabout else ""),
        trade_charts.way_over_time(drawn, measure),
        "as above, in the network where only gates known to be closed are shut; the spans below say which rest on "
        "reports of the time. The way changes when a gate does, not when a road or a price does.",
        name="over-time",
        behind=lambda: (diversion.over_time(flow, measure, origin, city, as_of.today()), diversion.legs()),
    )
    parts.rows(drawn, "analysis.corridors", label="The spans")


def costliest(flow: str, measure: str) -> None:
    """The closures that made most ways longer, or cut them off."""
    frame = diversion.costliest(flow, measure)
    if frame.is_empty():
        st.info(f"No closure of seven days and more makes a difference to any way in {MEASURES[measure]}.")
        return
    every = frame.with_columns(
        pl.format("{} from {}", _named(pl.col("border")), pl.col("started_on")).alias("closure"),
        total=pl.col("way_days_longer") + pl.col("way_days_without_route"),
    )
    shown = every.sort("total", descending=True).head(DRAWN)
    kinds = {"longer": "way_days_longer", "no way left": "way_days_without_route"}
    names = ["closure", "ways", "added_on_average"]
    drawn = pl.concat(
        shown.select(*names, pl.lit(kind).alias("kind"), pl.col(column).cast(pl.Int64).alias("way_days"))
        for kind, column in kinds.items()
    ).filter(pl.col("way_days") > 0)
    parts.chart(
        f"Closures that cut off or lengthened most ways, by {MEASURES[measure]}",
        trade_charts.closures(drawn),
        "each closure of seven days and more against the same days with its own gates open and all others as they "
        "were (analysis.corridors_closures). Every way from an origin to a city counts the same, for what is carried "
        "on each is not known; no way left means none among the legs known. Ways round, from where the plain way was "
        "never measured, are not counted. "
        f"The {min(DRAWN, every.height)} largest of {every.height}.",
        name="closures",
        rows=frame,
        behind=lambda: (diversion.costliest(flow, measure), diversion.legs()),
    )
    parts.rows(frame, "analysis.corridors_closures", label="Every closure, by the detour and the days it lasted")


def where_it_went() -> None:
    """Shares of partners and traffic at other crossings, before and during a closure."""
    st.markdown("#### Where the trade went")
    partners, routes = diversion.partners(), diversion.routes()
    events = pl.concat([frame.select("border", "started_on", "until") for frame in (partners, routes)]).unique(
        maintain_order=True
    )
    if events.is_empty():
        st.info("No closure of 21 days and more has figures of trade from before and during it.")
        return
    names = {
        f"{row['border']}.{row['started_on']}": f"{texts.border(*row['border'].split('-'))}, from "
        f"{texts.day(row['started_on'])}"
        for row in events.sort("started_on", descending=True).iter_rows(named=True)
    }
    chosen = parts.choose("Closure", names, "closure")
    border, _, started = chosen.partition(".")
    of_closure = (pl.col("border") == border) & (pl.col("started_on") == dt.date.fromisoformat(started))
    shares(partners.filter(of_closure), border, names[chosen])
    traffic(routes.filter(of_closure), names[chosen])
    prices(border, dt.date.fromisoformat(started), names[chosen])


def shares(frame: pl.DataFrame, border: str, name: str) -> None:
    """Partners' shares around one closure."""
    if frame.is_empty():
        st.markdown(f"No partner's share is known both before and during the closure of {name}.")
        return
    counted = {"AFG": "Afghan count", "partners": "partners' count"}
    lines = [line | {"what": f"{_flow(line)} ({counted[line['counted_by']]})"} for line in frame.to_dicts()]
    drawn = pl.DataFrame(
        [
            {"what": line["what"], "when": when, "value": line[f"share_{when}"], "low": None, "high": None,
             "period": f"{line[f'first_{when}']} to {line[f'last_{when}']}", "figures": line[f"periods_{when}"]}
            for line in lines
            for when in (BEFORE, DURING)
        ],
        schema_overrides={"low": pl.Float64, "high": pl.Float64},
    )  # fmt: skip
    spans = {when: _period(frame, when) for when in (BEFORE, DURING)}
    parts.chart(
        f"Partners' shares of Afghanistan's trade, {spans[BEFORE]} and {spans[DURING]}: {name}",
        trade_charts.before_and_during(drawn, "share of Afghanistan's trade", "%", spans),
        f"analysis.diversion, basis never mixed. {_sure(frame)}: {_shut(frame)}. A share that changes while a border "
        f"is shut need not change because of it.{_others(frame, border)}",
        name="shares",
        rows=frame,
        behind=lambda: (diversion.partners(), diversion.figures_of_partners()),
    )
    parts.rows(frame, "analysis.diversion", label="Shares, their changes and periods")


def _period(frame: pl.DataFrame, when: str) -> str:
    """The time that the figures are of, where all are of one: 2024, or its days; else before or during."""
    spans = frame.select(f"first_{when}", f"last_{when}").unique().rows()
    if len(spans) > 1:
        return when
    [(first, last)] = spans
    year = dt.date(first.year, 1, 1), dt.date(first.year, 12, 31)
    return f"{first.year}" if (first, last) == year else f"{texts.day(first)} to {texts.day(last)}"


def _sure(frame: pl.DataFrame) -> str:
    """How many changes have an interval, and what the others lack."""
    kinds = dict(frame["sure"].value_counts().iter_rows())
    lacks = {
        "two_figures": "{} of two figures of longer periods, which have open days in them too",
        "months": "{} of months before which too few are known",
    }
    others = [words.format(kinds[kind]) for kind, words in lacks.items() if kind in kinds]
    without = f", without one are {' and '.join(others)}" if others else ""
    return f"{kinds.get('interval', 0)} of {frame.height} changes have an interval{without}"


def _shut(frame: pl.DataFrame) -> str:
    """How much of the border was known to be shut in the periods compared."""
    said = []
    for when in (BEFORE, DURING):
        parts_shut = frame[f"shut_{when}"].drop_nulls().to_list()
        ends = sorted({texts.share(min(parts_shut)), texts.share(max(parts_shut))}) if parts_shut else [texts.NOTHING]
        said.append(f"{when}, {' to '.join(ends)}")
    return f"share of the border known to be shut {'; '.join(said)}"


def _others(frame: pl.DataFrame, border: str) -> str:
    """Where only the country that was shut has a share, that this does not tell where the trade went."""
    if set(frame["partner"]) - set(border.split("-")):
        return ""
    shown = " and ".join(texts.country(code) for code in frame["partner"].unique().sort())
    return f" Only {shown} has a share in both periods: **where the trade went instead is not known** from these."


def _named(border: pl.Expr) -> pl.Expr:
    """The other side of an Afghan border by its name; both sides of another."""
    return border.map_elements(
        lambda code: " and ".join(texts.country(side) for side in code.split("-") if side != "AFG"),
        return_dtype=pl.String,
    )


def _flow(line: dict[str, Any]) -> str:
    return f"{texts.country(line['partner'])}, {texts.FLOWS[line['flow']].partition(' (')[0]}"


def traffic(frame: pl.DataFrame, name: str) -> None:
    """What passed crossings around one closure."""
    if frame.is_empty():
        st.markdown(f"No traffic at a crossing was counted both before and during the closure of {name}.")
        return
    drawn = pl.DataFrame(
        [
            {"what": _counted(line),
             "when": when, "value": line[f"a_day_{when}"], "low": line[f"low_{when}"], "high": line[f"high_{when}"],
             "period": "", "figures": line[f"figures_{when}"]}
            for line in frame.to_dicts()
            for when in (BEFORE, DURING)
        ]
    )  # fmt: skip
    parts.chart(
        f"What passed a day, before and during: {name}",
        trade_charts.before_and_during(drawn, "a day", ",.0f"),
        "pages' figures at crossings (crossing_capacity, analysis.diversion_routes), each in the unit beside its "
        "name: the middle one, with the lowest "
        "and highest. Few figures, of months that pages chose to print: no interval, and seasons are in them.",
        name="traffic",
        rows=frame,
        behind=lambda: (diversion.routes(), diversion.figures_of_routes()),
    )
    parts.rows(frame, "analysis.diversion_routes", label="Figures behind it")


def prices(border: str, started_on: dt.date, name: str) -> None:
    """Food prices around one closure, month by month."""
    frame = diversion.prices(border, started_on)
    if frame.is_empty():
        told = diversion.outcome("prices").to_dicts()
        why = told[0]["reason"] if told and told[0]["reason"] else "too few markets have prices from then"
        st.markdown(f"What food prices did around the closure of {name} is not known: {why}.")
        return
    parts.chart(
        f"Food prices, markets fed by the border against the others: {name}",
        trade_charts.prices(frame),
        "WFP's prices in local currency (food_prices, analysis.prices_months): rises of the logarithm against the "
        "three months before the closure, goods held alike; 95 % intervals, errors grouped by market, for each month "
        "by itself. Where months before it lie off the line too, the intervals are too narrow, or the closure is not "
        "the reason. A weak signal: markets are few, goods go round, and shops hold stocks.",
        name="prices",
        rows=frame,
        behind=lambda: (diversion.prices(border, started_on),),
    )
    parts.rows(frame, "analysis.prices_months", label="Differences by month")


def _counted(line: dict[str, Any]) -> str:
    border = line["crossing_id"].removeprefix("*").split("-")
    name = line["name"] or " and ".join(map(texts.country, border))
    return f"{texts.short(name)}, {line['unit']}" + (" by rail" if line["measure"].startswith("rail") else "")


def strait() -> None:
    """Hormuz in 2026: what is known of the second shock, and what is not."""
    st.markdown("#### Hormuz, the second shock")
    ships, legs = diversion.strait(), diversion.strait_legs()
    ends = legs.filter(pl.any_horizontal(pl.col("from_node", "to_node") == "bandar abbas")).height
    if ships.is_empty():
        st.info("Ships through the strait are not loaded: serai ingest portwatch.")
    else:
        parts.chart(
            "Ships a day through the Strait of Hormuz, by month",
            trade_charts.strait(ships),
            "IMF PortWatch (sea_transit_months), estimates from ships' position signals, revised for years; a month "
            "is the mean of its known days.",
            name="strait",
            behind=lambda: (diversion.strait(),),
        )
        parts.rows(ships, "sea_transit_months", label="Ships by month")
    st.markdown(
        f"**The network does not know the strait.** Of the legs among the facts {ends or 'none'} end in Bandar Abbas "
        f"and {legs.height or 'none'} name it or the strait. No row says which sea legs pass it, so none is shut "
        "here, and what its closure adds while Pakistan is shut too is unknown."
    )
    parts.rows(legs, "corridor_legs", label="Legs that name it")
    parts.rows(
        diversion.strait_events(), "timeline", label="What the timeline tells of Hormuz, Bandar Abbas and Chabahar"
    )
