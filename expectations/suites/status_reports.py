"""Status reports: a closing has a cause, an end lies after its start, an announcement is marked."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.promise import promise
from expectations.rules import in_order, not_announced

EXPECTATIONS = [
    # valid_to is the first day after, so a state that ends on its first day held on no day.
    in_order("valid_from", "valid_to", strictly=True),
    promise(
        gxe.ExpectColumnValuesToNotBeNull,
        "cause.of_closing",
        "a closed crossing's report has a cause, or says none",
        column="cause",
        row_condition=Column("status") == "closed",
    ),
    not_announced("valid_from"),
]
