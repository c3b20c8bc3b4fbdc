"""Questions asked often, as macros: one SQL file a macro, made after what it reads and calls."""

from __future__ import annotations

import graphlib
from pathlib import Path

import duckdb

from warehouse import as_of, schema
from warehouse.sql import Macro, quoted, read_macro

HERE = Path(__file__).with_name("macros")


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make every macro, with its comment and, if it makes a table, what makes it askable as of a day."""
    macros = {path.stem: read_macro(path) for path in sorted(HERE.glob("*.sql"))}
    graph = {name: sorted(macro.calls & macros.keys()) for name, macro in macros.items()}
    script = "\n".join(_script(macros[name]) for name in graphlib.TopologicalSorter(graph).static_order())
    if schema.parts(con).get("macros") != script:
        con.execute(script)
        schema.remember(con, "macros", script)


def _script(macro: Macro) -> str:
    kind = "MACRO TABLE" if macro.makes_table else "MACRO"
    lines = [
        f"{macro.statement.rstrip().rstrip(';')};",
        f"COMMENT ON {kind} {macro.name} IS {quoted(macro.comment)};",
        as_of.of_macro(macro) if macro.makes_table else "",
    ]
    return "\n".join(lines)
