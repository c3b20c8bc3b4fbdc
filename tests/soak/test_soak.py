"""Less than a minute of the soak; ten are `make soak`."""

from __future__ import annotations

import pytest

from tests.soak import soak


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_almost_a_minute_of_faults_breaks_no_promise() -> None:
    found = soak.run(50, seed=20261283)
    table = found.table()
    assert found.broken == {}, table
    assert found.soak.faults["kill the service"] >= 1, "the service was not killed"
    assert found.looked["every answer as promised"] >= 20, "the service was hardly asked"
    assert sum(found.soak.faults.values()) >= 5, "hardly anything went wrong: this shows nothing"
