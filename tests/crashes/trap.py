"""A process that is killed with SIGKILL at a chosen event of a chosen step.

The events of a step are each entry into its function, each return from it, and within it whatever Python does to
files: opening, renaming, removing, linking, syncing.
"""

from __future__ import annotations

import json
import os
import pkgutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CHANGES = {
    "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod", "os.truncate",
}  # fmt: skip


@dataclass
class Trap:
    """Counts the events of steps; at the chosen one of the chosen step the process dies."""

    folder: str
    step: str | None = None
    at: int = 0

    def __post_init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.inside: list[str] = []

    def set(self, steps: dict[str, str]) -> None:
        """Watch the functions of these steps, in this process and for good."""
        for step, target in steps.items():
            module, _, name = target.rpartition(".")
            place = pkgutil.resolve_name(module)
            setattr(place, name, self._watched(step, getattr(place, name)))
        os.fsync = self._watched_sync(os.fsync)  # type: ignore[assignment] # it is called by position
        sys.addaudithook(self._audit)

    def tick(self, step: str) -> None:
        """Count an event of the step."""
        self.seen[step] += 1
        if step == self.step and self.seen[step] == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def _watched(self, step: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any, **named: Any) -> Any:
            self.tick(step)
            self.inside.append(step)
            try:
                return real(*given, **named)
            finally:
                self.inside.remove(step)
                self.tick(step)

        return watched

    def _watched_sync(self, real: Callable[[Any], None]) -> Callable[[Any], None]:
        def watched(descriptor: Any) -> None:
            self._tick_all()
            real(descriptor)

        return watched

    def _audit(self, event: str, given: tuple[Any, ...]) -> None:
        if event in CHANGES or (event == "open" and self.folder in str(given[0])):
            self._tick_all()

    def _tick_all(self) -> None:
        for step in set(self.inside):
            self.tick(step)


def in_child(work: Callable[[], Any], after: Callable[[int], None] | None = None) -> tuple[int, Any]:
    """Do the work in a forked process; return how it ended (0 or the signal) and what it gave, as JSON can tell it.

    ``after`` is called with its number as soon as it runs.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            said = json.dumps({"gave": work()}, default=str)
        except BaseException as error:
            said = json.dumps({"raised": f"{type(error).__name__}: {error}"})
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    if after:
        after(child)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    found = json.loads(said) if said else {}
    if "raised" in found:
        return -1, found["raised"]
    return os.waitstatus_to_exitcode(status), found.get("gave")
