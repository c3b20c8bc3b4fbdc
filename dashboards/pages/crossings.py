"""Crossings: every crossing's days as strips, one crossing's closures, and its reports on a time line."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, charts, parts, strips, texts
from dashboards.queries import crossings, days

TITLE = "Crossings"
ICON = ":material/fence:"
ORDER = 2

# Where no day is chosen, so many days to today are shown.
SPAN = 2 * 365
RECENT = "two years to today"
# The first day that can be chosen; the daily panel begins later.
EARLIEST = dt.date(1990, 1, 1)
# Heights of a row of days, pixels: all crossings, and the flows of one.
LOW, HIGH = 16, 27


def show() -> None:
    parts.heading(
        "Crossings",
        "Which crossing was open to whom, day by day, what that rests on, and who says otherwise. Each row leads to "
        "the page it was read on.",
    )
    since, until, flow = controls()
    registry = crossings.crossings()
    spans = days.spans(as_of.today(), texts.FRESH_DAYS)
    everywhere(registry, spans.filter(pl.col("flow") == flow), flow, (since, until))
    chosen = parts.choose("Crossing, by any of its names", names(registry), "crossing")
    crossing = registry.row(by_predicate=pl.col("crossing_id") == chosen, named=True)
    facts(crossing)
    st.link_button(
        "This crossing to print", f"print/crossing/{chosen}{as_of.query().replace('&', '?')}", icon=":material/print:"
    )
    state(chosen)
    all_flows(crossing, spans.filter(pl.col("crossing_id") == chosen), (since, until))
    closures(crossing, flow)
    time_line(chosen, since, until)
    beside(chosen)


def controls() -> tuple[dt.date, dt.date, str]:
    """The first and last day to show, and the flow."""
    one, two, three, four = st.columns(4)
    today = as_of.today()
    with one:
        flow = parts.choose("Flow", texts.TRAFFIC, "flow")
    years = [str(year) for year in range(today.year, as_of.FIRST.year - 1, -1)]
    period = two.selectbox("Period", [RECENT, *years], key="period", bind="query-params")
    bounds: dict[str, Any] = {"min_value": EARLIEST, "max_value": texts.today(), "bind": "query-params"}
    first = three.date_input("From (empty: by the period)", value=None, key="from", **bounds)
    last = four.date_input("To (empty: by the period)", value=None, key="to", **bounds)
    if first or last:
        until = min(last or today, today)
        since, until = sorted((first or until - dt.timedelta(days=SPAN), until))
        return since, until, flow
    if period in years:
        return dt.date(int(period), 1, 1), min(dt.date(int(period), 12, 31), today), flow
    return today - dt.timedelta(days=SPAN), today, flow


def everywhere(registry: pl.DataFrame, spans: pl.DataFrame, flow: str, period: tuple[dt.date, dt.date]) -> None:
    """All crossings, a row each, those of one border beside each other."""
    labels = labelled(registry)
    named = spans.with_columns(pl.col("crossing_id").replace_strict(labels).alias("row"))
    draw(
        "everywhere",
        f"Every crossing, open or closed to {texts.TRAFFIC[flow]}",
        named,
        list(labels.values()),
        period,
        "Crossings of one border stand together, the most reported first.",
        step=LOW,
    )


def labelled(registry: pl.DataFrame) -> dict[str, str]:
    """A short name for each crossing, by border, the most reported first."""
    border = pl.concat_str("country_a", pl.lit("-"), "country_b")
    by_border = registry.with_columns(border.alias("border")).with_columns(
        pl.col("reports").sum().over("border").alias("of_border")
    )
    rows = by_border.sort("of_border", "border", "reports", "name", descending=[True, False, True, False])
    return {
        row["crossing_id"]: f"{texts.short(row['name'])}, {row['border'].removeprefix('AFG-')}"
        for row in rows.iter_rows(named=True)
    }


def draw(
    name: str,
    title: str,
    spans: pl.DataFrame,
    rows: list[str],
    period: tuple[dt.date, dt.date],
    note: str,
    *,
    step: int,
) -> None:
    """A strip with its source, how sure it is, and the spans behind it."""
    since, until = max(period[0], as_of.FIRST), period[1]
    inside = spans.filter((pl.col("from_day") <= until) & (pl.col("until_day") > since))
    if until < as_of.FIRST or inside.is_empty():
        st.info(f"The daily panel begins on {texts.day(as_of.FIRST)}: choose a later day.")
        return
    shown = parts.named_statuses(inside).rename({"row": "of", "until_day": "to_day"})
    parts.chart(
        f"{title}, {texts.day(since)} to {texts.day(until)}",
        strips.strip(inside, rows, since, until, step=step),
        f"{inside['source_url'].n_unique()} deciding pages of {inside['source_name'].n_unique()} publishers, listed "
        f"below, weighed into days by the rules in docs/method.md. {rests_on(inside, since, until)} {note}",
        name=name,
        rows=shown,
        behind=lambda: days.spans(as_of.today(), texts.FRESH_DAYS),
    )
    parts.rows(
        shown.select("of", *[name for name in shown.columns if name not in ("of", "crossing_id", "flow")]),
        "crossing_spans",
        label="Spans of days behind the strip",
    )


def rests_on(inside: pl.DataFrame, since: dt.date, until: dt.date) -> str:
    """How much of what is drawn is reported, carried on, assumed, unknown and disputed."""
    end = until + dt.timedelta(days=1)
    length = pl.col("until_day").clip(upper_bound=end) - pl.col("from_day").clip(lower_bound=since)
    share = length.dt.total_days() / length.dt.total_days().sum()
    drawn = inside.select("basis", "disputed", share.alias("share"))
    shares = dict(drawn.group_by("basis").agg(pl.col("share").sum()).iter_rows())
    told = ", ".join(f"{texts.share(shares[name])} {name}" for name in texts.RESTS_ON if name in shares)
    disputed = drawn.select(pl.col("share").filter("disputed").sum()).item()
    return f"Of the days drawn: {told}; {texts.share(disputed)} disputed."


def names(registry: pl.DataFrame) -> dict[str, str]:
    """What can be searched for: name, both countries, other spellings."""
    return {
        row["crossing_id"]: f"{row['name']}, {texts.border(row['country_a'], row['country_b'])}"
        + (f" (also {row['aliases'].replace(';', ', ')})" if row["aliases"] else "")
        for row in registry.iter_rows(named=True)
    }


def facts(crossing: dict[str, Any]) -> None:
    one, two, three = st.columns(3)
    for column, side in ((one, "a"), (two, "b")):
        country = texts.country(crossing[f"country_{side}"])
        column.markdown(
            f"**{country}'s side**  \n{crossing[f'side_{side}'] or texts.NOTHING}"
            f"  \n{crossing[f'admin1_{side}'] or 'province not known'}"
        )
    where = f"{crossing['lat']:.3f}° N, {crossing['lon']:.3f}° E" if crossing["lat"] else "coordinates not known"
    three.markdown(
        f"**{texts.CATEGORIES[crossing['category']].capitalize()}**  \n{where}  \n"
        f"Source: [{crossing['source_name']}]({crossing['source_url']})"
    )
    spellings = (crossing["aliases"] or "none known").replace(";", ", ")
    st.caption(
        f"Other spellings: {spellings}. By {(crossing['modes'] or 'means not said').replace(';', ', ')}. "
        f"{crossing['note'] or ''} {texts.line(crossing['country_a'], crossing['country_b'])}"
    )


def state(crossing: str) -> None:
    """What the panel has for today, for goods out, goods in and people."""
    today = as_of.today()
    for box, flow in zip(st.columns(3), ("exports", "imports", "pedestrians"), strict=True):
        found = days.state(flow, today, texts.FRESH_DAYS).filter(pl.col("crossing_id") == crossing)
        row = parts.named_statuses(found).row(0, named=True)
        with box:
            parts.figure(
                f"For {texts.TRAFFIC[flow]}, on {texts.day(today)}",
                row["status"],
                parts.said(row),
                found,
                "crossing_spans",
            )


def all_flows(crossing: dict[str, Any], spans: pl.DataFrame, period: tuple[dt.date, dt.date]) -> None:
    """One crossing, a row a flow."""
    draw(
        "flows",
        f"{texts.short(crossing['name'])}, open or closed to each flow",
        spans.with_columns(pl.col("flow").replace_strict(texts.TRAFFIC).alias("row")),
        list(texts.TRAFFIC.values()),
        period,
        f"Exports leave {texts.country(crossing['country_a'])}, imports enter it.",
        step=HIGH,
    )


def closures(crossing: dict[str, Any], flow: str) -> None:
    """The closures of a crossing to a flow, and the reports of one of them."""
    every = days.episodes().filter(pl.col("crossing_id") == crossing["crossing_id"])
    found = every.filter(pl.col("flow") == flow)
    st.markdown(f"##### Closures of {texts.short(crossing['name'])} to {texts.TRAFFIC[flow]}, the newest first")
    if found.is_empty():
        st.markdown(f"No closure to {texts.TRAFFIC[flow]} is among the facts since {texts.day(as_of.FIRST)}.")
    else:
        parts.table(worded(found).drop("flow"), "closure_episodes")
        lost, disputed = int(found["days"].is_null().sum()), int(found["disputed"].sum())
        hand = int(found["second_hand"].is_not_null().sum())
        st.caption(
            f"Source: the reports of each closure, below. {lost} of {found.height} have no known end, so no length; "
            f"{disputed} are disputed on some day; of {hand} the start, end or last report is known at second hand "
            "only, from a page that cites it. Earliest and latest are what sources give within days of the "
            f"start and end; days are counted as the panel has them. {as_of.words()}"
        )
        one_closure(crossing["crossing_id"], found)
    parts.rows(worded(every), "closure_episodes", label="Closures to every flow")


def worded(episodes: pl.DataFrame) -> pl.DataFrame:
    """The closures with words for codes, as a table shows them."""
    return episodes.with_columns(
        pl.col("flow").replace_strict(texts.TRAFFIC),
        pl.col("how_ended").replace_strict(texts.HOW_ENDED),
        pl.col("exemptions").list.eval(pl.element().replace_strict(texts.TRAFFIC)).list.join(", "),
        pl.col("cause").str.replace_all("_", " "),
    ).drop("crossing_id", "report_ids")


def one_closure(crossing: str, found: pl.DataFrame) -> None:
    """The reports of the closure that is chosen."""
    options = {str(row["started_on"]): told(row) for row in found.iter_rows(named=True)}
    begun = parts.choose("Reports of the closure that began on", options, "closure")
    row = found.row(by_predicate=pl.col("started_on") == dt.date.fromisoformat(begun), named=True)
    reports = parts.named_statuses(days.reports(crossing, row["report_ids"]))
    parts.rows(reports, "crossing_reports", label=f"Reports of the closure of {options[begun]}")


def told(row: dict[str, Any]) -> str:
    """A closure in a line: when it began, how long it was."""
    length = f"{row['days']:,} days" if row["days"] is not None else "length not known"
    shut = f", {texts.HOW_ENDED['still_shut']}" if row["how_ended"] == "still_shut" else ""
    return f"{texts.day(row['started_on'])}, {length}{shut}"


def time_line(crossing: str, since: dt.date, until: dt.date) -> None:
    """The reports as they came, before anything is weighed."""
    spans = crossings.report_spans(crossing)
    reports = crossings.reports(crossing)
    if spans.is_empty():
        st.info("No report on this crossing is among the facts: its state is unknown.")
        return
    within = (pl.col("valid_from") <= until) & (pl.col("shown_to") >= since)
    drawn = spans.filter(within)
    shown = reports.filter(pl.col("report_id").is_in(drawn["report_id"].to_list()))
    st.markdown(
        f"**{reports.height} reports** in all, {int(reports['border_wide'].sum())} of them on the whole border; "
        f"{shown.height} that speak of {texts.day(since)} to {texts.day(until)} are shown."
    )
    if drawn.is_empty():
        st.info("No report falls into this period.")
    else:
        parts.chart(
            "What each report asserts, from its first day to its end",
            charts.status_spans(drawn),
            source(drawn),
            name="reports",
            rows=shown,
            behind=lambda: (crossings.report_spans(crossing), crossings.reports(crossing)),
        )
        parts.table(parts.named_statuses(shown), "crossing_reports", height=420)
    parts.rows(parts.named_statuses(reports), "crossing_reports", label="All reports, of all years")


def source(drawn: pl.DataFrame) -> str:
    pages, names_ = drawn["source_url"].n_unique(), drawn["source_name"].n_unique()
    return (
        f"{pages} pages of {names_} publishers, listed below. Filled: on this crossing; outlined and dashed: on "
        "the whole border. A bar ends where the report names an end, else on the day it became known: beyond that "
        "it says nothing. Lanes that overlap contradict each other, or speak of different goods and people."
    )


def beside(crossing: str) -> None:
    """What else is known of the crossing."""
    parts.rows(crossings.losses(crossing), "loss_claims", label="Losses claimed here or on the whole border")
    parts.rows(crossings.capacity(crossing), "crossing_capacity", label="What is or was normal here")
    parts.rows(crossings.performance(crossing), "border_performance", label="Hours and costs measured here")
    parts.rows(crossings.legs(crossing), "corridor_legs", label="Routes that pass here")


if __name__ == "__main__":
    show()
