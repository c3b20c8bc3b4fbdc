"""What the tests share: one warehouse of all shipped facts, published once for all workers."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# Machines are shared: how long an example takes says nothing of the code.
settings.register_profile("serai", deadline=None)
settings.load_profile("serai")

HOUSE = Path(__file__).resolve().parent.parent
CURATED = HOUSE / "data" / "raw" / "curated"


def serai(*arguments: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command in a process of its own, on a data folder."""
    return subprocess.run(
        [sys.executable, "-m", "serai", *arguments],
        env={**os.environ, "SERAI_DATA": str(data), **environment},
        cwd=HOUSE,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def with_facts(data: Path) -> Path:
    """The data folder with a copy of the shipped facts in it, to be changed at will."""
    shutil.copytree(CURATED, data / "raw" / "curated")
    return data


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first worker to ask for it makes, for all workers: read it, do not write to it."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder, done = shared / name, shared / f"{name}.made"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what an attempt that failed has left
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with all shipped facts published, shared by all workers."""

    def make(data: Path) -> None:
        done = serai("ingest", data=with_facts(data))
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "published", make)
