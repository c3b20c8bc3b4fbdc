"""A minute of the soak; ten of it are `make soak`."""

from __future__ import annotations

import pytest

from tests.soak import soak


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_minute_of_faults_breaks_no_promise() -> None:
    found = soak.run(60, seed=20261125)
    table = found.table()
    assert found.broken == {}, table
    assert sum(found.soak.faults.values()) >= 5, "hardly anything went wrong: this shows nothing"
