"""A small world that is ingested, killed and looked at: a data folder and a live source, and what must be true."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from ingest import run, snapshots
from ingest.bench import Places
from ingest.run import Ingest
from tests.conftest import HOUSE
from tests.ingest.conftest import LIMITS
from warehouse import backup, contracts, journal, publish, restore, versions
from warehouse.connect import reading

SOURCES = ("claims", "commitments", "bts")
KEEP = 2
# Of a fact all but when, and by which run, it was taken in.
FACTS = (
    "SELECT count(*), bit_xor(hash(f)) FROM (SELECT * EXCLUDE (loaded_at, superseded_at, run_id) FROM facts.{}) AS f"
)
Content = dict[str, tuple[int, int]]


def silent(*_: object) -> None:
    """Nobody looks."""


@dataclass(frozen=True)
class World:
    """A data folder, and the address of the live source."""

    data: Path
    address: str

    @property
    def warehouse(self) -> Path:
        """The folder of versions."""
        return self.data / "warehouse"

    @property
    def tar(self) -> Path:
        """Where a backup goes."""
        return self.data / "backup.tar"

    def ingest(self) -> Ingest:
        """Take in all sources."""
        raw, geometry = self.data / "raw", HOUSE / "data" / "geometry"
        places = Places(raw, self.warehouse, self.data / "reports", geometry, {"bts": self.address})
        limits = replace(LIMITS, keep_versions=KEEP, verify_minutes=0)
        return run.ingest(places, SOURCES, limits, silent)

    def back_up(self) -> None:
        """Write a backup, unless it says that there is one."""
        try:
            backup.write(self.data, self.tar, silent)
        except backup.BackupError as error:
            if "is there already" not in str(error):
                raise

    def put_back(self) -> None:
        """Restore the backup into a folder beside, unless it says that it is there."""
        try:
            restore.restore(self.tar, self.data / "restored", silent)
        except backup.BackupError as error:
            if "has a warehouse" not in str(error):
                raise

    def content(self) -> Content:
        """For each table of facts or derived from them, its rows and a hash over all."""
        with reading(self.warehouse, 0) as reader:
            cursor = reader.cursor()
            found = {name: cursor.execute(FACTS.format(name)).fetchall()[0] for name in contracts.names()}
            names = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()
            for (name,) in names:
                found[name] = (cursor.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0], 0)
            return found

    def run_ids(self) -> set[str]:
        """The runs of the ledger, unpublished ones too."""
        with reading(self.warehouse) as reader:
            found = reader.ledger().execute("SELECT run_id FROM ops.runs UNION ALL SELECT run_id FROM unpublished")
            every = [run_id for (run_id,) in found.fetchall()]
        assert len(every) == len(set(every)), "a run is twice in the ledger"
        return set(every)

    def kept(self) -> set[str]:
        """Snapshots and records, by path; every snapshot is whole."""
        found = [path for path in (self.data / "raw/snapshots").glob("[!.]*/[!.]*") if path.is_file()]
        broken = [path for path in found if path.suffix != ".json" and not snapshots.is_whole(path)]
        assert not broken, f"a snapshot is damaged: {broken}"
        for source in SOURCES:
            for record in snapshots.recorded(self.data / "raw/snapshots", source):
                snapshots.replay(self.data / "raw/snapshots", record)
        return {str(path) for path in found}

    def left_behind(self) -> list[str]:
        """What dead runs left, of which nothing may be left."""
        found = [path for path in self.data.rglob(".*") if not (path.name == ".incoming" and not any(path.iterdir()))]
        found += (self.warehouse / "building").glob("*")
        known = {versions.LINK, "versions", "building", "ingest.lock", journal.NAME, versions.DAMAGED}
        found += [path for path in self.warehouse.iterdir() if path.name not in known]
        there = versions.names(self.warehouse)
        good = [name for name in there if name not in publish.damaged(self.warehouse)]
        found += [self.warehouse / "versions" / name for name in good[KEEP:]]
        return [str(path.relative_to(self.data)) for path in found]


def clone(template: World, data: Path) -> World:
    """A copy of a world; files that are never written again are shared."""

    def copy(source: str, target: str) -> None:
        shared = source.endswith("/serai.duckdb") or "/raw/" in source
        (os.link if shared else shutil.copy2)(source, target)

    shutil.copytree(template.data, data, symlinks=True, copy_function=copy)
    return World(data, template.address)
