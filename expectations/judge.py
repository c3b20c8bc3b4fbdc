"""Judging a batch with Great Expectations: three outcomes, never mixed, and the failing rows by name."""

from __future__ import annotations

import importlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import polars as pl
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.data_context.types.base import ProgressBarsConfig

from expectations import plain, reports
from expectations.findings import UNREADABLE
from expectations.promise import Expectations
from expectations.references import References
from expectations.verdict import Check, Failure, Verdict
from warehouse.contracts import Contract

SHOWN_CHARACTERS = 120
SHOWN_VALUES = 5
logging.getLogger("great_expectations").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Batch:
    """Rows of one source before they are loaded: row_number, the contract's columns, and parse's findings."""

    source: str
    contract: Contract
    rows: pl.DataFrame
    fewest: int
    most: int


class Judge:
    """Great Expectations with one context for all batches of a process; reports go to a folder, if one is given."""

    def __init__(self, refs: References, reports_folder: Path | None = None) -> None:
        self._refs = refs
        self._reports = reports_folder
        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False)
        self._data = self._context.data_sources.add_pandas("batches")

    def judge(self, batch: Batch, run_id: str) -> Verdict:
        """The verdict on a batch. Never raises for what the data hold; an expectation that raises is an error."""
        measured = self._measure(batch)
        suite = self._suite(batch, measured, run_id)
        result = self._run(batch, measured, suite, run_id)
        checks = [_check(found) for found in result.results]
        report = reports.write(self._reports, run_id, batch.source, result) if self._reports else None
        return Verdict(batch.rows.height, checks, report)

    def _measure(self, batch: Batch) -> pl.DataFrame:
        rows = batch.rows
        for key in batch.contract.foreign_keys:
            known = self._refs.rows(key.resource).get_column(key.reference)
            value = pl.col(key.field)
            exempt = value.str.contains(f"^(?:{key.exempt})$") if key.exempt else pl.lit(False)
            unknown = pl.when(value.is_not_null() & ~value.is_in(known.implode()) & ~exempt).then(value)
            rows = rows.with_columns(unknown.alias(plain.UNKNOWN + key.field))
        suite = _module(batch.contract.name)
        measured: pl.DataFrame = suite.measure(rows, self._refs) if hasattr(suite, "measure") else rows
        return measured

    def _suite(self, batch: Batch, measured: pl.DataFrame, run_id: str) -> gx.ExpectationSuite:
        of_contract = plain.expectations(batch.contract, measured.columns, batch.fewest, batch.most)
        own: Expectations = _module(batch.contract.name).EXPECTATIONS
        # The context keeps and numbers its own: a suite of another run must not share expectations.
        expectations = [one.copy(update={"id": None}) for one in (*of_contract, *own)]
        return self._context.suites.add(
            gx.ExpectationSuite(name=f"{batch.source} {run_id}", expectations=expectations)
        )

    def _run(
        self, batch: Batch, measured: pl.DataFrame, suite: gx.ExpectationSuite, run_id: str
    ) -> ExpectationSuiteValidationResult:
        asset = self._data.add_dataframe_asset(f"{batch.contract.name} {run_id}")
        definition = gx.ValidationDefinition(
            name=f"{batch.source} {run_id}",
            data=asset.add_batch_definition_whole_dataframe("all rows"),
            suite=suite,
        )
        return self._context.validation_definitions.add(definition).run(
            batch_parameters={"dataframe": measured.to_pandas(use_pyarrow_extension_array=True)},
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["row_number"]},
        )


def _module(dataset: str) -> Any:
    return importlib.import_module(f"expectations.suites.{dataset}")


def _check(found: ExpectationValidationResult) -> Check:
    config = found.expectation_config
    meta = config.meta
    raised = _raised(found.exception_info)
    result = found.result or {}
    failures = () if found.success or raised else _failures(meta, config.kwargs, result)
    return Check(
        expectation=meta["name"],
        promise=meta["promise"],
        severity=str(config.severity.value),
        outcome="error" if raised else "pass" if found.success else "fail",
        rows_judged=result.get("element_count"),
        failures=failures,
        observed=raised or _observed(result, failures),
    )


def _raised(info: dict[str, Any]) -> str | None:
    """What an expectation raised, if it did; the info is one entry or one for each metric."""
    entries = [info] if "raised_exception" in info else list(info.values())
    messages = {str(entry["exception_message"]) for entry in entries if entry["raised_exception"]}
    return "; ".join(sorted(messages)) or None


def _failures(meta: dict[str, str], kwargs: dict[str, Any], result: dict[str, Any]) -> tuple[Failure, ...]:
    columns = [kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs]
    columns += kwargs.get("column_list", [])
    return tuple(
        Failure(int(row["row_number"]), meta["name"], f"{meta['promise']}; here {_values(columns, row)}")
        for row in result.get("unexpected_index_list") or ()
    )


def _values(columns: list[str], row: dict[str, Any]) -> str:
    return ", ".join(f"{_plain_name(name)} is {_shown(row.get(name))}" for name in columns)


def _plain_name(column: str) -> str:
    return column.removeprefix(plain.UNKNOWN).removeprefix(UNREADABLE)


def _shown(value: Any) -> str:
    if pd.isna(value):
        return "empty"
    text = str(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def _observed(result: dict[str, Any], failures: tuple[Failure, ...]) -> str | None:
    if "observed_value" in result:
        return str(result["observed_value"])
    if not failures:
        return None
    found = list(dict.fromkeys(failure.reason.rpartition("; here ")[2] for failure in failures))
    more = "; …" if len(found) > SHOWN_VALUES else ""
    return f"{len(failures)} rows: {'; '.join(found[:SHOWN_VALUES])}{more}"
