"""The schedule as it runs, in real processes at a quick pace: nothing is dropped, nothing is done twice.

Time is let pass by ageing the lines of the ledger, in a version published as any other.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import running, schedule, source, unattended
from ingest.schedule import Standing
from tests.conftest import HOUSE, serai, with_facts
from tests.ingest.gdelt_files import INDEX, NOON, Gdelt, line
from tests.server import Reply, Server
from warehouse import journal, publish

QUICK = {"SERAI_SCHEDULE_TICK_SECONDS": "0.3", "SERAI_HTTP_ATTEMPTS": "1"}
SHIPPED = source.shipped()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running_server:
        yield running_server


@pytest.fixture
def data(published: Path, tmp_path: Path) -> Path:
    """A copy of the published warehouse, free to be changed."""
    shutil.copytree(published, tmp_path / "data", symlinks=True)
    return tmp_path / "data"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def aged(data: Path, by: dt.timedelta, *also: str) -> None:
    """Let so much time pass; the sources named beside were taken in when the others were."""
    folder = data / "warehouse"
    with publish.writing(folder), publish.building(folder) as private:
        with duckdb.connect(str(private)) as con:
            journal.fold(con, folder)
            for name in also:
                con.execute(
                    "INSERT INTO ops.runs SELECT * REPLACE ($name AS source, $name AS run_id) "
                    "FROM ops.runs WHERE source = 'claims' ORDER BY started_at LIMIT 1",
                    {"name": name},
                )
            names = ("started_at", "finished_at", "clock_at", "due_at")
            earlier = ", ".join(f"{name} = {name} - $by" for name in names)
            con.execute(f"UPDATE ops.runs SET {earlier}", {"by": by})
        publish.publish(folder, private, 3)
        journal.clear(folder)


def runs(data: Path, since: dt.datetime) -> list[dict[str, Any]]:
    """The runs of the ledger that began since then, in order."""
    with schedule.ledger(data / "warehouse") as con:
        rows = con.execute(
            """
            SELECT source, outcome, reason, due_at, late
            FROM (FROM ops.runs UNION ALL BY NAME FROM unpublished)
            WHERE clock_at >= $since
            ORDER BY started_at, source
            """,
            {"since": since},
        ).fetchall()
    return [dict(zip(("source", "outcome", "reason", "due_at", "late"), row, strict=True)) for row in rows]


def standing(data: Path) -> dict[str, Standing]:
    """How each source stands now."""
    with schedule.ledger(data / "warehouse") as con:
        return {one.source: one for one in schedule.standing(con, now())}


@contextlib.contextmanager
def process(data: Path, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A command of Serai running in a process of its own; killed at the end, with all its children."""
    with subprocess.Popen(
        [sys.executable, "-m", "serai", *arguments],
        env={**os.environ, "SERAI_DATA": str(data), **QUICK, **environment},
        cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as started:  # fmt: skip
        try:
            yield started
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)


def stopped(running_process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code and the words of a process that is told to stop, which it does within a few seconds."""
    running_process.terminate()
    said, _ = running_process.communicate(timeout=8)
    return running_process.returncode, said


def wait_for(what: Callable[[], Any], seconds: float = 60) -> Any:
    """What is found, once there is any."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing came within {seconds} s")


def only(*names: str) -> str:
    return json.dumps(names)


def at(server: Server, *names: str) -> str:
    return json.dumps(dict.fromkeys(names, server.address))


def at_work(data: Path) -> dict[str, int]:
    """The sources that are being taken in, and the process that does."""
    with contextlib.suppress(FileNotFoundError):
        mark = json.loads((data / "warehouse" / running.NAME).read_text())
        return {said["source"]: mark["pid"] for said in mark["lines"]}
    return {}


def group_is_gone(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False


def test_three_missed_days_are_one_late_run_a_source_though_two_schedules_run(data: Path, server: Server) -> None:
    Gdelt(server).publish(NOON, line(1), line(2))
    live = ("gdelt", "osm_crossings")  # the second has a bad day: 404
    aged(data, dt.timedelta(days=3, hours=1), *live)
    before = standing(data)
    environment = {"SERAI_SCHEDULE_SOURCES": only("shipped", *live), "SERAI_BASE_URLS": at(server, *live)}
    began = now()
    with process(data, "schedule", **environment) as one, process(data, "schedule", **environment) as other:
        wait_for(lambda: {run["source"] for run in runs(data, began)} == {*SHIPPED, *live})
        time.sleep(1.5)  # some looks more
        codes = [stopped(each) for each in (one, other)]
    assert [code for code, _ in codes] == [0, 0], codes
    found = runs(data, began)
    assert sorted(run["source"] for run in found) == sorted([*SHIPPED, *live])
    for run in found:
        last = before[run["source"]].last_success
        assert last is not None
        assert (run["late"], run["due_at"]) == (True, source.load(run["source"]).schedule.after(last))
    outcomes = {run["source"]: run["outcome"] for run in found}
    assert outcomes == dict.fromkeys(SHIPPED, "unchanged") | {"gdelt": "loaded", "osm_crossings": "refused"}
    assert at_work(data) == {}


def test_a_killed_child_is_recorded_backs_off_and_is_made_up_once(data: Path, server: Server) -> None:
    bucket = Gdelt(server)
    bucket.publish(NOON, line(1))
    answers = server.routes[INDEX]
    server.routes[INDEX] = Reply(b"x" * 1000, drip=0.2)
    aged(data, dt.timedelta(hours=3), "gdelt")
    environment = {"SERAI_SCHEDULE_SOURCES": only("gdelt"), "SERAI_BASE_URLS": at(server, "gdelt")}
    began = now()
    with process(data, "schedule", **environment) as one:
        os.kill(wait_for(lambda: at_work(data).get("gdelt")), signal.SIGKILL)
        [died] = wait_for(lambda: runs(data, began))
        time.sleep(1.5)
        assert len(runs(data, began)) == 1, "it backs off"
        stopped(one)
    assert (died["outcome"], died["reason"]) == ("error", "the ingest was killed (SIGKILL)")
    server.routes[INDEX] = answers
    aged(data, dt.timedelta(minutes=6))
    owed = standing(data)["gdelt"].owed
    began = now()
    with process(data, "schedule", **environment) as one:
        wait_for(lambda: runs(data, began))
        time.sleep(1)
        stopped(one)
    [made_up] = runs(data, began)
    assert (made_up["outcome"], made_up["late"], made_up["due_at"]) == ("loaded", True, owed)


def test_a_schedule_and_its_child_killed_at_once_are_recorded_by_the_next(data: Path, server: Server) -> None:
    Gdelt(server)
    server.routes[INDEX] = Reply(b"x" * 1000, drip=0.2)
    aged(data, dt.timedelta(hours=3), "gdelt")
    owed = standing(data)["gdelt"].owed
    environment = {"SERAI_SCHEDULE_SOURCES": only("gdelt"), "SERAI_BASE_URLS": at(server, "gdelt")}
    began = now()
    with process(data, "schedule", **environment) as one:
        wait_for(lambda: at_work(data).get("gdelt"))
        os.killpg(one.pid, signal.SIGKILL)
    assert runs(data, began) == []
    with process(data, "schedule", **environment) as one:
        wait_for(lambda: runs(data, began))
        time.sleep(1)
        stopped(one)
    [died] = runs(data, began)
    assert (died["outcome"], died["reason"], died["due_at"]) == ("error", running.SILENT, owed)
    found = standing(data)["gdelt"]
    assert (found.due, found.owed, found.failures) == (False, owed, 1)


def test_what_is_stopped_is_no_failure_and_leaves_no_process(data: Path, server: Server) -> None:
    Gdelt(server)
    server.routes[INDEX] = Reply(b"x" * 1000, drip=0.2)
    aged(data, dt.timedelta(hours=3), "gdelt")
    environment = {"SERAI_SCHEDULE_SOURCES": only("gdelt"), "SERAI_BASE_URLS": at(server, "gdelt")}
    began = now()
    with process(data, "schedule", **environment) as one:
        wait_for(lambda: at_work(data).get("gdelt"))
        code, said = stopped(one)
        assert group_is_gone(one.pid)
    assert code == 0, said
    assert "Traceback" not in said
    assert at_work(data) == {}
    assert runs(data, began) == []


@pytest.mark.parametrize(
    ("sources", "words"),
    [([], "took longer than 7 s (SERAI_SCHEDULE_RUN_SECONDS)"), (["gdelt"], running.SILENT)],
    ids=["under the schedule", "under another scheduler"],
)
def test_an_ingest_that_hangs_is_ended_when_its_time_is_over(
    data: Path, server: Server, sources: list[str], words: str
) -> None:
    Gdelt(server)
    server.routes[INDEX] = Reply(b"x" * 1000, drip=0.2)
    aged(data, dt.timedelta(hours=3), "gdelt")
    began = now()
    done = serai(
        "schedule", "--once", *sources, data=data, SERAI_SCHEDULE_SOURCES=only("gdelt"),
        SERAI_BASE_URLS=at(server, "gdelt"), SERAI_SCHEDULE_RUN_SECONDS="7", SERAI_SCHEDULE_PATIENCE_SECONDS="1",
    )  # fmt: skip
    assert done.returncode != 0
    unattended.prepare(data / "warehouse")  # as the next one does
    [run] = runs(data, began)
    assert run["outcome"] == "error"
    assert words in run["reason"]


def test_a_scheduled_ingest_that_finds_another_at_work_leaves_its_source_due(data: Path) -> None:
    aged(data, dt.timedelta(days=2))
    began = now()
    with publish.writing(data / "warehouse"):
        done = serai("schedule", "--once", "claims", data=data, SERAI_SCHEDULE_PATIENCE_SECONDS="0.5")
    assert done.returncode == 3
    assert "another ingest is running" in done.stderr
    assert runs(data, began) == []
    assert serai("schedule", "--once", "claims", data=data).returncode == 0
    assert [(run["source"], run["late"]) for run in runs(data, began)] == [("claims", True)]
    assert "nothing is due" in serai("schedule", "--once", "claims", data=data).stdout


@pytest.mark.slow
def test_serve_takes_in_what_is_due_opens_the_dashboard_and_stops_in_order(tmp_path: Path) -> None:
    data = with_facts(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {"SERAI_SCHEDULE_SOURCES": only("publishers"), "SERAI_PORT": str(port)}
    began = now()
    with process(data, "serve", **environment) as one:
        assert one.stdout is not None
        said = iter(one.stdout.readline, "")
        for words in ("the schedule of", "the dashboard opens after the first ingest", f"http://127.0.0.1:{port}"):
            assert any(words in told for told in said), words
        code, rest = stopped(one)
        assert group_is_gone(one.pid)
    assert code == 0, rest
    assert [run["source"] for run in runs(data, began)] == ["publishers"]
