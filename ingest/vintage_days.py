"""The days of which a version has vintages, told beside its database, so that they outlast a damaged one.

``versions/<version>/vintages.json`` lists them. Versions of an older Serai have no such file.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from dataclasses import replace
from pathlib import Path

import duckdb

from analysis import vintages
from ingest.bench import Limits

NAME = "vintages.json"
log = logging.getLogger(__name__)


def beside(con: duckdb.DuckDBPyConnection) -> dict[str, bytes]:
    """The file of the version in the making, by name."""
    return {NAME: json.dumps([day.isoformat() for day in vintages.days(con)]).encode()}


def recalled(con: duckdb.DuckDBPyConnection, folder: Path, lost: list[str], limits: Limits) -> Limits:
    """The limits with the days that the newest of the lost versions had, and without those that it had no more.

    ``con`` reads the version that is built on. What is asked for now comes before what was. The days are logged.
    """
    told = _newest(folder, lost)
    if told is None:
        return limits
    held, wanted, forgotten = vintages.days(con), set(limits.analysis_days), set(limits.forgotten_days)
    if again := sorted(told - forgotten - {*held}):
        names = ", ".join(map(str, again))
        log.warning("serai: the damaged version had the analysis as known on %s: it is worked out again", names)
    return replace(
        limits,
        analysis_days=tuple(sorted(wanted | told - forgotten)),
        forgotten_days=tuple(sorted(forgotten | {*held} - told - wanted)),
    )


def _newest(folder: Path, lost: list[str]) -> set[dt.date] | None:
    """The days of the newest lost version that tells them; None where none does. Each that does not is logged."""
    for version in sorted(lost, reverse=True):
        path = folder / "versions" / version / NAME
        try:
            return {dt.date.fromisoformat(day) for day in json.loads(path.read_bytes())}
        except (OSError, ValueError, TypeError) as error:
            log.warning(
                "serai: on which days version %s had worked out the analysis is not known (%s: %s): look at "
                "`serai analyse`, and ask again for what it lacks",
                version, path, error,
            )  # fmt: skip
    return None
