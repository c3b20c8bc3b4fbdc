"""SQL of people, each question in a process of its own: the one way of `serai sql` and of the dashboard's SQL page.

DuckDB's own limits do not hold: an interrupt is not heeded within one long call (repeat, lists, edit distances), and
strings and lists are not counted against its memory limit. So the kernel is asked to keep them (warehouse.answering),
and the process that answers is thrown away.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from warehouse.connect import Answer, Limits, QueryError, too_long, too_much
from warehouse.publish import holding

HOUSE = Path(__file__).resolve().parent.parent
# Seconds that a process may take beside its question, on a busy machine, before it is given up.
STARTING = 10.0
# As the answering process says it, which must not be imported here: it is started bare.
NO_MEMORY = 3
TIME = {-signal.SIGALRM, -signal.SIGXCPU, -signal.SIGKILL}
# What the answering process gets of our environment: never a credential.
PASSED = ("TZ", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


class Question:
    """A question on its way: the process starts at once, and ``answer`` waits for it."""

    def __init__(self, folder: Path, query: str, limits: Limits, as_of: dt.date | None = None) -> None:
        """Begin to ask the published version, as known on a day. NothingPublishedError where there is none."""
        with holding(folder):
            pass
        self._limits = limits
        asked = {"folder": str(folder.resolve()), "query": query, "as_of": as_of and as_of.isoformat()}
        self._asked = json.dumps(asked | {"limits": asdict(limits)}).encode()
        # -P and -s: nothing is imported but what is installed and the house.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "warehouse.answering"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={name: os.environ[name] for name in PASSED if name in os.environ} | {"PYTHONPATH": str(HOUSE)},
        )

    def answer(self) -> Answer:
        """The rows, within the limits. Raises QueryError in words."""
        with self._process as process:
            try:
                said, _ = process.communicate(self._asked, timeout=self._limits.seconds + STARTING)
            except subprocess.TimeoutExpired:
                raise QueryError(too_long(self._limits)) from None
            finally:
                process.kill()
        if process.returncode in TIME:
            raise QueryError(too_long(self._limits))
        if process.returncode > 0 and process.returncode != NO_MEMORY:
            raise QueryError("the process that answers broke off: ask again; if it stays so, see `serai status`")
        if process.returncode:
            # Where memory is refused in a place that cannot say so, the process ends by a signal.
            raise QueryError(too_much(self._limits))
        return read(said)


def ask(folder: Path, query: str, limits: Limits, as_of: dt.date | None = None) -> Answer:
    """The answer of the published version to one query. Raises QueryError, NothingPublishedError."""
    return Question(folder, query, limits, as_of).answer()


def read(said: bytes) -> Answer:
    """What the answering process said. Raises QueryError with its words."""
    first, _, rows = said.partition(b"\n")
    told = json.loads(first)
    if "error" in told:
        raise QueryError(told["error"])
    with pa.ipc.open_stream(io.BytesIO(rows)) as stream:
        return Answer(stream.read_all(), cut=told["cut"])
