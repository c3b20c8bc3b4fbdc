"""What the tests of the warehouse share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.connect import Reader, reading


@pytest.fixture(scope="module")
def warehouse(published: Path) -> Iterator[Reader]:
    """A reader of all shipped facts, published."""
    with reading(published / "warehouse") as reader:
        yield reader
