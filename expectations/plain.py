"""The plain part of a suite: what the contract already says, as expectations."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import great_expectations.expectations as gxe
import polars as pl

from expectations.findings import OVERSIZED, SOURCE_ERROR, UNREADABLE
from expectations.promise import Expectations, is_empty, promise
from warehouse.contracts import Contract, Field

UNKNOWN = "unknown_"
OUTSIDE = "outside_"
# Groups that catch nothing: pandas warns of the others.
GROUP = re.compile(r"\((?!\?)")
WRITTEN = {
    "date": "2025-02-28",
    "datetime": "2025-02-28T14:30:00, UTC",
    "number": "1300.5, no separators",
    "integer": "1300, no separators",
}


def of_batch(contract: Contract, fewest: int, most: int) -> Expectations:
    """What only the whole batch can tell: how many rows there are, and that no two share a key."""
    return [
        promise(
            gxe.ExpectTableRowCountToBeBetween,
            "rows.not_too_few",
            f"the batch has at least {fewest:,} rows: fewer means that it was cut off",
            min_value=fewest,
        ),
        promise(
            gxe.ExpectTableRowCountToBeBetween,
            "rows.not_too_many",
            f"the batch has at most {most:,} rows",
            severity="warning",
            max_value=most,
        ),
        _unique_key(contract),
    ]


def of_rows(contract: Contract, columns: list[str]) -> Expectations:
    """What each row tells alone, in a batch with these columns, those that ``measured`` adds among them."""
    found: Expectations = []
    for field in contract.fields:
        found += _of_field(field)
        if UNREADABLE + field.name in columns:
            words = f"{field.name} can be read as a {field.type} ({WRITTEN.get(field.type, 'as the contract asks')})"
            found.append(is_empty(UNREADABLE + field.name, f"{field.name}.readable", words))
    if OVERSIZED in columns:
        found.append(is_empty(OVERSIZED, "row.not_oversized", "no field is longer than the limit"))
    if SOURCE_ERROR in columns:
        found.append(
            is_empty(SOURCE_ERROR, "row.without_error", "the source itself calls nothing wrong with the row")
        )
    return found + [
        is_empty(
            f"{UNKNOWN}{key.field}",
            f"{key.field}.known",
            f"{key.field} stands in {key.resource}",
            key.severity,
        )
        for key in contract.foreign_keys
    ]


def measured(contract: Contract, rows: pl.DataFrame, known: dict[str, pl.Series]) -> pl.DataFrame:
    """The rows with ``unknown_<column>`` and ``outside_<column>``: what stands in no register, or beyond its bounds.

    ``known`` has the values that each foreign key may have. Great Expectations would compare with bounds row by row.
    """
    unknown = {}
    for key in contract.foreign_keys:
        value = pl.col(key.field)
        exempt = value.str.contains(f"^(?:{key.exempt})$") if key.exempt else pl.lit(False)
        unknown[UNKNOWN + key.field] = value.is_not_null() & ~value.is_in(known[key.field].implode()) & ~exempt
    outside = {OUTSIDE + field.name: _beyond(field) for field in contract.fields if _bounded(field)}
    return rows.with_columns(
        pl.when(wrong).then(plain_name(name)).alias(name) for name, wrong in (unknown | outside).items()
    )


def _unique_key(contract: Contract) -> gxe.Expectation:
    words = f"no two rows share {', '.join(contract.primary_key)}"
    if len(contract.primary_key) == 1:
        return promise(gxe.ExpectColumnValuesToBeUnique, "key.unique", words, column=contract.primary_key[0])
    return promise(
        gxe.ExpectCompoundColumnsToBeUnique,
        "key.unique",
        words,
        column_list=list(contract.primary_key),
        ignore_row_if="never",
    )


def _of_field(field: Field) -> Expectations:
    found: Expectations = []
    if field.required:
        words = f"{field.name} is filled"
        found.append(promise(gxe.ExpectColumnValuesToNotBeNull, f"{field.name}.filled", words, column=field.name))
    if field.enum:
        words = f"{field.name} is one of {', '.join(field.enum)}"
        rule: dict[str, Any] = {"column": field.name, "value_set": list(field.enum)}
        found.append(promise(gxe.ExpectColumnValuesToBeInSet, f"{field.name}.in_set", words, **rule))
    if field.pattern:
        words = f"{field.name} is spelt as the contract asks ({field.pattern})"
        rule = {"column": field.name, "regex": f"^(?:{GROUP.sub('(?:', field.pattern)})$"}
        found.append(promise(gxe.ExpectColumnValuesToMatchRegex, f"{field.name}.spelt", words, **rule))
    if _bounded(field):
        words = f"{field.name} lies between {_shown(field.minimum)} and {_shown(field.maximum)}"
        found.append(is_empty(OUTSIDE + field.name, f"{field.name}.in_range", words))
    return found


def _bounded(field: Field) -> bool:
    return field.minimum is not None or field.maximum is not None


def _beyond(field: Field) -> pl.Expr:
    value, low, high = pl.col(field.name), _limit(field, field.minimum), _limit(field, field.maximum)
    return (pl.lit(False) if low is None else value < low) | (pl.lit(False) if high is None else value > high)


def _limit(field: Field, value: Any) -> Any:
    return dt.date.fromisoformat(str(value)) if value is not None and field.type == "date" else value


def _shown(value: Any) -> str:
    return "any value" if value is None else str(value)


def plain_name(column: str) -> str:
    """The column of the contract that a measured column speaks of."""
    return column.removeprefix(UNKNOWN).removeprefix(OUTSIDE).removeprefix(UNREADABLE)
