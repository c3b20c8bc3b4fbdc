"""A panic of Polars is no Exception: nothing that keeps one source's or method's trouble to itself would catch it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import polars as pl


@contextlib.contextmanager
def as_errors() -> Iterator[None]:
    """Raises RuntimeError where Polars panics in the block."""
    try:
        yield
    except pl.exceptions.PanicException as panic:
        raise RuntimeError(f"Polars broke off: {panic}") from None
