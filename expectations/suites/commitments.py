"""Commitments: a turnover target is money, and a figure has its unit."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.promise import promise
from expectations.rules import in_order, not_published_before

EXPECTATIONS = [
    promise(
        gxe.ExpectColumnValuesToMatchRegex,
        "unit.money_of_turnover",
        "a turnover target has a unit of money",
        column="unit",
        regex=r"^[A-Z]{3}(?:_(?:thousand|million|billion))?$",
        row_condition=Column("kind") == "trade_target",
    ),
    promise(
        gxe.ExpectColumnValuesToNotBeNull,
        "unit.of_target",
        "a target figure has a unit",
        column="unit",
        row_condition=Column("target_value").is_not_null(),
    ),
    in_order("announced_on", "target_date"),
    not_published_before("announced_on"),
]
