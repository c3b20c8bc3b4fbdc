"""The command line as scripts and people meet it: exit codes, formats, words."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ingest import source
from serai import show
from serai.settings import Settings
from tests.conftest import HOUSE, serai, with_facts
from warehouse import contracts


def ask(published: Path, query: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return serai("sql", query, *options, data=published, **environment)


def test_help_answers_quickly_and_without_the_heavy_packages() -> None:
    heavy = "great_expectations|streamlit|polars|pandas|duckdb|geopandas|pydantic"
    code = (
        "import sys, runpy\n"
        "sys.argv = ['serai', '--help']\n"
        "try:\n    runpy.run_module('serai', run_name='__main__')\nexcept SystemExit:\n    pass\n"
        f"print('heavy:', [name for name in '{heavy}'.split('|') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert "heavy: []" in found.stdout
    took = []
    for _ in range(5):
        started = time.monotonic()
        serai("--help", data=HOUSE)
        took.append(time.monotonic() - started)
    assert min(took) < 0.4, f"fastest of five: {min(took):.2f} s"


def test_it_says_its_version() -> None:
    found = serai("--version", data=HOUSE)
    assert (found.returncode, found.stdout) == (0, f"serai {version('serai')}\n")


def test_a_data_folder_without_facts_of_its_own_takes_those_that_come_with_serai(tmp_path: Path) -> None:
    found = serai("ingest", "claims", "--json", data=tmp_path)
    [run] = json.loads(found.stdout)["runs"]
    assert (found.returncode, run["outcome"], run["loaded"]["added"]) == (0, "loaded", 28)
    assert not (tmp_path / "raw" / "curated").exists()


def test_without_a_warehouse_it_says_what_to_do_first(tmp_path: Path) -> None:
    found = serai("status", data=tmp_path)
    assert found.returncode == 3
    assert "run `serai ingest` first" in found.stderr
    assert "Traceback" not in found.stderr


def test_an_unknown_source_is_wrong_use_and_names_the_known_ones(tmp_path: Path) -> None:
    found = serai("ingest", "atlantis", data=tmp_path)
    assert found.returncode == 2
    assert f"no source is called atlantis: there are {', '.join(source.names())}" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--from", "2026-01-01"], 2, "--from goes with the names of the sources whose past is wanted"),
        (["bts", "--to", "2026-01-01"], 2, "--to goes with --from"),
        (["bts", "--from", "2026-01-02", "--to", "2026-01-01"], 2, "--to is before --from"),
        (["bts", "--from", "2026-01-01"], 1, "bts has no past to be asked for by day"),
    ],
)
def test_a_past_that_cannot_be_asked_for_is_said_in_words(
    tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    found = serai("ingest", *arguments, data=tmp_path)
    assert found.returncode == code
    assert words in found.stderr
    assert "Traceback" not in found.stderr


def test_a_wrong_setting_is_named(published: Path) -> None:
    found = ask(published, "SELECT 1", SERAI_SQL_SECONDS="soon")
    assert found.returncode == 2
    assert "SERAI_SQL_SECONDS" in found.stderr


def test_rows_as_csv_json_and_parquet_are_the_same_rows(published: Path) -> None:
    query = "SELECT crossing_id, lat FROM crossings WHERE lat IS NOT NULL ORDER BY crossing_id LIMIT 5"
    of_csv = pl.read_csv(io.StringIO(ask(published, query, "-f", "csv").stdout))
    of_json = pl.DataFrame(json.loads(ask(published, query, "-f", "json").stdout))
    raw = subprocess.run(
        [sys.executable, "-m", "serai", "sql", query, "-f", "parquet"],
        env={"SERAI_DATA": str(published), "PATH": "/usr/bin:/bin"}, cwd=HOUSE, capture_output=True, check=True,
    )  # fmt: skip
    of_parquet = pl.read_parquet(io.BytesIO(raw.stdout))
    assert of_csv.equals(of_json)
    assert of_csv.equals(of_parquet)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("FROM no_such_table", "no_such_table does not exist"),
        ("SELEKT 1", "syntax error"),
        ("SELECT 1; SELECT 2", "ask one question at a time: there are 2 here"),
        ("", "nothing is asked: write a SELECT"),
        ("SELECT", "SELECT clause without selection list"),
        ("COPY (SELECT 1) TO '/tmp/out.csv'", "only questions can be asked here, no COPY"),
        ("FROM read_csv('/etc/passwd')", "disabled by configuration"),
        ("ATTACH '/tmp/other.duckdb'", "only questions can be asked here, no ATTACH"),
        ("INSTALL httpfs", "only questions can be asked here, no LOAD"),
        ("SET enable_external_access = true", "locked"),
        ("SET memory_limit = '100GB'", "locked"),
        ("CREATE TABLE facts.mine AS SELECT 1", "only questions can be asked here, no CREATE"),
        ("DELETE FROM facts.claims", "only questions can be asked here, no DELETE"),
    ],
)
def test_what_sql_may_not_do_is_refused_in_words(published: Path, query: str, words: str) -> None:
    found = ask(published, query)
    assert found.returncode == 1
    assert words in found.stderr
    assert "Traceback" not in found.stderr


def test_a_query_that_never_ends_is_stopped(published: Path) -> None:
    started = time.monotonic()
    found = ask(published, "SELECT count(*) FROM range(1000000000000) AS a", SERAI_SQL_SECONDS="1")
    assert found.returncode == 1
    assert "stopped after 1 seconds" in found.stderr
    assert time.monotonic() - started < 6


def test_a_question_can_be_asked_as_of_a_day(published: Path) -> None:
    gate = "crossing_id = 'torkham' AND flow = 'exports' AND day = DATE '2025-10-05'"
    query = f"SET VARIABLE as_of = DATE '2025-10-05'; SELECT status FROM as_of.crossing_days WHERE {gate}"
    assert ask(published, query, "-f", "csv").stdout == "status\nopen\n"


def test_rows_beyond_the_limit_are_cut_and_it_is_said(published: Path) -> None:
    found = ask(published, "FROM range(50)", "-f", "csv", SERAI_SQL_ROWS="10")
    assert found.returncode == 4
    assert len(found.stdout.splitlines()) == 11
    assert "cut at 10 rows: set SERAI_SQL_ROWS or SERAI_SQL_RESULT_MB to see more" in found.stderr


# What scripts may rely on: docs/running.md describes each.
STATUS = {
    "version", "published_at", "now", "fresh", "problems", "datasets", "sources", "damaged", "alerts", "runs",
    "quarantine",
}  # fmt: skip


def test_status_for_people_and_for_scripts(published: Path) -> None:
    words = serai("status", data=published).stdout
    assert "status_reports" in words
    assert "In quarantine: 11 rows, a line for each reason" in words
    status = json.loads(serai("status", "--json", data=published).stdout)
    assert {row["dataset"] for row in status["datasets"]} == set(contracts.names())
    assert {row["source"] for row in status["sources"]} >= set(source.shipped())
    assert status["alerts"] == {"raised": 0, "undelivered": 0, "channels": {}}
    assert set(status) == STATUS
    assert len(status["quarantine"]) == 11
    assert {row["outcome"] for row in status["runs"]} == {"loaded"}


def test_describe_knows_every_table_and_column(published: Path) -> None:
    tables = {row["table"] for row in json.loads(serai("describe", "--json", data=published).stdout)}
    assert {"status_reports", "facts.status_reports", "crossing_latest", "ops.runs"} <= tables
    columns = json.loads(serai("describe", "status_reports", "--json", data=published).stdout)
    assert {"column": "valid_to", "type": "DATE"}.items() <= columns[3].items()
    assert "exclusive" in columns[3]["description"]
    of_macro = json.loads(serai("describe", "crossing_days_as_of", "--json", data=published).stdout)
    assert [row["column"] for row in of_macro][:3] == ["crossing_id", "flow", "day"]
    assert serai("describe", "atlantis", data=published).returncode == 1


def test_describe_knows_the_macros_their_parameters_and_what_they_answer(published: Path) -> None:
    listed = {row["table"]: row for row in json.loads(serai("describe", "--json", data=published).stdout)}
    macro = listed["closed_days(crossing, first_day, day_after)"]
    assert macro["kind"] == "macro"
    assert macro["description"].startswith("On how many days of a period a crossing was closed")
    assert listed["crossing_days"]["kind"] == "model"
    for name in ("closed_days", macro["table"], "closed_days_as_of", "as_of.closed_days"):
        parts = json.loads(serai("describe", name, "--json", data=published).stdout)
        columns = [row["column"] for row in parts[:5]]
        assert columns == ["crossing", "first_day", "day_after", "crossing_id", "flow"]
        assert [row["type"] for row in parts[2:4]] == ["parameter", "column"]
        assert all(row["description"] for row in parts)


def test_a_crossing_that_nobody_knows_is_said_in_words(published: Path) -> None:
    found = ask(published, "FROM status_on('Torkam', DATE '2025-10-20')")
    assert found.returncode == 1
    assert "no one crossing is called Torkam: is it torkham" in found.stderr
    assert "Traceback" not in found.stderr


def test_check_judges_without_loading_or_leaving_anything(tmp_path: Path) -> None:
    data = with_facts(tmp_path)
    before = sorted(str(path) for path in data.rglob("*"))
    found = serai("check", "status_reports", "--json", data=data)
    assert found.returncode == 0, found.stderr
    rows = {(row["dataset"], row["row_number"]) for row in json.loads(found.stdout)["quarantine"]}
    assert {("status_reports", 134), ("status_reports", 509)} <= rows
    assert sorted(str(path) for path in data.rglob("*")) == before


def test_a_refused_file_is_exit_code_one_for_check_and_ingest(tmp_path: Path) -> None:
    data = with_facts(tmp_path)
    (data / "raw" / "curated" / "claims.csv").write_text("")
    for command in ("check", "ingest"):
        found = serai(command, "claims", data=data)
        assert found.returncode == 1
        assert "claims refused: curated/claims.csv: the file is empty" in found.stdout


def test_every_command_and_option_has_help() -> None:
    for command in ("ingest", "check", "status", "sql", "dashboard", "describe", "alerts"):
        text = serai(command, "--help", data=HOUSE).stdout
        assert "Usage:" in text
        assert all(len(line.split()) > 1 for line in text.splitlines() if line.strip().startswith("--"))


def test_every_source_feeds_a_dataset_and_every_dataset_is_fed() -> None:
    assert {source.load(name).dataset for name in source.names()} == set(contracts.names())


def test_status_counts_a_row_once_however_many_reasons_hold_it_back() -> None:
    """A header that stands twice in a file is one row and as many reasons as it has typed columns."""
    held = [{"dataset": "timeline", "row": row, "reason": reason} for row, reason in ((7, "a"), (7, "b"), (9, "a"))]
    alerts = {"raised": 0, "undelivered": 0, "channels": {}}
    empty: dict[str, Any] = {"version": "v", "damaged": [], "sources": [], "datasets": [], "runs": []}
    words = show.status(empty | {"alerts": alerts, "quarantine": held}, Settings())
    assert "In quarantine: 2 rows" in words
