"""Time an ingest that changes nothing, with little and with much in the warehouse: ``make bench``.

Prints, for 1 and 10 million rows of crossing counts, the seconds of the whole command, of which some are Python's
start, and of the ingest itself, files read and compared (bound: 1 s). Stops with code 1 where the bound is broken.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from warehouse import publish

HOUSE = Path(__file__).resolve().parent.parent
BOUND = 1.0
# Rows that differ as real ones do: 100 ports, 12 measures, months for as long as it takes.
ROWS = """
    INSERT INTO facts.crossing_counts BY NAME
    SELECT
        md5(i::VARCHAR) AS row_key, 'USA' AS entering, 'CAN' AS coming_from,
        lpad((i % 100)::VARCHAR, 4, '0') AS port_code, 'Port ' || i % 100 AS port_name, 'trucks' AS measure,
        DATE '1900-01-01' + (i // 1200)::INT AS period_start, DATE '1900-01-01' + (i // 1200)::INT AS period_end,
        hash(i) % 10000 AS value, 'A bureau' AS source_name, 'https://example.org/counts' AS source_url,
        period_end AS known_from, 'not_before' AS known_from_basis,
        'bts' AS source, 'bench' AS run_id, TIMESTAMP '2026-01-01' AS loaded_at
    FROM range(getvariable('first'), getvariable('last')) AS r(i)
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        shutil.copytree(HOUSE / "data" / "raw" / "curated", data / "raw" / "curated")
        ingest(data)
        slow, held = False, 0
        for rows in (1_000_000, 10_000_000):
            fill(data, held, rows)
            held = rows
            ingest(data)
            found = [ingest(data) for _ in range(5)]
            whole, inner = (statistics.median(times) for times in zip(*found, strict=True))
            size = publish.version_file(data / "warehouse", str(publish.current_version(data / "warehouse"))).stat()
            print(
                f"nothing changed, {rows:>10,} rows, {size.st_size / 1e6:,.0f} MB: "
                f"command {whole:.2f} s, ingest {inner:.2f} s of {len(found)}   bound {BOUND:g} s"
            )
            slow = slow or inner > BOUND
    if slow:
        sys.exit("a bound is broken")


def fill(data: Path, first: int, last: int) -> None:
    """Publish a version with so many rows more."""
    folder = data / "warehouse"
    with publish.writing(folder), publish.building(folder) as private:
        with duckdb.connect(str(private)) as con:
            con.execute(f"SET VARIABLE first = {first}; SET VARIABLE last = {last}")
            con.execute(ROWS)
        publish.publish(folder, private, keep=1)


def ingest(data: Path) -> tuple[float, float]:
    """The seconds of one real command on all shipped files, and of the ingest within it."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "serai", "ingest", "--json"],
        env={**os.environ, "SERAI_DATA": str(data)},
        cwd=HOUSE,
        capture_output=True,
        check=True,
    )
    return time.monotonic() - started, json.loads(done.stdout)["seconds"]


if __name__ == "__main__":
    main()
