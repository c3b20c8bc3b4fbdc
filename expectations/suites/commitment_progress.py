"""Progress: a figure has its unit, turnover is money, lengths are kilometres."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.promise import promise
from expectations.rules import not_announced

EXPECTATIONS = [
    promise(
        gxe.ExpectColumnValuesToNotBeNull,
        "unit.of_value",
        "a figure has a unit",
        column="unit",
        row_condition=Column("value").is_not_null(),
    ),
    promise(
        gxe.ExpectColumnValuesToMatchRegex,
        "unit.money_of_turnover",
        "turnover and spending have a unit of money",
        column="unit",
        regex=r"^[A-Z]{3}(?:_(?:thousand|million|billion))?$",
        row_condition=Column("metric").is_in(["trade_turnover", "investment_spent"]),
    ),
    promise(
        gxe.ExpectColumnValuesToBeInSet,
        "unit.kilometres",
        "a length built or to build is in kilometres",
        column="unit",
        value_set=["km"],
        row_condition=Column("metric").is_in(["km_built", "km_total"]),
    ),
    not_announced("observed_on"),
]
