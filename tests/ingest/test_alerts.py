"""What an ingest does not tell: the first facts of a dataset are no news of the world."""

from __future__ import annotations

from tests.ingest.conftest import House


def test_a_first_load_is_no_news(built_house: House) -> None:
    """The version before had every table and every rule, and no facts: 1,500 states and 170 statements are new."""
    built_house.ingest("crossings", "status_reports", "commitments")
    assert built_house.rows("FROM crossing_spans WHERE status = 'closed' AND to_day > current_date").height > 0
    assert built_house.rows("FROM ops.alerts").is_empty()
