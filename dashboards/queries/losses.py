"""What closures cost by the models, how often such models hold the truth, and what was claimed."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dashboards.queries.analysed import table
from dashboards.queries.reader import ask


def every() -> pl.DataFrame:
    """Each closure with each series and method: the loss and its intervals, the newest closure first."""
    return ask(
        f"""
        SELECT *
        FROM {table("losses")}
        ORDER BY started_on DESC, border, reporter, partner, flow, basis, method
        """
    )


def months(border: str, started: dt.date) -> pl.DataFrame:
    """Trade without a closure by month, with its intervals, beside trade as reported."""
    return ask(
        f"""
        SELECT *
        FROM {table("losses_months")}
        WHERE border = $border AND started_on = $started
        ORDER BY reporter, partner, flow, basis, method, month
        """,
        border=border,
        started=started,
    )


def before(line: dict[str, object], first: dt.date, last: dt.date) -> pl.DataFrame:
    """Trade as reported in known months of the series of a line of analysis.losses."""
    return ask(
        """
        SELECT month, value AS actual, derivation, voices, disputed
        FROM trade_months
        WHERE
            reporter = $reporter
            AND partner = $partner
            AND flow = $flow
            AND coalesce(basis, '') = $basis
            AND unit = 'USD_million'
            AND calendar = 'gregorian'
            AND derivation IN ('given', 'difference')
            AND month BETWEEN $first AND $last
        ORDER BY month
        """,
        **{name: line[name] for name in ("reporter", "partner", "flow", "basis")},
        first=first,
        last=last,
    )


def country(border: str, started: dt.date) -> pl.DataFrame:
    """All trade of Afghanistan as printed, of times that reach into a closure, the shortest first."""
    return ask(
        f"""
        SELECT
            flow, basis, period_start, period_end, value, lowest, highest, year_before,
            round(100 * (value / year_before - 1), 1) AS "change_%",
            array_to_string(notes, '; ') AS notes
        FROM {table("losses_country")}
        WHERE border = $border AND started_on = $started
        ORDER BY period_end - period_start, flow, period_start
        """,
        border=border,
        started=started,
    )


def backtest(border: str) -> pl.DataFrame:
    """How often the intervals held the truth on dates without closure."""
    return ask(
        f"""
        SELECT
            reporter, partner, flow, basis, method, horizon_months, trials, held,
            round(100 * nominal) AS "nominal_%",
            round(100 * share_held, 1) AS "held_%"
        FROM {table("losses_backtest")}
        WHERE border = $border
        ORDER BY reporter, partner, flow, basis, method, horizon_months, nominal
        """,
        border=border,
    )


def considered(border: str) -> pl.DataFrame:
    """Every series of the border or the country: what it carries, and why it carries no more."""
    return ask(
        f"SELECT * FROM {table('losses_series')} WHERE border = $border ORDER BY scope DESC, months_quiet DESC, flow",
        border=border,
    )


def claims(border: str) -> pl.DataFrame:
    """Claims of a border beside the modelled loss, the most excessive first, those without a model last."""
    return ask(
        f"""
        SELECT c.*, l.source_name, l.source_url
        FROM {table("losses_claims")} AS c
        LEFT JOIN loss_claims AS l USING (row_key)
        WHERE c.border = $border
        ORDER BY c.times_modelled DESC NULLS LAST, c.of_normal DESC NULLS LAST, c.claim_id
        """,
        border=border,
    )
