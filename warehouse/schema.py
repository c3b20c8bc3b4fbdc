"""The tables that the contracts ask for.

Every dataset is a table ``facts.<dataset>`` with all versions of all rows, and a view ``<dataset>`` of the current
ones. A version is known in the world from ``known_from`` on and to Serai from ``loaded_at`` until ``superseded_at``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

from warehouse import as_of, contracts
from warehouse.contracts import Contract, Field
from warehouse.load import row_key, transaction
from warehouse.sql import described, described_columns, quoted, table_comments

# Which tables and columns a warehouse has. It is raised by one with the first change to them after a release, so that
# an older Serai refuses what it would rebuild without the columns that it does not know. 1 = Serai 0.1.0, which did
# not write it down. What it stands for is in schema.lock, and a test holds the two together.
SCHEMA = 2
# Tables that no contract describes.
OWN = tuple(Path(__file__).with_name(f"{name}.sql") for name in ("ops", "geo", "alerts"))
KNOWLEDGE = (
    Field("row_key", "string", "Key of the row: a hash over the contract's primary key.", required=True),
    Field("known_from", "date", "Day it could be known; what that rests on is in known_from_basis."),
    Field(
        "known_from_basis",
        "string",
        "published = the page's date; address = a day in the page's address; address_month = the last day of a month "
        "in it; not_before = the day its subject had happened, the page being undated; unknown = no bound.",
        required=True,
        enum=("published", "address", "address_month", "not_before", "unknown"),
    ),
)
VERSION = (
    ("source", "VARCHAR NOT NULL", "Source that the version came from (ingest/sources)."),
    ("run_id", "VARCHAR NOT NULL", "Run that loaded it (ops.runs)."),
    ("loaded_at", "TIMESTAMP NOT NULL", "When Serai took the version in, UTC."),
    ("superseded_at", "TIMESTAMP", "When it ceased to be current, UTC; empty = current."),
    (
        "superseded_why",
        "VARCHAR CHECK (superseded_why IN ('corrected', 'withdrawn'))",
        "corrected = a newer version took its place; withdrawn = gone from the source.",
    ),
)


class NewerSchemaError(Exception):
    """The warehouse was made by a newer Serai than this one."""


def refuse_newer(con: duckdb.DuckDBPyConnection) -> None:
    """Raise NewerSchemaError where a newer Serai, with other tables, made the warehouse."""
    try:
        found = con.execute("SELECT made_by FROM ops.schema_parts WHERE name = 'schema'").fetchall()
    except duckdb.CatalogException:
        return  # nothing in it yet
    if found and int(found[0][0]) > SCHEMA:
        raise NewerSchemaError(
            f"this warehouse was made by a newer Serai (its schema is {found[0][0]}, this Serai knows {SCHEMA}) and "
            "is left as it is: update Serai, or restore a backup that this Serai made"
        )


def tables_of_now() -> str:
    """A hash over the tables and columns that this Serai makes, comments left out."""
    own = "\n".join(path.read_text(encoding="utf-8") for path in OWN)
    bare = [line.split("--")[0].strip() for line in own.splitlines() if not line.startswith("COMMENT")]
    texts = [*filter(None, bare), *(table_ddl(contracts.load(name)) for name in contracts.names())]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make all that is missing: tables of our own, fact tables, views and comments.

    A fact table made by an older contract is rebuilt with its rows, and those of a dataset without a contract stay.
    Raises NewerSchemaError, duckdb.ConstraintException where old rows break the new contract.
    """
    refuse_newer(con)
    for own in OWN:
        con.execute(own.read_text(encoding="utf-8"))
    made = parts(con)
    for name, script in _own_comments():
        _run_if_changed(con, name, script, made)
    for name in contracts.names():
        contract = contracts.load(name)
        ddl = table_ddl(contract)
        if made.get(f"table {name}") != ddl:
            _replace_table(con, contract, ddl)
            remember(con, f"table {name}", ddl)
            made.pop(f"view {name}", None)
        _run_if_changed(con, f"view {name}", _view_and_comments(contract), made)
    remember(con, "schema", str(SCHEMA))


def parts(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What each table, view and macro was made by."""
    return dict(con.execute("SELECT name, made_by FROM ops.schema_parts").fetchall())


def _run_if_changed(con: duckdb.DuckDBPyConnection, name: str, script: str, made: dict[str, str]) -> None:
    """Run a script that makes a part. Comments and macros take most of a second, so only where it is not yet so."""
    if made.get(name) != script:
        # Each of hundreds of comments would else be written to the disk and waited for.
        with transaction(con):
            con.execute(script)
            remember(con, name, script)


def remember(con: duckdb.DuckDBPyConnection, name: str, made_by: str) -> None:
    """Note what a part was made by."""
    con.execute("INSERT OR REPLACE INTO ops.schema_parts VALUES (?, ?)", [name, made_by])


def _own_comments() -> Iterator[tuple[str, str]]:
    for own in OWN:
        for table, columns in table_comments(own.read_text(encoding="utf-8")):
            yield f"comments {table}", described_columns(table, columns)


def table_ddl(contract: Contract) -> str:
    """The CREATE TABLE of one dataset, with its checks; that keys are kept apart is the business of the load."""
    lines = [_column(field) for field in (*contract.fields, *KNOWLEDGE)]
    lines += [f"{name} {sql_type}" for name, sql_type, _ in VERSION]
    return f"CREATE TABLE facts.{contract.name} (\n    " + ",\n    ".join(lines) + "\n)"


def _column(field: Field) -> str:
    parts = [field.name, field.sql_type]
    if field.required:
        parts.append("NOT NULL")
    rules = [_bound(field, ">=", field.minimum), _bound(field, "<=", field.maximum)]
    if field.enum:
        rules.append(f"{field.name} IN ({', '.join(quoted(value) for value in field.enum)})")
    checks = " AND ".join(rule for rule in rules if rule)
    return " ".join([*parts, f"CHECK ({checks})" if checks else ""]).strip()


def _bound(field: Field, sign: str, limit: object) -> str:
    if limit is None:
        return ""
    return f"{field.name} {sign} {quoted(str(limit)) + '::DATE' if field.type == 'date' else limit}"


def _replace_table(con: duckdb.DuckDBPyConnection, contract: Contract, ddl: str) -> None:
    table = f"facts.{contract.name}"
    existing = con.execute(
        """
        SELECT 1 FROM duckdb_tables()
        WHERE database_name = current_database() AND schema_name = 'facts' AND table_name = ?
        """,
        [contract.name],
    ).fetchall()
    if existing:
        con.execute(f"DROP VIEW IF EXISTS {contract.name}")
        con.execute(f"CREATE OR REPLACE TEMP TABLE older AS FROM {table}")
        con.execute(f"DROP TABLE {table}")
    con.execute(ddl)
    if existing:
        kept = {row[0] for row in con.execute("DESCRIBE older").fetchall()} & set(column_comments(contract))
        # The key may be another, or have more columns than it had: a row that comes again must be found by it.
        lacking = [f"NULL AS {name}" for name in contract.primary_key if name not in kept]
        con.execute(
            f"""
            INSERT INTO {table} BY NAME
            SELECT {row_key(contract, "o")} AS row_key, {", ".join(sorted(kept - {"row_key"}))}
            FROM (SELECT {", ".join(["* EXCLUDE (row_key)", *lacking])} FROM older) AS o
            """
        )
        con.execute("DROP TABLE older")


def _view_and_comments(contract: Contract) -> str:
    table, comments = f"facts.{contract.name}", column_comments(contract)
    shown = {name: text for name, text in comments.items() if name not in as_of.HIDDEN}
    current = f"SELECT * EXCLUDE ({', '.join(as_of.HIDDEN)}) FROM {table} WHERE superseded_at IS NULL"
    return "\n".join(
        [
            f"CREATE OR REPLACE VIEW {contract.name} AS {current};",
            described("TABLE", table, contract.description + " Every version of every row.", comments),
            described("VIEW", contract.name, contract.description, shown),
            as_of.of_dataset(contract, shown),
        ]
    )


def column_comments(contract: Contract) -> dict[str, str]:
    """All columns of a fact table with their descriptions, the contract's first."""
    described = {field.name: field.comment for field in (*contract.fields, *KNOWLEDGE)}
    return described | {name: text for name, _, text in VERSION}
