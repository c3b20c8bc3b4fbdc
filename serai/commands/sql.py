from __future__ import annotations

import enum
import sys
from typing import Annotated

import typer

from serai.front import CUT, REFUSED, app, stop


class Output(enum.StrEnum):
    """How `serai sql` prints rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help='One SQL query, for example "FROM crossing_latest".')],
    output: Annotated[Output, typer.Option("--format", "-f", help="How to print the rows.")] = Output.TABLE,
) -> None:
    """Ask the warehouse one question in SQL, read-only; rows go to standard output."""
    from serai.settings import settings
    from warehouse.connect import QueryError
    from warehouse.question import Question

    if output is Output.PARQUET and sys.stdout.isatty():
        stop("parquet is not for a terminal: send it to a file with > rows.parquet", 2)
    limits = settings().sql_limits
    asked = Question(settings().warehouse, query, limits)
    from serai import show  # while the question is under way

    try:
        answer = asked.answer()
        sys.stdout.buffer.write(show.answer(answer, output.value))
    except QueryError as error:
        stop(str(error), REFUSED)
    if answer.cut:
        stop(f"cut at {answer.table.num_rows:,} rows: set SERAI_SQL_ROWS or SERAI_SQL_RESULT_MB to see more", CUT)
