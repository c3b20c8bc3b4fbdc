"""Time the main job on the shipped facts: ``make bench``.

Prints, for this machine: the first ingest from nothing to a published warehouse (bound: 60 s), an ingest that changes
nothing (bound: 10 s), the models alone, and ``serai --help`` (bound: 0.4 s); with the number of rows, the version of
Python and the number of processors. Stops with code 1 where a bound is broken.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from warehouse import models
from warehouse.connect import reading
from warehouse.publish import holding

HOUSE = Path(__file__).resolve().parent.parent


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        shutil.copytree(HOUSE / "data" / "raw" / "curated", data / "raw" / "curated")
        figures = [
            ("first ingest, nothing to published", 60.0, [seconds("ingest", data=data)]),
            ("second ingest, nothing changed", 10.0, [seconds("ingest", data=data) for _ in range(3)]),
            ("all models from the fact tables", 2.0, [rebuild(data) for _ in range(5)]),
            ("serai --help", 0.4, [seconds("--help", data=data) for _ in range(9)]),
        ]
        with reading(data / "warehouse") as reader:
            [(rows,)] = reader.cursor().execute("SELECT sum(rows)::INT FROM ops.freshness").fetchall()
    versions = f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    print(f"{rows:,} rows of facts, {os.cpu_count()} processors, {versions}")
    for name, bound, times in figures:
        print(f"{name:<36} median {statistics.median(times):6.2f} s of {len(times)}   bound {bound:g} s")
    if any(statistics.median(times) > bound for _, bound, times in figures):
        sys.exit("a bound is broken")


def seconds(*command: str, data: Path) -> float:
    """The time that one real command takes."""
    started = time.monotonic()
    subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-m", "serai", *command],
        env={**os.environ, "SERAI_DATA": str(data)},
        cwd=HOUSE,
        capture_output=True,
        check=True,
    )
    return time.monotonic() - started


def rebuild(data: Path) -> float:
    """The time that all models take, on a copy of the published file."""
    with holding(data / "warehouse") as (_, path):
        copy = data / "copy.duckdb"
        shutil.copyfile(path, copy)
    with duckdb.connect(str(copy)) as con:
        started = time.monotonic()
        models.build(con)
        return time.monotonic() - started


if __name__ == "__main__":
    main()
