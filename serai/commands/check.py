from __future__ import annotations

from typing import Annotated

import typer

from serai.front import REFUSED, Json, app, known


@app.command()
def check(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Sources to judge; all shipped ones, if none is named.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Judge sources as an ingest would, without loading anything."""
    from ingest import run, source
    from serai import show
    from serai.settings import settings

    with show.progress(quiet=as_json) as tell:
        result, held_back = run.check(
            settings().places, known(sources, source.shipped()), settings().ingest_limits, tell
        )
    print(show.check_json(result, held_back) if as_json else show.check(result, held_back))  # noqa: T201
    if result.refused:
        raise typer.Exit(REFUSED)
