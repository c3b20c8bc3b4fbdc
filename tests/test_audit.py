"""The audit of dependencies: a weakness that is known fails, a service that cannot be reached does not."""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.audit import audited


def says(found: Any) -> list[str]:
    """A program that prints that."""
    return [sys.executable, "-c", f"print({json.dumps(found)!r})"]


def test_a_known_weakness_fails_and_is_named() -> None:
    weak = {"id": "PYSEC-1", "fix_versions": ["2"], "aliases": [], "description": ""}
    code, words = audited(says({"dependencies": [{"name": "a", "version": "1", "vulns": [weak]}]}))
    assert code == 1
    assert "a 1: PYSEC-1, mended in: 2" in words


def test_no_known_weakness_is_said_so() -> None:
    found = {"dependencies": [{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "x"}]}
    assert audited(says(found)) == (0, "audit: no weakness is known of 1 packages, 1 were not asked of")


def test_without_the_service_it_is_said_and_nothing_fails() -> None:
    unreachable = [sys.executable, "-c", "import sys; sys.exit('ConnectionError: no route')"]
    code, words = audited(unreachable)
    assert (code, words) == (0, "audit: not done: the service cannot be reached (ConnectionError: no route)")


def test_a_service_that_does_not_answer_is_not_waited_for() -> None:
    code, words = audited([sys.executable, "-c", "import time; time.sleep(30)"], seconds=0.3)
    assert (code, words) == (0, "audit: not done: no answer in 0.3 s")
