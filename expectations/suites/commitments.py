"""Commitments: a turnover target is money, and a figure has its unit."""

from __future__ import annotations

from great_expectations.expectations.row_conditions import Column

from expectations.rules import in_order, money_where, not_published_before, unit_of

EXPECTATIONS = [
    money_where(Column("kind") == "trade_target", "a turnover target has a unit of money"),
    unit_of("target_value"),
    in_order("announced_on", "target_date"),
    not_published_before("announced_on"),
]
