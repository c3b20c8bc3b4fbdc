from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from serai.front import REFUSED, STOPPED, Json, app, known, stop

T = TypeVar("T")


@app.command()
def ingest(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Sources to take in; all shipped ones, if none is named.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="The live sources too, fetched from the network.")] = False,
    replay: Annotated[
        bool, typer.Option("--replay", help="From the snapshots of earlier ingests, without the network.")
    ] = False,
    until: Annotated[
        str | None, typer.Option(help="With --replay: no record later than this day (2026-11-22) or run id.")
    ] = None,
    first: Annotated[
        dt.datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="Of the named sources the past, from this day on."),
    ] = None,
    last: Annotated[
        dt.datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="With --from: up to this day; today, if none is given."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in sources, judge them, and publish the result as one new version; the past of a source piece by piece."""
    from ingest import run, source
    from serai import show
    from serai.settings import settings
    from serai.watching import watched
    from warehouse import stopping

    stopping.on_signals()
    _check_use(sources, first, last, replay=replay, until=until)
    every = source.names() if live or replay else source.shipped()
    places, limits = settings().places, settings().ingest_limits
    with watched(settings()), show.progress(quiet=as_json) as tell:
        if first:
            days = first.date(), (last or dt.datetime.now(dt.UTC)).date()
            result = _stoppable(lambda: run.backfill(places, known(sources, []), days, limits, tell))
        elif replay:
            result = _stoppable(lambda: run.replay(places, known(sources, every), until, limits, tell))
        else:
            result = _stoppable(lambda: run.ingest(places, known(sources, every), limits, tell))
    print(show.ingest_json(result) if as_json else show.ingest(result, settings()))  # noqa: T201
    if result.refused:
        raise typer.Exit(REFUSED)


def _check_use(
    sources: list[str] | None,
    first: dt.datetime | None,
    last: dt.datetime | None,
    *,
    replay: bool,
    until: str | None,
) -> None:
    """Stop where options are given that do not go together."""
    if until and not replay:
        stop("--until goes with --replay", 2)
    if last and not first:
        stop("--to goes with --from", 2)
    if first and (replay or not sources):
        stop("--from goes with the names of the sources whose past is wanted, and not with --replay", 2)
    if first and last and last < first:
        stop("--to is before --from", 2)


def _stoppable(work: Callable[[], T]) -> T:
    """What the work returns; where the user stops it, say how to go on."""
    try:
        return work()
    except KeyboardInterrupt:
        stop("stopped: what was taken in stays, and the same command goes on from there", STOPPED)
