"""Border posts: a pass is taken for its name; a post has a place, whatever else the map does not say."""

from __future__ import annotations

import great_expectations.expectations as gxe
from great_expectations.expectations.row_conditions import Column

from expectations.promise import promise

EXPECTATIONS = [
    promise(
        gxe.ExpectColumnValuesToNotBeNull,
        "name.of_pass",
        "a pass has a name",
        column="name",
        row_condition=Column("kind") == "mountain_pass",
    ),
]
