from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from serai.front import REFUSED, Json, app, stop


@app.command()
def describe(
    table: Annotated[str | None, typer.Argument(help="Table, view or macro; all, if none is named.")] = None,
    as_json: Json = False,
) -> None:
    """The data dictionary: every table and macro, or every column of one."""
    from serai import show
    from serai.settings import settings
    from warehouse.connect import reading
    from warehouse.dictionary import columns, tables

    with reading(settings().warehouse, settings().verify_minutes) as reader:
        rows: list[dict[str, Any]] = columns(reader.cursor(), table) if table else tables(reader.cursor())
    if not rows:
        stop(f"there is no table {table!r}: `serai describe` lists them all", REFUSED)
    print(json.dumps(rows, indent=2) if as_json else show.table(rows))  # noqa: T201
