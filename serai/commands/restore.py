from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from serai.front import app


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The backup, as `serai backup` wrote it.")],
    to: Annotated[
        Path | None, typer.Option(help="The data folder to restore into; SERAI_DATA, if none is given.")
    ] = None,
) -> None:
    """Put a backup back into a folder without a warehouse, after every checksum and count of rows was found right."""
    from serai import show
    from serai.settings import settings
    from warehouse import restore as tar

    folder = to or settings().data
    with show.progress(quiet=False) as tell:
        done = tar.restore(file, folder, tell)
    print(show.backup(done.manifest, f"restored into {folder}", file))  # noqa: T201
    for name in done.passed_over:
        print(f"left as it is: {folder / name} differs from the backup's")  # noqa: T201
