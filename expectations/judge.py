"""Judging a batch with Great Expectations: three outcomes, never mixed, and the failing rows by name.

A batch is heard slice by slice, so that the memory does not grow with it, and one verdict comes of it. What only the
whole batch can tell is asked at the end: how many rows there are, and whether keys come twice. A suite may be heard
in slices if its module says ``ROW_BY_ROW = True``; any other is given all rows at once.
"""

from __future__ import annotations

import functools
import importlib
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import polars as pl
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations import expectation as kinds
from great_expectations.expectations.metrics.map_metric_provider import map_condition_auxilliary_methods as naming
from great_expectations.validator.validator import Validator

from expectations import plain, reports
from expectations.promise import Expectations
from expectations.references import References
from expectations.tally import Tally
from expectations.verdict import FAILURES, Verdict
from warehouse.contracts import Contract

SHOWN_CHARACTERS = 120
OF_ROWS = (kinds.ColumnMapExpectation, kinds.ColumnPairMapExpectation, kinds.MulticolumnMapExpectation)
# Map expectations that nevertheless compare rows with each other.
COMPARING = ("Unique", "Increasing", "Decreasing", "ZScores", "Outliers")
# Great Expectations names 200 failing rows and no more, whatever it is asked for; what is not named would be loaded.
naming.MAX_RESULT_RECORDS = sys.maxsize
logging.getLogger("great_expectations").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Batch:
    """One batch of a source before it is loaded: what it must be like, and how many rows it may have."""

    source: str
    contract: Contract
    fewest: int
    most: int


class Judge:
    """Great Expectations for all batches of a process; reports go to a folder, if one is given."""

    def __init__(self, refs: References, reports_folder: Path | None = None) -> None:
        self.refs = refs
        self.reports = reports_folder

    def hearing(self, batch: Batch) -> Hearing:
        """The judging of one batch."""
        return Hearing(self, batch)

    def ask(self, expectations: Expectations, frame: pd.DataFrame) -> list[ExpectationValidationResult]:
        """What comes of each expectation; one that raises has that in its result.

        Without a batch of the context, which would hash all rows first.
        """
        data = {"rows": frame}
        engine = PandasExecutionEngine(batch_data_dict=data)
        validator = Validator(execution_engine=engine, data_context=_context())
        found: list[ExpectationValidationResult] = validator.graph_validate(
            [one.configuration for one in expectations],
            runtime_configuration={
                "result_format": {
                    "result_format": "BASIC",
                    "include_unexpected_rows": True,
                    "partial_unexpected_count": len(frame),
                }
            },
        )
        # Engine and validator hold each other: without this the rows stay until Python looks for such rings.
        engine.batch_manager.batch_data_cache.clear()
        data.clear()
        return found


@functools.cache
def _context() -> Any:
    """Great Expectations' context, which is asked for nothing but not to draw progress bars."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


class Hearing:
    """One batch being judged: ``hear`` its slices, then ``hear_keys``, then ask for the ``verdict``."""

    def __init__(self, judge: Judge, batch: Batch) -> None:
        self._judge = judge
        self._batch = batch
        self._suite = _module(batch.contract.name)
        self._rows = 0
        self._bad: list[pl.Series] = []
        self._tallies: dict[str, Tally] = {}
        self._known = {
            key.field: judge.refs.rows(key.resource).get_column(key.reference) for key in batch.contract.foreign_keys
        }

    @property
    def in_slices(self) -> bool:
        """Whether the suite may be heard in slices, rather than all rows at once."""
        return is_row_by_row(self._batch.contract.name)

    def hear(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Judge a slice and return its failures, warnings among them: FAILURES.

        ``rows`` has row_number, the contract's columns, and parse's findings. Never raises for what they hold.
        """
        measured = plain.measured(self._batch.contract, rows, self._known)
        if hasattr(self._suite, "measure"):
            measured = self._suite.measure(measured, self._judge.refs)
        own: Expectations = self._suite.EXPECTATIONS
        self._rows += rows.height
        return self._ask([*plain.of_rows(self._batch.contract, measured.columns), *own], measured)

    def hear_keys(self, twice: pl.DataFrame) -> pl.DataFrame:
        """Judge what only the whole batch tells and return the failures, given all rows whose key comes twice.

        A row whose key comes once cannot break the rule; so these stand for all.
        """
        batch = self._batch
        asked = plain.of_batch(batch.contract, batch.fewest, batch.most)
        counts = [one for one in asked if not isinstance(one, OF_ROWS)]
        key = [one for one in asked if isinstance(one, OF_ROWS)]
        for found in self._judge.ask(counts, pd.DataFrame(index=range(self._rows))):
            self._add(found, pl.DataFrame(schema=FAILURES))
        return self._ask(key, twice, standing_for=self._rows)

    def verdict(self, run_id: str) -> Verdict:
        """What follows from all that was heard; the report is written."""
        results = [tally.result for tally in self._tallies.values()]
        folder = self._judge.reports
        report = reports.write(folder, run_id, self._batch.source, results) if folder else None
        bad = pl.concat([pl.Series([], dtype=pl.Int64), *self._bad]).unique()
        return Verdict(self._rows, [tally.check for tally in self._tallies.values()], bad, report)

    def _ask(self, expectations: Expectations, rows: pl.DataFrame, standing_for: int | None = None) -> pl.DataFrame:
        frame = rows.to_pandas(use_pyarrow_extension_array=True)
        failures = [pl.DataFrame(schema=FAILURES)]
        for found in self._judge.ask(expectations, frame):
            of_one = _failures(found, rows)
            if standing_for is not None:
                found.result["element_count"] = standing_for
            self._add(found, of_one)
            failures.append(of_one)
        every = pl.concat(failures)
        self._bad.append(every.filter(pl.col("severity") == "critical").get_column("row_number").unique())
        return every

    def _add(self, found: ExpectationValidationResult, failures: pl.DataFrame) -> None:
        name = found.expectation_config.meta["name"]
        if name in self._tallies:
            self._tallies[name].add(found, failures)
        else:
            self._tallies[name] = Tally(found, failures)


def is_row_by_row(dataset: str) -> bool:
    """Whether the suite of a dataset says that each of its expectations can be told from a row alone.

    Raises ValueError where it says so and compares rows.
    """
    suite = _module(dataset)
    if not getattr(suite, "ROW_BY_ROW", False):
        return False
    for one in suite.EXPECTATIONS:
        kind = type(one).__name__
        if not isinstance(one, OF_ROWS) or any(word in kind for word in COMPARING):
            raise ValueError(f"expectations/suites/{dataset}.py is not ROW_BY_ROW: {kind} compares rows")
    return True


def _module(dataset: str) -> Any:
    return importlib.import_module(f"expectations.suites.{dataset}")


def _failures(found: ExpectationValidationResult, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that failed, with the reason in words."""
    failing = (found.result or {}).pop("unexpected_rows", None)
    if found.success or failing is None or failing.empty:
        return pl.DataFrame(schema=FAILURES)
    config = found.expectation_config
    if len(failing) != found.result["unexpected_count"]:
        raise AssertionError(
            f"{found.result['unexpected_count']} rows failed {config.meta['name']} and {len(failing)} were named"
        )
    kwargs = config.kwargs
    columns = [kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs]
    columns += kwargs.get("column_list", [])
    number = pl.Series(failing["row_number"].to_numpy(), dtype=pl.Int64)
    what = pl.concat_str(
        [pl.format("{} is {}", pl.lit(plain.plain_name(name)), _shown(name)) for name in columns], separator=", "
    )
    return rows.filter(pl.col("row_number").is_in(number.implode())).select(
        pl.col("row_number").cast(pl.Int64),
        pl.lit(config.meta["name"]).alias("expectation"),
        pl.lit(str(config.severity.value)).alias("severity"),
        pl.concat_str(pl.lit(f"{config.meta['promise']}; here "), what).alias("reason"),
        what.alias("found"),
    )


def _shown(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String)
    long = text.str.len_chars() > SHOWN_CHARACTERS
    cut = pl.concat_str(text.str.slice(0, SHOWN_CHARACTERS), pl.lit("…"))
    return pl.when(long).then(cut).otherwise(text).fill_null("empty")
