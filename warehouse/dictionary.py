"""The data dictionary, read from the database's own comments."""

from __future__ import annotations

from typing import Any

import duckdb


def tables(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """All tables and views: table, kind (facts, view of facts, model, operations), rows, description."""
    return _rows(
        cursor,
        """
        SELECT
            CASE schema_name WHEN 'main' THEN '' ELSE schema_name || '.' END || table_name AS "table",
            CASE schema_name
                WHEN 'facts' THEN 'facts, all versions'
                WHEN 'ops' THEN 'operations'
                ELSE 'model'
            END AS kind,
            estimated_size AS rows,
            comment AS description
        FROM duckdb_tables()
        UNION ALL
        SELECT
            CASE schema_name WHEN 'main' THEN '' ELSE schema_name || '.' END || view_name,
            CASE schema_name WHEN 'as_of' THEN 'as of a day' ELSE 'facts, current' END,
            NULL,
            comment
        FROM duckdb_views()
        WHERE NOT internal
        ORDER BY kind = 'as of a day', kind, "table"
        """,
    )


def columns(cursor: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    """The columns of one table or view (schema.table, or a name in main): column, type, description."""
    if table.endswith("_as_of"):
        table = "as_of." + table.removesuffix("_as_of")
    schema, _, name = table.rpartition(".")
    return _rows(
        cursor,
        """
        SELECT column_name AS "column", data_type AS type, comment AS description
        FROM duckdb_columns()
        WHERE schema_name = $schema AND table_name = $name AND NOT internal
        ORDER BY column_index
        """,
        {"schema": schema or "main", "name": name},
    )


def _rows(
    cursor: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, str] | None = None
) -> list[dict[str, Any]]:
    cursor.execute(query, parameters or {})
    names = [entry[0] for entry in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
