"""`serai serve` in the soak: kept as systemd keeps it (started again where it died), killed, weighed, and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import HOUSE

# Seconds until it must answer after a start, and until it must have ended when it is told to; all is busy here.
UP, ENDED = 60, 30
# The code with which it ends by itself where it cannot write: the only one that is allowed, when the disk was full.
DISK = 5


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


@dataclass
class Service:
    """The service, and what came of it.

    ``downs`` has each moment from which on it may not have answered; ``codes`` those with which it ended by itself;
    ``memory`` the bytes of each process, every second.
    """

    environment: Callable[[], dict[str, str]]
    log: Path
    port: int = field(default_factory=free_port)
    downs: list[float] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    memory: dict[int, list[int]] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    alive_at: float = 0.0

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; its process leads a group of its own."""
        self.alive_at = time.time()
        self.downs.append(self.alive_at)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.hurried", "serve"],
                cwd=HOUSE, env=self.environment(), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def mind(self) -> None:
        """Start it again where it ended by itself."""
        assert self.process is not None
        code = self.process.poll()
        if code is None:
            self.alive_at = time.time()
            return
        self.codes.append(code)
        self.downs.append(self.alive_at)
        self.start()

    def kill(self) -> None:
        """Kill it, and start it again; a child of its goes on, as one does."""
        assert self.process is not None
        self.downs.append(time.time())
        self.process.kill()
        self.process.wait()
        self.start()

    def stop(self) -> str:
        """Tell it to stop, once it answers; return what was not in order then, in words, else nothing."""
        until = time.monotonic() + UP
        while not self._answers():
            if time.monotonic() > until:
                return f"it did not answer within {UP} s"
            self.mind()
            time.sleep(0.1)
        assert self.process is not None
        self.process.terminate()
        try:
            code = self.process.wait(ENDED)
        except subprocess.TimeoutExpired:
            return f"it did not end within {ENDED} s"
        if code:
            return f"it ended with code {code}"
        return "" if self._gone() else "it left a process behind"

    def end(self) -> None:
        """Leave nothing of it running, whatever happened."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def weigh(self) -> None:
        """Note the memory of its process."""
        assert self.process is not None
        with contextlib.suppress(OSError):
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="utf-8").split()[1])
            self.memory.setdefault(self.process.pid, []).append(pages * os.sysconf("SC_PAGE_SIZE"))

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=UP):
                return True
        except urllib.error.HTTPError as refused:
            refused.close()
            return True
        except OSError:
            return False

    def _gone(self) -> bool:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False
