"""The soak: `serai serve` in a hurry, sources that revise and fail, processes that are killed, a disk that fills,
eight readers in a loop, and one who asks over HTTP. ``python -m tests.soak.soak SECONDS [SEED]``.

What must hold: no reader meets an error; all that read one version read the same; whatever is read of a source is one
revision that it offered, whole; no line of the ledger is lost; the service answers as promised unless it was killed,
and stops in order; in the end each source's newest revision is there, and the versions of its rows are those offered,
in order; memory is flat. It ends with code 1 where something did not.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import HOUSE, with_facts
from tests.server import HTML, Reply, Server
from tests.soak import revisions
from tests.soak.judgement import Judgement
from tests.soak.revisions import LIVE, SHIPPED, Revised
from tests.soak.service import Service

PATH = "/api/views/keg4-3bc2/rows.csv"
READERS = 8
DISK_MB = 700
# The exit code of an ingest that found another at work.
TAKEN = 3
# Seconds between two revisions, and between two faults.
REVISED, FAULTS = (0.5, 3.0), (2.0, 6.0)
# Seconds that are waited for an ingest to kill.
AT_WORK = 10.0
KINDS = ("kill the ingest", "kill the service", "429", "cut", "HTML", "500", "disk full")
HURRY = {
    "SOAK_EVERY": "3",
    "SERAI_SCHEDULE_SOURCES": json.dumps([*SHIPPED, LIVE]),
    "SERAI_SCHEDULE_TICK_SECONDS": "0.5",
    "SERAI_SCHEDULE_FIRST_WAIT_SECONDS": "1",
    "SERAI_SCHEDULE_LONGEST_WAIT_SECONDS": "4",
    "SERAI_SCHEDULE_PAUSE_AFTER": "1000",
    "SERAI_SCHEDULE_LATE_SECONDS": "30",
    "SERAI_HTTP_FIRST_WAIT_SECONDS": "0.1",
    "SERAI_HTTP_LONGEST_WAIT_SECONDS": "2",
    "SERAI_HTTP_ATTEMPTS": "2",
    "SERAI_HTTP_PAUSE_SECONDS": "0",
    "SERAI_KEEP_VERSIONS": "3",
}


@dataclass
class Soak:
    """One soak on a data folder: its server, sources, processes, and how often each fault came."""

    data: Path
    server: Server
    chance: random.Random
    # Of its own, so that a seed's faults come in the same order however fast the machine is.
    fate: random.Random
    sources: dict[str, Revised]
    faults: Counter[str] = field(default_factory=Counter)
    number: int = 0
    coming: list[str] = field(default_factory=list)

    @functools.cached_property
    def service(self) -> Service:
        """The service, which starts when it is told to."""
        return Service(lambda: self.environment, self.data.parent / "service.log")

    @property
    def warehouse(self) -> Path:
        """The warehouse folder."""
        return self.data / "warehouse"

    @property
    def environment(self) -> dict[str, str]:
        """What the processes are told."""
        own = {"SERAI_DATA": str(self.data), "SERAI_BASE_URLS": json.dumps({LIVE: self.server.address})}
        return {**os.environ, **HURRY, **own, "SERAI_PORT": str(self.service.port)}

    def serai(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One command, in a hurry."""
        return subprocess.run(
            [sys.executable, "-m", "tests.soak.hurried", *arguments],
            cwd=HOUSE, env=self.environment, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip

    def revise(self) -> None:
        """Let one source offer a new revision."""
        self.number += 1
        one = self.sources[self.chance.choice([*SHIPPED, LIVE])]
        content = one.revise(self.number)
        if one.name == LIVE:
            self.server.routes[PATH] = reply(content)
        else:
            with contextlib.suppress(OSError):  # the disk is full just now: what was offered before stays
                revisions.offer(self.data / "raw" / "curated" / f"{one.name}.csv", content)

    def fault(self) -> None:
        """Let something go wrong: each kind once before any comes again."""
        self.coming = self.coming or self.fate.sample(KINDS, len(KINDS))
        name = self.coming.pop(0)
        if name == "disk full" and not os.path.ismount(self.data.parent):
            name = "kill the ingest"
        self.faults[name] += {
            "kill the ingest": self._kill_ingest,
            "kill the service": self._kill_service,
            "disk full": self._fill_disk,
        }.get(name, lambda: self._bad_answer(name))()

    def _kill_ingest(self) -> int:
        """Kill the one at work, or the next to be, if one is soon."""
        until = time.monotonic() + AT_WORK
        while time.monotonic() < until:
            with contextlib.suppress(OSError, ValueError, KeyError):
                pid = json.loads((self.warehouse / "running.json").read_bytes())["pid"]
                os.kill(pid, signal.SIGKILL)
                return 1
            time.sleep(0.01)
        return 0

    def _kill_service(self) -> int:
        self.service.kill()
        return 1

    def _bad_answer(self, name: str) -> int:
        good = self.server.routes[PATH]
        bad = {
            "429": Reply(b"slow down", 429, {"Retry-After": "1"}),
            "cut": Reply(b"x" * 1000, cut=100),
            "HTML": Reply(HTML),
            "500": Reply(b"oops", 500),
        }[name]
        assert isinstance(good, Reply)
        self.server.routes[PATH] = [bad, bad, good] if self.chance.random() < 0.5 else bad
        time.sleep(2)
        self.server.routes[PATH] = good
        return 1

    def _fill_disk(self) -> int:
        full = self.data.parent / "full"
        with contextlib.suppress(OSError), full.open("wb") as file:
            while True:
                file.write(bytes(1 << 20))
        time.sleep(self.chance.uniform(1, 4))
        full.unlink()
        return 1


def reply(content: bytes) -> Reply:
    """The live source's answer."""
    return Reply(content, headers={"Content-Type": "text/csv"}, etag=f'"{hash(content)}"')


@contextlib.contextmanager
def place() -> Iterator[Path]:
    """A folder with a small disk of its own, so that it can be filled; a plain one where none may be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="serai-soak-"))
    disk = folder / "disk"
    disk.mkdir()
    mounted = os.geteuid() == 0 and shutil.which("mount") is not None and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", disk], check=False, capture_output=True
    ).returncode == 0  # fmt: skip
    try:
        yield disk
    finally:
        if mounted:
            subprocess.run(["umount", "-l", disk], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def prepared(data: Path, server: Server, seed: int) -> Soak:
    """The soak with every source offered and taken in once, undisturbed."""
    sources = {name: revisions.shipped(name, seed + place) for place, name in enumerate(SHIPPED)}
    sources[LIVE] = revisions.live(seed)
    soak = Soak(with_facts(data), server, random.Random(seed), random.Random(seed), sources)
    for one in sources.values():
        content = one.file()
        if one.name == LIVE:
            server.routes[PATH] = reply(content)
        else:
            revisions.offer(data / "raw" / "curated" / f"{one.name}.csv", content)
    first = soak.serai("ingest", "publishers", *sources)
    assert first.returncode == 0, first.stdout + first.stderr
    return soak


@contextlib.contextmanager
def asker(soak: Soak, folder: Path) -> Iterator[Path]:
    """One who asks the service over HTTP, and the file of the answers."""
    file = folder / "asker.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "tests.soak.asker", soak.service.address, file], cwd=HOUSE
    ) as asking:
        try:
            yield file
            assert asking.poll() is None, "the asker died"
        finally:
            asking.kill()


@contextlib.contextmanager
def readers(soak: Soak, folder: Path) -> Iterator[list[Path]]:
    """Eight readers at work, and the files of what they see."""
    files = [folder / f"reader-{number}.jsonl" for number in range(READERS)]
    running = [
        subprocess.Popen([sys.executable, "-m", "tests.soak.reader", soak.warehouse, file], cwd=HOUSE)
        for file in files
    ]
    try:
        yield files
        assert all(one.poll() is None for one in running), "a reader died"
    finally:
        for one in running:
            one.kill()
            one.wait()


def run(seconds: float, seed: int) -> Judgement:
    """One soak, and what is to be said of it."""
    with place() as disk, tempfile.TemporaryDirectory() as outside, Server() as server:
        soak = prepared(disk / "data", server, seed)
        soak.service.start()
        try:
            with readers(soak, Path(outside)) as files, asker(soak, Path(outside)) as answers:
                _go_on(soak, seconds)
            left = soak.service.stop()
            # What was torn off is made up by the next ingest, as after any bad day.
            return Judgement(soak, files, answers, left, _calm(soak), seconds).pronounced()
        finally:
            soak.service.end()


def _calm(soak: Soak) -> subprocess.CompletedProcess[str]:
    """One ingest of all sources, once the child of a killed schedule has come to its end."""
    until = time.monotonic() + 120
    while True:
        done = soak.serai("ingest", *soak.sources)
        if done.returncode != TAKEN or time.monotonic() > until:
            return done
        time.sleep(1)


def _go_on(soak: Soak, seconds: float) -> None:
    now = time.monotonic()
    until, revise_at, fault_at, weigh_at = now + seconds, now, now + 5, now
    while (now := time.monotonic()) < until:
        if now >= revise_at:
            soak.revise()
            revise_at = now + soak.chance.uniform(*REVISED)
        if now >= fault_at:
            soak.fault()
            fault_at = time.monotonic() + soak.chance.uniform(*FAULTS)
        if now >= weigh_at:
            soak.service.weigh()
            weigh_at = now + 1
        soak.service.mind()
        time.sleep(0.05)


def main() -> None:
    """Soak, print the table, and end with code 1 where a promise was broken."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    print(f"seed {seed}, {seconds:g} s", flush=True)
    found = run(seconds, seed)
    print(found.table())
    sys.exit(1 if found.broken else 0)


if __name__ == "__main__":
    main()
