"""Questions asked often, as macros: one SQL file a macro, made after what it reads and calls."""

from __future__ import annotations

import graphlib
from pathlib import Path

import duckdb

from warehouse import as_of
from warehouse.sql import quoted, read_macro

HERE = Path(__file__).with_name("macros")


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make every macro anew, with its comment and, if it makes a table, what makes it askable as of a day."""
    macros = {path.stem: read_macro(path) for path in sorted(HERE.glob("*.sql"))}
    graph = {name: macro.calls & macros.keys() for name, macro in macros.items()}
    for name in graphlib.TopologicalSorter(graph).static_order():
        macro = macros[name]
        con.execute(macro.statement)
        con.execute(f"COMMENT ON MACRO {'TABLE' if macro.makes_table else ''} {name} IS {quoted(macro.comment)}")
        if macro.makes_table:
            con.execute(as_of.of_macro(macro))
