"""Time the event lane on GDELT's own shape at volume, against its peers: ``make bench-lane``.

A real file of a quarter of an hour (or one built of its shape) is repeated, each time with new ids and new pages, to
1,000,000 and 4,000,000 rows of 61 columns. Each is taken in by Serai with every row kept, so that neither the region
nor merged rows make it quick: parse, judge, stage, load, locate, derive and publish; only the fetch is left out, and
the imports. DuckDB alone makes a table of the same file; pandas and dlt (a bench extra) do what Serai does least:
read and load. Every measurement is a process of its own; DuckDB and Serai take turns, and of three the median counts.
Bounds: at most twice DuckDB's time, less than 2 GB of memory, and at 4,000,000 rows at most 4.5 times the time and
1.3 times the memory of 1,000,000. Stops with code 1 where one is broken.

Then: what an ingest that finds nothing new costs beyond the fetch with 1 and 10 million rows in the warehouse; bound:
1 s.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from benchmarks import lane_jobs
from ingest.sources.gdelt import POSITIONS, WIDTH

HOUSE = Path(__file__).resolve().parent.parent
SAMPLES = Path(os.environ.get("SERAI_SAMPLES") or HOUSE.parent / "shared" / "samples")
SAMPLE = SAMPLES / "gdelt" / "20191024143000.export.CSV"
MILLION = 1_000_000
ROUNDS = 3
TIMES_DUCKDB, MOST_MB, TIMES_TIME, TIMES_MEMORY, IDLE_SECONDS = 2.0, 2_000, 4.5, 1.3, 1.0


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="serai-bench-") as folder:
        place = Path(folder)
        found = measured(place, MILLION, ["duckdb", "serai"] * ROUNDS + ["pandas", "dlt"])
        found += measured(place, 4 * MILLION, ["duckdb", "serai"] * ROUNDS)
        idle = [run("idle", rows, place) for rows in (MILLION, 10 * MILLION)]
    shape = SAMPLE.name if SAMPLE.exists() else "built rows"
    print(f"{os.cpu_count()} processors, Python {platform.python_version()}, {shape}")
    print_table(found)
    print_stages([one for one in found if one["job"] == "serai"])
    for one in idle:
        print(f"nothing new, {one['rows']:>10,} rows in the warehouse: {one['seconds']:5.2f} s beyond the fetch")
    if broken := list(bounds(found, idle)):
        sys.exit("a bound is broken: " + "; ".join(broken))
    print("every bound holds")


def measured(place: Path, rows: int, jobs: list[str]) -> list[dict[str, Any]]:
    """Each job on a file of so many rows, each time in a process and a folder of its own: the one of median time."""
    file = place / f"{rows}.CSV"
    write(file, rows)
    runs = [run(job, rows, place, file) | {"bytes": file.stat().st_size} for job in jobs]
    file.unlink()
    by_job = {job: [one for one in runs if one["job"] == job] for job in jobs}
    return [sorted(several, key=lambda one: one.get("seconds", 0))[len(several) // 2] for several in by_job.values()]


def run(job: str, rows: int, place: Path, file: Path | None = None) -> dict[str, Any]:
    """What one job measured of itself: job, rows, seconds, peak_mb, and of Serai the seconds of each stage."""
    print(f"{job}, {rows:,} rows …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        done = subprocess.run(  # noqa: S603 (our own command)
            [sys.executable, "-m", lane_jobs.__name__, job, str(rows), folder, str(file or "")],
            cwd=HOUSE,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(f"{job} failed with code {done.returncode}: see above")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {"job": job, "rows": rows} | found


def write(file: Path, rows: int) -> None:
    """A file of so many rows: the sample again and again, with an id and a page of its own for each row."""
    lines = sample()
    with file.open("w", encoding="utf-8", newline="") as out:
        for first in range(0, rows, len(lines)):
            _write_once(out, lines[: rows - first], first)


def _write_once(out: TextIO, lines: list[list[str]], first: int) -> None:
    number, page = POSITIONS["global_event_id"], POSITIONS["source_url"]
    for at, line in enumerate(lines, start=first):
        mark = "&" if "?" in line[page] else "?"
        new = [*line[:number], str(900_000_000 + at), *line[number + 1 : page], f"{line[page]}{mark}serai={at}"]
        out.write("\t".join([*new, *line[page + 1 :]]) + "\n")


def sample() -> list[list[str]]:
    """The rows of the real file; where it is not, rows built in its shape."""
    if SAMPLE.exists():
        text = SAMPLE.read_text(encoding="utf-8", errors="replace")
        return [line.split("\t") for line in text.split("\n") if line]
    return [built(number) for number in range(2_000)]


def built(number: int) -> list[str]:
    """One row as wide and long as real ones, in one of four hundred places."""
    lat, lon = f"{number % 20 * 4 - 38 + 0.1234:.4f}", f"{number % 400 * 0.9 - 179:.4f}"
    place = [
        "4",
        f"Town {number % 400}, Province, Country",
        "AF",
        "AF18",
        "3579",
        lat,
        lon,
        f"-{3_378_000 + number % 400}",
    ]
    row = [""] * WIDTH
    row[:5] = [str(number), "20191024", "201910", "2019", "2019.8055"]
    row[5:8], row[15:18] = ["AFGGOV", "AFGHANISTAN", "AFG"], ["PAK", "PAKISTAN", "PAK"]
    row[25:35] = [
        "1",
        f"04{number % 10}",
        f"04{number % 10}",
        "04",
        "1",
        "1.0",
        "4",
        "1",
        "4",
        f"{number % 97 / -7:.12f}",
    ]
    for first in (35, 43, 51):
        row[first : first + 8] = place
    row[59:] = [
        "20191024143000",
        f"https://www.example.com/a/page/of/the/usual/length/of/an/address/{number:012}.html",
    ]
    return row


def print_table(found: list[dict[str, Any]]) -> None:
    """All jobs with their ratio to DuckDB on the same file."""
    print(f"{'':<8} {'rows':>10} {'bytes':>14} {'seconds':>8} {'x DuckDB':>8} {'peak MB':>8}")
    for one in found:
        head = f"{one['job']:<8} {one['rows']:>10,} {one['bytes']:>14,}"
        if one.get("missing"):
            print(f"{head} {one['missing']}")
            continue
        ratio = one["seconds"] / of("duckdb", one["rows"], found)["seconds"]
        print(f"{head} {one['seconds']:>8.2f} {ratio:>8.2f} {one['peak_mb']:>8,.0f}")


def print_stages(found: list[dict[str, Any]]) -> None:
    """Where Serai's time goes, in seconds; parsing runs beside judging and staging, and the rest waits for it."""
    names = list(dict.fromkeys(name for one in found for name in one["stages"]))
    print(f"{'stages':<19} " + " ".join(f"{name:>8}" for name in names))
    for one in found:
        print(f"{one['rows']:>19,} " + " ".join(f"{one['stages'].get(name, 0):>8.2f}" for name in names))


def of(job: str, rows: int, found: list[dict[str, Any]]) -> dict[str, Any]:
    """That measurement."""
    return next(one for one in found if (one["job"], one["rows"]) == (job, rows))


def bounds(found: list[dict[str, Any]], idle: list[dict[str, Any]]) -> Iterator[str]:
    """Print each bound with what was found; give those that are broken."""
    small, large = of("serai", MILLION, found), of("serai", 4 * MILLION, found)
    asked = [
        (
            "times DuckDB's seconds at 1,000,000",
            small["seconds"] / of("duckdb", MILLION, found)["seconds"],
            TIMES_DUCKDB,
        ),
        ("MB at 1,000,000", small["peak_mb"], MOST_MB),
        ("times the seconds at 4,000,000", large["seconds"] / small["seconds"], TIMES_TIME),
        ("times the memory at 4,000,000", large["peak_mb"] / small["peak_mb"], TIMES_MEMORY),
        *((f"s beyond the fetch, nothing new, {one['rows']:,}", one["seconds"], IDLE_SECONDS) for one in idle),
    ]
    for words, value, bound in asked:
        print(f"{'holds' if value <= bound else 'BROKEN':<7} {value:>9,.2f} {words} (bound {bound:g})")
        if value > bound:
            yield f"{value:,.2f} {words}"


if __name__ == "__main__":
    main()
