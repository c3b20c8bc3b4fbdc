"""`serai schedule` and `serai serve` as scripts and people meet them; how they run: tests/e2e/test_schedule.py."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from ingest import source
from serai import cli
from serai.commands.schedule import told
from serai.settings import Settings
from tests.conftest import HOUSE, serai


def test_the_list_says_of_every_source_when_it_ran_and_when_it_will(published: Path) -> None:
    found = {one["source"]: one for one in json.loads(serai("schedule", "--list", "--json", data=published).stdout)}
    assert sorted(found) == source.names()
    claims, bts = found["claims"], found["bts"]
    assert (claims["last_outcome"], claims["overdue"], claims["failures"]) == ("loaded", False, 0)
    assert claims["next_due"] > claims["last_success"]
    assert (bts["last_started"], bts["due"], bts["cron"], bts["zone"]) == (
        None,
        True,
        "23 7 * * MON",
        "America/New_York",
    )


def test_the_list_for_people_says_why_a_source_is_not_scheduled(published: Path) -> None:
    said = serai("schedule", "--list", data=published, SERAI_SCHEDULE_SOURCES='["shipped"]').stdout
    [bts] = [line for line in said.splitlines() if line.startswith("bts ")]
    assert "unscheduled" in bts
    [claims] = [line for line in said.splitlines() if line.startswith("claims ")]
    assert "2 5 * * * Asia/Kabul" in claims


def test_before_the_first_ingest_everything_is_due(tmp_path: Path) -> None:
    found = json.loads(serai("schedule", "--list", "--json", data=tmp_path).stdout)
    assert all(one["due"] for one in found if one["unscheduled"] is None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["claims"], "sources are named with --once"),
        (["--once", "atlantis"], "no source is called atlantis"),
        (["--once", "--list"], "choose one of --once, --list and --export"),
        (["--to", "units"], "--to goes with --export"),
    ],
)
def test_wrong_use_is_said_in_words(tmp_path: Path, arguments: list[str], words: str) -> None:
    found = serai("schedule", *arguments, data=tmp_path)
    assert found.returncode == 2
    assert words in found.stderr


def test_a_source_that_nobody_knows_cannot_be_scheduled(published: Path) -> None:
    found = serai("schedule", "--list", data=published, SERAI_SCHEDULE_SOURCES='["atlantis"]')
    assert found.returncode == 2
    assert "SERAI_SCHEDULE_SOURCES" in found.stderr
    assert "no source is called atlantis" in found.stderr


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [
        ("SERAI_SCHEDULE_SOURCES", "shipped", """a JSON list: '["shipped"]'"""),
        ("SERAI_ALERT_WEBHOOKS", "https://example.org", """a JSON object: '{"name": "value"}'"""),
    ],
)
def test_a_setting_that_is_no_json_is_said_in_words_with_its_form(
    tmp_path: Path, name: str, value: str, form: str
) -> None:
    found = serai("schedule", "--list", data=tmp_path, **{name: value})
    assert (found.returncode, found.stderr) == (
        2,
        f"serai: a setting is wrong: {name} takes {form}\n",
    )


def test_a_wrong_schedule_is_said_in_words_naming_its_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "app", lambda: source._schedule(Path("bts.yaml"), {"cron": "soon", "zone": "UTC"}))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "ingest/sources/bts.yaml: schedule: 'soon' is no cron expression" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["schedule", "serve"])
def test_a_data_folder_that_cannot_be_written_is_said_in_words(command: str) -> None:
    found = serai(command, data=Path("/sys"))  # nobody writes there, not even root
    assert found.returncode == 5
    assert "cannot write in /sys/warehouse" in found.stderr
    assert "`serai dashboard`, which only reads" in found.stderr
    assert "Traceback" not in found.stderr


def test_what_the_schedule_does_is_a_line_of_json_where_logs_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for form in ("text", "json"):
        monkeypatch.setattr("serai.settings.settings", lambda form=form: Settings(log_format=form))
        told("due: claims (late)")
    text, line = capsys.readouterr().out.splitlines()
    assert text.endswith("Z due: claims (late)")
    assert json.loads(line)["event"] == "due: claims (late)"


def test_where_nothing_is_scheduled_and_nothing_published_serve_says_so(tmp_path: Path) -> None:
    # acled needs a credential that the tests have not.
    found = serai(
        "serve", data=tmp_path, SERAI_SCHEDULE_SOURCES='["acled"]', SERAI_ACLED_USER="", SERAI_ACLED_PASSWORD=""
    )
    assert found.returncode == 3
    assert "nothing is published and nothing is scheduled: run `serai ingest` first" in found.stderr


@pytest.mark.parametrize(("kind", "name"), [("systemd", "serai.service"), ("cron", "serai.crontab")])
def test_units_are_printed_or_written_into_a_folder(tmp_path: Path, kind: str, name: str) -> None:
    printed = serai("schedule", "--export", kind, data=tmp_path).stdout
    folder = tmp_path / "units"
    assert serai("schedule", "--export", kind, "--to", str(folder), data=tmp_path).returncode == 0
    assert f"# --- {name}\n{(folder / name).read_text(encoding='utf-8')}" in printed
    assert str(HOUSE) in printed


def test_each_way_of_waiting_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LATE", "FIRST_WAIT", "LONGEST_WAIT", "PAUSED"):
        monkeypatch.setenv(f"SERAI_SCHEDULE_{name}_SECONDS", "7")
    monkeypatch.setenv("SERAI_SCHEDULE_PAUSE_AFTER", "2")
    monkeypatch.setenv("SERAI_SCHEDULE_SOURCES", '["live"]')
    rules = Settings().schedule_rules
    assert (rules.late_after, rules.first_wait, rules.longest_wait, rules.paused_wait) == (7, 7, 7, 7)
    assert (rules.pause_after, rules.chosen) == (2, ("live",))


def test_serve_says_that_the_port_is_taken_or_nobody_guards_it_before_the_schedule_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        found = serai("serve", data=tmp_path, SERAI_PORT=port)
    assert (found.returncode, found.stdout) == (3, "")
    assert f"cannot listen on 127.0.0.1:{port}" in found.stderr
    found = serai("serve", data=tmp_path, SERAI_PORT=port, SERAI_HOST="0.0.0.0")
    assert (found.returncode, found.stdout) == (2, "")
    assert "nobody need sign in" in found.stderr
