"""The command line. Heavy packages are imported by the command that needs them, so that --help is quick.

Exit codes: 0 done; 1 a source was refused, or the question had no answer; 2 wrong use; 3 nothing published yet, or
another ingest is running; 4 the rows were cut at the limit; 130 stopped by the user.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import sys
from collections.abc import Callable
from typing import Annotated, Any, NoReturn, TypeVar

import typer

app = typer.Typer(
    name="serai",
    help="Serai, an observatory of closed and open borders: take in facts, ask the warehouse, open the dashboard.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
REFUSED, NOT_READY, CUT, STOPPED = 1, 3, 4, 130
T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


class Output(enum.StrEnum):
    """How `serai sql` prints rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def main() -> None:
    """Run the command line, with errors in words."""
    try:
        app()
    except Exception as error:
        _explain(error)
        raise


def _explain(error: Exception) -> None:
    """Stop in words where the error is one that a user can mend; else return."""
    from pydantic import ValidationError

    from ingest.bring import BackfillError, ReplayError
    from warehouse.publish import IngestRunningError, NothingPublishedError

    if isinstance(error, NothingPublishedError | IngestRunningError):
        _stop(str(error), NOT_READY)
    if isinstance(error, BackfillError | ReplayError):
        _stop(str(error), REFUSED)
    if isinstance(error, ValidationError):
        wrong = "; ".join(f"SERAI_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
        _stop(f"a setting is wrong: {wrong}", 2)


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

    _check_use(sources, first, last, replay=replay, until=until)
    every = source.names() if live or replay else source.shipped()
    places, limits = settings().places, settings().ingest_limits
    with show.progress(quiet=as_json) as tell:
        if first:
            days = first.date(), (last or dt.datetime.now(dt.UTC)).date()
            result = _stoppable(lambda: run.backfill(places, _known(sources, []), days, limits, tell))
        elif replay:
            result = run.replay(places, _known(sources, every), until, limits, tell)
        else:
            result = run.ingest(places, _known(sources, every), limits, tell)
    print(show.ingest_json(result) if as_json else show.ingest(result, settings()))  # noqa: T201
    if result.refused:
        raise typer.Exit(REFUSED)


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
            settings().places, _known(sources, source.shipped()), settings().ingest_limits, tell
        )
    print(show.check_json(result, held_back) if as_json else show.check(result, held_back))  # noqa: T201
    if result.refused:
        raise typer.Exit(REFUSED)


@app.command()
def status(as_json: Json = False) -> None:
    """What is loaded, how fresh it is, the last runs, and what is in quarantine."""
    from serai import show
    from serai.settings import settings
    from warehouse.connect import reading

    with reading(settings().warehouse) as reader:
        print(show.status_json(reader) if as_json else show.status(reader, settings()))  # noqa: T201


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
        _stop("parquet is not for a terminal: send it to a file with > rows.parquet", 2)
    limits = settings().sql_limits
    with reading(settings().warehouse) as reader:
        reader.restrict(limits)
        try:
            answer = ask(reader.ledger(), query, limits)
        except QueryError as error:
            _stop(str(error), REFUSED)
    sys.stdout.buffer.write(show.answer(answer, output.value))
    if answer.cut:
        _stop(f"cut at {limits.rows:,} rows: set SERAI_SQL_ROWS to see more", CUT)


@app.command()
def dashboard() -> None:
    """Open the dashboard on the published warehouse."""
    from dashboards.serve import serve
    from serai.settings import settings
    from warehouse.connect import reading

    with reading(settings().warehouse):
        pass  # say at once that nothing is published, rather than on a page
    serve(settings())


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

    with reading(settings().warehouse) as reader:
        rows: list[dict[str, Any]] = columns(reader.cursor(), table) if table else tables(reader.cursor())
    if not rows:
        _stop(f"there is no table {table!r}: `serai describe` lists them all", REFUSED)
    print(json.dumps(rows, indent=2) if as_json else show.table(rows))  # noqa: T201


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
        _stop("--until goes with --replay", 2)
    if last and not first:
        _stop("--to goes with --from", 2)
    if first and (replay or not sources):
        _stop("--from goes with the names of the sources whose past is wanted, and not with --replay", 2)
    if first and last and last < first:
        _stop("--to is before --from", 2)


def _stoppable(work: Callable[[], T]) -> T:
    """What the work returns; where the user stops it, say how to go on."""
    try:
        return work()
    except KeyboardInterrupt:
        _stop("stopped: what was taken in stays, and the same command goes on from there", STOPPED)


def _known(sources: list[str] | None, every: list[str]) -> list[str]:
    from ingest import source

    unknown = set(sources or ()) - set(source.names())
    if unknown:
        _stop(f"no source is called {', '.join(sorted(unknown))}: there are {', '.join(source.names())}", 2)
    return sources or every


def _stop(message: str, code: int) -> NoReturn:
    typer.echo(f"serai: {message}", err=True)
    raise SystemExit(code)
