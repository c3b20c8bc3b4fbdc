"""A small share of `make fuzz`, with a fixed seed: each spoilt input is loaded, quarantined or refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import slices, source
from tests.fuzz import campaign
from tests.fuzz.campaign import Plan
from tests.ingest.conftest import LIMITS

SOURCES = len(source.names())


def test_the_good_inputs_are_read() -> None:
    with campaign._set_up() as (batches, _):
        assert set(batches) == set(source.names())
        for name, found in batches.items():
            for batch in found:
                rows = [frame.height for frame in slices.of_batch(source.load(name), batch, LIMITS.parse)]
                assert sum(rows) > 0, name


def test_no_spoilt_input_breaks_a_parser(capsys: pytest.CaptureFixture[str]) -> None:
    found = campaign.parse(Plan(seed=1, count=0, whole=0), 6 * SOURCES)
    with capsys.disabled():
        print("\n" + campaign.table(found, 1))  # noqa: T201
    assert [(one.source, one.number, one.ways, one.wrong) for one in found if one.wrong] == []
    assert {one.outcome for one in found} == {"parsed", "refused"}
    assert all(one.reason for one in found if one.outcome == "refused")


def test_no_spoilt_input_changes_the_warehouse_wrongly(published: Path) -> None:
    found = campaign.run(Plan(seed=2, count=SOURCES, whole=2), published)
    assert [(one.source, one.number, one.ways, one.wrong) for one in found if one.wrong] == []
    assert {one.outcome for one in found} >= {"loaded", "quarantined", "refused"}


def test_an_input_is_the_same_whenever_it_is_made_from_its_seed_and_number() -> None:
    plan = Plan(seed=5, count=0, whole=0, number=7)
    with campaign._set_up() as (batches, _):
        first, again = (campaign._spoilt(plan, batches, 7) for _ in range(2))
    assert first[1] == again[1]
    assert [one.sha256 for one in first[2]] == [one.sha256 for one in again[2]]
