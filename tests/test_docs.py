"""The documents say what is so: generated ones are current, queries give their answers, commands run."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from docs import make
from tests.conftest import HOUSE, serai
from warehouse.connect import Reader, reading

DOCUMENTS = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").glob("*.md")])
README = (HOUSE / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def facts(published: Path) -> Iterator[Reader]:
    with reading(published / "warehouse") as reader:
        yield reader


def text(name: str) -> str:
    return (HOUSE / name).read_text(encoding="utf-8")


def test_the_data_package_is_current(facts: Reader) -> None:
    assert make.package(facts) == text("data/raw/datapackage.json"), "run make docs"


def test_the_dictionary_is_current(facts: Reader) -> None:
    assert make.data_dictionary(facts) == text("docs/dictionary.md"), "run make docs"


def test_settings_and_commands_are_current() -> None:
    assert make.settings_list() == text("docs/settings.md"), "run make docs"
    assert make.command_line() == text("docs/cli.md"), "run make docs"


def test_each_question_in_sql_has_its_answer(facts: Reader) -> None:
    document = text("docs/sql.md")
    blocks = list(make.ANSWERED.finditer(document))
    assert len(blocks) == document.count("```sql\n") == len(re.findall(r"^## \d+\. .*\?$", document, re.MULTILINE))
    assert len(blocks) >= 20
    for block in blocks:
        assert make.answer(facts, block["query"]) == block["answer"], f"the answer changed: {block['query'][:60]}"


def test_no_answer_changes_with_the_calendar() -> None:
    assert not re.findall(r"current_date|today\(|now\(", text("docs/sql.md"))


def test_an_answer_too_long_to_read_and_one_without_rows_are_refused(facts: Reader) -> None:
    for query in ("FROM range(13)", "FROM range(0)"):
        with pytest.raises(ValueError, match="no rows, or more than 12"):
            make.answer(facts, query)


def test_every_table_column_and_macro_is_described_in_the_database(facts: Reader) -> None:
    silent = """
        SELECT table_name, column_name FROM duckdb_columns() WHERE comment IS NULL AND NOT internal
        UNION ALL SELECT table_name, NULL FROM duckdb_tables() WHERE comment IS NULL
        UNION ALL SELECT view_name, NULL FROM duckdb_views() WHERE comment IS NULL AND NOT internal
        UNION ALL SELECT function_name, NULL FROM duckdb_functions() WHERE comment IS NULL AND NOT internal
    """
    assert facts.cursor().execute(silent).fetchall() == []


def test_the_commands_of_the_readme_run(published: Path) -> None:
    block = README.split("## Asking in SQL")[1].split("```sh\n")[1].split("```")[0]
    commands = [line.removeprefix(".venv/bin/serai ") for line in block.splitlines() if "bin/serai" in line]
    assert len(commands) == 4
    for command in commands:
        arguments = shlex.split(command.split(" > ")[0], comments=True)
        done = serai(*arguments, data=published)
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_the_tables_and_macros_that_the_readme_names_exist(facts: Reader) -> None:
    rows = re.findall(r"^\| (`.*?) \|", README, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z_.]+)[`(]", row)}
    tables = {
        f"{schema}.{name}" if schema != "main" else name
        for schema, name in facts.ledger()
        .execute("SELECT table_schema, table_name FROM information_schema.tables")
        .fetchall()
    }
    macros = facts.cursor().execute("SELECT function_name FROM duckdb_functions() WHERE NOT internal").fetchall()
    assert named <= tables | {name for (name,) in macros}
    assert len(named) > 10


def test_the_figures_of_the_readme_are_those_of_the_warehouse(facts: Reader) -> None:
    [(rows,)] = facts.cursor().execute("SELECT sum(rows_seen)::INT FROM ops.runs").fetchall()
    [(held_back,)] = facts.cursor().execute("SELECT count(DISTINCT (dataset, row_number)) FROM quarantine").fetchall()
    assert f"{held_back} of {rows:,} are held back today" in README
    assert f"with {rows:,} rows" in text("CHANGELOG.md")
    [(nowhere,)] = facts.cursor().execute("SELECT count(*) FROM crossings WHERE lat IS NULL").fetchall()
    assert f"{nowhere} crossings have no coordinates" in README
    [(names, of_nowhere)] = (
        facts.cursor().execute("SELECT count(*), count(*) FILTER (country IS NULL) FROM publishers").fetchall()
    )
    assert f"{of_nowhere} of {names:,} names have no country" in README


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files_that_exist(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_make_help_lists_every_target() -> None:
    # make test runs the tests, and a make within a make says where it goes.
    help_in_words = ["make", "--no-print-directory", "help"]
    listed = subprocess.run(help_in_words, cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^([a-z-]+):", (HOUSE / "Makefile").read_text(), re.MULTILINE)
    assert {line.split()[0] for line in listed.splitlines()} == set(targets)


def test_the_lock_names_no_index_and_carries_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lock = text(name)
        assert "://" not in lock
        assert lock.count("==") == len(re.findall(r"==.*\\\n    --hash=sha256:", lock))
    assert not (HOUSE / "uv.lock").exists()


def test_the_citation_carries_the_version() -> None:
    citation = yaml.safe_load(text("CITATION.cff"))
    pyproject = text("pyproject.toml")
    assert f'version = "{citation["version"]}"' in pyproject
    assert f"## {citation['version']}, {citation['date-released']}" in text("CHANGELOG.md")


def test_no_function_is_longer_than_sixty_lines_and_no_file_than_four_hundred() -> None:
    own = [path for path in HOUSE.rglob("*.py") if not {".venv", "build"} & set(path.parts)]
    sources = {path: path.read_text(encoding="utf-8") for path in own}
    assert [path for path, source in sources.items() if source.count("\n") >= 400] == []
    functions = [
        (path, node)
        for path, source in sources.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
    ]
    assert [(path, one.name) for path, one in functions if (one.end_lineno or 0) - one.lineno >= 60] == []


def test_packages_depend_one_way() -> None:
    may_know = {
        "warehouse": {"warehouse"},
        "expectations": {"expectations", "warehouse"},
        "alerts": {"alerts", "warehouse"},
        "ingest": {"ingest", "alerts", "expectations", "warehouse"},
    }
    imports = re.compile(
        r"^\s*(?:from|import) (alerts|warehouse|expectations|ingest|serai|dashboards)\b", re.MULTILINE
    )
    for package, allowed in may_know.items():
        for path in (HOUSE / package).rglob("*.py"):
            assert set(imports.findall(path.read_text(encoding="utf-8"))) <= allowed, path
