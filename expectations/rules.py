"""Rules that several suites share: periods, and the day of publication against them."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.promise import promise


def in_order(start: str, end: str, *, strictly: bool = False) -> gxe.Expectation:
    """The end lies on or after the start; strictly after it where the end is exclusive."""
    words = f"{end} is {'after' if strictly else 'not before'} {start}"
    return promise(
        gxe.ExpectColumnPairValuesAToBeGreaterThanB,
        f"{end}.in_order",
        words,
        column_A=end,
        column_B=start,
        or_equal=not strictly,
        ignore_row_if="either_value_is_missing",
    )


def not_published_before(day: str) -> gxe.Expectation:
    """The page was not published before what it reports began."""
    return promise(
        gxe.ExpectColumnPairValuesAToBeGreaterThanB,
        "published_on.not_before_period",
        f"published_on is not before {day}: nobody reports a period that has not begun",
        column_A="published_on",
        column_B=day,
        or_equal=True,
        ignore_row_if="either_value_is_missing",
    )


def published_after_end(end: str) -> gxe.Expectation:
    """A warning where the period had not ended: a figure to date, or a year assumed to its end."""
    return promise(
        gxe.ExpectColumnPairValuesAToBeGreaterThanB,
        "published_on.after_period",
        f"published_on is not before {end}: else the figure is one to date, not of the whole period",
        severity="warning",
        column_A="published_on",
        column_B=end,
        or_equal=True,
        ignore_row_if="either_value_is_missing",
    )


def not_announced(day: str) -> gxe.Expectation:
    """A warning where the page speaks of the future: an announcement is not yet the event."""
    return promise(
        gxe.ExpectColumnPairValuesAToBeGreaterThanB,
        "published_on.not_announcement",
        f"published_on is not before {day}: else the page announces, and what was announced need not have happened",
        severity="warning",
        column_A="published_on",
        column_B=day,
        or_equal=True,
        ignore_row_if="either_value_is_missing",
    )
