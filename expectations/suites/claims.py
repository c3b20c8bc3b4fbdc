"""Claims: periods in order, a figure with its unit."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.promise import promise
from expectations.rules import in_order, not_published_before

EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("claimed_on"),
    promise(
        gxe.ExpectColumnValuesToNotBeNull,
        "unit.of_value",
        "a figure has a unit",
        column="unit",
        row_condition=Column("value").is_not_null(),
    ),
]
