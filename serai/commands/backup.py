from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serai.front import app


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The tar to write, which is not there yet; with --check, to read.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing: compare every file in the backup with its checksum.")
    ] = False,
) -> None:
    """Write warehouse, snapshots, records and shipped facts into one file; an ingest may run meanwhile."""
    from serai import show
    from serai.settings import settings
    from warehouse import backup as tar
    from warehouse import restore

    with show.progress(quiet=False) as tell:
        manifest = restore.check(file, tell) if check else tar.write(settings().data, file.absolute(), tell)
    print(show.backup(manifest, "whole" if check else "written", file))  # noqa: T201
