"""Reading a CSV file in its dataset's own shape, strictly.

What is wrong with the file as a whole refuses it, with the row and the remedy. What is wrong with one value is left
to the judges: a value that is no date or number is kept as text in ``unreadable_<column>``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from expectations.findings import OVERSIZED, UNREADABLE
from warehouse.contracts import Contract, Field

KEPT_OF_OVERSIZED = 200
TRUTH = {"true": True, "false": False}
POLARS_TYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "number": pl.Float64(),
    "integer": pl.Int64(),
    "date": pl.Date(),
    "datetime": pl.Datetime("us"),
    "boolean": pl.Boolean(),
}


@dataclass(frozen=True)
class ParseLimits:
    """What a source's bytes may be at most."""

    file_bytes: int
    field_characters: int


class BatchError(Exception):
    """The batch is broken as a whole; the message says what, where and what to do."""


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:
    """The rows of the file, typed, with row_number (the header is row 1) and what could not be read.

    Columns: row_number, the contract's columns (null = empty), ``unreadable_<column>`` for each column that is not
    text (the text that is no such value, else null) and ``oversized`` (the columns with a field over the limit, else
    null). Raises BatchError.
    """
    (_, header), *rows = _records(_text(content, limits), limits)
    _check_header(header, contract)
    _check_widths(rows, len(header))
    kept = [[_shorten(value, limits) for value in row] for _, row in rows]
    frame = pl.DataFrame(kept, schema=dict.fromkeys(header, pl.String), orient="row")
    oversized = [";".join(_oversized(header, row, limits)) or None for _, row in rows]
    return frame.select(
        pl.Series("row_number", [number for number, _ in rows], pl.Int64),
        *(typed(field) for field in contract.fields),
        *(unreadable(field) for field in contract.fields if field.type != "string"),
        pl.Series(OVERSIZED, oversized, pl.String),
    )


def in_columns(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """The rows of text as the contract's types, with what could not be read; a column that they lack is empty."""
    lacking = [pl.lit(None, pl.String).alias(name) for name in contract.columns if name not in rows.columns]
    text = rows.with_columns(*lacking)
    return text.select(
        "row_number",
        *(typed(field) for field in contract.fields),
        *(unreadable(field) for field in contract.fields if field.type != "string"),
    )


def typed(field: Field) -> pl.Expr:
    """The text column of that field as its type; null where it is empty or no such value."""
    text = pl.col(field.name).replace("", None)
    if field.type == "date":
        return pl.when(text.str.contains(r"^\d{4}-\d{2}-\d{2}$")).then(text.str.to_date("%Y-%m-%d", strict=False))
    if field.type == "datetime":
        shape = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"
        return pl.when(text.str.contains(shape)).then(
            text.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
        )
    if field.type == "number":
        number = text.cast(pl.Float64(), strict=False)
        return pl.when(number.is_finite()).then(number).alias(field.name)
    if field.type == "boolean":
        return text.str.to_lowercase().replace_strict(TRUTH, default=None, return_dtype=pl.Boolean())
    return text.cast(POLARS_TYPES[field.type], strict=False)


def unreadable(field: Field) -> pl.Expr:
    """The text that is no value of the field's type, else null."""
    text = pl.col(field.name).replace("", None)
    return pl.when(typed(field).is_null()).then(text).alias(UNREADABLE + field.name)


def oversized(fields: Iterable[Field], limits: ParseLimits) -> pl.Expr:
    """The text columns, ; between, in which the row has a field over the limit; else null."""
    names = [field.name for field in fields if field.type == "string"]
    long = [pl.when(pl.col(name).str.len_chars() > limits.field_characters).then(pl.lit(name)) for name in names]
    return pl.concat_str(long, separator=";", ignore_nulls=True).replace("", None).alias(OVERSIZED)


def _text(content: bytes, limits: ParseLimits) -> str:
    if not content.strip():
        raise BatchError("the file is empty: fetch or restore it")
    if len(content) > limits.file_bytes:
        raise BatchError(
            f"the file has {len(content):,} bytes, the limit is {limits.file_bytes:,}: raise SERAI_MAX_FILE_BYTES"
        )
    if content.startswith((b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff")):
        raise BatchError("this is a spreadsheet or UTF-16, not CSV: save it as CSV in UTF-8")
    if b"\0" in content:
        row = content[: content.index(b"\0")].count(b"\n") + 1
        raise BatchError(f"line {row} holds a NUL byte: the file is damaged, fetch or restore it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BatchError(
            f"line {line} is not UTF-8 (byte 0x{content[error.start]:02x}): save the file as UTF-8, "
            "for example with iconv -f latin1 -t utf-8"
        ) from None


def _records(text: str, limits: ParseLimits) -> list[tuple[int, list[str]]]:
    """The records that are not blank, each with its row number as a spreadsheet shows it."""
    csv.field_size_limit(max(limits.file_bytes, limits.field_characters))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [(number, row) for number, row in enumerate(reader, start=1) if row]
    except csv.Error as error:
        raise BatchError(f"line {reader.line_num} is not CSV ({error}): look at its quotes") from None


def _check_header(header: list[str], contract: Contract) -> None:
    expected = contract.columns
    if not set(header) & set(expected):
        start = ",".join(header)[:60]
        raise BatchError(f"row 1 is not the header of {contract.name}, it begins with {start!r}: is this the file?")
    missing = [name for name in expected if name not in header]
    if missing:
        raise BatchError(f"row 1 lacks the column {', '.join(missing)}: restore it in the file")
    unknown = [name for name in header if name not in expected]
    if unknown:
        raise BatchError(
            f"row 1 has the column {', '.join(unknown)} that the contract does not know: describe it in "
            f"warehouse/contracts/{contract.name}.yaml or take it out of the file"
        )
    if len(set(header)) < len(header):
        twice = sorted({name for name in header if header.count(name) > 1})
        raise BatchError(f"row 1 has the column {', '.join(twice)} twice: keep one")


def _check_widths(rows: list[tuple[int, list[str]]], width: int) -> None:
    for number, row in rows:
        if len(row) != width:
            raise BatchError(
                f"row {number} has {len(row)} fields, the header {width}: look for a comma outside quotes"
            )


def _oversized(header: list[str], row: list[str], limits: ParseLimits) -> list[str]:
    return [name for name, value in zip(header, row, strict=True) if len(value) > limits.field_characters]


def _shorten(value: str, limits: ParseLimits) -> str:
    if len(value) <= limits.field_characters:
        return value
    return f"{value[:KEPT_OF_OVERSIZED]}… ({len(value):,} characters)"
