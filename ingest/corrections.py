"""Known errors of a source, as data: ``ingest/sources/<name>.corrections.yaml``, a list of entries.

Each entry names one row by its values, says what the row is expected to look like, and drops it, overrides some of
its values, or flags it. An entry that finds its row otherwise, or no row, refuses the batch: the source has mended
itself, and the correction would now be the error. What a source printed is kept in ops.corrections.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import polars as pl
import yaml

from expectations.findings import UNREADABLE
from ingest.csv_file import BatchError
from ingest.source import Source
from warehouse import contracts
from warehouse.contracts import Contract

Action = Literal["drop", "override", "flag"]
Values = dict[str, Any]
REQUIRED = ("action", "row", "expect", "decided_on", "reason", "read_at")
KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "date": (dt.date,),
    "datetime": (dt.datetime,),
    "boolean": (bool,),
}
MENDED = "the source has mended it: remove this correction"


class CorrectionsError(BatchError):
    """A corrections file is malformed, or does not fit its source any more; names file, entry and remedy."""


@dataclass(frozen=True)
class Correction:
    """One entry of a corrections file."""

    file: str
    entry: int
    action: Action
    row: Values
    expect: Values
    decided_on: dt.date
    reason: str
    read_at: str
    set: Values = field(default_factory=dict)

    def error(self, message: str) -> CorrectionsError:
        """The error that names this entry."""
        return CorrectionsError(f"{self.file}, entry {self.entry}: {message}")


@dataclass(frozen=True)
class Applied:
    """A correction and the row that it found: as it came, and as it is judged and loaded."""

    correction: Correction
    as_came: Values
    corrected: Values


def load(one: Source) -> list[Correction]:
    """The corrections of a source, none where it has no file. Raises CorrectionsError where the file is malformed."""
    path = one.corrections
    if not path.exists():
        return []
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise CorrectionsError(f"{path.name} is no YAML: {' '.join(str(error).split())}") from None
    if not isinstance(entries, list) or not entries:
        raise CorrectionsError(f"{path.name} holds no list of corrections: begin each entry with '- action:'")
    contract = contracts.load(one.dataset)
    return [_read(path, number, entry, contract) for number, entry in enumerate(entries, start=1)]


def apply(rows: pl.DataFrame, corrections: list[Correction]) -> tuple[pl.DataFrame, list[Applied]]:
    """The rows as corrected, and what was done to which. Raises CorrectionsError where one does not fit its row."""
    applied = [_fit(correction, rows) for correction in corrections]
    _check_apart(applied)
    for one in applied:
        this = pl.col("row_number") == one.as_came["row_number"]
        if one.correction.action == "drop":
            rows = rows.filter(~this)
        changed = [name for name in one.corrected if one.corrected[name] != one.as_came[name]]
        rows = rows.with_columns(
            pl.when(this).then(pl.lit(one.corrected[name], rows.schema[name])).otherwise(pl.col(name)).alias(name)
            for name in changed
        )
    return rows, applied


def printed(row: Values, name: str) -> Any:
    """What the source has in that column of the row: the value, or the text that is no such value."""
    text = row.get(UNREADABLE + name)
    return row[name] if text is None else text


def _fit(correction: Correction, rows: pl.DataFrame) -> Applied:
    # A typed literal, so that a row of a column without any value compares too.
    same = [pl.col(name).eq_missing(pl.lit(value, rows.schema[name])) for name, value in correction.row.items()]
    found = rows.filter(pl.all_horizontal(same)).to_dicts()
    named = ", ".join(f"{name} {_shown(value)}" for name, value in correction.row.items())
    if not found:
        raise correction.error(f"no row has {named}; {MENDED}")
    if len(found) > 1:
        numbers = ", ".join(str(row["row_number"]) for row in found[:5])
        raise correction.error(f"{len(found)} rows have {named} (rows {numbers}): name more columns under row")
    [row] = found
    for name, expected in correction.expect.items():
        if printed(row, name) != expected:
            raise correction.error(
                f"{name} is expected to be {_shown(expected)}, found {_shown(printed(row, name))} "
                f"in row {row['row_number']}; {MENDED}"
            )
    readable = {UNREADABLE + name: None for name in correction.set if UNREADABLE + name in row}
    return Applied(correction, row, row | correction.set | readable)


def _check_apart(applied: list[Applied]) -> None:
    seen: dict[int, Correction] = {}
    for one in applied:
        first = seen.setdefault(one.as_came["row_number"], one.correction)
        if first is not one.correction:
            raise one.correction.error(
                f"row {one.as_came['row_number']} has entry {first.entry} already: make them one entry"
            )


def _read(path: Path, number: int, entry: Any, contract: Contract) -> Correction:
    try:
        return _checked(path, number, entry, contract)
    except ValueError as error:
        raise CorrectionsError(f"{path.name}, entry {number}: {error}") from None


def _checked(path: Path, number: int, entry: Any, contract: Contract) -> Correction:
    if not isinstance(entry, dict):
        raise ValueError("it is no mapping: give it action, row, expect, decided_on, reason and read_at")
    overrides = entry.get("action") == "override"
    allowed = {*REQUIRED, "set"} if overrides else set(REQUIRED)
    if missing := [name for name in (*REQUIRED, *(["set"] if overrides else [])) if not entry.get(name)]:
        raise ValueError(f"{', '.join(missing)} is missing or empty")
    if entry["action"] not in ("drop", "override", "flag"):
        raise ValueError(f"action is {entry['action']!r}: drop, override and flag are known")
    if unknown := [str(name) for name in entry if name not in allowed]:
        raise ValueError(f"{', '.join(unknown)} has no meaning in a {entry['action']}")
    if type(entry["decided_on"]) is not dt.date:
        raise ValueError(f"decided_on is {entry['decided_on']!r}: write a day, 2026-11-22")
    values = {name: _values(name, entry[name], contract) for name in ("row", "expect", "set") if name in entry}
    _check_set(values)
    return Correction(
        file=path.name,
        entry=number,
        action=cast("Action", entry["action"]),
        decided_on=entry["decided_on"],
        reason=str(entry["reason"]).strip(),
        read_at=str(entry["read_at"]).strip(),
        **values,
    )


def _values(part: str, given: Any, contract: Contract) -> Values:
    if not isinstance(given, dict):
        raise ValueError(f"{part} is no mapping of columns to values")
    if unknown := [str(name) for name in given if name not in contract.columns]:
        raise ValueError(f"{part} names {', '.join(unknown)}, which {contract.name} does not have")
    return dict(_typed(part, given, contract))


def _typed(part: str, given: Values, contract: Contract) -> Iterator[tuple[str, Any]]:
    for name, value in given.items():
        kind = contract.field(name).type
        # What the source printed may be no value of the column's type: expect it as text.
        allowed = (*KINDS[kind], str) if part == "expect" else KINDS[kind]
        if value is not None and (not isinstance(value, allowed) or isinstance(value, bool) > (kind == "boolean")):
            raise ValueError(f"{part} has {name} = {value!r}, which is no {kind}")
        yield name, float(value) if kind == "number" and isinstance(value, int) else value


def _check_set(values: dict[str, Values]) -> None:
    for name, value in values.get("set", {}).items():
        if name not in values["expect"]:
            raise ValueError(f"set changes {name}, so expect must say what the source has there now")
        if values["expect"][name] == value:
            raise ValueError(f"set gives {name} the value that expect has already")


def _shown(value: Any) -> str:
    return "empty" if value is None else str(value)


def recorded(applied: list[Applied]) -> pl.DataFrame:
    """The corrections as lines of ops.corrections, one for each column, without the run's own columns.

    Columns: entry, action, row_number, field, printed, loaded, decided_on, reason, read_at.
    """
    lines = [
        {
            "entry": one.correction.entry,
            "action": one.correction.action,
            "row_number": one.as_came["row_number"],
            "field": name,
            "printed": _text(printed(one.as_came, name)),
            "loaded": None if one.correction.action == "drop" else _text(printed(one.corrected, name)),
            "decided_on": one.correction.decided_on,
            "reason": one.correction.reason,
            "read_at": one.correction.read_at,
        }
        for one in applied
        for name in one.correction.set or one.correction.expect
    ]
    return pl.DataFrame(lines)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
