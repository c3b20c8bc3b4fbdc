"""A question as others can ask it: the SQL with its parameters filled in, as of its day, and whose data it reads."""

from __future__ import annotations

import datetime as dt
import inspect
import re
from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboards.queries import asking, reader
from dashboards.queries.reader import Question

PARAMETER = re.compile(r"\$([a-z_]+)\b")
READ = re.compile(r"\b(FROM|JOIN)(\s+)([a-z_][a-z0-9_]*)\b(?!\.)")
OF_LEDGER = "-- unpublished: runs since the version was published. The page SQL has it, the published file has not.\n"


def sql(question: Question) -> str:
    """The question as `serai sql`, the page SQL and a DuckDB shell take it."""
    filled = PARAMETER.sub(lambda name: _filled(name, question.parameters), inspect.cleandoc(question.sql))
    remark = OF_LEDGER if "unpublished" in filled else ""
    if question.as_of is None:
        return remark + filled
    known = _known_as_of()
    dated = READ.sub(lambda read: f"{read[1]}{read[2]}{'as_of.' if read[3] in known else ''}{read[3]}", filled)
    return f"{remark}SET VARIABLE as_of = {literal(question.as_of)};\n{dated}"


def _filled(name: re.Match[str], parameters: dict[str, Any]) -> str:
    return literal(parameters[name[1]]) if name[1] in parameters else name[0]


def literal(value: Any) -> str:
    """The value as DuckDB writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(one) for one in value) + "]"
    return str(value)


def _known_as_of() -> set[str]:
    """What has a view of its own as of a day."""
    found = reader.ask("SELECT view_name AS name FROM duckdb_views() WHERE schema_name = 'as_of'")
    return set(found["name"])


def publishers(frames: Sequence[pl.DataFrame], questions: Sequence[Question]) -> pl.DataFrame:
    """Whose figures they are: the pages that the first of the frames with sources names, else the tables' sources.

    Columns source_name, source_url and rows; or dataset, title, publisher, licence, citation.
    """
    for rows in frames:
        if {"source_name", "source_url"} <= set(rows.columns):
            named = rows.filter(pl.col("source_url").is_not_null())
            return named.group_by("source_name", "source_url").len("rows").sort("source_name", "source_url")
    names = sorted({name for one in questions for name in asking.datasets(one.sql)})
    return asking.sources(names) if names else pl.DataFrame()
