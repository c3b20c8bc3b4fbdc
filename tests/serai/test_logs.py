"""Logs: one line for each step, in the run's own file too, and no secret anywhere."""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import credentials
from serai import logs
from serai.settings import Settings
from tests.conftest import serai, with_facts
from warehouse.connect import reading
from warehouse.events import bound, log

TOKEN = 's3cret/"tok=en'


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings with JSON logs of everything; the process logs as before afterwards."""
    monkeypatch.setenv("SERAI_BTS_TOKEN", TOKEN)
    root = logging.getLogger()
    handlers, level = list(root.handlers), logging.getLogger("serai").level
    yield Settings(data=tmp_path, log_format="json", log_level="info")
    root.handlers = handlers
    logging.getLogger("serai").setLevel(level)
    credentials._known.clear()


def test_a_token_is_in_no_line_wherever_it_was(house: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert credentials.find("bts_token") == TOKEN
    logs.start(house)
    quoted = "s3cret%2F%22tok%3Den"
    with bound(run_id="r1", source="bts"):
        log.info("fetched", address=f"https://x.org/?key={quoted}", headers={"X-Token": TOKEN}, seen=[TOKEN])
        try:
            raise ValueError(f"refused: {TOKEN}")
        except ValueError as error:
            log.exception("broke", error=error)
        logging.getLogger("stamina").warning("again, with %s", TOKEN)
    written = capsys.readouterr().err + (house.logs / "r1.jsonl").read_text()
    assert written.count("***") >= 2 * 5
    for spelling in (TOKEN, quoted, json.dumps(TOKEN)[1:-1], "tok=en", "tok%3Den"):
        assert spelling not in written


def test_a_token_that_a_source_gave_is_hidden_too(house: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(house)
    credentials.remember("an-access-token")
    log.info("asked", header="Bearer an-access-token")
    assert json.loads(capsys.readouterr().err)["header"] == "Bearer ***"


def test_other_libraries_log_the_same_way_and_do_not_babble(
    house: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    from streamlit import logger

    logs.start(house)
    logs.adopt_streamlit()
    for name in ("httpx", "great_expectations.data_context.types.base"):
        logging.getLogger(name).setLevel(logging.INFO)
        logging.getLogger(name).info("babble")
    logger.get_logger("streamlit.a_new_one").warning("from Streamlit")
    logging.getLogger("uvicorn.error").warning("from uvicorn")
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["logger"], line["event"]) for line in told] == [
        ("streamlit.a_new_one", "from Streamlit"),
        ("uvicorn.error", "from uvicorn"),
    ]
    assert all(line["level"] == "warning" and line["timestamp"].endswith("Z") for line in told)


def test_text_is_for_people_and_the_level_is_a_setting(house: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    logs.start(house.model_copy(update={"log_format": "text", "log_level": "warning"}))
    with bound(run_id="r1"):
        log.info("fetched")
        log.warning("ended", outcome="refused", reason="the file is empty")
    told = capsys.readouterr().err
    assert "fetched" not in told
    assert "outcome=refused reason='the file is empty'" in told
    assert [line["event"] for line in logs.lines(house.logs, "r1")] == ["fetched", "ended"], "the file has both"


def test_old_logs_are_swept_and_a_name_that_is_no_run_is_no_file(house: Settings) -> None:
    house.logs.mkdir()
    for name, days in (("old", 91), ("young", 89)):
        path = house.logs / f"{name}.jsonl"
        path.write_text("{}\n")
        os.utime(path, (time.time() - days * logs.DAY,) * 2)
    lines = [f'{{"timestamp": "{year}-01-01T00:00:00Z", "version": "{year}"}}\n' for year in (2020, 2999)]
    (house.logs / logs.PUBLISHES).write_text("".join(lines))
    logs.sweep(house)
    assert sorted(path.name for path in house.logs.iterdir()) == [logs.PUBLISHES, "young.jsonl"]
    assert [line["version"] for line in logs.publishes(house.logs)] == ["2999"]
    assert logs.last_publish(house.logs)["version"] == "2999"
    assert logs.lines(house.logs, "../../etc/passwd") == []


def test_an_ingest_leaves_a_line_for_each_step_in_its_run_s_own_file(published: Path) -> None:
    with reading(published / "warehouse") as reader:
        [(run_id,)] = reader.cursor().execute("SELECT run_id FROM ops.runs WHERE source = 'timeline'").fetchall()
    lines = logs.lines(published / "logs", run_id)
    assert [line["step"] for line in lines] == ["fetch", "judge", "load", "run", "derive", "publish"]
    assert all(line["seconds"] >= 0 for line in lines)
    assert {"outcome": "loaded", "rows_added": 559, "source": "timeline"}.items() <= lines[3].items()
    [publish] = logs.publishes(published / "logs")
    assert publish["version"] == reader.version


def test_a_service_logs_json_lines_to_standard_error(published: Path, tmp_path: Path) -> None:
    data = with_facts(tmp_path)
    shutil.copytree(published / "warehouse", data / "warehouse", symlinks=True)
    (data / "raw" / "curated" / "claims.csv").write_text("")
    done = serai("ingest", "claims", "--json", data=data, SERAI_LOG_FORMAT="json", SERAI_LOG_LEVEL="info")
    told = [json.loads(line) for line in done.stderr.splitlines()]
    [run] = json.loads(done.stdout)["runs"]
    assert {line["run_id"] for line in told if "run_id" in line} == {run["run_id"]}
    [ended] = [line for line in told if line["event"] == "ended"]
    assert (ended["level"], ended["outcome"], ended["source"]) == ("warning", "refused", "claims")
    assert "the file is empty" in ended["reason"]
    assert "alert raised" in {line["event"] for line in told}
