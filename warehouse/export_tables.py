"""Which tables an export has, what each is read from, and what is kept out of them."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from warehouse import contracts, models, schema, world
from warehouse.contracts import Contract
from warehouse.sql import Model, quoted

# Of the ledger all but what tables were made by.
LEDGER = ("alerts", "corrections", "freshness", "quarantine", "runs", "sources", "validations")
# Which lines of the ledger repeat what a source gave: by its name, or by its run.
BY_SOURCE = ("corrections", "quarantine")


@dataclass(frozen=True)
class Table:
    """One table of an export: where it goes (``facts/crossings``), its rows as a query, and what describes it.

    ``datasets`` are those that it rests on.
    """

    path: str
    rows: str
    description: str
    comments: dict[str, str]
    order: str = "ALL"
    contract: Contract | None = None
    datasets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Chosen:
    """The tables, the day that counts as today, and what is left out: name → why."""

    tables: list[Table]
    day: dt.date
    left_out: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def chosen(
    cursor: duckdb.DuckDBPyConnection, day: dt.date | None, withheld: list[str] | None, scratch: Path
) -> Iterator[Chosen]:
    """The tables of the version, as known on the day where one is given, without rows of the sources withheld.

    Rows of a source that no declaration speaks for any more are withheld too; None withholds nothing.
    What rests on such rows is worked out from the others, in a database ``scratch``. Good until the block ends.
    """
    [(house,)] = cursor.execute("SELECT current_database()").fetchall()
    home = '"' + house.replace('"', '""') + '"'
    today = day or dt.date.fromisoformat(schema.parts(cursor)["models of the day"])
    affected = _affected(cursor, withheld)
    if day is None and not affected:
        cursor.execute(f"CREATE OR REPLACE TEMP MACRO current_date() AS DATE '{today}'")
        yield _gathered(cursor, home, home, today, None, withheld, affected)
        return
    allowed = None
    if withheld is not None:
        every = cursor.execute("SELECT source FROM ops.sources").fetchall()
        allowed = [name for (name,) in every if name not in withheld]
    with world.standing(cursor, today, as_known=day is not None, sources=allowed, at=str(scratch)):
        yield _gathered(cursor, home, world.WORLD, today, day, withheld, affected)


def _affected(cursor: duckdb.DuckDBPyConnection, withheld: list[str] | None) -> set[str]:
    """The datasets with rows that are kept out."""
    return {
        name
        for name in contracts.names()
        if cursor.execute(f"SELECT 1 FROM facts.{name} WHERE {_held_back(withheld)} LIMIT 1").fetchall()
    }


def _held_back(withheld: list[str] | None) -> str:
    """The condition on a row that is kept out."""
    if withheld is None:
        return "(false)"
    named = f"source IN ({', '.join(map(quoted, withheld))}) OR " if withheld else ""
    return f"({named}source NOT IN (SELECT source FROM ops.sources))"


def _gathered(
    cursor: duckdb.DuckDBPyConnection, home: str, place: str, today: dt.date, day: dt.date | None,
    withheld: list[str] | None, affected: set[str],
) -> Chosen:  # fmt: skip
    left_out: dict[str, str] = {}
    # The ledger's own names, also where the cursor stands in another world.
    kept = "NOT " + _held_back(withheld).replace("ops.", f"{home}.ops.")
    by_name = {model.name: model for model in models.ordered()}
    tables = [_facts(name, home, place, day, kept) for name in contracts.names()]
    for model in by_name.values():
        table = _model(model, home, place, day, kept, _beneath(model, by_name), affected)
        if isinstance(table, Table):
            tables.append(table)
        else:
            left_out[f"models/{model.name}"] = table
    tables += _ledger(cursor, home, day, kept, left_out)
    tables += _analysis(cursor, home, day, left_out)
    tables.append(_places(home, place))
    return Chosen(sorted(tables, key=lambda one: one.path), today, left_out)


def _beneath(model: Model, by_name: dict[str, Model]) -> frozenset[str]:
    """The datasets that a model rests on."""
    found = frozenset[str]()
    for name in model.reads:
        found |= _beneath(by_name[name], by_name) if name in by_name else {name}
    return found & frozenset(contracts.names())


def _facts(name: str, home: str, place: str, day: dt.date | None, kept: str) -> Table:
    contract = contracts.load(name)
    comments = schema.column_comments(contract)
    if day:
        rows, told = f"SELECT * FROM {place}.main.{name}", f"As known on {day}."
    else:
        rows = f"SELECT * FROM {home}.facts.{name} WHERE {kept}"
        told = "Every version of every row: current where superseded_at is empty."
    description, rests_on = f"{contract.description} {told}", frozenset({name})
    return Table(f"facts/{name}", rows, description, comments, "row_key, loaded_at", contract, rests_on)


def _model(
    model: Model, home: str, place: str, day: dt.date | None, kept: str, beneath: frozenset[str], affected: set[str]
) -> Table | str:
    """The table of a model, or why there is none."""
    rows = f"SELECT * FROM {place if model.of_facts else home}.main.{model.name}"
    table = Table(f"models/{model.name}", rows, model.description, model.columns, datasets=beneath)
    if model.of_facts:
        return table
    if day:
        return "it has no earlier state"
    if model.name in BY_SOURCE:
        return replace(table, rows=f"{rows} WHERE {kept}")
    if beneath & affected:
        return "it is worked out from all versions of rows that may not be passed on"
    return table


def _ledger(
    cursor: duckdb.DuckDBPyConnection, home: str, day: dt.date | None, kept: str, left_out: dict[str, str]
) -> Iterator[Table]:
    for name in LEDGER:
        if day and name != "sources":
            left_out[f"ops/{name}"] = "the ledger has no earlier state"
            continue
        rows = f"SELECT * FROM {home}.ops.{name}"
        if name in BY_SOURCE:
            rows += f" WHERE {kept}"
        elif name == "validations":
            rows += f" WHERE run_id IN (SELECT run_id FROM {home}.ops.runs WHERE {kept})"
        yield _described(cursor, f"ops/{name}", rows, home, ("ops", name))


def _analysis(
    cursor: duckdb.DuckDBPyConnection, home: str, day: dt.date | None, left_out: dict[str, str]
) -> Iterator[Table]:
    """The tables of analysis; as of a day those that were worked out for it. They rest on all facts."""
    found = cursor.execute(
        """
        SELECT schema_name, table_name FROM duckdb_tables()
        WHERE '"' || database_name || '"' = ? AND schema_name IN ('analysis', 'analysis_as_of') ORDER BY ALL
        """,
        [home],
    ).fetchall()
    if day is None:
        for part, name in found:
            yield _described(cursor, f"{part}/{name}", f"SELECT * FROM {home}.{part}.{name}", home, (part, name))
        return
    vintages = [name for part, name in found if part == "analysis_as_of"]
    there = (
        vintages
        and cursor.execute(
            f"SELECT 1 FROM {home}.analysis_as_of.days WHERE as_of = DATE '{day}' AND known <> ''"
        ).fetchall()
    )
    if not there:
        left_out["analysis"] = f"it is not worked out for {day}: serai analyse --as-of {day}"
        return
    for name in vintages:
        rows = f"SELECT * FROM {home}.analysis_as_of.{name} WHERE as_of = DATE '{day}'"
        yield _described(cursor, f"analysis_as_of/{name}", rows, home, ("analysis_as_of", name))


def _places(home: str, place: str) -> Table:
    """Where places lie: those of rows that are in the export."""
    located = " UNION ".join(
        f"SELECT lat, lon FROM {place}.main.{name}" for name in contracts.names() if contracts.load(name).located
    )
    rows = f"SELECT p.* FROM {home}.geo.places AS p SEMI JOIN ({located}) AS f ON p.lat = f.lat AND p.lon = f.lon"
    return Table("geo/places", rows, "One row is one place with its country and nearest crossing.", {})


def _described(cursor: duckdb.DuckDBPyConnection, path: str, rows: str, home: str, named: tuple[str, str]) -> Table:
    """A table with the comments that the database has of it."""
    condition = "'\"' || database_name || '\"' = ? AND schema_name = ? AND table_name = ?"
    [(comment,)] = cursor.execute(f"SELECT comment FROM duckdb_tables() WHERE {condition}", [home, *named]).fetchall()
    columns = cursor.execute(
        f"SELECT column_name, coalesce(comment, '') FROM duckdb_columns() WHERE {condition} ORDER BY column_index",
        [home, *named],
    ).fetchall()
    return Table(path, rows, comment or "", dict(columns))
