"""Asks questions in numbers: ``python -m tests.warehouse.attackers``, a JSON list in, a JSON line for each out.

Each is answered by the real answering process, forked from here so that its imports are paid for once. What it took
is told by the kernel.
"""

from __future__ import annotations

import base64
import json
import os
import selectors
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from warehouse import answering

AT_A_TIME = 3


@dataclass
class Asked:
    """One question under way."""

    number: int
    pid: int
    since: float
    said: bytearray = field(default_factory=bytearray)

    def told(self) -> dict[str, Any]:
        _, status, used = os.wait4(self.pid, 0)
        return {
            "number": self.number,
            "seconds": time.monotonic() - self.since,
            "memory_mb": used.ru_maxrss / 1024,
            "code": os.waitstatus_to_exitcode(status),
            "said": base64.b64encode(self.said).decode(),
        }


def main() -> None:
    waiting = list(enumerate(json.load(sys.stdin)))
    with selectors.DefaultSelector() as running:
        while waiting or running.get_map():
            while waiting and len(running.get_map()) < AT_A_TIME:
                number, question = waiting.pop(0)
                pid, saying = _ask(json.dumps(question).encode())
                running.register(saying, selectors.EVENT_READ, Asked(number, pid, time.monotonic()))
            for key, _ in running.select():
                part = os.read(key.fd, 1 << 20)
                key.data.said += part
                if not part:
                    running.unregister(key.fd)
                    os.close(key.fd)
                    print(json.dumps(key.data.told()), flush=True)  # noqa: T201


def _ask(question: bytes) -> tuple[int, int]:
    """The process that answers, and where what it says comes out."""
    asking, asked = os.pipe()
    saying, said = os.pipe()
    os.write(asked, question)  # shorter than a pipe holds
    os.close(asked)
    pid = os.fork()
    if not pid:
        os.dup2(asking, 0)
        os.dup2(said, 1)
        os.closerange(3, 64)
        answering.main()
    os.close(asking)
    os.close(said)
    return pid, saying


if __name__ == "__main__":
    main()
