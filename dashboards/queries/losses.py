"""What closures cost by the models, how often such models hold the truth, and what was claimed."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dashboards.queries.analysed import table
from dashboards.queries.reader import FACT, ask

# Follows the table country, which is analysis.losses_country.
BESIDE_ROUTE = """
    -- What leaves Afghanistan stands in its exports, and in the imports of the other side.
    single AS (
        SELECT
            if(partner = 'WLD', 'whole', 'route') AS part,
            reporter, partner, flow,
            coalesce(basis, '') AS basis,
            month AS period_start,
            last_day(month) AS period_end,
            value, lowest, highest, derivation,
            source_rows AS row_keys
        FROM trade_months
        WHERE
            (reporter, partner, flow) IN (('AFG', 'WLD', $flow), ('AFG', $side, $flow), ($side, 'AFG', $mirror))
            AND unit = 'USD_million'
            AND calendar = 'gregorian'
            AND derivation IN ('given', 'difference')
            AND month BETWEEN $first AND $last
    ),

    -- Months of the solar calendar have no place among the others.
    reaching AS (
        SELECT *
        FROM country
        WHERE
            border = $border AND started_on = $started AND flow = $flow
            AND (
                period_end - period_start > 31
                OR (day(period_start) = 1 AND period_end = last_day(period_start))
            )
    ),

    told AS (
        SELECT flow, basis, period_start, period_end, value, lowest, highest, row_keys
        FROM reaching
        UNION ALL
        SELECT
            flow, basis,
            (period_start - INTERVAL 1 YEAR)::DATE,
            (period_end - INTERVAL 1 YEAR)::DATE,
            year_before, NULL, NULL, row_keys
        FROM reaching
        WHERE year_before IS NOT NULL
    ),

    figures AS (
        SELECT * FROM single
        UNION ALL BY NAME
        SELECT 'whole' AS part, 'AFG' AS reporter, 'WLD' AS partner, *, 'given' AS derivation FROM told
    )

    SELECT
        *,
        greatest(1, round((period_end - period_start + 1) / (365.25 / 12)))::INT AS months,
        value / months AS a_month
    FROM figures
    -- A month of the whole may stand in both: once, with its range.
    QUALIFY row_number() OVER (
        PARTITION BY part, reporter, basis, period_start, period_end ORDER BY lowest IS NULL, derivation
    ) = 1
    ORDER BY part DESC, reporter, basis, period_start, period_end
"""


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


def left_out(border: str) -> pl.DataFrame:
    """Closures of a border of which a series does not tell the loss, and why."""
    return ask(
        f"""
        SELECT started_on, reporter, flow, basis, method, why_not
        FROM {table("losses_left_out")}
        WHERE border = $border
        ORDER BY started_on DESC, reporter, flow, basis, method
        """,
        border=border,
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


def beside_route(border: str, started: dt.date, flow: str, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Afghanistan's trade with all countries and with the other side of a border, of one flow, as printed.

    A row a figure: `part` is whole or route, `months` how many it covers (to the nearest), `a_month` its value over
    these. Months that are known, from first to last; and of longer figures those of the whole that reach into the
    closure, beside the same times a year before.
    """
    return ask(
        f"WITH country AS (FROM {table('losses_country')}), {BESIDE_ROUTE}",
        border=border,
        side=border.removeprefix("AFG-"),
        started=started,
        flow=flow,
        mirror="import" if flow == "export" else "export",
        first=first,
        last=last,
    )


def printed(row_keys: list[str]) -> pl.DataFrame:
    """The figures of trade of those keys, as printed."""
    return ask(
        f"SELECT {FACT} FROM trade_flows WHERE list_contains($keys, row_key) ORDER BY period_end DESC, source_name",
        keys=row_keys,
    )


def backtest(border: str) -> pl.DataFrame:
    """How often the intervals held the truth on dates without closure."""
    return ask(
        f"""
        SELECT
            flow, horizon_months,
            round(100 * nominal) AS "nominal_%",
            round(100 * share_held, 1) AS "held_%",
            trials, held, reporter, partner, basis, method
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
    """Claims of a border beside the modelled loss, the most excessive first, those without a model last.

    `name` is the crossing's; empty where the claim is of the whole border.
    """
    return ask(
        f"""
        SELECT c.*, l.source_name, l.source_url, g.name
        FROM {table("losses_claims")} AS c
        LEFT JOIN loss_claims AS l USING (row_key)
        LEFT JOIN crossings AS g ON c.crossing_id = g.crossing_id
        WHERE c.border = $border
        ORDER BY c.times_modelled DESC NULLS LAST, c.of_normal DESC NULLS LAST, c.claim_id
        """,
        border=border,
    )


def claimants(border: str) -> pl.DataFrame:
    """The claims of a border by claimant: how many, what multiples of normal trade and, these first, of the model."""
    return ask(
        f"""
        -- A claim may have a line for each series and method of its closure.
        WITH modelled AS (
            SELECT claim_id, min(times_modelled) AS least, max(times_modelled) AS most
            FROM {table("losses_claims")}
            GROUP BY claim_id
        )

        SELECT
            c.claimant, c.claimant_side AS side,
            count(*) AS claims,
            count(c.factor) AS weighed,
            min(c.factor) AS normal_lowest,
            median(c.factor) AS normal_median,
            max(c.factor) AS normal_highest,
            count(*) FILTER (c.exceeds_all) AS above_all,
            round(min(m.least), 2) AS model_lowest,
            round(max(m.most), 2) AS model_highest
        FROM loss_claims_weighed AS c
        LEFT JOIN modelled AS m USING (claim_id)
        WHERE c.border = $border
        GROUP BY c.claimant, c.claimant_side
        ORDER BY model_highest IS NULL, weighed DESC, normal_highest DESC NULLS LAST, c.claimant, side
        """,
        border=border,
    )
