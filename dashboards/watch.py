"""What machines ask the service: /health, /metrics, /alerts.atom; beside the pages, from one reader kept open."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterable, Iterator
from importlib.metadata import version as package_version
from typing import Any

import duckdb
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from alerts import book, deliver, feed
from serai import condition
from serai.condition import LEDGER, Condition
from serai.settings import Settings
from warehouse.connect import Reader
from warehouse.schema import NewerSchemaError
from warehouse.versions import NoGoodVersionError, NothingPublishedError, newest_good

CHANGES = ("added", "corrected", "withdrawn", "quarantined")


class Watch:
    """Answers for one house. Its reader is opened anew only when another version is the newest good one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._held: Reader | None = None
        # Why there is no reader though something is published, in words.
        self._unreadable: str | None = None

    @property
    def routes(self) -> list[Route]:
        """The addresses that it answers."""
        return [
            Route("/health", self.health),
            Route("/metrics", self.metrics),
            Route("/alerts.atom", self.atom),
        ]

    def health(self, _: Request) -> Response:
        """200 where every dataset is as fresh as its schedule promises and nothing is damaged; else 503 and why."""
        with self._lock:
            found = self._look(self._reader())
        said = {
            "status": "ok" if found.fresh else "not ok",
            "version": found.version,
            "published_at": found.published_at,
            "problems": found.problems,
        }
        text = json.dumps(said, default=_told, ensure_ascii=False, indent=2) + "\n"
        return Response(
            text, 200 if found.fresh else 503, {"Cache-Control": "no-store"}, media_type="application/json"
        )

    def metrics(self, _: Request) -> Response:
        """All that is counted, as Prometheus reads it."""
        with self._lock:
            reader = self._reader()
            found = self._look(reader)
            families = [*_of_condition(found, self._settings), *_of_alerts(reader, self._settings)]
            families += _of_runs(reader) if reader else []
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collector(families))
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    def atom(self, _: Request) -> Response:
        """The newest alerts as a feed."""
        with self._lock:
            reader = self._reader()
            if self._unreadable:
                return PlainTextResponse(f"{self._unreadable}\n", 503, {"Cache-Control": "no-store"})
            alerts = _alerts(reader, feed.MOST)
        made = feed.made(alerts, self._settings.home, deliver.utc_now())
        return Response(made, headers={"Content-Type": "application/atom+xml; charset=utf-8"})

    def close(self) -> None:
        """Let go of the version."""
        with self._lock:
            if self._held:
                self._held.close()
                self._held = None

    def _look(self, reader: Reader | None) -> Condition:
        return condition.look(reader, self._settings, unreadable=self._unreadable)

    def _reader(self) -> Reader | None:
        """The reader of the newest good version; None where nothing is published or nothing can be read."""
        folder, self._unreadable = self._settings.warehouse, None
        if self._held and self._held.version != newest_good(folder):
            self._held.close()
            self._held = None
        if self._held is None:
            try:
                self._held = Reader(folder, self._settings.verify_minutes)
            except NothingPublishedError:
                pass
            except (NoGoodVersionError, NewerSchemaError, OSError, duckdb.Error) as error:
                self._unreadable = str(error)
        return self._held


class _Collector:
    """Families that were made already: nothing is counted in this process, so that a restart loses nothing."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _of_condition(found: Condition, settings: Settings) -> Iterator[Metric]:
    about = InfoMetricFamily("serai", "The program and the version of the warehouse that is published.")
    about.add_metric([], {"version": package_version("serai"), "warehouse": found.version or ""})
    yield about
    yield GaugeMetricFamily("serai_healthy", "Whether /health is 200.", value=float(found.fresh))
    yield GaugeMetricFamily(
        "serai_damaged_versions", "Published versions found damaged on disk.", value=len(found.damaged)
    )
    yield _gauge("serai_dataset_rows", "Current rows.", "dataset", found.datasets, "rows")
    yield _gauge("serai_dataset_rows_quarantined", "Rows held back.", "dataset", found.datasets, "held_back")
    yield _gauge(
        "serai_dataset_age_seconds",
        "Time since the dataset was last taken in or found unchanged, by the source that was longest ago.",
        "dataset",
        found.datasets,
        "age_seconds",
    )
    overdue = [one | {"overdue": bool(one["overdue_sources"])} for one in found.datasets]
    yield _gauge(
        "serai_dataset_overdue", "Whether a source of the dataset is overdue.", "dataset", overdue, "overdue"
    )
    for name, words in (
        ("overdue", "Whether the source is overdue by its schedule."),
        ("paused", "Whether the source was paused because it kept failing."),
    ):
        yield _gauge(f"serai_source_{name}", words, "source", found.sources, name)
    yield _gauge(
        "serai_source_consecutive_failures", "Runs that failed since the last that did not.", "source",
        found.sources, "failures",
    )  # fmt: skip
    for name, words in (
        ("last_success", "When the source was last taken in or found unchanged."),
        ("next_due", "When the source is due."),
    ):
        yield _gauge(f"serai_source_{name}_timestamp_seconds", words, "source", found.sources, name)
    if found.published_at:
        yield GaugeMetricFamily(
            "serai_publish_timestamp_seconds", "When the version was published.", value=_number(found.published_at)
        )
    took = condition.last_publish_seconds(settings, found.version)
    if took is not None:
        yield GaugeMetricFamily(
            "serai_publish_duration_seconds", "How long the ingest that published the version took.", value=took
        )


def _of_runs(reader: Reader) -> list[Metric]:
    """What the ledger has, by source. Rows held back are those of batches that were judged anew."""
    with reader.ledger() as cursor:
        outcomes = cursor.execute(f"SELECT source, outcome, count(*) FROM {LEDGER} GROUP BY ALL ORDER BY ALL")
        runs = CounterMetricFamily("serai_runs", "Runs by what came of them.", labels=["source", "outcome"])
        for source, outcome, count in outcomes.fetchall():
            runs.add_metric([source, outcome], count)
        sums = ", ".join(f"sum(rows_{change})::BIGINT" for change in CHANGES)
        changed = cursor.execute(
            f"SELECT source, {sums} FROM {LEDGER} WHERE outcome = 'loaded' GROUP BY source ORDER BY source"
        )
        rows = CounterMetricFamily("serai_rows", "Rows by what became of them.", labels=["source", "change"])
        for source, *counts in changed.fetchall():
            for change, count in zip(CHANGES, counts, strict=True):
                rows.add_metric([source, change], count)
    return [runs, rows]


def _of_alerts(reader: Reader | None, settings: Settings) -> list[Metric]:
    alerts = _alerts(reader)
    raised = CounterMetricFamily("serai_alerts_raised", "Alerts raised, by rule.", labels=["rule"])
    for rule in sorted({one.rule for one in alerts}):
        raised.add_metric([rule], sum(one.rule == rule for one in alerts))
    fates = GaugeMetricFamily(
        "serai_alert_deliveries", "Alerts by channel and what became of them there.", labels=["channel", "outcome"]
    )
    for channel, states in deliver.undelivered(settings.post, alerts).items():
        for state, count in states.items():
            fates.add_metric([channel, state], count)
    return [raised, fates]


def _alerts(reader: Reader | None, most: int | None = None) -> list[book.Alert]:
    if reader is None:
        return []
    with reader.cursor() as cursor:
        return book.newest(cursor, most)


def _gauge(name: str, words: str, label: str, lines: list[dict[str, Any]], value: str) -> Metric:
    """One gauge with a sample for each line that has the value: what is not known has none."""
    family = GaugeMetricFamily(name, words, labels=[label])
    for line in lines:
        if line[value] is not None:
            family.add_metric([line[label]], _number(line[value]))
    return family


def _number(value: Any) -> float:
    return value.replace(tzinfo=dt.UTC).timestamp() if isinstance(value, dt.datetime) else float(value)


def _told(value: Any) -> str:
    return value.isoformat(timespec="seconds") + "Z" if isinstance(value, dt.datetime) else str(value)
