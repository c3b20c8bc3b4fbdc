"""Trade: who counts what with whom, by year and by month."""

from __future__ import annotations

import polars as pl

from dashboards.queries.reader import FACT, ask

# A single month, not a longer period.
WHOLE_MONTH = "day(period_start) = 1 AND period_end = last_day(period_start)"


def trade_pairs() -> pl.DataFrame:
    """Which flows are counted by whom with whom (reporter, partner, flow), the most printed first."""
    return ask(
        """
        SELECT reporter, partner, flow, count(*) AS rows
        FROM trade_flows
        WHERE commodity = 'total' AND unit = 'USD_million'
        GROUP BY ALL
        ORDER BY rows DESC
        """
    )


def trade_years(reporter: str, partner: str, flow: str) -> pl.DataFrame:
    """Values of twelve months, one row a basis and year."""
    return ask(
        """
        SELECT
            basis, year_kind, start_year, period_start, period_end, value, lowest, highest,
            derivation, pages, months_sum
        FROM trade_partner_years
        WHERE reporter = $reporter AND partner = $partner AND flow = $flow
        ORDER BY period_start, basis
        """,
        reporter=reporter,
        partner=partner,
        flow=flow,
    )


def trade_months(reporter: str, partner: str, flow: str) -> pl.DataFrame:
    """Values of single months: what most pages print, with the lowest and highest printed."""
    return ask(
        f"""
        SELECT
            basis, period_start AS month, mode(value ORDER BY value) AS value,
            min(value) AS lowest, max(value) AS highest, count(DISTINCT source_url) AS pages
        FROM trade_flows
        WHERE
            reporter = $reporter AND partner = $partner AND flow = $flow
            AND commodity = 'total' AND unit = 'USD_million' AND {WHOLE_MONTH}
        GROUP BY ALL
        ORDER BY month
        """,
        reporter=reporter,
        partner=partner,
        flow=flow,
    )


def rows_of_years(reporter: str, partner: str, flow: str) -> pl.DataFrame:
    """The figures as printed from which the values of twelve months are taken or summed."""
    return ask(
        f"""
        SELECT {FACT}
        FROM trade_flows
        WHERE
            row_key IN (
                SELECT unnest(row_keys)
                FROM trade_partner_years
                WHERE reporter = $reporter AND partner = $partner AND flow = $flow
            )
        ORDER BY period_end DESC, basis, source_name
        """,
        reporter=reporter,
        partner=partner,
        flow=flow,
    )


def rows_of_months(reporter: str, partner: str, flow: str) -> pl.DataFrame:
    """The figures of single months as printed."""
    return ask(
        f"""
        SELECT {FACT}
        FROM trade_flows
        WHERE
            reporter = $reporter AND partner = $partner AND flow = $flow
            AND commodity = 'total' AND unit = 'USD_million' AND {WHOLE_MONTH}
        ORDER BY period_end DESC, basis, source_name
        """,
        reporter=reporter,
        partner=partner,
        flow=flow,
    )


def trade_rows(reporter: str, partner: str, flow: str) -> pl.DataFrame:
    """Every figure of a flow as printed, goods and tonnes too, the newest period first."""
    return ask(
        f"""
        SELECT {FACT}
        FROM trade_flows
        WHERE reporter = $reporter AND partner = $partner AND flow = $flow
        ORDER BY commodity <> 'total', period_end DESC, basis, source_name
        """,
        reporter=reporter,
        partner=partner,
        flow=flow,
    )
