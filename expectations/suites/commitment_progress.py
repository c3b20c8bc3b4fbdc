"""Progress: a figure has its unit, turnover is money, lengths are kilometres."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.promise import promise
from expectations.rules import money_where, not_announced, unit_of

EXPECTATIONS = [
    unit_of("value"),
    money_where(
        Column("metric").is_in(["trade_turnover", "investment_spent"]), "turnover and spending have a unit of money"
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
