"""Units for those who have their own scheduler: systemd timers, a crontab, or Kubernetes CronJobs.

Whatever wakes it, `serai schedule --once` asks the ledger what is due: a unit that fires twice or late does no harm.
"""

from __future__ import annotations

import json
import pwd
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from ingest import schedule, source
from ingest.cron import Schedule
from ingest.source import Source
from serai.settings import HOUSE, Settings

DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
RANGES = (range(60), range(24), range(1, 32), range(1, 13), range(7))
# A container's image and claim that nobody has: Kubernetes refuses capitals in both.
IMAGE, CLAIM = "WRITE-YOUR-IMAGE-HERE", "WRITE-YOUR-CLAIM-HERE"
# Where the Containerfile puts the program.
IN_IMAGE = "/serai/.venv/bin/serai"
# What a claim that is new begins with: the shipped facts.
SEED = "[ -e /data/raw/curated ] || { mkdir -p /data/raw && cp -r /serai/data/raw/curated /data/raw/; }"
# Between two looks of those who wake Serai from outside: failures are tried again, what was missed is made up.
EVERY_MINUTES = 15


def made(kind: str, settings: Settings) -> dict[str, str]:
    """The units of one kind, text by file name, for the sources that are scheduled."""
    rules = settings.schedule_rules
    sources = [one for one in map(source.load, source.names()) if not schedule.why_unscheduled(one, rules)]
    if kind == "systemd":
        return _systemd(sources, settings)
    return {"serai.crontab": _crontab(settings)} if kind == "cron" else {"serai.yaml": _kubernetes(sources, settings)}


def given(settings: Settings) -> dict[str, str]:
    """The settings of the schedule that are not as they are by default, by environment variable."""
    names = sorted(name for name in settings.model_fields_set if name.startswith("schedule_"))
    told = settings.model_dump(mode="json", include=set(names))
    return {f"SERAI_{name.upper()}": json.dumps(told[name]) for name in names}


def _environment(settings: Settings) -> str:
    """The same for a systemd unit."""
    return "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in given(settings).items())


def _seeded() -> str:
    """The container that runs first."""
    return f"""\
          initContainers:
            # A new claim is empty: it begins with the shipped facts of the image.
            - name: shipped-facts
              image: {IMAGE}
              command: ["sh", "-c", "{SEED}"]
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities: {{drop: [ALL]}}
              volumeMounts:
                - {{name: data, mountPath: /data}}
"""


def _env(settings: Settings) -> str:
    """The same for a container."""
    lines = (
        f"                - {{name: {name}, value: {json.dumps(value)}}}\n" for name, value in given(settings).items()
    )
    return "".join(lines)


def on_calendar(one: Schedule) -> str:
    """The schedule as systemd writes it (systemd.time(7)): days of the week, date, time, zone."""
    minute, hour, day, month, weekday = (
        "*" if values == set(every) else ",".join(f"{value:02d}" for value in sorted(values))
        for values, every in zip(one.fields(), RANGES, strict=True)
    )
    days = "" if weekday == "*" else ",".join(DAYS[int(value)] for value in weekday.split(",")) + " "
    return f"{days}*-{month}-{day} {hour}:{minute}:00 {one.zone}"


def _systemd(sources: Iterable[Source], settings: Settings) -> dict[str, str]:
    timers = {f"serai-ingest@{one.name}.timer": _timer(one.title, on_calendar(one.schedule)) for one in sources}
    again = f"*-*-* *:00/{EVERY_MINUTES}:00 UTC"
    return {
        "serai.service": _service("schedule and dashboard", "simple", "serve", settings),
        "serai-ingest@.service": _service("ingest of %i", "oneshot", "schedule --once %i", settings),
        "serai-again.service": _service("ingest of whatever is due", "oneshot", "schedule --once", settings),
        "serai-again.timer": _timer("what failed is tried again", again),
        **timers,
    }


def _service(what: str, kind: str, command: str, settings: Settings) -> str:
    owner = pwd.getpwuid(_existing(settings.data).stat().st_uid).pw_name
    restart = "Restart=on-failure\nRestartSec=10\n\n[Install]\nWantedBy=multi-user.target\n"
    return f"""\
# {"Either serai.service, which needs no timer, or the timers." if kind == "simple" else "Started by its timer."}
[Unit]
Description=Serai, {what}
After=network-online.target
Wants=network-online.target

[Service]
Type={kind}
User={owner}
WorkingDirectory={_path(HOUSE)}
Environment={_quoted(f"SERAI_DATA={settings.data.resolve()}")}
{_environment(settings)}# Credentials and other settings (SERAI_BTS_TOKEN=…), readable by root alone.
EnvironmentFile=-/etc/serai.env
ExecStart={_quoted(sys.executable)} -m serai {command}
TimeoutStopSec=20
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={_quoted(str(settings.data.resolve()))}
PrivateTmp=true
PrivateDevices=true
ProtectKernelTunables=true
ProtectKernelModules=true
ProtectControlGroups=true
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictSUIDSGID=true
RestrictRealtime=true
LockPersonality=true
CapabilityBoundingSet=
SystemCallArchitectures=native
UMask=0027
{restart if kind == "simple" else ""}"""


def _timer(what: str, when: str) -> str:
    return f"""\
[Unit]
Description=Serai: {what.replace("%", "%%")}

[Timer]
OnCalendar={when}
# A moment missed while the machine was off is made up at start.
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
"""


def _crontab(settings: Settings) -> str:
    data = settings.data.resolve()
    # Whoever finds another at work ends: the next comes in five minutes.
    told = {"SERAI_DATA": str(data)} | given(settings) | {"SERAI_SCHEDULE_PATIENCE_SECONDS": "0"}
    told_in_shell = " ".join(f"{name}={shlex.quote(value)}" for name, value in told.items())
    serai = f"cd {_shell(HOUSE)} && {told_in_shell} {_shell(Path(sys.executable))} -m serai"
    line = f"{serai} schedule --once >> {_shell(data / 'schedule.log')} 2>&1".replace("%", r"\%")
    return f"""\
# Serai, for crontab -e of the user who owns the data folder. One line for all sources: crons do not all know time
# zones (Debian's ignores CRON_TZ) and make up nothing that was missed. Serai knows both: this line only wakes it, and
# it takes in what is due by each source's own schedule. Where nothing is due it ends within two seconds.
*/5 * * * * {line}
"""


def _kubernetes(sources: Iterable[Source], settings: Settings) -> str:
    jobs = [_job(one.name, one.title, one.schedule, [one.name], settings) for one in sources]
    again = Schedule(f"*/{EVERY_MINUTES} * * * *", "UTC")
    jobs.append(_job("again", "what failed is tried again, what was missed is made up", again, [], settings))
    return f"""\
# Write the names of your image and of your PersistentVolumeClaim in the place of the capitals: as they stand,
# Kubernetes refuses them. All jobs share the volume, which must keep file locks (flock): one ingest at a time.
# Credentials go into a Secret called serai (SERAI_BTS_TOKEN: …).
---
{"---".join(jobs)}"""


def _job(name: str, title: str, when: Schedule, arguments: list[str], settings: Settings) -> str:
    command = [IN_IMAGE, "schedule", "--once", *arguments]
    return f"""
# {title}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: serai-{name.replace("_", "-")}
spec:
  schedule: "{when.cron}"
  timeZone: {when.zone}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 1
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      backoffLimit: 0
      activeDeadlineSeconds: {settings.schedule_run_seconds + settings.schedule_patience_seconds:.0f}
      template:
        spec:
          restartPolicy: Never
          automountServiceAccountToken: false
          securityContext:
            runAsNonRoot: true
            runAsUser: 10001
            runAsGroup: 10001
            fsGroup: 10001
            seccompProfile: {{type: RuntimeDefault}}
{_seeded()}          containers:
            - name: serai
              image: {IMAGE}
              command: [{", ".join(f'"{part}"' for part in command)}]
              env:
                - {{name: SERAI_DATA, value: /data}}
{_env(settings)}              envFrom:
                - secretRef: {{name: serai, optional: true}}
              resources:
                requests: {{cpu: 250m, memory: 512Mi}}
                limits: {{memory: 2Gi}}
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities: {{drop: [ALL]}}
              volumeMounts:
                - {{name: data, mountPath: /data}}
                - {{name: tmp, mountPath: /tmp}}
          volumes:
            - name: data
              persistentVolumeClaim: {{claimName: {CLAIM}}}
            - name: tmp
              emptyDir: {{}}
"""


def _existing(path: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    found = path.resolve()
    return next(folder for folder in (found, *found.parents) if folder.exists())


def _path(path: Path) -> str:
    return str(path).replace("%", "%%")


def _quoted(text: str) -> str:
    """The text as one word of a systemd unit."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") + '"'


def _shell(path: Path) -> str:
    return shlex.quote(str(path))
