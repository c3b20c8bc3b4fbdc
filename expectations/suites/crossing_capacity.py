"""Crossing capacity: what was normal in a period that had begun."""

from __future__ import annotations

from expectations.rules import in_order, not_published_before, published_after_end

EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("period_start"),
    published_after_end("period_end"),
]
