"""The soak's reader over HTTP: asks the running service what machines and browsers ask, again and again.

``python -m tests.soak.asker ADDRESS FILE``: one JSON line an answer, with what is wrong with it, if anything is. An
answer that did not come is ``failed``: whether the service was down just then is for the judgement to say.
"""

from __future__ import annotations

import http.client
import itertools
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

PAUSE, PATIENCE = 0.5, 30.0
# The page is Streamlit's shell; the week to print is what the dashboard's own process reads, computes and draws.
PATHS = ("/health", "/metrics", "/", "/health", "/metrics", "/print/week/2025-10-06")


def ask(address: str, path: str) -> dict[str, Any]:
    """One answer: its path, code, when it was asked for and came, and its `runs`, of /metrics."""
    said: dict[str, Any] = {"path": path, "began": time.time()}
    try:
        code, text = _answer(address + path)
        said |= {"code": code} | look(path, code, text)
    except (OSError, http.client.HTTPException) as error:
        said["failed"] = f"{type(error).__name__}: {error}"
    except Exception as error:
        said["wrong"] = f"{type(error).__name__}: {error}"
    return said | {"ended": time.time()}


def _answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as got:
            return got.status, got.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def look(path: str, code: int, text: str) -> dict[str, Any]:
    """What an answer tells; `wrong` where it is not what that address promises."""
    if path == "/health":
        said = json.loads(text)
        promised = {200: "ok", 503: "not ok"}
        is_good = promised.get(code) == said["status"] and bool(said["problems"]) == (code == 503)
        return {} if is_good else {"wrong": f"{path} {code}: {text[:200]}"}
    if code != 200:
        return {"wrong": f"{path} {code}: {text[:200]}"}
    if path == "/metrics":
        counts = [line.split()[-1] for line in text.splitlines() if line.startswith("serai_runs_total{")]
        return {"runs": sum(map(float, counts))} if counts else {"wrong": "/metrics without serai_runs_total"}
    return {} if "Serai</title>" in text else {"wrong": f"{path}: {text[:200]}"}


def main(address: str, out: Path) -> None:
    """Ask until killed."""
    with out.open("a", encoding="utf-8") as file:
        for path in itertools.cycle(PATHS):
            file.write(json.dumps(ask(address, path)) + "\n")
            file.flush()
            time.sleep(PAUSE)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
