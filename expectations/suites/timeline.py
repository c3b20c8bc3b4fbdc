"""Timeline: what is announced is marked as not yet happened."""

from __future__ import annotations

from expectations.rules import not_announced

EXPECTATIONS = [not_announced("event_date")]
