"""Reports that hold on named days of the week, in the shipped facts: cargo at Torkham and Chaman in spring 2020."""

from __future__ import annotations

import datetime as dt

import pytest

from warehouse.connect import Reader

BY_GATE = {"torkham": "p14-s-109", "chaman": "p14-s-114"}


@pytest.mark.parametrize("gate", BY_GATE)
def test_three_days_a_week_hold_on_those_days_until_six_replaced_them(warehouse: Reader, gate: str) -> None:
    query = "SELECT day, status FROM crossing_days WHERE crossing_id = $1 AND flow = 'exports' AND report_id = $2"
    days: list[tuple[dt.date, str]] = warehouse.cursor().execute(query, [gate, BY_GATE[gate]]).fetchall()
    assert {status for _, status in days} == {"restricted"}
    assert {f"{day:%a}" for day, _ in days} == {"Mon", "Wed", "Fri"}
    assert (min(days)[0], max(days)[0]) == (dt.date(2020, 4, 10), dt.date(2020, 5, 15))
    assert len(days) == 16


def test_no_other_shipped_report_names_its_days(warehouse: Reader) -> None:
    """Each that does replaces its days in the panel: look at them before adding one."""
    query = "SELECT report_id FROM status_reports WHERE weekdays IS NOT NULL ORDER BY report_id"
    assert [report for (report,) in warehouse.cursor().execute(query).fetchall()] == list(BY_GATE.values())
