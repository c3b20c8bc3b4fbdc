"""Where the trade went: partners' shares of Afghanistan's trade, and what passed other crossings, around closures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import polars as pl

from analysis import closures, counterfactual
from analysis.counterfactual import Array
from analysis.monthly import month_numbers
from analysis.refresh import Tables, TooLittleError
from analysis.trials import NOMINAL

TITLE = "Where did the trade go?"
VERSION = 2
REFERENCE = (
    "Viner 1950, The Customs Union Issue (diversion: trade moves to another partner); Lei et al. 2018, JASA 113:1094 "
    "(conformal prediction: intervals as wide as what moves without a closure asks for)"
)
READS = ("closure_episodes", "crossing_capacity", "crossings", "disruption_index", "trade_figures", "trade_months")
# Chosen before looking. Shorter closures leave no mark in shares, nor do those that shut less than a tenth of the
# border's capacity over the period that is counted.
FEWEST_DAYS, FEWEST_SHUT = 21, 0.1
YEAR, FEWEST_DURING, FEWEST_PARTNERS = 12, 3, 3
# Starts before the closure from which the same is worked out: three years of them tell how far a share moves anyway.
FEWEST_STARTS = 36
KEYS = ["counted_by", "partner", "flow", "basis", "calendar", "months"]
# Afghanistan's own statistics with a partner beside those with the world, for the same period and by the same basis.
SHARES = """
    WITH figures AS (
        SELECT
            partner, flow, coalesce(basis, '') AS basis, calendar, months, first_month, last_day, value,
            use = 'contradicted' OR len(dissenting_rows) > 0 AS disputed
        FROM trade_figures
        WHERE
            reporter = 'AFG' AND unit = 'USD_million' AND flow IN ('export', 'import', 'total') AND use <> 'bound'
    )
    SELECT
        'AFG' AS counted_by, p.* EXCLUDE (disputed), p.disputed OR w.disputed AS disputed, p.value / w.value AS share
    FROM figures AS p
    INNER JOIN figures AS w USING (flow, basis, calendar, months, first_month, last_day)
    -- A group is no partner: its members would count twice.
    WHERE p.partner NOT IN ('WLD', 'Central Asia') AND w.partner = 'WLD' AND w.value >= p.value AND w.value > 0
    ORDER BY ALL
"""
# What the IMF and the UN collect: Afghanistan's own counts, and what its partners count, seen from Afghanistan.
COLLECTED = """
    SELECT
        if(reporter = 'AFG', 'AFG', 'partners') AS counted_by,
        if(reporter = 'AFG', partner, reporter) AS partner,
        CASE WHEN reporter = 'AFG' THEN flow WHEN flow = 'export' THEN 'import' ELSE 'export' END AS flow,
        basis, calendar, 1 AS months, month AS first_month, last_day(month) AS last_day, value,
        disputed
    FROM trade_months
    WHERE
        basis IN ('imts', 'comtrade') AND unit = 'USD_million' AND flow IN ('export', 'import')
        AND 'AFG' IN (reporter, partner) AND 'WLD' NOT IN (reporter, partner) AND value IS NOT NULL
    ORDER BY ALL
"""
ROUTES = """
    SELECT
        crossing_id, measure, direction, unit, period_start, coalesce(period_end, period_start) AS period_end,
        value / (coalesce(try_cast(split_part(per, ' ', 1) AS INT), 1) * CASE
            WHEN contains(per, 'day') THEN 1
            WHEN contains(per, 'week') THEN 7
            WHEN contains(per, 'month') THEN 365.25 / 12
            WHEN contains(per, 'quarter') THEN 365.25 / 4
            ELSE 365.25
        END) AS a_day
    FROM crossing_capacity
    WHERE
        measure IN ('truck_crossings', 'vehicle_crossings', 'rail_volume', 'rail_volume_khaf_herat')
        AND per IS NOT NULL AND period_start IS NOT NULL AND crossing_id IS NOT NULL
    ORDER BY ALL
"""


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    """Shares of partners by period, what is collected by month, what passed crossings, and closures."""
    return {
        "shares": con.sql(SHARES).pl(),
        "collected": con.sql(COLLECTED).pl(),
        "routes": con.sql(ROUTES).pl(),
        "closures": closures.cargo(con).drop("days"),
        "shut": closures.shut(con),
    }


def work_out(gathered: Tables) -> Tables:
    """The tables diversion and diversion_routes. Raises TooLittleError where neither shares nor routes are known."""
    if all(gathered[name].is_empty() for name in ("shares", "collected", "routes")):
        raise TooLittleError("neither shares of partners nor counts at crossings are known")
    partners, routes = [], []
    for event in closures.lasting_events(gathered["closures"], gathered["shut"]):
        if not event["border"].startswith("AFG-") or (event["until"] - event["started_on"]).days < FEWEST_DAYS:
            continue
        named = {name: event[name] for name in ("border", "started_on", "ended_on", "until", "share_shut")}
        routes += [named | line for line in _routes(gathered["routes"], event)]
        partners += [named | line for line in _partners(gathered, event)]
    tables = {"diversion": partners, "diversion_routes": routes}
    return {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items()}


def _partners(gathered: Tables, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The lines of analysis.diversion of one closure."""
    shut = gathered["shut"].filter(pl.col("border") == event["border"])
    world = [(gathered["shares"], ["WLD"])]
    for rows, total_of in world + list(_groups(gathered["collected"], event["started_on"])):
        for key, of_partner in rows.group_by(KEYS, maintain_order=True):
            if told := compared(of_partner, event, shut):
                yield dict(zip(KEYS, key, strict=True)) | {"total_of": total_of} | told


def _groups(rows: pl.DataFrame, first: dt.date) -> Iterator[tuple[pl.DataFrame, list[str]]]:
    """Shares within those partners that are known in each month counted, and who they are.

    Without a figure for the world a share is one of a group, and the group must be the same in every month. Who is
    slower to report than most is left out.
    """
    for _, of_kind in rows.group_by(["counted_by", "flow", "basis"], maintain_order=True):
        begins, at = pl.lit(first.replace(day=1)), pl.col("first_month")
        before = of_kind.filter(at >= begins.dt.offset_by(f"-{YEAR}mo"), pl.col("last_day") < begins)
        whole = before.group_by("partner").len().filter(pl.col("len") == YEAR)["partner"]
        newest = of_kind.filter(pl.col("partner").is_in(whole.implode())).group_by("partner").agg(
            pl.col("first_month").max()
        )  # fmt: skip
        if newest.is_empty():
            continue  # Polars breaks off at the quantile of no day
        quick = newest.sort("first_month", descending=True).filter(
            pl.col("first_month") >= pl.col("first_month").quantile(0.5, "lower")
        )
        group = sorted(quick["partner"])
        if len(group) < FEWEST_PARTNERS:
            continue
        together = of_kind.filter(pl.col("partner").is_in(group)).with_columns(
            total=pl.col("value").sum().over("first_month"), known=pl.len().over("first_month")
        )
        known = together.filter(pl.col("known") == len(group), pl.col("total") > 0)
        yield known.with_columns(share=pl.col("value") / pl.col("total")), group


def compared(rows: pl.DataFrame, event: dict[str, Any], shut: pl.DataFrame) -> dict[str, Any] | None:
    """The share of one partner before, during and after a closure.

    None where it lacks before or during, or the closure shut too little of the border in the time counted.
    """
    first, until = event["started_on"], event["until"]
    monthly = rows["months"][0] == 1
    parts = _months(rows, first, until) if monthly else _alike(rows, first, until)
    before, during, _ = parts
    if before.is_empty() or during.is_empty() or _dose(event, during) < FEWEST_SHUT:
        return None
    told: dict[str, Any] = {}
    for name, part in zip(("before", "during", "after"), parts, strict=True):
        told |= {
            f"first_{name}": part["first_month"].min(),
            f"last_{name}": part["last_day"].max(),
            f"periods_{name}": part.height,
            f"share_{name}": part["share"].mean(),
            f"shut_{name}": _shut(shut, part),
        }
    change = told["share_during"] - told["share_before"]
    moved = _moved_before(rows, during) if monthly and during.height >= FEWEST_DURING else np.empty(0)
    sure = len(moved) >= FEWEST_STARTS
    return told | {
        "change": change,
        "starts": len(moved),
        "disputed": bool(before["disputed"].any() or during["disputed"].any()),
        "sure": "interval" if sure else "months" if monthly else "two_figures",
    } | (_limits(change, moved) if sure else {})  # fmt: skip


def _dose(event: dict[str, Any], during: pl.DataFrame) -> float:
    """How much of the border's capacity this closure shut over the periods counted, on average."""
    first, last = during["first_month"].to_list(), during["last_day"].to_list()
    closed = sum(
        max((min(end + dt.timedelta(days=1), event["until"]) - max(start, event["started_on"])).days, 0)
        for start, end in zip(first, last, strict=True)
    )
    return float((event["share_shut"] or 0) * closed / _days(during))


def _days(part: pl.DataFrame) -> int:
    return sum((last - first).days + 1 for first, last in part.select("first_month", "last_day").iter_rows())


def _months(rows: pl.DataFrame, first: dt.date, until: dt.date) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Single months: the likes of those with closed days in the year before the closure, these, and the year after.

    Month beside month, for shares have seasons. A month whose like is not known is not counted.
    """
    at, placed = pl.col("first_month"), rows.with_columns(place=month_numbers("first_month"))
    closed = placed.filter(pl.col("last_day") >= first, at < until)
    since = pl.col("place") - pl.col("place").min()
    closed = closed.with_columns(like=pl.col("place") - YEAR * (since // YEAR + 1))
    likes = placed.select("place", *rows.columns)
    before = closed.select(place="like").join(likes, on="place", maintain_order="left")
    return (
        before,
        closed.filter(pl.col("like").is_in(before["place"].implode())),
        rows.filter(at >= until, at < pl.lit(until).dt.offset_by(f"{YEAR}mo")),
    )


def _moved_before(rows: pl.DataFrame, during: pl.DataFrame) -> Array:
    """What the share moved by in as many months, against their likes, from each start that ends before the closure.

    Other closures among them are left in: they make it seem to move further, and intervals wider.
    """
    places, closed = rows.select(month_numbers("first_month")).to_series().to_numpy(), during["place"].to_numpy()
    earlier = places < closed.min()
    known = np.full(int(closed.min() - places.min()), np.nan)
    known[places[earlier] - places.min()] = rows["share"].to_numpy()[earlier]
    steps = closed - closed.min()
    likes = steps - YEAR * (steps // YEAR + 1)
    starts = np.arange(-likes.min(), len(known) - steps.max())[:, None]
    moved = np.mean(known[starts + steps] - known[starts + likes], axis=1)
    return np.asarray(moved[np.isfinite(moved)])


def _limits(change: float, moved: Array) -> dict[str, float]:
    """Ends of the intervals of a change: low_80, high_80, low_95, high_95."""
    reaches = {f"{nominal * 100:.0f}": counterfactual.reach(np.abs(moved), nominal) for nominal in NOMINAL}
    return {f"{end}_{name}": change + sign * reach
            for name, reach in reaches.items() for end, sign in (("low", -1), ("high", 1))}  # fmt: skip


def _alike(rows: pl.DataFrame, first: dt.date, until: dt.date) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Longer periods: the first with closed days, and those before and after it that begin in the same month."""
    months = pl.col("first_month").dt.month()
    none = rows.clear()
    during = rows.filter(pl.col("last_day") >= first, pl.col("first_month") < until).sort("first_month").head(1)
    if during.is_empty():
        return none, none, none
    like = rows.filter(months == during["first_month"][0].month).sort("first_month")
    before = like.filter(pl.col("last_day") < first).tail(1)
    return before, during, like.filter(pl.col("first_month") >= until).head(1)


def _shut(shut: pl.DataFrame, part: pl.DataFrame) -> float | None:
    """The share of the border's capacity that is known to have been shut in these periods, by whatever closure."""
    if part.is_empty():
        return None
    spans = part.select("first_month", "last_day").iter_rows()
    closed = sum(shut.filter(pl.col("day").is_between(first, last))["low"].sum() for first, last in spans)
    return float(closed / _days(part))


def _routes(rows: pl.DataFrame, event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What passed each crossing a day in the two years before, during and after, as far as pages count it."""
    first, until, years = event["started_on"], event["until"], dt.timedelta(days=730)
    if (event["share_shut"] or 0) < FEWEST_SHUT:
        return
    for key, of_route in rows.group_by(["crossing_id", "measure", "direction", "unit"], maintain_order=True):
        starts, ends = pl.col("period_start"), pl.col("period_end")
        parts = {
            "before": of_route.filter(ends < first, starts >= first - years),
            "during": of_route.filter(starts >= first, ends < until),
            "after": of_route.filter(starts >= until, ends < until + years),
        }
        if parts["during"].is_empty() or parts["before"].is_empty():
            continue
        yield dict(zip(("crossing_id", "measure", "direction", "unit"), key, strict=True)) | {
            f"{what}_{name}": value
            for name, part in parts.items()
            for what, value in (
                ("figures", part.height),
                ("a_day", part["a_day"].median()),
                ("low", part["a_day"].min()),
                ("high", part["a_day"].max()),
            )
        }
