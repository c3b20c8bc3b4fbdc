"""Reading our own SQL: what a file makes, what it reads, and the comments that describe its columns.

The comment behind a column in a SELECT or CREATE TABLE is the column's description, and the comment lines that a
model begins with describe the table. They are written once, in the SQL, and go from there into the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import exp


@dataclass(frozen=True)
class Model:
    """One derived table: its query, the tables that the query reads, and its descriptions."""

    name: str
    query: str
    reads: frozenset[str]
    description: str
    columns: dict[str, str]


def read_model(path: Path) -> Model:
    """The model of one .sql file. Raises ValueError where a column has no name or no comment."""
    text = path.read_text(encoding="utf-8")
    tree = sqlglot.parse_one(text, read="duckdb")
    if not isinstance(tree, exp.Query):
        raise ValueError(f"{path}: a model is one SELECT")
    described = {column.alias_or_name: _comment(column) for column in tree.selects}
    missing = [name or "(unnamed)" for name, comment in described.items() if not comment]
    if missing:
        raise ValueError(f"{path}: no comment behind the column {', '.join(missing)}")
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    reads = {table.name for table in tree.find_all(exp.Table) if not table.db and table.name not in own}
    return Model(path.stem, text, frozenset(reads), _heading(text), described)


def table_comments(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each CREATE TABLE of a script: its name and its columns with their comments."""
    for tree in sqlglot.parse(text, read="duckdb"):
        if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema):
            columns = [node for node in tree.this.expressions if isinstance(node, exp.ColumnDef)]
            yield tree.this.this.sql(), {column.name: _comment(column) for column in columns}


def quoted(text: str) -> str:
    """The text as a SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _comment(node: exp.Expr) -> str:
    found = (part for part in node.walk() if part.comments)
    return next((" ".join(part.comments or []).strip() for part in found), "")


def _heading(text: str) -> str:
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)
