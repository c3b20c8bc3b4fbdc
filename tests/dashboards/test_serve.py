"""The dashboard as a program: its one line, its reports, how it stops, and a port that is taken."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from tests.conftest import HOUSE, serai
from tests.e2e.browser import free_port, wait_for


def test_a_taken_port_is_told_in_words(published: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = serai("dashboard", data=published, SERAI_PORT=str(port))
    assert done.returncode == 3
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "SERAI_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_published_is_told_in_words(tmp_path: Path) -> None:
    done = serai("dashboard", data=tmp_path)
    assert done.returncode == 3
    assert "serai ingest" in done.stderr


def health(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code if json.loads(error.read())["problems"] else 0


def test_it_prints_its_address_serves_the_reports_and_stops_cleanly(published: Path, tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "serai", "dashboard"],
        env={**os.environ, "SERAI_DATA": str(published), "SERAI_PORT": str(port), "PYTHONPATH": str(HOUSE)},
        cwd=tmp_path,  # the look must not depend on where it is started
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/reports/index.html") as answer:
            assert b"validation reports" in answer.read()
        for path, kind in (("metrics", "text/plain"), ("alerts.atom", "application/atom+xml")):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}") as answer:
                assert answer.headers["content-type"].startswith(kind)
        assert health(port) in (200, 503)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/overview?as_of=2025-10-20") as answer:
            assert answer.url == f"http://127.0.0.1:{port}/?as_of=2025-10-20"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0
    assert out == f"dashboard   http://127.0.0.1:{port}\n"
    assert err == ""
