"""The contracts: what each dataset's columns are called, mean and may hold.

One YAML file a dataset, a Frictionless Table Schema with six keys of our own:

- ``knowledge``: ``published`` names the column with the day of publication, ``not_before`` the columns whose
  latest day is the earliest on which an undated row can have been known;
- ``statement``: the part of the primary key that is what the page says, not what it speaks of. A row in which
  only these change is a corrected row, not another one;
- ``register: true``: a register of what exists, not of what was reported: as of any day it is the one we have;
- ``located: true``: ``lat`` and ``lon`` say where a row happened, so that each place has its line in geo.places;
- ``judgedAgainst``: datasets that the suite compares its rows with, beside those of the foreign keys;
- on a foreign key, ``except`` is a pattern of values that stand for more than one row, and ``severity: warning``
  reports an unknown value without holding the row back.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

HERE = Path(__file__).parent
Severity = Literal["critical", "warning"]
SQL_TYPES = {
    "string": "VARCHAR",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "date": "DATE",
    "datetime": "TIMESTAMP",  # UTC
    "boolean": "BOOLEAN",
}


@dataclass(frozen=True)
class Field:
    """One column: its Frictionless type, description, unit and constraints."""

    name: str
    type: str
    description: str
    unit: str | None = None
    required: bool = False
    enum: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: Any = None
    maximum: Any = None

    @property
    def sql_type(self) -> str:
        """The DuckDB type of the column."""
        return SQL_TYPES[self.type]

    @property
    def comment(self) -> str:
        """The description with its unit, as the database and the dictionary show it."""
        return f"{self.description} [{self.unit}]" if self.unit else self.description


@dataclass(frozen=True)
class ForeignKey:
    """One column whose values stand in another dataset's key."""

    field: str
    resource: str
    reference: str
    exempt: str | None = None
    severity: Severity = "critical"


@dataclass(frozen=True)
class Contract:
    """One dataset: its columns, keys, and what bounds the day that a row could be known."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    statement: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    judged_against: tuple[str, ...]
    register: bool
    located: bool
    published: str | None
    not_before: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in order."""
        return [field.name for field in self.fields]

    def field(self, name: str) -> Field:
        """The column of that name; KeyError where the dataset has none."""
        return {field.name: field for field in self.fields}[name]


def names() -> list[str]:
    """The names of all datasets, in alphabetical order."""
    return sorted(path.stem for path in HERE.glob("*.yaml"))


@functools.cache
def load(name: str) -> Contract:
    """The contract of one dataset; FileNotFoundError where there is none of that name."""
    raw = descriptor(name)
    knowledge = raw["knowledge"]
    return Contract(
        name=raw["name"],
        title=raw["title"],
        description=raw["description"].strip(),
        fields=tuple(_field(entry) for entry in raw["fields"]),
        primary_key=tuple(raw["primaryKey"]),
        statement=tuple(raw.get("statement", ())),
        foreign_keys=tuple(_foreign_key(entry) for entry in raw.get("foreignKeys", ())),
        judged_against=tuple(raw.get("judgedAgainst", ())),
        register=raw.get("register", False),
        located=raw.get("located", False),
        published=knowledge.get("published"),
        not_before=tuple(knowledge["not_before"]),
    )


def descriptor(name: str) -> dict[str, Any]:
    """The YAML of one contract as it stands: a Frictionless Table Schema descriptor."""
    text = (HERE / f"{name}.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return raw


def _field(entry: dict[str, Any]) -> Field:
    rules = entry.get("constraints", {})
    return Field(
        name=entry["name"],
        type=entry["type"],
        description=entry["description"],
        unit=entry.get("unit"),
        required=rules.get("required", False),
        enum=tuple(rules.get("enum", ())),
        pattern=rules.get("pattern"),
        minimum=rules.get("minimum"),
        maximum=rules.get("maximum"),
    )


def _foreign_key(entry: dict[str, Any]) -> ForeignKey:
    return ForeignKey(
        field=entry["fields"][0],
        resource=entry["reference"]["resource"],
        reference=entry["reference"]["fields"][0],
        exempt=entry.get("except"),
        severity=entry.get("severity", "critical"),
    )
