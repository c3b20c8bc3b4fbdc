"""Units for other schedulers name the same moments, ask for nothing dangerous, and invent neither image nor host."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from ingest import source
from ingest.cron import Schedule
from serai import units
from serai.settings import HOUSE, Settings

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CALENDAR = re.compile(r"(?:([A-Z][a-z,A-Z]*) )?\*-(\S+)-(\S+) (\S+):(\S+):00 (\S+)")
SCHEDULED = [name for name in source.names() if name != "acled"]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("USER", "PASSWORD"):
        monkeypatch.delenv(f"SERAI_ACLED_{name}", raising=False)
    return Settings(data=tmp_path / "the data")


def fires(calendar: str, moment: dt.datetime) -> bool:
    """Whether an OnCalendar of our making names this minute (UTC), read as systemd.time(7) has it."""
    read = CALENDAR.fullmatch(calendar)
    assert read, calendar
    weekdays, month, day, hour, minute, zone = read.groups()
    local = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone))
    pairs = ((month, local.month), (day, local.day), (hour, local.hour), (minute, local.minute))
    of_week = weekdays is None or DAYS[local.weekday()] in weekdays.split(",")
    return of_week and all(said == "*" or value in map(int, said.split(",")) for said, value in pairs)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("cron", "calendar"),
    [
        ("17 5 * * *", "*-*-* 05:17:00 UTC"),
        ("7 * * * *", "*-*-* *:07:00 UTC"),
        ("*/15 * * * *", "*-*-* *:00,15,30,45:00 UTC"),
        ("0 9 * * 0", "Sun *-*-* 09:00:00 UTC"),
        ("0 9 * * MON-FRI", "Mon,Tue,Wed,Thu,Fri *-*-* 09:00:00 UTC"),
        ("0 9 1,15 */6 *", "*-01,07-01,15 09:00:00 UTC"),
    ],
)
def test_a_cron_expression_becomes_what_systemd_reads(cron: str, calendar: str) -> None:
    assert units.on_calendar(Schedule(cron, "UTC")) == calendar


@examples(max_examples=60)
@given(
    st.sampled_from(["0", "17", "*/20", "5,50", "10-12"]),
    st.sampled_from(["*", "0", "5", "*/7", "9-11", "23"]),
    st.sampled_from([("*", "*"), ("1", "*"), ("*/9", "*"), ("*", "SUN"), ("*", "1-3"), ("*", "6,0")]),
    st.sampled_from(["UTC", "Asia/Kabul", "Europe/Stockholm"]),
    st.datetimes(at("2026-04-02"), at("2026-10-10")),  # no clock is turned in between
)
def test_both_name_the_same_next_moment(
    minute: str, hour: str, day: tuple[str, str], zone: str, moment: dt.datetime
) -> None:
    one = Schedule(f"{minute} {hour} {day[0]} * {day[1]}", zone)
    found, calendar = one.after(moment), units.on_calendar(one)
    assert fires(calendar, found)
    start = moment.replace(second=0, microsecond=0)
    steps = min(int((found - start) / dt.timedelta(minutes=1)), 2000)
    assert not any(fires(calendar, start + dt.timedelta(minutes=step)) for step in range(1, steps))


def test_systemd_itself_agrees_on_the_next_moments_of_every_source() -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("without systemd-analyze")
    moment = at("2026-11-25 12:00:00")
    asked = ["systemd-analyze", "calendar", "--iterations=3", f"--base-time={moment} UTC"]
    schedules = [source.load(name).schedule for name in source.names()]
    said = subprocess.run(
        [*asked, *map(units.on_calendar, schedules)],
        capture_output=True, text=True, check=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"},
    ).stdout  # fmt: skip
    found = [at(text) for text in re.findall(r"(?:Next elapse|Iter\. #\d): \w+ (\S+ \S+) UTC", said)]
    expected = []
    for one in schedules:
        following = moment
        for _ in range(3):
            following = one.after(following)
            expected.append(following)
    assert found == expected


def test_systemd_gets_a_timer_a_source_that_makes_up_what_was_missed(settings: Settings) -> None:
    made = units.made("systemd", settings)
    timers = [name for name in made if name.startswith("serai-ingest@") and name.endswith(".timer")]
    assert timers == [f"serai-ingest@{name}.timer" for name in SCHEDULED]
    for name in timers:
        assert "Persistent=true" in made[name]
    assert "OnCalendar=*-*-* 05:17:00 Europe/Stockholm\n" in made["serai-ingest@ucdp_candidate.timer"]
    for name in ("serai.service", "serai-ingest@.service", "serai-again.service"):
        for line in ("NoNewPrivileges=true", "ProtectSystem=strict", f'ReadWritePaths="{settings.data}"'):
            assert line in made[name].splitlines()


def test_systemd_finds_nothing_wrong_with_them(settings: Settings, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("without systemd-analyze")
    for name, text in units.made("systemd", settings).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.glob("*.timer")), str(tmp_path / "serai.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout + found.stderr == ""


def test_a_percent_sign_or_a_blank_in_a_path_is_written_as_each_reads_it(tmp_path: Path) -> None:
    odd = Settings(data=tmp_path / "100% data")
    assert f'Environment="SERAI_DATA={tmp_path}/100%% data"' in units.made("systemd", odd)["serai.service"]
    [line] = [line for line in units.made("cron", odd)["serai.crontab"].splitlines() if line[0] != "#"]
    assert rf"SERAI_DATA='{tmp_path}/100\% data'" in line


def test_cron_gets_one_line_for_all_and_is_told_why(settings: Settings) -> None:
    [text] = units.made("cron", settings).values()
    [line] = [line for line in text.splitlines() if not line.startswith("#")]
    assert line.startswith("*/5 * * * * ")
    assert "schedule --once" in line
    assert "time\n# zones" in text


def test_kubernetes_gets_a_job_a_source_that_never_overlaps_and_may_do_little(settings: Settings) -> None:
    [text] = units.made("kubernetes", settings).values()
    jobs = [one for one in yaml.safe_load_all(text) if one]
    assert [job["spec"]["timeZone"] for job in jobs[:-1]] == [source.load(name).schedule.zone for name in SCHEDULED]
    assert [job["spec"]["schedule"] for job in jobs[:-1]] == [source.load(name).schedule.cron for name in SCHEDULED]
    for job in jobs:
        assert job["spec"]["concurrencyPolicy"] == "Forbid"
        assert re.fullmatch(r"[a-z0-9-]{1,52}", job["metadata"]["name"])
        pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        [container] = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["resources"]["limits"]["memory"]
        # Neither exists, and Kubernetes takes no capitals: who forgets to write theirs is told so.
        assert container["image"] == container["image"].upper()
        assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == units.CLAIM


def test_a_job_starts_what_the_container_file_puts_there(settings: Settings) -> None:
    [text] = units.made("kubernetes", settings).values()
    job = next(one for one in yaml.safe_load_all(text) if one)
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    container_file = (HOUSE / "Containerfile").read_text("utf-8")
    assert f'CMD ["{pod["containers"][0]["command"][0]}", "serve"]' in container_file
    # A new claim hides what the image has in /data, so it is seeded from the program's own folder.
    assert "/serai/data/raw/curated" in pod["initContainers"][0]["command"][2]
    assert "COPY --from=built /serai /serai" in container_file


@pytest.mark.parametrize("kind", ["systemd", "cron", "kubernetes"])
def test_units_schedule_what_the_settings_schedule(
    kind: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "SERAI_SCHEDULE_SOURCES" not in "".join(units.made(kind, settings).values())
    monkeypatch.setenv("SERAI_SCHEDULE_SOURCES", '["shipped"]')
    for name, text in units.made(kind, Settings(data=settings.data)).items():
        if not name.endswith(".timer"):
            assert "SERAI_SCHEDULE_SOURCES" in text, name
            assert "shipped" in text, name
