"""The jobs that benchmarks.lane measures, each in a process of its own that prints one line of JSON.

``python -m benchmarks.lane_jobs <job> <rows> <folder> <file>``
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import functools
import hashlib
import json
import os
import resource
import shutil
import sys
import threading
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb

from ingest.bench import Limits, Places
from serai.settings import HOUSE, settings
from warehouse import publish

Found = dict[str, Any]
AT = dt.datetime(2019, 10, 24, 14, 30)  # noqa: DTZ001 (UTC)


def main() -> None:
    """Run one job and print what it measured."""
    job, rows, folder, file = sys.argv[1:]
    found = JOBS[job](int(rows), Path(folder), Path(file))
    print(json.dumps(found | {"peak_mb": peak_mb()}))


def peak_mb() -> float:
    """The most memory that this process ever held, MB; where the system tells it, without that of who started it."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [one for one in status.read_text().splitlines() if one.startswith("VmHWM")]
        return int(line.split()[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def duckdb_alone(_: int, folder: Path, file: Path) -> Found:
    """A table of the file, in a file of DuckDB's."""
    started = time.monotonic()
    with duckdb.connect(str(folder / "alone.duckdb")) as con:
        read = f"read_csv('{file}', delim = '\t', header = false, quote = '', escape = '')"
        con.execute(f"CREATE TABLE t AS SELECT * FROM {read}")
    return {"seconds": time.monotonic() - started}


def pandas(_: int, folder: Path, file: Path) -> Found:
    """The same by way of a data frame."""
    import pandas as pd

    started = time.monotonic()
    frame = pd.read_csv(file, sep="\t", header=None, quoting=csv.QUOTE_NONE, low_memory=False)  # noqa: F841 (DuckDB reads it)
    with duckdb.connect(str(folder / "pandas.duckdb")) as con:
        con.execute("CREATE TABLE t AS FROM frame")
    return {"seconds": time.monotonic() - started}


def dlt(_: int, folder: Path, file: Path) -> Found:
    """The same by dlt from Arrow, its quickest way; all columns are text, so that it has nothing to find out."""
    try:
        import dlt as peer
    except ImportError:
        return {"missing": "dlt is not installed: make bench-lane installs it"}
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    started = time.monotonic()
    names = [f"column_{number}" for number in range(61)]
    reader = arrow_csv.open_csv(
        file,
        arrow_csv.ReadOptions(column_names=names, block_size=64_000_000),
        arrow_csv.ParseOptions(delimiter="\t", quote_char=False),
        arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    batches = (pa.Table.from_batches([batch]) for batch in reader)
    pipeline = peer.pipeline(
        "bench",
        pipelines_dir=str(folder / "pipelines"),
        destination=peer.destinations.duckdb(str(folder / "dlt.duckdb")),
        dataset_name="bench",
    )
    pipeline.run(batches, table_name="t")
    return {"seconds": time.monotonic() - started}


def serai(rows: int, folder: Path, file: Path) -> Found:
    """Serai's own lane on the file, as if it had been fetched, with every row kept."""
    from ingest import run, snapshots
    from ingest.sources import gdelt

    places, limits = house(folder)
    recorded(places, file)
    file_bytes = replace(limits.parse, file_bytes=10 * file.stat().st_size)
    with every_row(gdelt), timed() as stages:
        began = time.monotonic()
        done = run.replay(places, ["gdelt"], None, replace(limits, parse=file_bytes), lambda *_: None)
        seconds = time.monotonic() - began
    fetched = stages.pop(snapshots.replay.__name__)
    [one] = done.runs
    if (one.outcome, one.loaded.added) != ("loaded", rows):
        raise SystemExit(f"not all rows were loaded: {one}")
    # Parsing runs beside the others: what of it they wait for is in the rest.
    stages["rest"] = seconds - fetched - sum(spent for name, spent in stages.items() if name != "parse")
    return {"seconds": seconds - fetched, "stages": stages}


def house(folder: Path) -> tuple[Places, Limits]:
    """A published warehouse with the crossings, to be added to; all that is imported once has been."""
    from ingest import run

    shutil.copytree(HOUSE / "data" / "raw" / "curated", folder / "raw" / "curated")
    places = replace(
        settings().places, raw=folder / "raw", warehouse=folder / "warehouse", reports=folder / "reports"
    )
    run.ingest(places, ["crossings"], settings().ingest_limits, lambda *_: None)
    return places, settings().ingest_limits


def recorded(places: Places, file: Path) -> None:
    """The record of a fetch of the file: zipped without packing, as the others read text."""
    from ingest import snapshots
    from ingest.snapshots import Answer, Incoming, Recorded

    with Incoming(places.snapshots, "gdelt") as incoming:
        with zipfile.ZipFile(incoming.path, "w", zipfile.ZIP_STORED) as packed:
            packed.write(file, file.name)
        with incoming.path.open("rb") as done:
            while part := done.read(1 << 20):
                incoming.hash.update(part)
        place, digest = snapshots.keep(incoming)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    answer = Answer("https://example.com/bench.export.CSV.zip", now, place, digest, 200)
    snapshots.record(places.snapshots, Recorded("gdelt", f"{now:%Y%m%dT%H%M%S}-bench", now), [answer])


@contextlib.contextmanager
def every_row(gdelt: Any) -> Iterator[None]:
    """Rows of the whole world are kept, not of one region."""
    region, gdelt.REGION = gdelt.REGION, None
    yield
    gdelt.REGION = region


@contextlib.contextmanager
def timed() -> Iterator[dict[str, float]]:
    """The seconds of each stage while the block runs."""
    from expectations.judge import Hearing
    from ingest import snapshots
    from ingest.sources import gdelt
    from warehouse import load, locate, macros, models

    stages: dict[str, float] = defaultdict(float)
    watched: list[tuple[Any, str, str]] = [
        (snapshots, "replay", "replay"),
        (gdelt, "parse_slices", "parse"),
        *((Hearing, name, "judge") for name in ("hear", "hear_keys", "verdict")),
        *((load.Stage, name, "stage") for name in ("add", "hold_back", "twice")),
        (load.Stage, "load", "load"),
        (locate, "refresh", "locate"),
        *(
            (one, name, "derive")
            for one, name in ((models, "build"), (macros, "create"), (models, "refresh_freshness"))
        ),
        (publish, "publish", "publish"),
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in watched]
    for owner, name, stage in watched:
        setattr(owner, name, _watched(getattr(owner, name), stage, stages))
    yield stages
    for owner, name, function in before:
        setattr(owner, name, function)


def _watched(function: Callable[..., Any], stage: str, stages: dict[str, float]) -> Callable[..., Any]:
    """The function, its time added to the stage; of what yields, the time of each step."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        began = time.monotonic()
        found = function(*args, **kwargs)
        stages[stage] += time.monotonic() - began
        return steps(found) if hasattr(found, "__next__") else found

    def steps(found: Iterator[Any]) -> Iterator[Any]:
        while True:
            began = time.monotonic()
            one = next(found, None)
            stages[stage] += time.monotonic() - began
            if one is None:
                return
            yield one

    return call


def idle(rows: int, folder: Path, _: Path) -> Found:
    """An ingest that finds nothing new, with so many rows in the warehouse; what is fetched is not counted."""
    from ingest import run
    from ingest.client import Client

    places, limits = house(folder)
    limits = replace(limits, manners=replace(limits.manners, pause_seconds=0))
    with served(folder / "bucket") as address:
        places = replace(places, base_urls={"gdelt": address})
        run.ingest(places, ["gdelt"], limits, lambda *_: None)
        multiply(places, rows)
        fetching: dict[str, float] = defaultdict(float)
        Client.get = _watched(Client.get, "fetch", fetching)  # type: ignore[method-assign]
        began = time.monotonic()
        done = run.ingest(places, ["gdelt"], limits, lambda *_: None)
        seconds = time.monotonic() - began - fetching["fetch"]
    [one] = done.runs
    if one.outcome != "unchanged":
        raise SystemExit(f"something was new: {one}")
    return {"seconds": seconds}


def multiply(places: Places, rows: int) -> None:
    """Publish a version with so many rows of press attention, each with a key of its own."""
    with publish.writing(places.warehouse), publish.building(places.warehouse) as private:
        with duckdb.connect(str(private)) as con:
            con.execute(
                """
                INSERT INTO facts.press_attention
                SELECT
                    f.* REPLACE (
                        md5(n::VARCHAR) AS row_key, -n AS global_event_id, f.source_url || n AS source_url
                    )
                FROM (FROM facts.press_attention LIMIT 1) AS f
                CROSS JOIN range(1, ?) AS copies (n)
                """,
                [rows],
            )
        publish.publish(places.warehouse, private, keep=1)


@contextlib.contextmanager
def served(bucket: Path) -> Iterator[str]:
    """A bucket on this machine with one file of one row, and its index."""
    from benchmarks.lane import built

    place = bucket / "data.gdeltproject.org" / "gdeltv2"
    place.mkdir(parents=True)
    name = f"{AT:%Y%m%d%H%M%S}.export.CSV"
    with zipfile.ZipFile(place / f"{name}.zip", "w") as packed:
        packed.writestr(name, "\t".join(built(1)) + "\n")
    md5 = hashlib.md5((place / f"{name}.zip").read_bytes(), usedforsecurity=False).hexdigest()
    (place / "lastupdate.txt").write_text(f"1 {md5} http://data.gdeltproject.org/gdeltv2/{name}.zip\n")
    handler = functools.partial(_Quiet, directory=str(bucket))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: what is printed is the measurement."""


JOBS: dict[str, Callable[[int, Path, Path], Found]] = {
    "duckdb": duckdb_alone,
    "serai": serai,
    "pandas": pandas,
    "dlt": dlt,
    "idle": idle,
}

if __name__ == "__main__":
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
    main()
