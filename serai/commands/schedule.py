from __future__ import annotations

import enum
import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from serai.front import DISK, REFUSED, STOPPED, Json, app, known, stop

if TYPE_CHECKING:
    from ingest.unattended import Means


class Scheduler(enum.StrEnum):
    """For whom `serai schedule --export` writes."""

    SYSTEMD = "systemd"
    CRON = "cron"
    KUBERNETES = "kubernetes"


@app.command()
def schedule(
    sources: Annotated[
        list[str] | None, typer.Argument(help="With --once: of these sources; all, if none is named.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Take in what is due now, then end.")] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="How each source stands: last and next run, what is overdue or paused.")
    ] = False,
    export: Annotated[
        Scheduler | None, typer.Option(help="Print units for a scheduler of your own, made of the sources' YAML.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="With --export: write the units into this folder.")] = None,
    as_json: Json = False,
) -> None:
    """Keep the schedule: take in each source when it is due, until Ctrl+C or SIGTERM."""
    _check_use(sources, to, chosen=[once, listed, export is not None], once=once, export=export is not None)
    if listed:
        _list(as_json=as_json)
    elif export:
        _export(export, to)
    elif once and sources:
        _take_in(known(sources, []))
    elif once:
        _once()
    else:
        _keep()


def _check_use(sources: list[str] | None, to: Path | None, *, chosen: list[bool], once: bool, export: bool) -> None:
    """Stop where options are given that do not go together."""
    if sum(chosen) > 1:
        stop("choose one of --once, --list and --export", 2)
    if sources and not once:
        stop("sources are named with --once; SERAI_SCHEDULE_SOURCES says which are scheduled", 2)
    if to and not export:
        stop("--to goes with --export", 2)


def _list(*, as_json: bool) -> None:
    from ingest import schedule as plan
    from ingest.bring import clock
    from serai import show
    from serai.settings import settings

    with plan.ledger(settings().warehouse) as con:
        found = plan.standing(con, clock(), settings().schedule_rules)
    print(show.standing_json(found) if as_json else show.standing(found))  # noqa: T201


def _export(kind: Scheduler, to: Path | None) -> None:
    from serai import units
    from serai.settings import settings

    files = units.made(kind.value, settings())
    if to is None:
        print("\n".join(f"# --- {name}\n{text}" for name, text in files.items()), end="")  # noqa: T201
        return
    to.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (to / name).write_text(text, encoding="utf-8")
    print(f"{len(files)} files in {to}")  # noqa: T201


def _take_in(sources: list[str]) -> None:
    """Take in those of the sources that are due, in this process."""
    from ingest import run
    from serai import show
    from serai.settings import settings
    from serai.watching import watched
    from warehouse import stopping

    stopping.on_signals()
    one, rules = settings(), settings().schedule_rules
    os.nice(one.schedule_nice)
    # Who hangs dies of this, and the next ingest writes it down; under `serai schedule` that has ended it before.
    signal.setitimer(signal.ITIMER_REAL, one.schedule_patience_seconds + one.schedule_run_seconds)
    try:
        with watched(one):
            result = run.scheduled(
                one.places, sources, rules, one.ingest_limits, lambda *_: None, one.schedule_patience_seconds
            )
    except KeyboardInterrupt:
        stop("stopped: what is not yet published is due again", STOPPED)
    print(show.scheduled(result), flush=True)  # noqa: T201
    if result.refused:
        raise typer.Exit(REFUSED)


def _once() -> None:
    """Take in all that is due now, each group of sources in a process of its own."""
    from ingest import unattended

    codes: list[int] = []
    with unattended.in_background(lambda *given: codes.append(unattended.once(*given)), _ready()) as done:
        done.wait()
    raise typer.Exit(*codes)


def _keep() -> None:
    from alerts import deliver
    from ingest import unattended
    from serai import logs
    from serai.settings import settings

    logs.start(settings())
    means = _ready()
    told(f"the schedule of {means.folder}")
    with deliver.again(settings().post, means.folder), unattended.in_background(unattended.keep, means) as done:
        done.wait()


def _ready() -> Means:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return prepared()


def prepared() -> Means:
    """How the schedule is kept, by the settings; stops in words where the data folder cannot be written."""
    import sys

    from ingest import unattended
    from serai.settings import settings

    one = settings()
    try:
        unattended.prepare(one.warehouse)
    except OSError as error:
        stop(
            f"cannot write in {one.warehouse} ({error.strerror}): the schedule needs a data folder of its own to "
            "write; set SERAI_DATA, or run `serai dashboard`, which only reads",
            DISK,
        )
    command = [sys.executable, "-m", "serai", "schedule", "--once"]
    return unattended.Means(
        one.warehouse, command, one.schedule_rules, one.schedule_tick_seconds, one.schedule_run_seconds, told
    )


def told(what: str) -> None:
    """Print what the schedule does, with the time; a line of JSON where logs are."""
    from ingest.bring import clock
    from serai.settings import settings

    if settings().log_format == "json":
        line = {"event": what, "step": "schedule", "level": "info", "timestamp": f"{clock().isoformat()}Z"}
        print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201
        return
    print(f"{clock().isoformat()}Z {what}", flush=True)  # noqa: T201
