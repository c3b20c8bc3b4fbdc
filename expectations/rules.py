"""Rules that several suites share: periods, the day of publication against them, figures and their units."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.promise import Severity, promise

MONEY = r"^[A-Z]{3}(?:_(?:thousand|million|billion))?$"


def in_order(start: str, end: str, *, strictly: bool = False) -> gxe.Expectation:
    """The end lies on or after the start; strictly after it where the end is exclusive."""
    words = f"{end} is {'after' if strictly else 'not before'} {start}"
    return _later(end, start, f"{end}.in_order", words, strictly=strictly)


def not_published_before(day: str) -> gxe.Expectation:
    """The page was not published before what it reports began."""
    words = f"published_on is not before {day}: nobody reports a period that has not begun"
    return _later("published_on", day, "published_on.not_before_period", words)


def published_after_end(end: str) -> gxe.Expectation:
    """A warning where the period had not ended: a figure to date, or a year assumed to its end."""
    words = f"published_on is not before {end}: else the figure is one to date, not of the whole period"
    return _later("published_on", end, "published_on.after_period", words, severity="warning")


def not_announced(day: str) -> gxe.Expectation:
    """A warning where the page speaks of the future: an announcement is not yet the event."""
    words = (
        f"published_on is not before {day}: else the page announces, and what was announced need not have happened"
    )
    return _later("published_on", day, "published_on.not_announcement", words, severity="warning")


def unit_of(figure: str) -> gxe.Expectation:
    """A figure has a unit."""
    return promise(
        gxe.ExpectColumnValuesToNotBeNull,
        f"unit.of_{figure}",
        "a figure has a unit",
        column="unit",
        row_condition=Column(figure).is_not_null(),
    )


def money_where(condition: object, words: str) -> gxe.Expectation:
    """The unit is one of money in the rows of the condition."""
    return promise(
        gxe.ExpectColumnValuesToMatchRegex,
        "unit.money_of_turnover",
        words,
        column="unit",
        regex=MONEY,
        row_condition=condition,
    )


def _later(
    later: str, earlier: str, name: str, words: str, *, strictly: bool = False, severity: Severity = "critical"
) -> gxe.Expectation:
    return promise(
        gxe.ExpectColumnPairValuesAToBeGreaterThanB,
        name,
        words,
        severity=severity,
        column_A=later,
        column_B=earlier,
        or_equal=not strictly,
        ignore_row_if="either_value_is_missing",
    )
