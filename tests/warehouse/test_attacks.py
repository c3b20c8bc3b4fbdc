"""Hostile SQL: every statement of attacks.yaml is refused or cut off within its limits, and touches nothing."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import socket
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from docs import make
from tests.conftest import HOUSE, serai
from warehouse.connect import Limits, QueryError, too_long, too_much
from warehouse.question import TIME, ask, read

ATTACKS: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "attacks.yaml").read_text("utf-8"))
LIMITS = Limits(seconds=0.5, rows=1000, memory_mb=200, result_mb=4)
# What the process itself needs, and what it may take to start and to end on a busy machine.
BASE_MB, MORE_SECONDS = 160, 1
MARK, HIDDEN = "no-question-may-read-this", "no-question-may-see-this"
# Seconds, megabytes, rows, words, bytes.
Told = tuple[float, float, int | None, str, bytes]
CUT = ("stopped after", "stopped, it needs more than")


@dataclass(frozen=True)
class Tried:
    """What came of one statement: rows, or the words of a refusal."""

    category: str
    query: str
    seconds: float
    memory_mb: float
    rows: int | None
    words: str
    said: bytes

    @property
    def came(self) -> str:
        if self.rows is not None:
            return "harmless"
        return "cut off" if self.words.startswith(CUT) else "refused"


@dataclass(frozen=True)
class Field:
    """Where it was tried: what was there before and after, and who called."""

    tried: list[Tried]
    before: dict[str, str]
    after: dict[str, str]
    called: bool


@pytest.fixture(scope="module")
def field(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    place = tmp_path_factory.mktemp("attacked")
    (place / "secret.csv").write_text(f"a\n{MARK}\n")
    with duckdb.connect(str(place / "other.duckdb")) as con:
        con.execute(f"CREATE TABLE x AS SELECT '{MARK}' AS a")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        stands_for = {
            "<secret>": f"{place}/secret.csv",
            "<other>": f"{place}/other.duckdb",
            "<out>": f"{place}/out",
            "<port>": str(listening.getsockname()[1]),
        }
        before = contents(place, published)
        tried = attack(published, stands_for)
        try:
            listening.accept()
            called = True
        except BlockingIOError:
            called = False
        yield Field(tried, before, contents(place, published), called)


def contents(*folders: Path) -> dict[str, str]:
    """Each file below with its hash."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def attack(published: Path, stands_for: dict[str, str]) -> list[Tried]:
    statements = [(name, one) for name, group in ATTACKS.items() for one in group["statements"]]
    queries = [
        functools.reduce(lambda text, pair: text.replace(*pair), stands_for.items(), one) for _, one in statements
    ]
    told = answered(published, queries, LIMITS)
    return [Tried(name, query, *one) for (name, query), one in zip(statements, told, strict=True)]


def answered(published: Path, queries: list[str], limits: Limits) -> list[Told]:
    folder = str(published / "warehouse")
    asked = [{"folder": folder, "query": query, "as_of": None, "limits": asdict(limits)} for query in queries]
    done = subprocess.run(
        [sys.executable, "-m", "tests.warehouse.attackers"],
        input=json.dumps(asked),
        env={**os.environ, "SERAI_HIDDEN": HIDDEN},
        cwd=HOUSE,
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    lines = sorted((json.loads(line) for line in done.stdout.splitlines()), key=lambda line: line["number"])
    return [(line["seconds"], line["memory_mb"], *outcome(line, limits)) for line in lines]


def outcome(line: dict[str, Any], limits: Limits) -> tuple[int | None, str, bytes]:
    """As warehouse.question tells it."""
    said = base64.b64decode(line["said"])
    if line["code"]:
        return None, too_long(limits) if line["code"] in TIME else too_much(limits), said
    try:
        return read(said).table.num_rows, "", said
    except QueryError as error:
        return None, str(error), said


def test_there_are_more_than_a_hundred_of_every_kind() -> None:
    assert sum(len(group["statements"]) for group in ATTACKS.values()) > 200
    assert len(ATTACKS) >= 12


def test_each_is_refused_in_words_or_cut_off_as_its_category_says(
    field: Field, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print(table(field.tried))  # noqa: T201
    wrong = [(one.came, one.query, one.words) for one in field.tried if one.came != ATTACKS[one.category]["comes"]]
    assert wrong == []
    assert all(one.words for one in field.tried if one.rows is None)


def table(tried: list[Tried]) -> str:
    lines = [
        f"\n{'category':<26}{'tried':>6}{'refused':>9}{'cut off':>9}{'harmless':>10}{'longest':>9}{'most MB':>9}"
    ]
    for name in ATTACKS:
        group = [one for one in tried if one.category == name]
        came = Counter(one.came for one in group)
        counts = f"{len(group):>6}{came['refused']:>9}{came['cut off']:>9}{came['harmless']:>10}"
        longest, most = max(one.seconds for one in group), max(one.memory_mb for one in group)
        lines.append(f"{name:<26}{counts}{longest:>8.1f}s{most:>9.0f}")
    return "\n".join(lines)


def test_nothing_outside_is_read(field: Field) -> None:
    for one in field.tried:
        assert MARK.encode() not in one.said, one.query
        assert HIDDEN.encode() not in one.said, one.query
        assert b"root:" not in one.said, one.query


def test_nothing_is_written_and_the_warehouse_is_as_it_was(field: Field) -> None:
    assert field.after == field.before


def test_nobody_is_called(field: Field) -> None:
    assert not field.called


def test_every_answer_comes_within_its_time(field: Field) -> None:
    """Beside what a process takes to start and end on this machine just now: most statements are refused at once."""
    at_once = statistics.median(one.seconds for one in field.tried)
    allowed = at_once + LIMITS.seconds + MORE_SECONDS
    late = [(one.query, one.seconds) for one in field.tried if one.seconds > allowed]
    assert len(late) <= len(field.tried) / 20, late
    assert all(seconds < allowed + 4 for _, seconds in late), late


def test_no_process_grows_beyond_its_memory(field: Field) -> None:
    most = BASE_MB + LIMITS.memory_mb
    assert [(one.query, one.memory_mb) for one in field.tried if one.memory_mb > most] == []


def test_no_result_is_larger_than_its_limits(field: Field) -> None:
    assert all((one.rows or 0) <= LIMITS.rows for one in field.tried)
    assert max(len(one.said) for one in field.tried) < LIMITS.result_mb * 1_100_000


def test_honest_questions_are_answered_with_the_limits_that_are_set_by_default(published: Path) -> None:
    document = (HOUSE / "docs" / "sql.md").read_text("utf-8")
    asked = [block["query"] for block in make.ANSWERED.finditer(document)]
    honest = [*asked, "SHOW TABLES", "SUMMARIZE claims", "PIVOT claims ON metric USING count(*)", "FROM unpublished",
              "SET VARIABLE as_of = DATE '2025-10-20'; FROM as_of.crossing_latest"]  # fmt: skip
    told = answered(published, honest, Limits(seconds=5, rows=10_000, memory_mb=512))
    assert len(honest) > 20
    assert [(query, words) for query, (_, _, rows, words, _) in zip(honest, told, strict=True) if rows is None] == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT length(repeat('x', 1000000000))", "needs more than 200 MB of memory"),
        ("SELECT levenshtein(repeat('a', 1000000), repeat('b', 1000000))", "stopped after 0.5 seconds"),
        ("FROM read_text('/etc/passwd')", "file system operations are disabled"),
    ],
)
def test_the_same_comes_of_a_process_of_its_own(published: Path, query: str, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        ask(published / "warehouse", query, LIMITS)


def test_serai_sql_is_cut_off_in_words_too(published: Path) -> None:
    few = {"SERAI_SQL_MEMORY_MB": "100", "SERAI_SQL_SECONDS": "1"}
    done = serai("sql", "SELECT repeat('x', 4000000000)", data=published, **few)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("serai: stopped, it needs more than 100 MB of memory: narrow it, or set SERAI_SQL_")


def test_a_value_that_cannot_be_shown_is_said_in_words(published: Path) -> None:
    done = serai("sql", "SELECT INTERVAL 1 YEAR, DATE '290000-01-01'", data=published)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cast its column to VARCHAR" in done.stderr
    assert "Traceback" not in done.stderr
