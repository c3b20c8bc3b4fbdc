"""Take in the real table of US border crossings and say what the judges found: part of ``make bench``.

The file is that of February 2025 (SERAI_SAMPLES, by default ../shared/samples), replayed as if it had been fetched.
Prints rows, time, the keys that stand twice and the ports that share a name, each by name; stops with code 1 where
they are not the eleven keys and the two ports that are known. Without the file it says so.
"""

from __future__ import annotations

import datetime as dt
import gzip
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from ingest import run, snapshots, source
from ingest.snapshots import Answer, Incoming, Recorded
from serai.settings import settings
from warehouse.connect import Reader, reading

HOUSE = Path(__file__).resolve().parent.parent
SAMPLES = Path(os.environ.get("SERAI_SAMPLES") or HOUSE.parent / "shared" / "samples")
FILE = SAMPLES / "bts" / "Border_Crossing_Entry_Data.csv.gz"
TWICE = """
    SELECT "row"->>'port_code' AS port, "row"->>'measure' AS measure, "row"->>'period_start' AS month
    FROM quarantine WHERE expectation = 'key.unique' GROUP BY ALL HAVING count(*) = 2 ORDER BY ALL
"""
SHARED = "SELECT observed FROM ops.validations WHERE expectation = 'port_name.one_port'"
CLOSURE = """
    SELECT measure, value, of_usual FROM border_count_changes
    WHERE coming_from = 'CAN' AND month = '2020-04-01'
        AND measure IN ('trucks', 'personal_vehicle_passengers', 'pedestrians')
    ORDER BY of_usual
"""


def main() -> None:
    """Take the file in and print."""
    if not FILE.exists():
        print(f"there is no {FILE}: the table of US border crossings is passed over (SERAI_SAMPLES)")
        return
    with tempfile.TemporaryDirectory() as folder:
        places = replace(
            settings().places, raw=Path(folder), warehouse=Path(folder) / "w", reports=Path(folder) / "r"
        )
        keep(places.snapshots)
        started = time.monotonic()
        [one] = run.replay(places, ["bts"], None, settings().ingest_limits, lambda *_: None).runs
        seconds = time.monotonic() - started
        print(f"bts: {one.outcome}, {one.rows_seen:,} rows seen, {one.loaded.added:,} loaded into crossing_counts,")
        print(f"{one.rows_quarantined} held back, {seconds:.1f} s from snapshot to published")
        with reading(places.warehouse) as reader:
            found = findings(reader)
    if (one.rows_seen, found) != (399_406, (11, True)):
        sys.exit("these are not the 399,406 rows with eleven keys that stand twice and the two ports named Eastport")


def keep(folder: Path) -> None:
    """The file as a snapshot with its record."""
    at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with Incoming(folder, "bts") as incoming:
        incoming.write(gzip.decompress(FILE.read_bytes()))
        answer = Answer(source.load("bts").address, at, *snapshots.keep(incoming), 200)
    snapshots.record(folder, Recorded("bts", f"{at:%Y%m%dT%H%M%S}-bench", at), [answer])


def findings(reader: Reader) -> tuple[int, bool]:
    """Print what the suite caught and how the closure of 2020 looks; the number of double keys, and Eastport."""
    twice = reader.cursor().sql(TWICE).fetchall()
    print(f"{len(twice)} keys that stand twice: {'; '.join(' '.join(key) for key in twice)}")
    [(shared,)] = reader.cursor().sql(SHARED).fetchall()
    print(f"ports that share a name: {shared}")
    for measure, value, share in reader.cursor().sql(CLOSURE).fetchall():
        print(f"entered from Canada in April 2020: {measure} {value:,.0f}, {share:.1%} of the usual")
    return len(twice), "Eastport (0103 Maine, 3302 Idaho)" in shared


if __name__ == "__main__":
    main()
