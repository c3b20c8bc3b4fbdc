"""Time what checksums cost: ``python -m benchmarks.checksum``.

Prints, for files of 20 and 500 MB, the processor's seconds to open one that is trusted, to compare one with its
checksum (in memory, and read from the disk), and to publish; and what other hashes would take.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from warehouse import disk, publish, versions
from warehouse.connect import Reader

MEGABYTE = 1 << 20


def main() -> None:
    """Measure and print."""
    part = os.urandom(MEGABYTE)
    for name in ("sha256", "blake2b", "sha1"):
        print(f"{name:<8} {100 / best(lambda name=name: hashes(name, part)):6,.0f} MB/s")  # type: ignore[misc]
    for megabytes in (20, 500):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), megabytes)


def measure(folder: Path, megabytes: int) -> None:
    """Publish a version of about that size and open it."""
    with publish.writing(folder), publish.building(folder) as private:
        with duckdb.connect(str(private)) as con:
            rows = megabytes * MEGABYTE // 8
            con.execute(f"CREATE TABLE t AS SELECT (random() * 1e18)::BIGINT AS n FROM range({rows})")
        began = time.process_time()
        version = publish.publish(folder, private, keep=1)
        published = time.process_time() - began
    file = publish.version_file(folder, version)
    trusted, compared = best(lambda: opened(folder, 60)), best(lambda: opened(folder, 0))
    disk.forget(file)
    began = time.process_time()
    assert versions.wrong(file.parent) is None
    print(
        f"{file.stat().st_size / 1e6:4,.0f} MB: opened trusted {trusted:.3f} s, compared {compared:.3f} s, compared "
        f"from the disk {time.process_time() - began:.3f} s, published {published:.2f} s"
    )


def opened(folder: Path, minutes: float) -> None:
    """Open the version and ask it once."""
    reader = Reader(folder, minutes)
    reader.cursor().execute("SELECT n FROM t LIMIT 1").fetchall()
    reader.close()


def hashes(name: str, part: bytes) -> None:
    """Hash 100 MB."""
    found = hashlib.new(name)
    for _ in range(100):
        found.update(part)


def best(work: Callable[[], None]) -> float:
    """The seconds of the quickest of three."""
    times = []
    for _ in range(3):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


if __name__ == "__main__":
    main()
