"""What the judges say of a batch: each expectation's outcome, each failing row's reason. Pass, fail, error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["pass", "fail", "error"]


@dataclass(frozen=True)
class Failure:
    """One row that failed one expectation; the header is row 1."""

    row_number: int
    expectation: str
    reason: str


@dataclass(frozen=True)
class Check:
    """One expectation asked of one batch."""

    expectation: str
    promise: str
    severity: str
    outcome: Outcome
    rows_judged: int | None
    failures: tuple[Failure, ...]
    observed: str | None

    @property
    def of_batch(self) -> bool:
        """Whether it failed as a whole and names no row."""
        return self.outcome == "fail" and not self.failures


@dataclass(frozen=True)
class Verdict:
    """All checks of one batch, and what follows from them."""

    rows: int
    checks: list[Check]
    report: str | None = None

    @property
    def failures(self) -> list[Failure]:
        """What holds rows back: the failures of critical expectations."""
        return [failure for check in self.checks if check.severity == "critical" for failure in check.failures]

    @property
    def bad_rows(self) -> set[int]:
        """The numbers of the rows held back."""
        return {failure.row_number for failure in self.failures}

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
        if self.rows and len(self.bad_rows) > most_bad * self.rows:
            worst = max(critical, key=lambda check: len(check.failures))
            reasons.append(
                f"{len(self.bad_rows)} of {self.rows} rows are bad, most often: {worst.promise} "
                f"(first: {worst.failures[0].reason}, row {worst.failures[0].row_number})"
            )
        return "; ".join(reasons) or None
