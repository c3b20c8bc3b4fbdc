"""One of the soak's readers: opens the newest version, asks, lets go, again and again, and writes down what it saw.

``python -m tests.soak.reader WAREHOUSE FILE``: one JSON line a look.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tests.soak.revisions import QUERIES, digest
from warehouse.connect import reading
from warehouse.publish import NothingPublishedError

PAUSE = 1.0
RUNS = "SELECT (SELECT count(*) FROM ops.runs) + (SELECT count(*) FROM unpublished)"


def look(folder: Path) -> dict[str, Any]:
    """The version, what each dataset holds, how many runs the ledger has, how long the first answer took."""
    clock = time.monotonic()
    with reading(folder) as reader:
        cursor = reader.ledger()
        [(runs,)] = cursor.execute(RUNS).fetchall()
        waited = time.monotonic() - clock
        held = {name: digest(cursor.execute(query).fetchall()) for name, query in QUERIES.items()}
        # Asked twice: what a reader holds does not change under it.
        again = {name: digest(cursor.execute(query).fetchall()) for name, query in QUERIES.items()}
        return {"version": reader.version, "held": held, "steady": held == again, "runs": runs, "waited": waited}


def warm() -> None:
    """Have imported what DuckDB imports when it is first given lines that no version has: that is no growth."""
    with duckdb.connect() as con:
        con.register("lines", pa.table({"n": [1]}))
        con.execute("FROM lines").fetchall()


def main(folder: Path, out: Path) -> None:
    """Look until killed."""
    warm()
    with out.open("a", encoding="utf-8") as file:
        while True:
            try:
                seen = look(folder)
            except NothingPublishedError:
                time.sleep(PAUSE)
                continue
            except Exception as error:
                seen = {"error": f"{type(error).__name__}: {error}"}
            rss = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")
            file.write(json.dumps(seen | {"at": time.time(), "rss": rss}) + "\n")
            file.flush()
            time.sleep(PAUSE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
