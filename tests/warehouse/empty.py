"""Databases with the schema alone, for small worlds of a few facts."""

from __future__ import annotations

import functools

import duckdb

from warehouse import schema


@functools.cache
def empty(world: str) -> duckdb.DuckDBPyConnection:  # noqa: ARG001 (worlds share nothing)
    """The database of that world, made once, for its comments take seconds; its tables are the caller's to empty."""
    con = duckdb.connect()
    schema.create(con)
    return con
