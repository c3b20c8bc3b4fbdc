"""Kill every step of the pipeline and see what is left: ``make crashes``, or python -m tests.crashes --help.

After each kill a reader must find the version before or the whole new one, the next run must recover by itself and
end in the same rows as an undisturbed one, no file of the dead may be left, and no snapshot, record or line of the
ledger may be lost. Prints a table; stops with code 1 where anything was otherwise.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from expectations import plain, reports
from expectations.judge import OF_ROWS, Judge
from ingest import ledger, source
from tests.crashes.trap import Trap, in_child
from tests.crashes.world import Content, World, clone
from tests.ingest.test_bts import PATH, file
from tests.server import Server
from tests.warehouse.test_damage import flip
from warehouse import contracts, models, publish

INGEST = {
    "writer's place, sweep": "warehouse.publish._sweep",
    "answer fetched and kept": "ingest.snapshots.keep",
    "private copy": "warehouse.publish._fill",
    "record written": "ingest.snapshots.record",
    "rows staged": "warehouse.load.Stage.add",
    "judged": "expectations.judge.Hearing.verdict",
    "quarantine": "ingest.ledger.quarantine",
    "load": "warehouse.load.Stage.load",
    "line of the ledger": "warehouse.journal.insert",
    "derive": "warehouse.models.build",
    "freshness": "warehouse.models.refresh_freshness",
    "copy for shells, rename": "warehouse.publish._put",
    "checksum": "warehouse.versions.seal",
    "sync and read back": "warehouse.disk.forget",
    "switch": "warehouse.publish._switch",
    "prune": "warehouse.publish.prune",
    "journal cleared": "warehouse.journal.clear",
    "any file-system event": "ingest.run.ingest",
}
SCENES: dict[str, dict[str, str]] = {
    "changed": INGEST,
    "unchanged": {"nothing new: journal": "warehouse.journal.add"},
    "damaged": {"fall back after damage": "warehouse.publish.repair"},
    "backup": {"backup": "warehouse.backup.write"},
    "restore": {"restore": "warehouse.restore.restore"},
}
ANY_MOMENT = "any moment"


@dataclass
class Scene:
    """One kind of work in one kind of world: where it starts, what it does, and what is there before and after."""

    name: str
    world: World
    steps: dict[str, str]
    before: Content = field(default_factory=dict)
    after: Content = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    seconds: float = 0

    def work(self, world: World) -> None:
        """What is killed, and then done again."""
        if self.name == "backup":
            world.back_up()
        elif self.name == "restore":
            world.put_back()
        else:
            done = world.ingest()
            assert not done.refused, [run.reason for run in done.refused]


@dataclass(frozen=True)
class Kill:
    """One kill: of which scene, in which step, at which event (or after how many seconds)."""

    scene: str
    step: str
    at: float


@dataclass
class Outcome:
    """What came of a kill: which version was there, and what was not as it must be."""

    kill: Kill
    state: str
    wrong: list[str]


def main() -> None:
    """Kill, look, print; stop with code 1 where anything was wrong."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="serai-crashes-") as folder, _served() as address:
        _warm()
        published = World(asked.published, address) if asked.published else None
        scenes = _scenes(Path(folder), published, address, asked.scenes)
        kills = _kills(scenes, asked.kills, asked.steps)
        print(f"{len(kills)} kills in {len({kill.step for kill in kills})} steps", flush=True)
        with ProcessPoolExecutor(asked.workers, mp_context=get_context("fork")) as pool:
            jobs = [(scenes[kill.scene], kill, Path(folder) / f"kill-{n}") for n, kill in enumerate(kills)]
            outcomes = _gathered(pool, jobs)
    _print(outcomes)
    if any(outcome.wrong for outcome in outcomes):
        sys.exit("something was otherwise")


def _gathered(pool: ProcessPoolExecutor, jobs: list[tuple[Scene, Kill, Path]]) -> list[Outcome]:
    """The outcomes as they come; where the user stops, those so far."""
    found: list[Outcome] = []
    try:
        for outcome in pool.map(_one, jobs):
            found.append(outcome)
            for said in outcome.wrong:
                print(f"{outcome.kill.step}, event {outcome.kill.at:g}: {said}", flush=True)
            if len(found) % 20 == 0:
                print(f"[{len(found)}/{len(jobs)}]", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        print(f"stopped after {len(found)} of {len(jobs)}")
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crashes", description="Kill every step of the pipeline.")
    parser.add_argument("--kills", type=int, default=20, help="how often each step is killed (20)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--published", type=Path, help="a data folder with all shipped facts published; else made")
    parser.add_argument("--scenes", nargs="*", default=list(SCENES), help="only these kinds of work")
    parser.add_argument("--steps", nargs="*", help="only these steps")
    return parser.parse_args()


class _served:  # noqa: N801 (a context, used as one)
    """The live source in a process of its own, so that no thread runs in the one that forks."""

    def __enter__(self) -> str:
        server = Server()
        server.routes[PATH] = file()
        self.child = os.fork()
        if self.child == 0:
            with server:
                threading.Event().wait()
        return server.address

    def __exit__(self, *_: object) -> None:
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)


def _warm() -> None:
    """Pay once for what each forked process needs; nothing here starts a thread, for forks do not have those."""
    logging.getLogger("warehouse").setLevel(logging.ERROR)  # that a version is damaged is meant
    load = source.load
    source.load = lambda name: replace(load(name), fewest=1, pause=0)
    models.ordered()
    ledger._code()
    every = plain.of_batch(contracts.load("claims"), 1, 10)
    results = Judge(None).ask(  # type: ignore[arg-type] # nothing is referred to
        [one for one in every if not isinstance(one, OF_ROWS)], pd.DataFrame(index=range(3))
    )
    with tempfile.TemporaryDirectory() as folder:
        reports.write(Path(folder), "warm", "warm", results)


def _scenes(folder: Path, published: World | None, address: str, wanted: list[str]) -> dict[str, Scene]:
    base = clone(published, folder / "base") if published else World(folder / "base", address)
    base = World(base.data, address)
    scenes = {}
    for name, steps in SCENES.items():
        if name not in wanted:
            continue
        status, said = in_child(lambda name=name: _prepare(name, base, folder))  # type: ignore[misc]
        assert status == 0, said
        scenes[name] = scene = Scene(name, World(folder / name, address), steps)
        status, said = in_child(lambda scene=scene: _undisturbed(scene, folder / f"{scene.name}-undisturbed"))  # type: ignore[misc]
        assert status == 0, said
        scene.before, scene.after = (_content(said[which]) for which in ("before", "after"))
        scene.events, scene.seconds = said["events"], said["seconds"]
    return scenes


def _prepare(name: str, base: World, folder: Path) -> None:
    """Make the world in which a scene begins."""
    if not base.warehouse.exists():
        from tests.conftest import with_facts

        assert not World(with_facts(base.data), base.address).ingest().refused
        _take_a_row_away(base.data / "raw/curated/commitments.csv")
    world = clone(base, folder / name)
    if name in ("changed", "damaged"):
        _take_a_row_away(world.data / "raw/curated/claims.csv")
    if name == "damaged":
        world.ingest()
        newest = publish.current_version(world.warehouse)
        assert newest is not None
        _unshare(publish.version_file(world.warehouse, newest))
        flip(publish.version_file(world.warehouse, newest))
    if name == "unchanged":
        world.ingest()
    if name == "restore":
        world.back_up()


def _take_a_row_away(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    _unshare(path)
    path.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")


def _unshare(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)


def _undisturbed(scene: Scene, data: Path) -> dict[str, object]:
    """What is there before and after the work when nothing happens, how long it takes, and how many events it has."""
    world = clone(scene.world, data)
    before = world.content()
    trap, started = Trap(str(data)), time.monotonic()
    trap.set(scene.steps)
    scene.work(world)
    seconds = time.monotonic() - started
    after = world.content()
    assert not (left := world.left_behind()), left
    shutil.rmtree(data)
    return {"before": before, "after": after, "events": dict(trap.seen), "seconds": seconds}


def _content(said: dict[str, list[int]]) -> Content:
    return {name: (rows, digest) for name, (rows, digest) in said.items()}


def _kills(scenes: dict[str, Scene], each: int, steps: list[str] | None) -> list[Kill]:
    """Each step at events spread over all that it has, and one scene at any moment."""
    chance, found = random.Random(20261125), []
    for scene in scenes.values():
        for step in scene.steps:
            events = scene.events.get(step, 0)
            assert events, f"{step} never came"
            spread = [1 + (events - 1) * n // max(1, each - 1) for n in range(each)] if events > each else []
            at = spread or [1 + n % events for n in range(each)]
            found += [Kill(scene.name, step, one) for one in (at if each > 1 else [chance.randint(1, events)])]
    if changed := scenes.get("changed"):
        found += [Kill("changed", ANY_MOMENT, changed.seconds * chance.random()) for _ in range(each)]
    chance.shuffle(found)
    return [kill for kill in found if not steps or kill.step in steps]


def _one(job: tuple[Scene, Kill, Path]) -> Outcome:
    """Kill once, look, let it recover, look again."""
    scene, kill, data = job
    world = clone(scene.world, data)
    try:
        status, said = _killed(scene, kill, world)
        if status != -signal.SIGKILL:
            # At any moment may be after the end; an event that never comes is a mistake of ours.
            wrong = [] if kill.step == ANY_MOMENT and status == 0 else [f"it was not killed: {status} {said}"]
            return Outcome(kill, "not killed", wrong)
        status, said = in_child(lambda: _looked(scene, world))
        if status != 0:
            return Outcome(kill, "?", [str(said)])
        return Outcome(kill, said["state"], said["wrong"])
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _killed(scene: Scene, kill: Kill, world: World) -> tuple[int, object]:
    def work() -> None:
        if kill.step != ANY_MOMENT:
            Trap(str(world.data), kill.step, int(kill.at)).set(scene.steps)
        scene.work(world)

    def after(child: int) -> None:
        time.sleep(kill.at)
        os.kill(child, signal.SIGKILL)

    return in_child(work, after if kill.step == ANY_MOMENT else None)


def _looked(scene: Scene, world: World) -> dict[str, object]:
    """What a kill left, before and after the next run."""
    wrong: list[str] = []

    def must(what: bool, said: str) -> None:
        if not what:
            wrong.append(said)

    found, runs, kept = world.content(), world.run_ids(), world.kept()
    state = "after" if found == scene.after and scene.before != scene.after else "before"
    must(found in (scene.before, scene.after), "the version is neither the one before nor the whole new one")
    scene.work(world)
    must(world.content() == scene.after, "after recovery the rows are not those of an undisturbed run")
    must(not (left := world.left_behind()), f"left behind: {left}")
    must(runs <= world.run_ids(), "a line of the ledger is lost")
    must(kept <= world.kept(), "a snapshot or record is lost")
    if scene.name == "restore":
        restored = World(world.data / "restored", world.address)
        must(restored.content() == scene.before, "what was restored is not what was backed up")
        must(restored.kept() != set(), "no snapshot was restored")
    if scene.name == "backup":
        must(world.tar.exists(), "no backup was written")
        World(world.data, world.address).put_back()
    return {"state": state, "wrong": wrong}


def _print(outcomes: list[Outcome]) -> None:
    """The table: a step a line."""
    print(f"{'step':<28}{'kills':>6}{'before':>8}{'after':>7}{'violations':>12}")
    came = {outcome.kill.step for outcome in outcomes}
    steps = [step for steps in SCENES.values() for step in steps if step in came]
    steps += [ANY_MOMENT] if ANY_MOMENT in came else []
    killed = [outcome for outcome in outcomes if outcome.state != "not killed"]
    for step in [*steps, "all"]:
        of_step = [one for one in killed if step in (one.kill.step, "all")]
        counts = [sum(one.state == state for one in of_step) for state in ("before", "after")]
        wrong = sum(bool(one.wrong) for one in of_step)
        print(f"{step:<28}{len(of_step):>6}{counts[0]:>8}{counts[1]:>7}{wrong:>12}")


if __name__ == "__main__":
    main()
