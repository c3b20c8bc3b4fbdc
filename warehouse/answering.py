"""The process that answers one question and ends: ``python -m warehouse.answering``, JSON on standard input.

Before the question is read by DuckDB the process gives up, for good, what it could do harm with. The kernel then
refuses it any memory beyond its limit, any file or socket (no descriptor is left to open one with), a byte written to
a file, and any second beyond its time.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa

from warehouse.connect import Answer, Limits, QueryError, ask, reading

# Seconds between the interrupt, after which DuckDB can say what happened, and the end of the process.
GRACE = 0.4
# The exit code where memory was refused.
NO_MEMORY = 3
MB = 1 << 20


def main() -> None:
    """Answer the question on standard input: a line of JSON, then the rows as an Arrow stream."""
    asked = json.load(sys.stdin)
    limits = Limits(**asked["limits"])
    day = dt.date.fromisoformat(asked["as_of"]) if asked["as_of"] else None
    with reading(Path(asked["folder"])) as reader:
        cursor = reader.ledger(day)
        reader.restrict(limits)
        _ready(cursor, limits)
        confine(limits)
        try:
            answer = ask(cursor, asked["query"], limits)
            _say({"cut": answer.cut}, answer, sys.stdout.buffer)
        except QueryError as error:
            _say({"error": str(error)}, None, sys.stdout.buffer)
        except MemoryError:
            os._exit(NO_MEMORY)  # in the middle of an answer, perhaps: the code says so
    sys.stdout.buffer.flush()
    # What DuckDB still holds needs no tidying, and a call that heeds no interrupt no waiting for.
    os._exit(0)


def confine(limits: Limits) -> None:
    """Let the kernel hold this process to its limits from now on."""
    memory = _data_bytes() + limits.memory_mb * MB
    processor = int(limits.seconds * limits.threads) + 2
    descriptors = os.dup(0)
    os.close(descriptors)
    for kind, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, processor),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, descriptors),  # the lowest free one: none can be opened
    ):
        resource.setrlimit(kind, (most, most))
    # The alarm ends the process wherever it is.
    signal.setitimer(signal.ITIMER_REAL, limits.seconds + GRACE)


def _ready(cursor: duckdb.DuckDBPyConnection, limits: Limits) -> None:
    """Load and start what would open files later on."""
    _say({}, ask(cursor, "SELECT now(), 'ready' ORDER BY 1", limits), io.BytesIO())


def _data_bytes() -> int:
    """What RLIMIT_DATA counts of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData"))


def _say(told: dict[str, object], answer: Answer | None, out: BinaryIO) -> None:
    out.write(json.dumps(told).encode() + b"\n")
    if answer:
        with pa.ipc.new_stream(out, answer.table.schema) as stream:
            stream.write_table(answer.table)


if __name__ == "__main__":
    main()
