"""Whether a weakness is known of any locked dependency: ``python -m tests.audit``, part of `.ci/run`.

Ends with 1 where one is known. Where the service that knows cannot be reached in a minute it says so and ends with 0:
a build must not hang on a network that it may not have.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

from tests.conftest import HOUSE

SECONDS = 60
# What is not in the lock of users is no part of Serai.
COMMAND = ("-m", "pip_audit", "--requirement", "requirements.txt", "--require-hashes", "--disable-pip",
           "--progress-spinner", "off", "--format", "json", "--timeout", "10")  # fmt: skip


def main() -> None:
    """Ask, and say what was answered."""
    code, words = audited([sys.executable, *COMMAND])
    print(words)  # noqa: T201
    sys.exit(code)


def audited(command: Sequence[str], seconds: float = SECONDS) -> tuple[int, str]:
    """The exit code of the audit, and its words."""
    try:
        done = subprocess.run(
            command, cwd=HOUSE, capture_output=True, text=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return 0, f"audit: not done: no answer in {seconds:g} s"
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return 0, f"audit: not done: the service cannot be reached ({reason[:200]})"
    known = [
        f"{one['name']} {one['version']}: {weak['id']}, mended in: {', '.join(weak['fix_versions']) or 'none yet'}"
        for one in packages
        for weak in one.get("vulns", [])
    ]
    if not any("vulns" in one for one in packages):
        return 0, f"audit: not done: the service knows none of the {len(packages)} packages, or cannot be reached"
    asked = [one for one in packages if "vulns" in one]
    if known:
        return 1, "audit: known weaknesses:\n" + "\n".join(known)
    return 0, f"audit: no weakness is known of {len(asked)} packages, {len(packages) - len(asked)} were not asked of"


if __name__ == "__main__":
    main()
