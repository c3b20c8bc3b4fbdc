"""The data dictionary, read from the database's own comments."""

from __future__ import annotations

from typing import Any

import duckdb

COLUMNS = """
    SELECT column_name AS "column", data_type AS type, comment AS description
    FROM duckdb_columns()
    WHERE schema_name = $schema AND table_name = $name AND NOT internal
    ORDER BY column_index
"""
PARTS_OF_MACRO = r"""
    SELECT part."column", part.type, part.description
    FROM (
        SELECT unnest(regexp_extract_all(comment, '(?m)^(?:parameter|column) .*$')) AS line
        FROM duckdb_functions()
        WHERE schema_name = $schema AND function_name = $name AND NOT internal
    )
    CROSS JOIN LATERAL (
        SELECT unnest(regexp_extract(line, '^(\w+) (\w+): (.*)$', ['type', 'column', 'description']))
    ) AS part
"""


def tables(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """All tables, views and macros: table, kind, rows, description.

    Of kinds there are: facts, current; facts, all versions; model; macro; operations; as of a day. The macros
    ``<name>_as_of`` are left out: the same stands in the schema ``as_of``.
    """
    return _rows(
        cursor,
        """
        SELECT
            CASE schema_name WHEN 'main' THEN '' ELSE schema_name || '.' END || table_name AS "table",
            CASE schema_name
                WHEN 'facts' THEN 'facts, all versions'
                WHEN 'ops' THEN 'operations'
                WHEN 'analysis_as_of' THEN 'as of a day'
                ELSE 'model'
            END AS kind,
            estimated_size AS rows,
            comment AS description
        FROM duckdb_tables()
        UNION ALL
        SELECT
            CASE schema_name WHEN 'main' THEN '' ELSE schema_name || '.' END || view_name,
            CASE
                WHEN schema_name = 'as_of' THEN 'as of a day'
                WHEN view_name IN (SELECT table_name FROM duckdb_tables() WHERE schema_name = 'facts')
                    THEN 'facts, current'
                ELSE 'model'
            END,
            NULL,
            comment
        FROM duckdb_views()
        WHERE NOT internal
        UNION ALL
        SELECT
            CASE schema_name WHEN 'main' THEN '' ELSE schema_name || '.' END
            || function_name || '(' || array_to_string(parameters, ', ') || ')',
            CASE schema_name WHEN 'as_of' THEN 'as of a day' ELSE 'macro' END,
            NULL,
            string_split(comment, chr(10))[1]
        FROM duckdb_functions()
        WHERE function_type IN ('macro', 'table_macro') AND NOT internal AND NOT suffix(function_name, '_as_of')
        ORDER BY kind = 'as of a day', kind, "table"
        """,
    )


def columns(cursor: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """The columns of one table or view (schema.table, or a name in main): column, type, description.

    Of a macro its parameters and the columns of its rows, which its comment lists, with these words for the type.
    """
    table = table.partition("(")[0]
    if table.endswith("_as_of"):
        table = "as_of." + table.removesuffix("_as_of")
    schema, _, name = table.rpartition(".")
    names = {"schema": schema or "main", "name": name}
    return _rows(cursor, COLUMNS, names) or _rows(cursor, PARTS_OF_MACRO, names)


def _rows(
    cursor: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    cursor.execute(query, parameters or {})
    names = [entry[0] for entry in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
