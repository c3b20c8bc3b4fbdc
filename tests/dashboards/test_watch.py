"""What machines ask: /health and /metrics of a house that is fresh, overdue, damaged, or has published nothing."""

from __future__ import annotations

import datetime as dt
import errno
import json
import re
import shutil
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request
from starlette.responses import Response

from alerts.deliver import utc_now
from dashboards.watch import Watch
from ingest import schedule
from ingest.schedule import Standing
from serai.settings import Settings
from warehouse import publish, schema, versions

UNITS = ("_seconds", "_total", "_info", "_rows", "_quarantined", "_overdue", "_paused", "_failures", "_healthy",
         "_versions", "_deliveries")  # fmt: skip


class Client:
    """Asks the routes in this process; tests/dashboards/test_serve.py asks them over HTTP."""

    def __init__(self, watch: Watch) -> None:
        self._answers = {route.path: route.endpoint for route in watch.routes}

    def get(self, path: str) -> Response:
        answer: Response = self._answers[path](Request({"type": "http"}))
        return answer

    def health(self) -> tuple[int, dict[str, Any]]:
        """Status and content of /health."""
        answer = self.get("/health")
        return answer.status_code, json.loads(bytes(answer.body))

    def metrics(self) -> str:
        """The text of /metrics."""
        return bytes(self.get("/metrics").body).decode()


def asking(data: Path) -> Iterator[Client]:
    watch = Watch(Settings(data=data))
    yield Client(watch)
    watch.close()


@pytest.fixture
def client(published: Path) -> Iterator[Client]:
    yield from asking(published)


@pytest.fixture
def data(published: Path, tmp_path: Path) -> Path:
    """A copy of the published warehouse, free to be changed."""
    shutil.copytree(published, tmp_path / "data", symlinks=True)
    return tmp_path / "data"


@pytest.fixture
def own(data: Path) -> Iterator[Client]:
    yield from asking(data)


@pytest.fixture
def nothing(tmp_path: Path) -> Iterator[Client]:
    yield from asking(tmp_path)


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> list[Standing]:
    """How each source stands, to be changed: all in time."""
    now = utc_now()
    names = list(Standing.__dataclass_fields__)
    fine: dict[str, Any] = dict.fromkeys(names) | {"last_success": now - dt.timedelta(hours=1), "failures": 0}
    fine |= {"overdue": False, "paused": False, "next_due": now + dt.timedelta(hours=1), "last_outcome": "loaded"}
    found = [Standing(**fine | {"source": name, "dataset": name}) for name in ("claims", "timeline")]
    monkeypatch.setattr(schedule, "standing", lambda *_: found)
    return found


def put_out(data: Path, schema_number: int = schema.SCHEMA) -> str:
    """Publish the same facts as another version, perhaps as a newer Serai's."""
    folder = data / "warehouse"
    with publish.writing(folder), publish.building(folder) as private:
        with duckdb.connect(str(private)) as con:
            schema.remember(con, "schema", str(schema_number))
        return publish.publish(folder, private, 5)


def samples(client: Client) -> dict[tuple[str, ...], float]:
    """Every sample: name and values of its labels → value."""
    families = text_string_to_metric_families(client.metrics())
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_health_is_200_where_all_is_in_time(client: Client, standing: list[Standing]) -> None:
    assert standing
    status, said = client.health()
    assert (status, said["status"], said["problems"]) == (200, "ok", [])


def test_health_is_503_with_what_is_overdue_by_how_much_and_why(client: Client, standing: list[Standing]) -> None:
    due = utc_now() - dt.timedelta(hours=2)
    standing[0] = replace(standing[0], overdue=True, owed=due, next_due=due, reason="answered 503", failures=3)
    status, said = client.health()
    assert status == 503
    [problem] = said["problems"]
    assert (problem["dataset"], problem["source"], problem["why"]) == ("claims", "claims", "answered 503")
    assert problem["overdue_seconds"] == pytest.approx(7200, abs=60)
    found = samples(client)
    assert found["serai_dataset_overdue", "claims"] == 1
    assert found["serai_dataset_overdue", "timeline"] == 0
    assert found["serai_source_consecutive_failures", "claims"] == 3
    assert found["serai_healthy",] == 0


def test_health_is_503_where_a_version_is_damaged(
    client: Client, standing: list[Standing], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert standing
    monkeypatch.setattr(publish, "damaged", lambda _: {"v1": "its checksum is another"})
    status, said = client.health()
    assert status == 503
    assert said["problems"][0]["why"] == "damaged: its checksum is another"
    assert samples(client)["serai_damaged_versions",] == 1


def test_a_version_condemned_while_it_is_read_is_let_go_of(own: Client, data: Path, standing: list[Standing]) -> None:
    assert standing
    first, second = publish.current_version(data / "warehouse"), put_out(data)
    assert own.health()[1]["version"] == second
    versions.condemn(data / "warehouse", second, "its checksum differs")
    status, said = own.health()
    assert (status, said["version"], said["problems"][0]["version"]) == (503, first, second)


def test_a_damaged_version_is_no_problem_once_a_newer_one_is_published(
    own: Client, data: Path, standing: list[Standing]
) -> None:
    assert standing
    versions.condemn(data / "warehouse", put_out(data), "its checksum differs")
    assert own.health()[0] == 503
    put_out(data)
    status, said = own.health()
    assert (status, said["problems"]) == (200, [])
    assert samples(own)["serai_damaged_versions",] == 1


def test_where_nothing_can_be_read_health_says_why_and_nothing_fails(own: Client, data: Path) -> None:
    folder = data / "warehouse"
    put_out(data, schema.SCHEMA + 1)
    status, said = own.health()
    assert (status, said["version"]) == (503, None)
    assert "made by a newer Serai" in said["problems"][0]["why"]
    for version in versions.names(folder):
        versions.condemn(folder, version, "its checksum differs")
    status, said = own.health()
    assert status == 503
    assert "is damaged" in said["problems"][0]["why"]
    assert samples(own)["serai_damaged_versions",] == 2
    assert samples(own)["serai_healthy",] == 0
    assert own.get("/alerts.atom").status_code == 503


def test_a_disk_that_fails_is_a_problem_that_health_names(own: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("dashboards.watch.Reader", failing)
    status, said = own.health()
    assert (status, "Input/output error" in said["problems"][0]["why"]) == (503, True)


def test_where_nothing_is_published_health_says_so_and_metrics_give_what_is_known(nothing: Client) -> None:
    status, said = nothing.health()
    assert status == 503
    assert "run `serai ingest`" in said["problems"][0]["why"]
    found = samples(nothing)
    assert found["serai_healthy",] == 0
    assert not any(name[0].startswith("serai_dataset") for name in found)
    ET.fromstring(bytes(nothing.get("/alerts.atom").body))


def test_metrics_are_named_as_prometheus_wants_and_count_what_the_ledger_has(client: Client) -> None:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = list(text_string_to_metric_families(client.metrics()))
    assert len(families) > 12
    for family in families:
        assert re.fullmatch("serai(_[a-z]+)*", family.name)
        assert family.documentation.endswith(".")
        for sample in family.samples:
            assert sample.name.endswith(UNITS), sample.name
            assert (family.type == "counter") == sample.name.endswith("_total")
    found = samples(client)
    assert found["serai_runs_total", "loaded", "timeline"] == 1
    assert found["serai_rows_total", "added", "timeline"] == 559
    assert found["serai_dataset_rows", "timeline"] == 559
    assert found["serai_publish_duration_seconds",] > 0
    assert 0 <= found["serai_dataset_age_seconds", "timeline"] < 86_400
    assert {name[0] for name in found} >= {"serai_source_paused", "serai_source_overdue", "serai_info"}


def test_both_answer_at_once(client: Client) -> None:
    """From a reader that is kept open: measured 20 and 40 ms; a busy machine is slower."""
    for path in ("/health", "/metrics"):
        client.get(path)
        taken = []
        for _ in range(9):
            started = time.perf_counter()
            client.get(path)
            taken.append(time.perf_counter() - started)
        assert statistics.median(taken) < 0.1, (path, json.dumps(taken))
