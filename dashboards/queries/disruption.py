"""The disruption index by spans of days, and what weighs it; falls found in counts at other borders."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from dashboards.queries.analysed import table
from dashboards.queries.reader import ask

# Where so much of the normal capacity becomes known or unknown at once, the share is of another whole than before.
ANOTHER_WHOLE = 0.05


def index(today: dt.date) -> pl.DataFrame:
    """The index of every border (AFG: the whole country) by spans of days, to today.

    `part` counts the stretches between which the share known changes by more than ANOTHER_WHOLE. All borders at once:
    as of a day all of it is worked out anew, whatever is asked of it.
    """
    return ask(
        """
        SELECT
            border,
            from_day,
            least(to_day, $today::DATE + 1) AS until_day,
            share_shut, low, high, weight_known, weight_reported, crossings, crossings_shut, crossings_unknown,
            crossings_disputed, crossings_unweighed, weighed_by,
            count(*) FILTER (another_whole) OVER (PARTITION BY border ORDER BY from_day) AS part
        FROM (
            SELECT
                *,
                abs(weight_known - lag(weight_known) OVER (PARTITION BY border ORDER BY from_day)) > $change
                    AS another_whole
            FROM disruption_spans
            WHERE flow = 'cargo' AND from_day <= $today
        )
        ORDER BY border, from_day
        """,
        today=today,
        change=ANOTHER_WHOLE,
    )


def crossing_weights(border: str) -> pl.DataFrame:
    """What normally passes each crossing of a border (AFG: of all) in a day."""
    return ask(
        "SELECT * FROM crossing_weights WHERE border = $border OR $border = 'AFG' ORDER BY border, crossing_id, flow",
        border=border,
    )


def border_weights(border: str) -> pl.DataFrame:
    """The yearly trade by which a border (AFG: each) weighs in Afghanistan as a whole."""
    return ask(
        "SELECT * FROM border_weights WHERE border = $border OR $border = 'AFG' ORDER BY border, flow, valid_from",
        border=border,
    )


def falls() -> pl.DataFrame:
    """Falls in counts at all ports of a border, the newest first."""
    return ask(
        f"""
        SELECT * EXCLUDE (ports)
        FROM {table("count_changes")}
        WHERE ports = 'all'
        ORDER BY started DESC, entering, coming_from, measure
        """
    )


def why_no_falls() -> str | None:
    """Why falls are not worked out; None where they are."""
    found = ask(f"SELECT reason FROM {table('methods')} WHERE method = 'count_changes'")
    return found["reason"][0] if found.height else None


def fall_months(fall: dict[str, Any]) -> pl.DataFrame:
    """A fall month by month, of its first year: counted, and without it, with the intervals."""
    return ask(
        f"""
        SELECT month, actual, without_fall, low_80, high_80, low_95, high_95
        FROM {table("count_changes_months")}
        WHERE
            entering = $entering
            AND coming_from = $coming_from
            AND measure = $measure
            AND started = $started
            AND ports = 'all'
        ORDER BY month
        """,
        **{name: fall[name] for name in ("entering", "coming_from", "measure", "started")},
    )


def counted(fall: dict[str, Any], first: dt.date, last: dt.date) -> pl.DataFrame:
    """What entered at all ports of the border of a fall in whole months."""
    return ask(
        """
        SELECT
            period_start AS month,
            sum(value) AS actual,
            count(*) AS ports,
            any_value(source_name) AS source_name,
            any_value(source_url) AS source_url
        FROM crossing_counts
        WHERE
            entering = $entering
            AND coming_from = $coming_from
            AND measure = $measure
            AND period_start = date_trunc('month', period_start)
            AND period_end = last_day(period_start)
            AND period_start BETWEEN $first AND $last
        GROUP BY period_start
        ORDER BY month
        """,
        **{name: fall[name] for name in ("entering", "coming_from", "measure")},
        first=first,
        last=last,
    )


def falls_backtest(fall: dict[str, Any]) -> pl.DataFrame:
    """How often forecasts of the series of a fall held the truth outside falls."""
    return ask(
        f"""
        SELECT
            measure, horizon_months, trials, held,
            round(100 * nominal) AS "nominal_%",
            round(100 * share_held, 1) AS "held_%"
        FROM {table("count_changes_backtest")}
        WHERE entering = $entering AND coming_from = $coming_from AND measure = $measure AND ports = 'all'
        ORDER BY horizon_months, nominal
        """,
        **{name: fall[name] for name in ("entering", "coming_from", "measure")},
    )
