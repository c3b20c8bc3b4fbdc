"""What the judges say of a batch: each expectation's outcome, the rows held back. Pass, fail, error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

Outcome = Literal["pass", "fail", "error"]
# One row that failed one expectation; the header is row 1. ``found`` is what is there instead.
FAILURES = pl.Schema(
    {
        "row_number": pl.Int64(),
        "expectation": pl.String(),
        "severity": pl.String(),
        "reason": pl.String(),
        "found": pl.String(),
    }
)


@dataclass(frozen=True)
class Check:
    """One expectation asked of one batch; ``first`` is the first row that failed it, in words."""

    expectation: str
    promise: str
    severity: str
    outcome: Outcome
    rows_judged: int | None
    rows_failed: int
    observed: str | None
    first: str | None = None

    @property
    def of_batch(self) -> bool:
        """Whether it failed as a whole and names no row."""
        return self.outcome == "fail" and not self.rows_failed


@dataclass(frozen=True)
class Verdict:
    """All checks of one batch, the numbers of the rows held back, and what follows from them."""

    rows: int
    checks: list[Check]
    bad_rows: pl.Series
    report: str | None = None

    @property
    def warnings(self) -> int:
        """Expectations of severity warning that did not hold."""
        return sum(check.severity == "warning" and check.outcome == "fail" for check in self.checks)

    @property
    def error(self) -> str | None:
        """Why the batch could not be judged, or None."""
        raised = [check for check in self.checks if check.outcome == "error"]
        if not raised:
            return None
        return "; ".join(f"{check.expectation} could not be judged: {check.observed}" for check in raised)

    def refusal(self, most_bad: float) -> str | None:
        """Why the batch is broken as a whole (more than that share of its rows bad, for one), or None."""
        critical = [check for check in self.checks if check.severity == "critical"]
        broken = [check for check in critical if check.of_batch]
        reasons = [f"{check.promise} (found: {check.observed})" for check in broken]
        bad = len(self.bad_rows)
        if self.rows and bad > most_bad * self.rows:
            worst = max(critical, key=lambda check: check.rows_failed)
            reasons.append(f"{bad} of {self.rows} rows are bad, most often: {worst.promise} (first: {worst.first})")
        return "; ".join(reasons) or None
