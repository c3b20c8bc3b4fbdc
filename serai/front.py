"""What the commands share: the application, its exit codes, and how it stops in words.

Exit codes: 0 done; 1 a source was refused, or the question had no answer; 2 wrong use; 3 nothing published yet, or
another ingest is running; 4 the rows were cut at the limit; 5 the disk is full, not writable or damaged; 130 stopped
by the user.
"""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

app = typer.Typer(
    name="serai",
    help="Serai, an observatory of closed and open borders: take in facts, ask the warehouse, open the dashboard.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"serai {version('serai')}")
        raise typer.Exit


@app.callback()
def _of_all(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version of Serai.")
    ] = False,
) -> None:
    """What goes before a command."""


REFUSED, NOT_READY, CUT, DISK, STOPPED = 1, 3, 4, 5, 130
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def stop(message: str, code: int) -> NoReturn:
    """End with the message on standard error and the exit code."""
    typer.echo(f"serai: {message}", err=True)
    raise SystemExit(code)


def known(sources: list[str] | None, every: list[str]) -> list[str]:
    """The named sources, or every one of these where none is named; stops with code 2 where a name is unknown."""
    from ingest import source

    unknown = set(sources or ()) - set(source.names())
    if unknown:
        stop(f"no source is called {', '.join(sorted(unknown))}: there are {', '.join(source.names())}", 2)
    return sources or every
