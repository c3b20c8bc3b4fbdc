"""What came of one expectation over all slices of a batch, as one result."""

from __future__ import annotations

from typing import Any

import polars as pl
from great_expectations.core.expectation_validation_result import ExpectationValidationResult

from expectations.verdict import Check

SHOWN_VALUES = 5
SHOWN_ROWS = 20
ADDED = ("element_count", "missing_count", "unexpected_count")


class Tally:
    """One expectation's result so far."""

    def __init__(self, found: ExpectationValidationResult, failures: pl.DataFrame) -> None:
        self.result = found
        self._raised: set[str] = set()
        self._failed = 0
        self._found: list[str] = []
        self._shown: list[str] = []
        self._first: str | None = None
        self._take(found, failures)

    def add(self, found: ExpectationValidationResult, failures: pl.DataFrame) -> None:
        """Take in the result of the next slice."""
        so_far, more = self.result.result, found.result or {}
        for name in ADDED:
            if more.get(name) is not None:
                so_far[name] = (so_far.get(name) or 0) + more[name]
        self.result.success = bool(self.result.success and found.success)
        if _raised(found.exception_info):
            self.result.exception_info = found.exception_info
        self._take(found, failures)

    @property
    def check(self) -> Check:
        """The expectation's line in the ledger."""
        config = self.result.expectation_config
        raised = "; ".join(sorted(self._raised))
        return Check(
            expectation=config.meta["name"],
            promise=config.meta["promise"],
            severity=str(config.severity.value),
            outcome="error" if raised else "pass" if self.result.success else "fail",
            rows_judged=self.result.result.get("element_count"),
            rows_failed=self._failed,
            observed=raised or self._observed,
            first=self._first,
        )

    @property
    def _observed(self) -> str | None:
        if "observed_value" in self.result.result:
            return str(self.result.result["observed_value"])
        if not self._failed:
            return None
        more = "; …" if len(self._found) > SHOWN_VALUES else ""
        return f"{self._failed} rows: {'; '.join(self._found[:SHOWN_VALUES])}{more}"

    def _take(self, found: ExpectationValidationResult, failures: pl.DataFrame) -> None:
        self._raised |= _raised(found.exception_info)
        if failures.is_empty():
            return
        head = failures.head(SHOWN_ROWS)
        self._first = self._first or f"{head['reason'][0]}, row {head['row_number'][0]}"
        self._failed += failures.height
        distinct = failures["found"].unique(maintain_order=True).head(SHOWN_VALUES + 1).to_list()
        self._found = list(dict.fromkeys(self._found + distinct))[: SHOWN_VALUES + 1]
        rows_shown = [f"row {number}: {what}" for number, what in head.select("row_number", "found").iter_rows()]
        self._shown = (self._shown + rows_shown)[:SHOWN_ROWS]
        self.result.result["partial_unexpected_list"] = self._shown
        if all_rows := self.result.result.get("element_count"):
            self.result.result["unexpected_percent"] = 100 * self._failed / all_rows


def _raised(info: dict[str, Any]) -> set[str]:
    """What an expectation raised, if it did; the info is one entry or one for each metric."""
    entries = [info] if "raised_exception" in info else list(info.values())
    return {str(entry["exception_message"]) for entry in entries if entry["raised_exception"]}
