"""Indicators: periods in order; what counts people or money is not below zero."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.promise import promise
from expectations.rules import in_order, not_published_before

EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("period_start"),
    promise(
        gxe.ExpectColumnValuesToBeBetween,
        "value.money_not_negative",
        "a sum of money is not below zero",
        column="value",
        min_value=0,
        row_condition=Column("unit") == "USD",
    ),
]
