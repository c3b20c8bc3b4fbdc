"""The plain part of a suite: what the contract already says, as expectations."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import great_expectations.expectations as gxe

from expectations.findings import OVERSIZED, SOURCE_ERROR, UNREADABLE
from expectations.promise import Expectations, is_empty, promise
from warehouse.contracts import Contract, Field

UNKNOWN = "unknown_"
# Groups that catch nothing: pandas warns of the others.
GROUP = re.compile(r"\((?!\?)")
WRITTEN = {"date": "2025-02-28", "number": "1300.5, no separators", "integer": "1300, no separators"}


def expectations(contract: Contract, columns: list[str], fewest: int, most: int) -> Expectations:
    """The expectations that follow from the contract, for a batch with these columns."""
    found: Expectations = [
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
    if field.minimum is not None or field.maximum is not None:
        words = f"{field.name} lies between {_shown(field.minimum)} and {_shown(field.maximum)}"
        rule = {
            "column": field.name,
            "min_value": _limit(field, field.minimum),
            "max_value": _limit(field, field.maximum),
        }
        found.append(promise(gxe.ExpectColumnValuesToBeBetween, f"{field.name}.in_range", words, **rule))
    return found


def _limit(field: Field, value: Any) -> Any:
    return dt.date.fromisoformat(str(value)) if value is not None and field.type == "date" else value


def _shown(value: Any) -> str:
    return "any value" if value is None else str(value)
