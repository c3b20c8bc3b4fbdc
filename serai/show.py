"""What the command line prints: progress on standard error, results as text or JSON."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from ingest import source
from ingest.run import Ingest, Tell
from serai.settings import Settings
from warehouse.backup import Manifest
from warehouse.connect import Answer, Reader

# Characters a line where the output is no terminal.
WIDTH = 160


@contextlib.contextmanager
def progress(*, quiet: bool) -> Iterator[Tell]:
    """A progress bar on standard error; plain lines where it is no terminal, nothing when quiet."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, quiet=quiet)
    if not console.is_terminal:
        yield lambda step, done, total: console.print(f"[{done}/{total}] {step}", markup=False)
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


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as a table that fits the terminal; text wraps in its column."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, header_style="bold", pad_edge=False)
    for name in rows[0] if rows else ():
        grid.add_column(name, overflow="fold")
    for row in rows:
        grid.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    buffer = io.StringIO()
    terminal = Console()
    console = Console(file=buffer, width=max(terminal.width, 100) if terminal.is_terminal else WIDTH)
    console.print(grid)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


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


def status(reader: Reader, settings: Settings) -> str:
    """Freshness, the last runs, and the quarantine."""
    found = _status(reader)
    held_back = len({(line["dataset"], line["row"]) for line in found["quarantine"]})
    parts = [
        f"version {reader.version} of {settings.warehouse / 'serai.duckdb'}",
        "\nDatasets",
        table(found["freshness"]),
        "\nLast runs",
        table(found["runs"]),
        f"\nIn quarantine: {held_back} rows, a line for each reason",
        table(found["quarantine"]) if found["quarantine"] else "",
    ]
    return "\n".join(parts).rstrip()


def status_json(reader: Reader) -> str:
    """The same for scripts."""
    return json.dumps({"version": reader.version, **_status(reader)}, default=str, indent=2)


def answer(found: Answer, output: str) -> bytes:
    """The rows of a query as table, csv, json or parquet."""
    frame = pl.DataFrame(pl.from_arrow(found.table))
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


def _status(reader: Reader) -> dict[str, list[dict[str, Any]]]:
    queries = {
        "freshness": """
            SELECT f.dataset, f.rows, f.rows_quarantined AS held_back, f.newest_published,
                current_date - f.newest_published AS days_old,
                strftime(coalesce(u.last_run_at, f.last_run_at), '%Y-%m-%d %H:%M') AS last_run,
                coalesce(u.last_outcome, f.last_outcome) AS last_outcome
            FROM ops.freshness AS f
            LEFT JOIN (
                SELECT dataset, max(finished_at) AS last_run_at, max_by(outcome, finished_at) AS last_outcome
                FROM unpublished GROUP BY dataset
            ) AS u USING (dataset)
            ORDER BY dataset
        """,
        "runs": """
            SELECT
                strftime(started_at, '%Y-%m-%d %H:%M') AS started, source, outcome,
                rows_seen, rows_added AS added, rows_corrected AS corrected,
                rows_withdrawn AS withdrawn, rows_quarantined AS held_back, round(seconds, 1) AS seconds, reason
            FROM (FROM ops.runs UNION ALL BY NAME FROM unpublished) ORDER BY started_at DESC LIMIT 13
        """,
        "quarantine": "SELECT dataset, row_number AS row, reason FROM quarantine ORDER BY dataset, row_number",
    }
    return {name: reader.ledger().sql(query).pl().to_dicts() for name, query in queries.items()}


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
