"""The disruption index: how much of the normal cargo capacity is shut, by spans of days, and what weighs it."""

from __future__ import annotations

import datetime as dt

import polars as pl

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
