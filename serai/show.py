"""What the command line prints: progress on standard error, results as text or JSON."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from ingest import source
from ingest.run import Ingest, Tell
from ingest.schedule import Standing
from serai.settings import Settings
from warehouse.backup import Manifest
from warehouse.connect import Answer, QueryError

if TYPE_CHECKING:
    from warehouse.export import Exported

# What a terminal takes for orders, line ends and tabs left out.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Characters a line where the output is no terminal.
WIDTH = 160


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Tell]:
    """A progress bar on standard error; where it is no terminal a line a step, nothing when quiet."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, quiet=quiet)
    if not console.is_terminal:
        yield _lines(lambda line: console.print(line, markup=False))
        return
    bar = Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
    with bar:
        task = bar.add_task("starting", total=None)
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total)


def _lines(say: Callable[[str], object], seconds: float = 10) -> Tell:
    """Progress as lines: each new step, and one that goes on after so many seconds."""
    last, at = "", 0.0

    def tell(step: str, done: int, total: int) -> None:
        nonlocal last, at
        if step != last or time.monotonic() - at >= seconds:
            last, at = step, time.monotonic()
            say(f"[{done}/{total}] {step}")

    return tell


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as a table that fits the terminal; text wraps in its column."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, header_style="bold", pad_edge=False)
    for name in rows[0] if rows else ():
        grid.add_column(name, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(_printable(value)) for value in row.values()))
    buffer = io.StringIO()
    terminal = Console()
    console = Console(file=buffer, width=max(terminal.width, 100) if terminal.is_terminal else WIDTH)
    console.print(grid)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def _printable(value: object) -> str:
    """The value as text in which nothing speaks to the terminal."""
    return CONTROL.sub("�", "" if value is None else str(value))


def ingest(result: Ingest, settings: Settings) -> str:
    """What an ingest did, and where to look."""
    lines = [table([_run_line(asdict(run)) for run in result.runs]), ""]
    lines += [f"{run.source} {run.outcome}: {run.reason}" for run in result.refused]
    held_back = sum(run.rows_quarantined for run in result.runs)
    live = sorted(set(source.names()) - set(source.shipped()) - {run.source for run in result.runs})
    if live:
        lines.append(f"not fetched: {', '.join(live)} (live): serai ingest --live, or by name")
    done = f"published version {result.version} in" if result.version else "nothing new: no version published, after"
    return "\n".join(
        [
            *lines,
            f"{done} {result.seconds:.1f} s",
            f"database    {settings.warehouse / 'serai.duckdb'}",
            f"reports     {settings.reports / 'index.html'}",
            f"quarantine  {held_back} rows held back: serai status",
        ]
    )


def ingest_json(result: Ingest) -> str:
    """The same for scripts."""
    return json.dumps({**asdict(result), "runs": [asdict(run) for run in result.runs]}, default=str, indent=2)


def analysed(days: list[dict[str, Any]], result: Ingest | None, *, as_json: bool) -> str:
    """The days for which the analysis is worked out, and the version published with them, if any was."""
    version = result.version if result else None
    if as_json:
        return json.dumps({"days": days, "version": version}, default=str, indent=2)
    lines = [table(days) if days else "worked out for no day: serai analyse --as-of DAY"]
    if result:
        done = f"published version {version} in" if version else "nothing new: no version published, after"
        lines += ["", f"{done} {result.seconds:.1f} s"]
    return "\n".join(lines)


def exported(done: Exported, folder: Path, *, as_json: bool) -> str:
    """What an export wrote and left out, and how long that took."""
    if as_json:
        return json.dumps(asdict(done) | {"folder": str(folder)}, indent=2)
    lines = [f"left out: {name} ({why})" for name, why in sorted(done.left_out.items())]
    size = f"{done.tables} tables, {done.rows:,} rows, {done.files} files, {done.bytes / 1e6:,.1f} MB"
    return "\n".join([*lines, f"exported version {done.version} into {folder}: {size} in {done.seconds:.1f} s"])


def scheduled(result: Ingest) -> str:
    """What a scheduled ingest did, a line for each source."""
    lines = [
        f"  {run.source} {run.outcome}: "
        + (run.reason or f"{run.loaded.added} added, {run.loaded.corrected} corrected, {run.rows_seen} seen")
        for run in result.runs
    ]
    done = f"  published version {result.version}" if result.version else "  nothing new, nothing published"
    return "\n".join([*lines, done]) if lines else "  nothing is due"


def standing(found: list[Standing]) -> str:
    """How each source stands with the schedule; times in UTC."""
    return table([_standing_line(one) for one in found]) + "\n\ntimes in UTC; the schedule in its zone"


def standing_json(found: list[Standing]) -> str:
    """The same for scripts, and more."""
    return json.dumps([asdict(one) for one in found], default=str, indent=2)


def _standing_line(one: Standing) -> dict[str, Any]:
    state = "paused" if one.paused else "overdue" if one.overdue and one.last_started else "due" if one.due else ""
    return {
        "source": one.source,
        "schedule": f"{one.cron} {one.zone}",
        "last run": _minute(one.last_started),
        "outcome": one.last_outcome,
        "next run": _minute(one.next_due),
        "state": "unscheduled" if one.unscheduled else state,
        "failures": one.failures or None,
        "why": one.unscheduled or one.reason or ("never taken in" if one.last_started is None else None),
    }


def _minute(at: dt.datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M}" if at else None


def check(result: Ingest, held_back: pl.DataFrame) -> str:
    """What an ingest would do, and each row that would be held back."""
    would = {"loaded": "would load"}
    rows = [_run_line(asdict(run)) for run in result.runs]
    lines = [table([row | {"outcome": would.get(row["outcome"], row["outcome"])} for row in rows]), ""]
    lines += [f"{run.source} {run.outcome}: {run.reason}" for run in result.refused]
    lines += [f"{row['dataset']} row {row['row_number']}: {row['reason']}" for row in held_back.to_dicts()]
    rows_held_back = sum(run.rows_quarantined for run in result.runs)
    return "\n".join([*lines, f"{rows_held_back} rows would be held back; nothing was loaded"])


def check_json(result: Ingest, held_back: pl.DataFrame) -> str:
    """The same for scripts."""
    runs = [asdict(run) for run in result.runs]
    return json.dumps({"runs": runs, "quarantine": held_back.to_dicts()}, default=str, indent=2)


def backup(manifest: Manifest, done: str, file: Path) -> str:
    """What is in a backup, after what was done with it."""
    return (
        f"{file} is {done}: version {manifest.version}, {len(manifest.members):,} files, {manifest.bytes:,} bytes, "
        f"{sum(manifest.rows.values()):,} rows in {len(manifest.rows)} tables"
    )


def status(found: dict[str, Any], settings: Settings) -> str:
    """Freshness, the last runs, the quarantine, and all that is not as it should be."""
    held_back = len({(line["dataset"], line["row"]) for line in found["quarantine"]})
    parts = [
        f"version {found['version']} of {settings.warehouse / 'serai.duckdb'}",
        *_not_as_it_should_be(found),
        "\nDatasets",
        table([_dataset_line(one) for one in found["datasets"]]),
        "\nLast runs",
        table([_ledger_line(one) for one in found["runs"]]),
        f"\nIn quarantine: {held_back} rows, a line for each reason",
        table(found["quarantine"]) if found["quarantine"] else "",
    ]
    return "\n".join(parts).rstrip()


def status_json(found: dict[str, Any]) -> str:
    """The same for scripts; times in ISO 8601, UTC."""

    def told(value: Any) -> str:
        return value.isoformat(timespec="seconds") + "Z" if isinstance(value, dt.datetime) else str(value)

    return json.dumps(found, default=told, indent=2, ensure_ascii=False)


def _not_as_it_should_be(found: dict[str, Any]) -> list[str]:
    lines = [f"version {one['version']} is damaged: {one['reason']}" for one in found["damaged"]]
    lines += [
        f"{one['source']} is paused after {one['failures']} failures: {one['reason']}"
        for one in found["sources"]
        if one["paused"]
    ]
    late = [one for one in found["sources"] if one["overdue"] and not one["paused"]]
    for words, taken in (("overdue", True), ("scheduled and never taken in", False)):
        names = [one["source"] for one in late if bool(one["last_success"]) == taken]
        lines += [f"{words}: {', '.join(names)}"] if names else []
    alerts = found["alerts"]
    if alerts["raised"]:
        lines.append(f"{alerts['raised']} alerts raised, {alerts['undelivered']} undelivered: serai alerts")
    uncertain = sum(states["uncertain"] for states in alerts["channels"].values())
    lines += [f"{uncertain} alerts of which nobody knows whether they arrived"] if uncertain else []
    return lines


def _dataset_line(one: dict[str, Any]) -> dict[str, Any]:
    state = "no" if one["overdue_sources"] and one["age_seconds"] is not None else ""
    kept = ("dataset", "rows", "held_back", "newest_published", "days_old")
    return {name: one[name] for name in kept} | {
        "last_run": _minute(one["last_run_at"]),
        "last_outcome": one["last_outcome"],
        "fresh": state or ("yes" if one["fresh"] else "never taken in"),
    }


def _ledger_line(run: dict[str, Any]) -> dict[str, Any]:
    counts = ("rows_seen", "rows_added", "rows_corrected", "rows_withdrawn", "rows_quarantined")
    names = ("rows_seen", "added", "corrected", "withdrawn", "held_back")
    return {
        "started": _minute(run["started_at"]),
        "source": run["source"],
        "outcome": run["outcome"],
        **dict(zip(names, (run[count] for count in counts), strict=True)),
        "seconds": round(run["seconds"], 1),
        "reason": run["reason"],
    }


def answer(found: Answer, output: str) -> bytes:
    """The rows of a query as table, csv, json or parquet. Raises QueryError for values that it cannot hold."""
    try:
        return _answer(pl.DataFrame(pl.from_arrow(found.table)), output)
    except (ArithmeticError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise QueryError(f"a value cannot be shown ({str(error)[:100]}): cast its column to VARCHAR") from None


def _answer(frame: pl.DataFrame, output: str) -> bytes:
    if output == "table":
        return (table(frame.to_dicts()) + f"\n{frame.height:,} rows\n").encode()
    buffer = io.BytesIO()
    if output == "parquet":
        frame.write_parquet(buffer)
    elif output == "csv":
        _flat(frame).write_csv(buffer)
    else:
        buffer.write(json.dumps(frame.to_dicts(), default=str, ensure_ascii=False, indent=1).encode() + b"\n")
    return buffer.getvalue()


def _run_line(run: dict[str, Any]) -> dict[str, Any]:
    loaded = run["loaded"]
    return {
        "source": run["source"],
        "outcome": run["outcome"],
        "rows": run["rows_seen"],
        **loaded,
        "held back": run["rows_quarantined"],
        "warnings": run["warnings"],
        "seconds": round(run["seconds"], 1),
    }


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with lists as text, ; between, for CSV."""
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    return frame.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(";") for name in lists)
