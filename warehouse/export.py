"""An export: every table of a published version as files that others can use without Serai, ready to be passed on.

A folder with ``facts``, ``models``, ``analysis``, ``ops`` and ``geo``: each table as Parquet and CSV, and as
GeoParquet where it has coordinates; datapackage.json (Frictionless), croissant.json (MLCommons Croissant 1.1),
README.md, CITATION.cff and SHA256SUMS. The same version gives the same bytes. What may not be passed on is left out
and named.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse import disk, export_citation, export_files, export_tables, export_words, versions
from warehouse.backup import Tell
from warehouse.connect import Reader
from warehouse.export_citation import Told
from warehouse.export_words import ExportError

PACKAGE = "datapackage.json"
SUMS = "SHA256SUMS"
SCRATCH = "scratch"


@dataclass(frozen=True)
class Wanted:
    """What is exported: the day whose knowledge, None = all of now, and the sources whose rows are left out.

    With ``withheld`` None all rows are exported; else also those of a source that is declared no more are left out.
    ``url`` is where others reach Serai, empty where nowhere.
    """

    day: dt.date | None
    withheld: list[str] | None
    memory_mb: int
    url: str = ""


@dataclass(frozen=True)
class Exported:
    """What was written: the version, tables, rows, files and bytes, and what was left out: name → why."""

    version: str
    tables: int
    rows: int
    files: int
    bytes: int
    left_out: dict[str, str]
    seconds: float


def write(reader: Reader, folder: Path, wanted: Wanted, tell: Tell) -> Exported:
    """Write an export, whole or not at all, in the place of an older export or where nothing is.

    Raises ExportError, OSError of a full disk.
    """
    parent, coming = folder.parent, folder.with_name(f".{folder.name}.coming")
    if not parent.is_dir():
        raise ExportError(f"there is no folder {parent}: make it first")
    with _place_in(parent):
        _refuse_foreign(folder)
        shutil.rmtree(coming, ignore_errors=True)  # of one that died: we hold its place
        try:
            (coming / SCRATCH).mkdir(parents=True)
            done = _write(reader, coming, wanted, tell)
            _put(coming, folder)
        finally:
            shutil.rmtree(coming, ignore_errors=True)
    return done


def _write(reader: Reader, coming: Path, wanted: Wanted, tell: Tell) -> Exported:
    started, scratch = time.monotonic(), coming / SCRATCH
    with reader.cursor() as cursor:
        cursor.execute(f"SET memory_limit = '{wanted.memory_mb}MB'; SET temp_directory = '{scratch / 'spilled'}'")
        told = _told(cursor, reader.version, wanted)
        with export_tables.chosen(cursor, wanted.day, wanted.withheld, scratch / "world.duckdb") as found:
            written = []
            for position, table in enumerate(found.tables):
                tell(table.path, position, len(found.tables))
                written.append(export_files.write(cursor, table, coming))
    shutil.rmtree(scratch)
    sums = {path.relative_to(coming).as_posix(): _sealed(path) for one in written for path in one.files}
    left_out = told.withheld | found.left_out
    package = export_words.package(written, sums, told, left_out)
    for name, text in (
        (PACKAGE, _json(package)),
        ("croissant.json", _json(export_words.croissant(written, sums, told))),
        ("README.md", export_words.readme(written, told, left_out)),
        ("CITATION.cff", export_citation.cff(told, export_words.described(told))),
    ):
        disk.write(coming / name, text.encode())
        sums[name] = _sealed(coming / name)
    lines = "".join(f"{sha256}  {name}\n" for name, (sha256, _) in sorted(sums.items()))
    disk.write(coming / SUMS, lines.encode())
    rows, size, seconds = (
        sum(one.rows for one in written),
        sum(size for _, size in sums.values()),
        time.monotonic() - started,
    )
    return Exported(reader.version, len(written), rows, len(sums) + 1, size, left_out, seconds)


def _told(cursor: duckdb.DuckDBPyConnection, version: str, wanted: Wanted) -> Told:
    found = cursor.sql(
        """
        SELECT source, title, dataset, publisher, licence, licence_url, citation, address FROM ops.sources
        ORDER BY source
        """
    )
    lines = [dict(zip(found.columns, line, strict=True)) for line in found.fetchall()]
    with_rows = {
        name
        for dataset in {line["dataset"] for line in lines}
        for (name,) in cursor.execute(f"SELECT DISTINCT source FROM facts.{dataset}").fetchall()
    }
    held, withheld = [line for line in lines if line["source"] in with_rows], wanted.withheld or []
    return Told(
        version,
        versions.published_at(version),
        wanted.day,
        [line for line in held if line["source"] not in withheld],
        {f"rows of {line['source']}": line["licence"] for line in held if line["source"] in withheld},
        wanted.url,
    )


def _sealed(path: Path) -> tuple[str, int]:
    """The checksum and size of a file that is on the disk."""
    disk.sync(path)
    return disk.checksum(path), path.stat().st_size


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


@contextlib.contextmanager
def _place_in(parent: Path) -> Iterator[None]:
    """Hold the place of the one that exports into a folder."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(disk.place(parent))
        except BlockingIOError:
            raise ExportError(f"another export into {parent} is running: wait until it ends") from None
        yield


def _refuse_foreign(folder: Path) -> None:
    """Refuse to write over anything but an export; one that died between its two renames is put back."""
    before = _before(folder)
    if before.exists() and not folder.exists():
        before.rename(folder)
    shutil.rmtree(before, ignore_errors=True)
    if not folder.exists() and not folder.is_symlink():
        return
    try:
        is_ours = json.loads((folder / PACKAGE).read_bytes())["name"] == export_words.NAME
    except (OSError, ValueError, KeyError, TypeError):
        is_ours = folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir())
    if not is_ours or folder.is_symlink():
        raise ExportError(f"{folder} is there and is no export of Serai: choose another folder")


def _before(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.before")


def _put(coming: Path, folder: Path) -> None:
    """Give the export its name, in the place of the one before."""
    for path in (coming, *(path for path in coming.iterdir() if path.is_dir())):
        disk.sync(path)
    before = _before(folder)
    if folder.exists():
        folder.rename(before)
    coming.rename(folder)
    disk.sync(folder.parent)
    shutil.rmtree(before, ignore_errors=True)
