from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from serai.front import Json, app


@app.command()
def export(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder to write, or an older export to replace; data/export if none.")
    ] = None,
    as_of: Annotated[
        dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="As known on this day.")
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--everything", help="Rows that may not be passed on too: for your own use alone."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Write every table as Parquet, CSV and GeoParquet with what describes them, ready to be published."""
    from ingest import source
    from serai import show
    from serai.settings import settings
    from warehouse import export as files
    from warehouse.connect import reading

    withheld = None if everything else [name for name in source.names() if not source.load(name).pass_on]
    day, url = as_of.date() if as_of else None, settings().public_url.rstrip("/")
    wanted = files.Wanted(day, withheld, settings().ingest_memory_mb, url)
    target = (folder or settings().data / "export").absolute()
    with reading(settings().warehouse, settings().verify_minutes) as reader, show.progress(quiet=as_json) as tell:
        done = files.write(reader, target, wanted, tell)
    print(show.exported(done, target, as_json=as_json))  # noqa: T201
