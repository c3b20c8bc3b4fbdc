"""Claims: periods in order, a figure with its unit."""

from __future__ import annotations

from expectations.rules import in_order, not_published_before, unit_of

EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("claimed_on"),
    unit_of("value"),
]
