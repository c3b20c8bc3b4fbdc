"""Claims: who asserts and who denies, and what claimed losses come to beside what normally passes."""

from __future__ import annotations

import polars as pl

from dashboards.queries.reader import FACT, ask


def claims() -> pl.DataFrame:
    """Every claim and denial, rival ones beside each other, with how many assert and deny the same."""
    return ask(
        f"""
        SELECT
            {FACT},
            count(*) FILTER (stance = 'asserts') OVER same AS asserting,
            count(*) FILTER (stance = 'denies') OVER same AS denying
        FROM claims
        WINDOW same AS (PARTITION BY topic, metric)
        ORDER BY topic, metric, claimed_on, claim_id
        """
    )


def losses() -> pl.DataFrame:
    """Every claim of lost trade beside what normally passes there, the highest a day first; why_not where it is not
    weighed.
    """
    return ask(
        """
        SELECT
            claimant, claimant_side, border, crossing_id, measure, flow, period_start, period_end, days, value, unit,
            per, per_usd, claimed_a_day, normal_a_day, normal_lowest, normal_highest, part_of_border, factor,
            exceeds_all, why_not, source_name, source_url, claim_id
        FROM loss_claims_weighed
        ORDER BY claimed_a_day DESC NULLS LAST, claimant, claim_id
        """
    )


def other_losses() -> pl.DataFrame:
    """The claims of anything but lost trade: revenue, trucks, containers, people, prices."""
    return ask(
        f"""
        SELECT {FACT}
        FROM loss_claims
        WHERE measure NOT IN ('trade_lost', 'exports_lost', 'imports_lost')
        ORDER BY measure, period_start DESC, claim_id
        """
    )


def years(metrics: list[str]) -> pl.DataFrame:
    """The years that publishers count in Pakistan or Afghanistan, with how many publishers, the newest first."""
    return ask(
        """
        SELECT geography, year, count(DISTINCT publisher) AS publishers
        FROM incident_years
        WHERE geography IN ('PAK', 'AFG') AND list_contains($metrics, metric) AND counting = 'cnt'
        GROUP BY ALL
        ORDER BY year DESC, geography DESC
        """,
        metrics=metrics,
    )


def counts(geography: str, year: int, metrics: list[str]) -> pl.DataFrame:
    """What each publisher counted in a place and year, with its definition and the range printed."""
    return ask(
        """
        SELECT
            publisher, metric, value, lowest_printed, highest_printed, definition, derivation, voices, pages,
            revisions, row_keys
        FROM incident_years
        WHERE geography = $place AND year = $year AND list_contains($metrics, metric) AND counting = 'cnt'
        ORDER BY value DESC, publisher
        """,
        place=geography,
        year=year,
        metrics=metrics,
    )
