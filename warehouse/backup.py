"""A backup: all that nobody can fetch again, in one tar that warehouse.restore puts back.

In it are the published version (held while it is copied, so that an ingest may run), the runs since, the raw
snapshots with their records, the shipped facts, and what else of the data folder ``KEPT`` names. Caches and
credentials are not. The last member is ``manifest.json``: size and checksum of every other member, and the rows of
every table.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import duckdb

from warehouse import disk, journal, schema, versions

Tell = Callable[[str, int, int], None]
FORMAT = "serai-backup"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
# Of the data folder, beside the version itself; alerts keep in theirs what was delivered.
KEPT = ("raw/snapshots", "raw/curated", "alerts", "reports", "logs")
# Files up to this size are read at once, for reports and logs may change meanwhile; larger ones never change.
AT_ONCE = 8_000_000


class BackupError(Exception):
    """A backup cannot be made, read or put back; the message says why and what to do."""


@dataclass(frozen=True)
class Member:
    """One file of a backup."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is in a backup: the version, when it was made, the members by path below the data folder, the rows."""

    version: str
    made_at: str
    members: dict[str, Member]
    rows: dict[str, int]
    format: str = FORMAT
    format_version: int = FORMAT_VERSION

    @property
    def bytes(self) -> int:
        """The bytes of all members."""
        return sum(member.bytes for member in self.members.values())

    @property
    def database(self) -> str:
        """The member that is the published version."""
        return f"warehouse/versions/{self.version}/{versions.FILE}"


def write(data: Path, file: Path, tell: Tell) -> Manifest:
    """Write a backup of the data folder to a file that is not there yet, whole or not at all.

    Raises BackupError, and what versions.holding raises.
    """
    if not file.parent.is_dir():
        raise BackupError(f"there is no folder {file.parent}: make it first")
    sweep(file.parent)
    if file.exists():
        raise BackupError(f"{file} is there already: choose another name, for a backup is never written over")
    # Runs since the version first: what the next one takes from them is then in the one or in the other.
    since = _since(data)
    fresh = file.with_name(f".{file.name}-{os.getpid()}.{FORMAT}")
    with versions.holding(data / "warehouse", verify_minutes=0) as (version, path), _private(fresh) as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX)
            manifest = _write(data, version, path, since, out, tell)
            os.fsync(out.fileno())
            os.link(fresh, file)  # unlike a rename this never takes the place of a file that came meanwhile
        except FileExistsError:
            raise BackupError(f"{file} came to be while the backup was written: choose another name") from None
        finally:
            fresh.unlink(missing_ok=True)
    disk.sync(file.parent)
    return manifest


def rows(path: Path) -> dict[str, int]:
    """The rows of each table of a database, by its name with its schema. Raises NewerSchemaError.

    The database may be anybody's, who may call a table what he likes.
    """
    with duckdb.connect(str(path), read_only=True) as con:
        con.execute("SET enable_external_access = false; SET lock_configuration = true")
        schema.refuse_newer(con)
        found = con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY ALL"
        ).fetchall()
        counted = [(f"{one}.{name}", f"SELECT count(*) FROM {_named(one)}.{_named(name)}") for one, name in found]
        return {name: con.execute(query).fetchall()[0][0] for name, query in counted}


def _named(name: str) -> str:
    """The name as SQL has it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _private(file: Path) -> IO[bytes]:
    """A new file for its owner alone: there may be rows in it that are not to be passed on."""
    return os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "r+b")


def sweep(folder: Path) -> None:
    """Remove what backups left that died: nobody holds its lock."""
    for left in folder.glob(f".*.{FORMAT}"):
        with contextlib.suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _write(data: Path, version: str, path: Path, since: bytes, out: IO[bytes], tell: Tell) -> Manifest:
    manifest = Manifest(version, f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}", {}, rows(path))
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        if since:
            manifest.members[f"warehouse/{journal.NAME}"] = _add(tar, f"warehouse/{journal.NAME}", io.BytesIO(since))
        files = [(manifest.database, path), *_files(data)]
        for position, (name, file) in enumerate(files):
            tell("backing up", position, len(files))
            with contextlib.suppress(FileNotFoundError), file.open("rb") as content:
                is_small = os.fstat(content.fileno()).st_size <= AT_ONCE
                manifest.members[name] = _add(tar, name, io.BytesIO(content.read()) if is_small else content)
        text = json.dumps(asdict(manifest), indent=1).encode()
        _add(tar, MANIFEST, io.BytesIO(text))
    wanted = versions.expected(path.parent)
    if wanted not in (None, manifest.members[manifest.database].sha256):
        raise BackupError(
            f"{path} is not what was published: run the same again, which falls back to an older version"
        )
    out.flush()
    return manifest


def _since(data: Path) -> bytes:
    with contextlib.suppress(FileNotFoundError):
        return (data / "warehouse" / journal.NAME).read_bytes()
    return b""


def _files(data: Path) -> Iterator[tuple[str, Path]]:
    """The files to keep, with their path below the data folder; what is on its way in has a dot before its name."""
    for kept in KEPT:
        for path in sorted((data / kept).rglob("*")):
            name = path.relative_to(data)
            if path.is_file() and not path.is_symlink() and not any(part[0] == "." for part in name.parts):
                yield name.as_posix(), path


class _Hashed:
    """A file on its way into the tar."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self.hash = content, hashlib.new(disk.HASH)

    def read(self, size: int) -> bytes:
        part = self._content.read(size)
        self.hash.update(part)
        return part


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes]) -> Member:
    said, hashed = tarfile.TarInfo(name), _Hashed(content)
    said.size, said.mode = content.seek(0, os.SEEK_END), 0o444
    content.seek(0)
    tar.addfile(said, hashed)  # type: ignore[arg-type] # it is only read
    return Member(said.size, hashed.hash.hexdigest())
