"""The rows of a batch in slices of one size, whatever the answers and their parsers give."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import polars as pl

from ingest.csv_file import ParseLimits
from ingest.snapshots import Answer
from ingest.source import Source
from warehouse import contracts

# Two of DuckDB's row groups: slices that fill them are written once, others are packed again at the end.
ROWS = 2 * 122_880


def of_batch(
    one: Source, answers: list[Answer], limits: ParseLimits, rows: int | None = ROWS
) -> Iterator[pl.DataFrame]:
    """The rows of all answers, so many at a time and one slice at least; all at once where ``rows`` is None.

    Those of a later answer are numbered on from the one before. A slice is made while the one before is judged.
    """
    made = _made(one, answers, limits, rows)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, made, None)
        while (found := coming.result()) is not None:
            coming = pool.submit(next, made, None)
            yield found


def _made(one: Source, answers: list[Answer], limits: ParseLimits, rows: int | None) -> Iterator[pl.DataFrame]:
    waiting: list[pl.DataFrame] = []
    for frame in _numbered(one, answers, limits):
        waiting.append(frame)
        while rows and sum(part.height for part in waiting) > rows:
            together = pl.concat(waiting, rechunk=True)
            yield together.head(rows)
            waiting = [together.slice(rows)]
    yield pl.concat(waiting, rechunk=True)


def _numbered(one: Source, answers: list[Answer], limits: ParseLimits) -> Iterator[pl.DataFrame]:
    contract, last = contracts.load(one.dataset), 0
    for answer in answers:
        before = last
        for frame in one.parse_slices(answer, contract, limits):
            rows = frame.with_columns(pl.col("row_number") + before)
            last = max(last, rows.select(pl.col("row_number").max()).item() or 0)
            yield rows
