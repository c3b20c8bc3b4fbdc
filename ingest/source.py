"""The sources: what each one declares.

A source is ``ingest/sources/<name>.yaml`` (who publishes, under which licence, where, how often, when to look, how
many rows to expect) and, where its bytes are not already a CSV file in its dataset's shape, ``<name>.py`` beside it
with ``parse(content, contract, limits)`` or, for answers too large to hold, ``parse_slices(answer, contract,
limits)``, which yields their rows slice by slice. A source whose address begins with https:// is live: it is fetched
by a plain download or, where its module has one, by ``fetch(client, source, wanted)``, which yields the answers in
order; where they are not all that there is, the module's ``scope(answers)`` says of what they are. A module with
``pieces(wanted)``, which cuts the days of a backfill into smaller ranges, can be asked for the past. Its known
errors, if any, are ``<name>.corrections.yaml`` (ingest.corrections). Nothing else names a source.
"""

from __future__ import annotations

import datetime as dt
import functools
import graphlib
import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import yaml

from ingest import credentials
from ingest.cron import Schedule, ScheduleError
from warehouse import contracts
from warehouse.contracts import Contract

# The schedule runs for a year and reads declarations alone: what parses is imported where it is used.
if TYPE_CHECKING:
    import polars as pl

    from ingest.client import Client
    from ingest.csv_file import ParseLimits
    from ingest.snapshots import Answer
    from warehouse.load import Scope

    Parse = Callable[[bytes, Contract, ParseLimits], pl.DataFrame]
    ParseSlices = Callable[[Answer, Contract, ParseLimits], Iterator[pl.DataFrame]]
    ScopeOf = Callable[[list[Answer]], Scope]

HERE = Path(__file__).with_name("sources")
Fetch = Callable[["Client", "Source", "Wanted"], "Iterable[Answer]"]
Pieces = Callable[["Wanted"], "Iterable[Wanted]"]


@dataclass(frozen=True)
class Wanted:
    """What of a source is asked for.

    ``newest`` is the newest value of its ``progress`` column in the warehouse, None where that has nothing; ``first``
    and ``last`` are the days of a backfill, both included, None where none is asked.
    """

    newest: dt.date | dt.datetime | None = None
    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True)
class Credential:
    """What a source wants to see of the user, and whether it gives anything without.

    ``kind`` token: the user's token of that name goes into ``header``, on requests to the host of ``at``, where that
    is not the source's. ``kind`` oauth: ``<name>_user`` and ``<name>_password`` are changed for a bearer token at
    ``at``. ``help`` says what else an account needs.
    """

    name: str
    at: str = ""
    kind: str = "token"
    header: str = "Authorization"
    required: bool = False
    client_id: str = ""
    help: str = ""

    @property
    def names(self) -> list[str]:
        """The names under which the user keeps it."""
        return [f"{self.name}_user", f"{self.name}_password"] if self.kind == "oauth" else [self.name]

    @property
    def remedy(self) -> str:
        """What a user does who has none, or one that is refused."""
        return "; ".join([*map(credentials.remedy, self.names), *([self.help] if self.help else [])])


@dataclass(frozen=True)
class Source:
    """One declared source; ``address`` is a path below data/raw or, of a live source, where it is fetched.

    ``cadence`` says how often its publisher changes it, ``schedule`` when it is looked at unattended.
    ``pause`` is the least time between two requests to it, in seconds; ``accept`` the type of answer it is asked
    for, where it has several; ``progress`` the column whose newest value tells how far it has been taken in.
    ``pass_on``: whether its licence lets everybody pass its rows on.
    """

    name: str
    title: str
    dataset: str
    publisher: str
    side: str
    licence: str
    licence_url: str
    citation: str
    address: str
    cadence: str
    schedule: Schedule
    fewest: int
    most: int
    pause: float = 0
    accept: str | None = None
    progress: str | None = None
    credential: Credential | None = None
    pass_on: bool = True

    @property
    def live(self) -> bool:
        """Whether it is fetched from where it is published, rather than shipped."""
        return "://" in self.address

    def moved_to(self, base: str) -> Source:
        """The same source at another host: ``base`` takes the place of scheme and host in its address."""

        def moved(address: str) -> str:
            return base.rstrip("/") + urlsplit(address)._replace(scheme="", netloc="").geturl()

        one = self.credential
        return replace(
            self, address=moved(self.address), credential=one and replace(one, at=one.at and moved(one.at))
        )

    @property
    def token(self) -> str:
        """The name of its credential: ``bts_token`` is SERAI_BTS_TOKEN."""
        return (self.credential and self.credential.name) or f"{self.name}_token"

    @property
    def files(self) -> list[Path]:
        """The files that define the source."""
        declared = (HERE / f"{self.name}.yaml", HERE / f"{self.name}.py", self.corrections)
        return [path for path in declared if path.exists()]

    @property
    def corrections(self) -> Path:
        """The file of its known errors, which need not exist."""
        return HERE / f"{self.name}.corrections.yaml"

    @property
    def parse(self) -> Parse:
        """How its bytes become rows: its module's ``parse``, or the CSV reader."""
        from ingest import csv_file

        found: Parse = getattr(self._module, "parse", csv_file.parse)
        return found

    @property
    def parse_slices(self) -> ParseSlices:
        """How an answer becomes rows, slice by slice: its module's ``parse_slices``, or one slice from ``parse``.

        Row numbers count on within an answer.
        """
        found: ParseSlices | None = getattr(self._module, "parse_slices", None)
        return found or (lambda answer, contract, limits: iter([self.parse(answer.content, contract, limits)]))

    @property
    def fetch(self) -> Fetch:
        """How its answers are brought: its module's ``fetch``, or one download."""
        found: Fetch = getattr(self._module, "fetch", _download)
        return found

    @property
    def pieces(self) -> Pieces | None:
        """How the days of a backfill are cut into pieces, each fetched by itself: its module's ``pieces``, if any."""
        found: Pieces | None = getattr(self._module, "pieces", None)
        return found

    @property
    def scope(self) -> ScopeOf:
        """Of what its answers are all that there is: its module's ``scope``, or of everything."""
        from warehouse.load import EVERYTHING

        found: ScopeOf = getattr(self._module, "scope", lambda _: EVERYTHING)
        return found

    @property
    def _module(self) -> Any:
        exists = (HERE / f"{self.name}.py").exists()
        return importlib.import_module(f"ingest.sources.{self.name}") if exists else None


def _download(client: Client, one: Source, _: Wanted) -> Iterable[Answer]:
    yield client.get(one.address)


def names() -> list[str]:
    """All sources, in alphabetical order."""
    return sorted(path.stem for path in HERE.glob("*.yaml") if not path.stem.endswith(".corrections"))


def shipped() -> list[str]:
    """The sources that come with Serai and need no network."""
    return [name for name in names() if not load(name).live]


def load(name: str) -> Source:
    """The declaration of one source; KeyError where there is none of that name. Raises ScheduleError."""
    path = HERE / f"{name}.yaml"
    if name.endswith(".corrections") or not path.is_file():
        raise KeyError(f"no source is called {name!r}: there are {', '.join(names())}")
    return _read(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=200)
def _read(path: Path, _changed: int) -> Source:
    """The declaration in a file, read again once that has changed: who probes the service asks for all of them."""
    name = path.stem
    raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    licence, rows, credential = raw.pop("licence"), raw.pop("rows"), raw.pop("credential", None)
    return Source(
        name=name,
        licence=licence["name"],
        licence_url=licence["url"],
        pass_on=licence.get("pass_on", True),
        fewest=rows["fewest"],
        most=rows["most"],
        schedule=_schedule(path, raw.pop("schedule", None)),
        credential=Credential(**{"name": f"{name}_token"} | credential) if credential else None,
        **raw,
    )


def _schedule(path: Path, declared: object) -> Schedule:
    where = f"ingest/sources/{path.name}: schedule"
    if not isinstance(declared, dict) or set(declared) != {"cron", "zone"}:
        raise ScheduleError(f'{where}: write it as {{cron: "17 5 * * *", zone: Europe/Stockholm}}')
    try:
        return Schedule(**declared)
    except ScheduleError as error:
        raise ScheduleError(f"{where}: {error}") from None


def ordered(chosen: Iterable[str]) -> list[Source]:
    """The chosen sources, each after those whose datasets it is judged against."""
    sources = [load(name) for name in chosen]
    feeding: dict[str, set[str]] = {}
    for source in sources:
        feeding.setdefault(source.dataset, set()).add(source.name)
    graph = {
        source.name: set().union(*(feeding.get(dataset, set()) for dataset in judged_against(source.dataset)))
        for source in sources
    }
    by_name = {source.name: source for source in sources}
    return [by_name[name] for name in graphlib.TopologicalSorter(graph).static_order()]


def judged_against(dataset: str) -> set[str]:
    """The datasets that rows of this one are compared with: its foreign keys' and those its contract names."""
    contract = contracts.load(dataset)
    return {key.resource for key in contract.foreign_keys} | set(contract.judged_against)
