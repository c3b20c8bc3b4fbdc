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
    from serai import show
    from serai.settings import settings
    from warehouse.connect import QueryError, ask, reading

    if output is Output.PARQUET and sys.stdout.isatty():
        stop("parquet is not for a terminal: send it to a file with > rows.parquet", 2)
    limits = settings().sql_limits
    with reading(settings().warehouse, settings().verify_minutes) as reader:
        reader.restrict(limits)
        try:
            answer = ask(reader.ledger(), query, limits)
        except QueryError as error:
            stop(str(error), REFUSED)
    sys.stdout.buffer.write(show.answer(answer, output.value))
    if answer.cut:
        stop(f"cut at {limits.rows:,} rows: set SERAI_SQL_ROWS to see more", CUT)
