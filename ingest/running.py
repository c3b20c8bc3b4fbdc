"""The mark of an ingest in progress, so that one that dies without a word is known to the next.

``<warehouse>/running.json`` names the sources being taken in, since when and by which process. It is written and
removed by the one that holds the writer's place; whoever finds it there, holding that place, knows that its writer is
dead, and gives each of its sources a line ``error`` in the ledger. What was stopped by hand leaves none.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from warehouse import disk, journal, publish, stopping

NAME = "running.json"
SILENT = "the ingest died without a word (killed or power lost)"


@contextlib.contextmanager
def marked(folder: Path, lines: list[dict[str, Any]]) -> Iterator[None]:
    """Mark these lines of the ledger, as they would be if it died, as in progress until the block ends.

    Where the block raises, they are written to the ledger as errors; where it is stopped by hand, they are not. The
    writer's place must be held.
    """
    mark(folder, lines)
    try:
        yield
    except Exception as error:
        try:
            stopping.heed()
        except KeyboardInterrupt:
            forget(folder)
            raise
        with contextlib.suppress(OSError):  # a full disk: the mark stays, and tells the next ingest
            bury(folder, f"the ingest broke off: {type(error).__name__}: {error}")
        raise
    except BaseException:
        forget(folder)
        raise
    forget(folder)


def mark(folder: Path, lines: list[dict[str, Any]]) -> None:
    """Write the mark, whole or not at all."""
    said = {
        "pid": os.getpid(),
        "version": publish.current_version(folder),
        "unpublished": len(journal.lines(folder)),
        "lines": lines,
    }
    disk.write(folder / NAME, json.dumps(said, default=str).encode())


def forget(folder: Path, pid: int | None = None) -> None:
    """Remove the mark, if there is one; with a process, only if it is that one's."""
    if pid is None or _marker(folder) == pid:
        (folder / NAME).unlink(missing_ok=True)


def bury(folder: Path, reason: str = SILENT, pid: int | None = None) -> list[str]:
    """Give each source of a dead ingest its line in the ledger, and return their names.

    The writer's place must be held. ``reason`` is that of the process ``pid``, or of whichever. An ingest that died
    after it had published, or had written its lines, has lost nothing and gets none.
    """
    said = _said(folder)
    if said is None:
        forget(folder)
        return []
    known = journal.lines(folder)
    if said["version"] != publish.current_version(folder) or len(known) > said["unpublished"]:
        forget(folder)
        return []
    why = reason if pid in (None, said["pid"]) else SILENT
    journal.add(folder, [_error(line, why) for line in said["lines"]])
    forget(folder)
    return [line["source"] for line in said["lines"]]


def _said(folder: Path) -> dict[str, Any] | None:
    """The mark; None where there is none, or what a disk that lost power made of it."""
    try:
        said: dict[str, Any] = json.loads((folder / NAME).read_bytes())
    except FileNotFoundError:
        return None
    except ValueError:
        logging.getLogger(__name__).warning("%s cannot be read and is removed", folder / NAME)
        return None
    return said


def _marker(folder: Path) -> int | None:
    said = _said(folder)
    return said["pid"] if said else None


def _error(line: dict[str, Any], reason: str) -> dict[str, Any]:
    started = dt.datetime.fromisoformat(line["started_at"])
    # When it died nobody knows.
    return line | {"started_at": started, "finished_at": started, "outcome": "error", "reason": reason}
