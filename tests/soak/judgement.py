"""What a soak showed: each promise, kept or broken, with the figures."""

from __future__ import annotations

import json
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.soak.revisions import DATASETS, LIVE, QUERIES, digest
from tests.soak.service import DISK
from warehouse.connect import Reader, reading

if TYPE_CHECKING:
    from tests.soak.soak import Soak

# By so much may the last third of a process's life exceed the third before: the first is for warming up.
GROWTH = 1.15
RUNS = "(FROM ops.runs UNION ALL BY NAME FROM unpublished)"


@dataclass
class Judgement:
    """The promises by name: how often looked at, and what broke them.

    ``files`` are what the readers saw, ``answers`` what was answered over HTTP, ``left`` what was not in order when
    the service was stopped, ``last`` the ingest after it.
    """

    soak: Soak
    files: list[Path]
    answers: Path
    left: str
    last: subprocess.CompletedProcess[str]
    seconds: float
    looked: Counter[str] = field(default_factory=Counter)
    broken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    figures: dict[str, object] = field(default_factory=dict)

    def pronounced(self) -> Judgement:
        """This, with every promise looked at."""
        looks = [_lines(file) for file in self.files]
        self._readers(looks)
        self._service(_lines(self.answers))
        self._memory(looks)
        with reading(self.soak.warehouse) as reader:
            self._end(reader)
            self._history(reader)
            self._ledger(reader)
        return self

    def _see(self, promise: str, kept: bool, what: str) -> None:
        self.looked[promise] += 1
        if not kept:
            self.broken[promise].append(what)

    def _readers(self, looks: list[list[dict[str, Any]]]) -> None:
        of_version: dict[str, dict[str, str]] = {}
        waits = []
        for number, seen in enumerate(looks):
            runs = 0
            for one in seen:
                self._see("no reader error", "error" not in one, f"reader {number}: {one.get('error')}")
                if "error" in one:
                    continue
                waits.append(one["waited"])
                first = of_version.setdefault(one["version"], one["held"])
                self._see("one version, one content", first == one["held"] and one["steady"], one["version"])
                for name, held in one["held"].items():
                    offered = held in self.soak.sources[name].offered
                    self._see("whole revisions", offered, f"{name} in {one['version']}")
                self._see("ledger never shrinks", one["runs"] >= runs, f"{runs} then {one['runs']} runs")
                runs = one["runs"]
        waits.sort()
        self.figures |= {
            "looks": sum(map(len, looks)),
            "versions read": len(of_version),
            "longest wait of a reader, s": round(waits[-1], 2),
            "wait at the 99th percentile, s": round(waits[int(len(waits) * 0.99)], 2),
        }

    def _service(self, answers: list[dict[str, Any]]) -> None:
        """What it answered; that it did not is excused where it was killed, or found dead, since it last did."""
        service, answered, runs = self.soak.service, 0.0, 0.0
        waits = [one["ended"] - one["began"] for one in answers if "failed" not in one]
        for one in answers:
            excused = any(answered < down <= one["ended"] for down in service.downs)
            self._see("answers unless killed", "failed" not in one or excused, f"{one['path']}: {one.get('failed')}")
            if "failed" in one:
                continue
            answered = one["began"]
            self._see("every answer as promised", "wrong" not in one, str(one.get("wrong")))
            if "runs" in one:
                self._see("metrics never count down", one["runs"] >= runs, f"{runs} then {one['runs']} runs")
                runs = one["runs"]
        self._see("service stops in order", not self.left, self.left)
        for code in service.codes:
            self._see(
                "ends by itself on a full disk only", code == DISK and self.soak.faults["disk full"] > 0, f"{code}"
            )
        self.figures |= {
            "answers over HTTP": dict(Counter(f"{one['path']} {one['code']}" for one in answers if "code" in one)),
            "longest wait for one, s": round(max(waits), 2),
            "asked in vain while it was down": len(answers) - len(waits),
        }

    def _memory(self, looks: list[list[dict[str, Any]]]) -> None:
        lived = [sizes for sizes in self.soak.service.memory.values() if len(sizes) >= 30]
        lived += [[one["rss"] for one in seen if "rss" in one] for seen in looks]
        for sizes in lived:
            third = len(sizes) // 3
            before, after = max(sizes[third : 2 * third]), max(sizes[-third:])
            what = f"from {before >> 20} to {after >> 20} MB"
            self._see("memory flat", after <= before * GROWTH, what)
        services = [size for sizes in self.soak.service.memory.values() for size in sizes]
        self.figures |= {
            "service's memory, MB": max(services) >> 20,
            "reader's memory, MB": max(one.get("rss", 0) for seen in looks for one in seen) >> 20,
        }

    def _end(self, reader: Reader) -> None:
        self._see("recovers by itself", self.last.returncode == 0, self.last.stdout + self.last.stderr)
        for name, query in QUERIES.items():
            held = digest(reader.cursor().execute(query).fetchall())
            self._see("newest revision in the end", held == self.soak.sources[name].offered[-1], name)

    def _history(self, reader: Reader) -> None:
        """The rows as they stood after each run that loaded something: revisions that were offered, in order."""
        for name, dataset in DATASETS.items():
            offered, since = self.soak.sources[name].offered, 0
            loads = reader.ledger().execute(
                "SELECT run_id, started_at FROM ops.runs WHERE source = ? AND outcome = 'loaded' ORDER BY started_at",
                [name],
            ).fetchall()  # fmt: skip
            for run_id, at in loads:
                stood = "loaded_at <= $at AND (superseded_at IS NULL OR superseded_at > $at)"
                then = f"(FROM facts.{dataset} WHERE {stood})"
                query = QUERIES[name].replace(f"FROM {dataset}", f"FROM {then}")
                held = digest(reader.cursor().execute(query, {"at": at}).fetchall())
                places = [place for place in range(since, len(offered)) if offered[place] == held]
                self._see("no row lost or doubled", bool(places), f"{name}: after {run_id} no revision offered")
                since = places[0] if places else since
            [(twice,)] = reader.cursor().execute(
                f"SELECT count(*) FROM (SELECT row_key FROM {dataset} GROUP BY row_key HAVING count(*) > 1)"
            ).fetchall()  # fmt: skip
            self._see("no row lost or doubled", twice == 0, f"{name}: {twice} rows are there twice")
            self.figures[f"{name}: revisions offered, loaded"] = (len(offered), len(loads))

    def _ledger(self, reader: Reader) -> None:
        cursor = reader.ledger()
        outcomes = cursor.execute(
            f"SELECT outcome, count(*) FROM {RUNS} GROUP BY outcome ORDER BY outcome"
        ).fetchall()
        self.figures["runs"] = ", ".join(f"{count} {outcome}" for outcome, count in outcomes)
        asked = f"SELECT DISTINCT reason FROM {RUNS} WHERE source <> ? AND outcome = 'refused'"
        bad = cursor.execute(asked, [LIVE]).fetchall()
        self.figures["shipped sources refused because"] = [reason for (reason,) in bad] or "never"

    def table(self) -> str:
        """The promises and figures as text."""
        lines = [
            f"{promise:<28} {count:>7} looked at, {len(self.broken.get(promise, []))} broken"
            for promise, count in self.looked.items()
        ]
        lines += [f"  BROKEN {promise}: {what}" for promise, all_of in self.broken.items() for what in all_of[:5]]
        lines += [f"{name:<34} {value}" for name, value in self.figures.items()]
        faults = ", ".join(f"{count} {name}" for name, count in sorted(self.soak.faults.items()))
        return "\n".join([*lines, f"faults in {self.seconds:g} s: {faults}"])


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]
