from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from serai.front import STOPPED, Json, app, stop

Days = list[dt.datetime] | None


@app.command()
def analyse(
    as_of: Annotated[
        Days,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="Work it out as known on this day; may be given often."),
    ] = None,
    forget: Annotated[
        Days, typer.Option("--forget", formats=["%Y-%m-%d"], help="Remove what was worked out for this day.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Work the analysis out as known on days gone by, publish that, and list the days there are."""
    from analysis import vintages
    from ingest import run
    from serai import show
    from serai.settings import settings
    from serai.watching import watched
    from warehouse import stopping
    from warehouse.connect import reading

    days, gone = ([one.date() for one in given or ()] for given in (as_of, forget))
    if late := [day for day in days if day > dt.datetime.now(dt.UTC).date()]:
        stop(f"{late[0]} is still to come: nobody knows what will be known on it", 2)
    if both := set(days) & {*gone} or set(settings().analysis_days) & {*gone}:
        stop(
            f"{min(both)} is wanted too, by --as-of or SERAI_ANALYSIS_DAYS: take it out there to have it forgotten", 2
        )
    result = None
    if days or gone:
        stopping.on_signals()
        try:
            with watched(settings()):
                result = run.analyse(settings().places, days, gone, settings().ingest_limits)
        except KeyboardInterrupt:
            stop("stopped: what is published stays as it is, and the same command begins again", STOPPED)
    with reading(settings().warehouse, settings().verify_minutes) as reader:
        there = vintages.listed(reader.cursor())
    print(show.analysed(there, result, as_json=as_json))  # noqa: T201
