"""Reading our own SQL: what a file makes, what it reads, and the comments that describe its columns.

The comment behind a column in a SELECT or CREATE TABLE is the column's description, and the comment lines that a
model begins with describe the table. They are written once, in the SQL, and go from there into the database.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import exp

# Schemas of what is the same on every day: datasets and models (none named), and where places lie.
UNDATED = frozenset({"", "geo"})


@dataclass(frozen=True)
class Model:
    """One derived table: its query, what the query reads, and its descriptions.

    ``kind`` is VIEW where its first comment begins with "View: ", for what is quicker to work out than to store, else
    TABLE. ``of_facts``: it reads only facts, other models and places (which have no date), so that it can be asked as
    of a day. ``of_today``: its rows are others on another day. ``beside_facts``: it reads other tables than facts and
    models too; nobody says when these change.
    """

    name: str
    kind: str
    query: str
    reads: frozenset[str]
    of_facts: bool
    of_today: bool
    beside_facts: bool
    description: str
    columns: dict[str, str]


def read_model(path: Path) -> Model:
    """The model of one .sql file. Raises ValueError where a column has no name or no comment."""
    return _model(path, path.read_text(encoding="utf-8"))


@functools.cache
def _model(path: Path, text: str) -> Model:
    tree = sqlglot.parse_one(text, read="duckdb")
    if not isinstance(tree, exp.Query):
        raise ValueError(f"{path}: a model is one SELECT")
    columns = {column.alias_or_name: _comment(column) for column in tree.selects}
    missing = [name or "(unnamed)" for name, comment in columns.items() if not comment]
    if missing:
        raise ValueError(f"{path}: no comment behind the column {', '.join(missing)}")
    tables = _tables_read(tree)
    reads = frozenset(table.name for table in tables if not table.db)
    heading = _heading(text)
    kind = "VIEW" if heading.startswith("View: ") else "TABLE"
    of_facts = all(table.db in UNDATED for table in tables)
    of_today = any(tree.find_all(exp.CurrentDate))
    beside_facts = any(table.db for table in tables)
    return Model(
        path.stem, kind, text, reads, of_facts, of_today, beside_facts, heading.removeprefix("View: "), columns
    )


@dataclass(frozen=True)
class Macro:
    """One macro: the statement that makes it, its query, what that reads and calls, and its descriptions."""

    name: str
    makes_table: bool
    statement: str
    query: str
    reads: frozenset[str]
    calls: frozenset[str]
    description: str
    parameters: dict[str, str]
    columns: dict[str, str]

    @property
    def comment(self) -> str:
        """All descriptions as one text, for the database keeps none of a macro's parameters and columns."""
        described = {"parameter": self.parameters, "column": self.columns}
        lines = [f"{kind} {name}: {text}" for kind, parts in described.items() for name, text in parts.items()]
        return "\n".join([self.description, *lines])


def read_macro(path: Path) -> Macro:
    """The macro of one .sql file. Raises ValueError where a parameter or column has no name or no comment."""
    return _macro(path, path.read_text(encoding="utf-8"))


@functools.cache
def _macro(path: Path, text: str) -> Macro:
    tree = sqlglot.parse_one(text, read="duckdb")
    if not isinstance(tree, exp.Create) or not isinstance(tree.this, exp.UserDefinedFunction):
        raise ValueError(f"{path}: a macro is one CREATE MACRO")
    if tree.this.this.name != path.stem:
        raise ValueError(f"{path}: it makes {tree.this.this.name}, not {path.stem}")
    query = tree.expression
    makes_table = isinstance(query, exp.Query) and not isinstance(query, exp.Subquery)
    parameters = {one.name: _comment(one) for one in tree.this.expressions}
    columns = {one.alias_or_name: _comment(one) for one in query.selects} if makes_table else {}
    missing = [name or "(unnamed)" for name, comment in (parameters | columns).items() if not comment]
    if missing:
        raise ValueError(f"{path}: no comment behind {', '.join(missing)}")
    return Macro(
        path.stem,
        makes_table,
        text.replace("CREATE MACRO", "CREATE OR REPLACE MACRO", 1),
        query.sql(dialect="duckdb", comments=False),
        frozenset(table.name for table in _tables_read(query)),
        frozenset(call.name for call in query.find_all(exp.Anonymous)),
        _heading(text),
        parameters,
        columns,
    )


def described(kind: str, name: str, description: str, columns: dict[str, str]) -> str:
    """The script that writes the comments of a table or view and of its columns."""
    return f"COMMENT ON {kind} {name} IS {quoted(description)};\n{described_columns(name, columns)}"


def described_columns(name: str, columns: dict[str, str]) -> str:
    """The script that writes the comments of the columns of a table or view."""
    return "\n".join(f"COMMENT ON COLUMN {name}.{column} IS {quoted(text)};" for column, text in columns.items())


@functools.cache
def with_today(query: str, day: str) -> str:
    """The query with that day, an SQL expression, in the place of today's date."""
    tree = sqlglot.parse_one(query, read="duckdb")
    for today in tree.find_all(exp.CurrentDate):
        today.replace(sqlglot.parse_one(day, read="duckdb"))
    return tree.sql(dialect="duckdb", comments=False)


def _tables_read(tree: exp.Expr) -> list[exp.Table]:
    """The tables that a query reads, its own common table expressions left out."""
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return [table for table in tree.find_all(exp.Table) if table.db or (table.name and table.name not in own)]


@functools.cache
def table_comments(text: str) -> tuple[tuple[str, dict[str, str]], ...]:
    """Each CREATE TABLE of a script: its name and its columns with their comments."""
    made = (tree.this for tree in sqlglot.parse(text, read="duckdb") if isinstance(tree, exp.Create))
    return tuple((one.this.sql(), _described_in(one)) for one in made if isinstance(one, exp.Schema))


def _described_in(table: exp.Schema) -> dict[str, str]:
    return {node.name: _comment(node) for node in table.expressions if isinstance(node, exp.ColumnDef)}


def quoted(text: str) -> str:
    """The text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _comment(node: exp.Expr) -> str:
    # The last one stands behind the node; one before it says why, to readers of the SQL.
    return next((part.comments[-1].strip() for part in node.walk() if part.comments), "")


def _heading(text: str) -> str:
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)
