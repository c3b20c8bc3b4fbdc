"""One way of writing an expectation: a short name, and the promise in words beside the rule."""

from __future__ import annotations

import os
from typing import Any, Literal

# Great Expectations reads this on import and reports usage unless told not to.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations.expectations as gxe

Severity = Literal["critical", "warning"]
Expectations = list[gxe.Expectation]


def promise(
    kind: type[gxe.Expectation], name: str, words: str, *, severity: Severity = "critical", **rule: Any
) -> gxe.Expectation:
    """An expectation of that kind, named and worded for the reports.

    A row that breaks a critical promise goes to quarantine; a warning is only reported.
    """
    return kind(meta={"name": name, "promise": words}, notes=words, severity=severity, **rule)


def is_empty(column: str, name: str, words: str, severity: Severity = "critical") -> gxe.Expectation:
    """The promise that a measured column, which says what is wrong with a row, says nothing."""
    return promise(gxe.ExpectColumnValuesToBeNull, name, words, severity=severity, column=column)
