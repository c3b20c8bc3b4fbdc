"""Commitments: targets against what was reached, kilometres built, days promised."""

from __future__ import annotations

import polars as pl

from dashboards.queries.analysed import table
from dashboards.queries.reader import FACT, ask


def pace() -> pl.DataFrame:
    """Every statement of a trade target against what was reached, the newest figures first."""
    return ask("SELECT * EXCLUDE (row_key) FROM commitment_pace ORDER BY pair, target_value, stated_on")


def turnover(pair: str) -> pl.DataFrame:
    """Turnover of two countries (AFG-UZB) by year, one row a figure on a page."""
    return ask(
        """
        SELECT
            year, value, qualifier, reporter AS counted_by, known_from AS reported_on,
            source_name, source_url, dataset
        FROM turnover_years
        WHERE pair = $pair
        ORDER BY year DESC, value DESC, source_name
        """,
        pair=pair,
    )


def paces(pair: str, target: float) -> pl.DataFrame:
    """The paces held so far towards a target that is not met, and the year in which they meet it: one row or none."""
    return ask(
        f"SELECT * FROM {table('commitments')} WHERE pair = $pair AND target_value = $target",
        pair=pair,
        target=target,
    )


def paths(pair: str, target: float) -> pl.DataFrame:
    """Turnover year by year with its intervals, if it goes on as it went."""
    return ask(
        f"SELECT * FROM {table('commitments_paths')} WHERE pair = $pair AND target_value = $target ORDER BY year",
        pair=pair,
        target=target,
    )


def built() -> pl.DataFrame:
    """Kilometres built, and lengths as printed, of pipelines, railways and lines."""
    return ask(
        f"""
        SELECT {FACT}
        FROM commitment_progress
        WHERE metric IN ('km_built', 'km_total')
        ORDER BY commitment_id, observed_on, source_name
        """
    )


def construction_pace() -> pl.DataFrame:
    """Every day promised for the completion of a pipeline or railway, against what is built."""
    return ask(
        """
        SELECT * EXCLUDE (row_key, built_row_keys)
        FROM construction_pace
        WHERE promised = 'completion'
        ORDER BY commitment_id, part, stated_on, target_date
        """
    )


def construction_progress(commitment: str) -> pl.DataFrame:
    """Kilometres of a pipeline or railway built by date."""
    return ask(
        """
        SELECT * EXCLUDE (row_keys)
        FROM construction_progress
        WHERE commitment_id = $commitment AND of_this_line
        ORDER BY observed_on
        """,
        commitment=commitment,
    )


def promises() -> pl.DataFrame:
    """Statements of pipelines, railways and power lines that name a day, by that day."""
    return ask(
        f"""
        SELECT {FACT}
        FROM commitments
        WHERE kind IN ('pipeline', 'railway', 'power_line') AND target_date IS NOT NULL
        ORDER BY target_date, commitment_id
        """
    )


def commitments() -> pl.DataFrame:
    """Every statement of a commitment."""
    return ask(f"SELECT {FACT} FROM commitments ORDER BY kind, commitment_id, announced_on")


def progress(commitment: str) -> pl.DataFrame:
    """The measured steps and milestones of a commitment, the newest first."""
    return ask(
        f"SELECT {FACT} FROM commitment_progress WHERE commitment_id = $commitment ORDER BY observed_on DESC",
        commitment=commitment,
    )
