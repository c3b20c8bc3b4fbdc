"""The house itself: freshness, runs, judgements, quarantine, corrections, datasets and publishers."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dashboards.queries.reader import FACT, ask
from warehouse import contracts


def freshness(today: dt.date) -> pl.DataFrame:
    """How fresh each dataset is, one row a dataset."""
    return ask(
        """
        SELECT
            f.dataset, f.rows, f.rows_quarantined AS held_back, f.newest_published,
            $today::DATE - f.newest_published AS days_old, f.newest_known_from, f.last_change_at,
            coalesce(u.last_run_at, f.last_run_at) AS last_run_at,
            coalesce(u.last_outcome, f.last_outcome) AS last_outcome
        FROM ops.freshness AS f
        LEFT JOIN (
            SELECT dataset, max(finished_at) AS last_run_at, max_by(outcome, finished_at) AS last_outcome
            FROM unpublished
            GROUP BY dataset
        ) AS u USING (dataset)
        ORDER BY f.dataset
        """,
        today=today,
    )


def runs() -> pl.DataFrame:
    """The last fifty runs, the newest first."""
    return ask(
        """
        SELECT * EXCLUDE (snapshot, fingerprint, finished_at, run_id)
        FROM (FROM ops.runs UNION ALL BY NAME FROM unpublished)
        ORDER BY started_at DESC
        LIMIT 50
        """
    )


def judgements() -> pl.DataFrame:
    """Every expectation of the newest judged run of each dataset."""
    return ask(
        """
        SELECT v.*, r.started_at AS judged_at
        FROM ops.validations AS v
        INNER JOIN ops.runs AS r USING (run_id)
        QUALIFY r.started_at = max(r.started_at) OVER (PARTITION BY v.dataset)
        ORDER BY v.dataset, v.outcome = 'pass', v.severity, v.expectation
        """
    )


def quarantine() -> pl.DataFrame:
    """The rows held back now, a line for each reason."""
    return ask("SELECT dataset, row_number, reason, expectation, row, held_back_at FROM quarantine ORDER BY ALL")


def corrections() -> pl.DataFrame:
    """The known errors of sources, a line for each column corrected or doubted."""
    return ask(
        """
        SELECT dataset, row_number, action, field, printed, loaded, reason, decided_on, read_at, row
        FROM corrections
        ORDER BY action = 'flag', dataset, row_number, field
        """
    )


def methods() -> pl.DataFrame:
    """Every method of analysis: what came of it, why not, its version and where it is described."""
    return ask(
        """
        SELECT
            method, title, replace(outcome, '_', ' ') AS outcome, reason, rows, version, reference,
            array_to_string(reads, ', ') AS reads, worked_out_at, round(seconds, 1) AS seconds
        FROM analysis.methods
        ORDER BY method
        """
    )


def datasets() -> pl.DataFrame:
    """Rows, pages and publishers of each dataset."""
    names = ask("SELECT dataset FROM ops.freshness ORDER BY dataset")["dataset"].to_list()
    # The names are those of our own contracts.
    counts = [_counts(name) for name in names if name != "publishers"]
    return ask(" UNION ALL ".join(counts)) if counts else pl.DataFrame()


def _counts(name: str) -> str:
    contract = contracts.load(name)
    # Rows without a publisher of their own are those of the source that brought them.
    publisher = "source_name" if "source_name" in contract.columns else "source"
    return (
        f"SELECT '{name}' AS dataset, count(*) AS rows, count(DISTINCT source_url) AS pages, "
        f"count(DISTINCT {publisher}) AS publishers, "
        f'max({contract.published or "NULL"})::DATE AS newest FROM "{name}"'
    )


def live_sources() -> pl.DataFrame:
    """The sources fetched from the network whose data are loaded: how to cite them, their licence, the last look."""
    return ask(
        """
        SELECT
            s.dataset, s.citation, s.licence, s.licence_url, s.address,
            max(r.finished_at) AS last_run_at,
            sum(r.rows_added + r.rows_corrected) AS rows_ever_loaded
        FROM ops.sources AS s
        INNER JOIN ops.runs AS r USING (source)
        WHERE s.live AND r.outcome IN ('loaded', 'unchanged')
        GROUP BY ALL
        ORDER BY s.dataset, s.citation
        """
    )


def publisher_kinds() -> pl.DataFrame:
    """How many names, outlets and independent voices there are of each kind of publisher."""
    return ask(
        """
        SELECT kind, count(*) AS names, count(DISTINCT outlet) AS outlets, count(DISTINCT voice) AS voices
        FROM voices
        GROUP BY kind
        ORDER BY names DESC
        """
    )


def publishers() -> pl.DataFrame:
    """The register of publishers."""
    return ask(f"SELECT {FACT} FROM publishers ORDER BY publisher")
