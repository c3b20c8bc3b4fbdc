"""Make the documents that are generated: ``python -m docs.make``, or with --check see whether they are current.

data/raw/datapackage.json comes from the contracts, docs/dictionary.md from the contracts and models, docs/settings.md
and docs/cli.md from the program, the answers in docs/sql.md from the shipped facts.

Rows that break their contract stay in the shipped files; the package lists them as rows to be passed over, so that
other readers of the package get what Serai loads. Of misprints it says what Serai loads in their place.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from ingest import run, source
from serai.cli import app
from serai.settings import Settings, settings
from warehouse import contracts, dictionary
from warehouse.connect import Limits, Reader, ask, reading

HOUSE = Path(__file__).resolve().parent.parent
# Keys that are ours and not Table Schema's.
OWN_KEYS = ("name", "title", "description", "knowledge", "statement", "judgedAgainst", "register", "located")
# A query and the table behind it; for a query that is new, a table of one empty line.
ANSWERED = re.compile(r"```sql\n(?P<query>(?:.*\n)*?.*);\n```\n\n(?P<answer>(?:\|.*\n)+)")
# An answer that is to be read is small.
SMALL = Limits(seconds=60, rows=12, memory_mb=1024)


def main() -> None:
    """Write every generated document, or with --check stop with code 1 naming those that are not current."""
    with shipped_facts() as reader:
        made = {
            "data/raw/datapackage.json": package(reader),
            "docs/dictionary.md": data_dictionary(reader),
            "docs/sql.md": answers(reader, _text(HOUSE / "docs" / "sql.md")),
            "docs/settings.md": settings_list(),
            "docs/cli.md": command_line(),
        }
    if "--check" in sys.argv:
        stale = [name for name, text in made.items() if _text(HOUSE / name) != text]
        sys.exit(f"not current, run make docs: {', '.join(stale)}" if stale else 0)
    for name, text in made.items():
        (HOUSE / name).write_text(text, encoding="utf-8")


@contextlib.contextmanager
def shipped_facts() -> Iterator[Reader]:
    """A reader of a warehouse with the shipped facts and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        places = replace(
            settings().places, raw=HOUSE / "data" / "raw", warehouse=Path(folder), reports=Path(folder) / "r"
        )
        run.ingest(places, source.shipped(), settings().ingest_limits, lambda *_: None)
        with reading(Path(folder)) as reader:
            yield reader


def package(reader: Reader) -> str:
    """data/raw/datapackage.json: the shipped facts as a Frictionless data package."""
    broken: dict[str, dict[int, str]] = {}
    for name, row, reason in reader.cursor().sql("SELECT source, row_number, reason FROM quarantine").fetchall():
        broken.setdefault(name, {})[row] = reason
    descriptor = {
        "name": "serai-facts",
        "title": "Serai: shipped facts on Afghanistan's land borders",
        "description": "Every row is one fact as one source reported it. Sources that disagree are separate rows.",
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "resources": [
            _resource(source.load(name), broken.get(name, {}), _corrected(reader, name)) for name in source.shipped()
        ],
    }
    return json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n"


def answers(reader: Reader, text: str) -> str:
    """The document with the answer of each of its queries in the table behind it.

    Raises ValueError where an answer is empty or longer than SMALL.
    """
    return ANSWERED.sub(lambda block: f"```sql\n{block['query']};\n```\n\n{answer(reader, block['query'])}", text)


def answer(reader: Reader, query: str) -> str:
    """The answer to one query as a table of Markdown, asked as `serai sql` asks it."""
    found = ask(reader.cursor(), query, SMALL)
    if found.cut or not found.table.num_rows:
        raise ValueError(f"no rows, or more than {SMALL.rows}: {query}")
    names = found.table.column_names
    rows = [names, ["---"] * len(names), *(map(_cell, row.values()) for row in found.table.to_pylist())]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def data_dictionary(reader: Reader) -> str:
    """docs/dictionary.md: every table, column and macro, as the database describes them."""
    parts = [
        "# Data dictionary",
        "",
        "Made by `make docs` from contracts, models and macros. `facts.<dataset>` has the columns of its dataset,",
        "all versions of all rows; `as_of.<name>` those of the table, model or macro, as known on the day in the",
        "variable; `<name>_as_of(…, day)` the same for the day given.",
        "",
    ]
    for table in dictionary.tables(reader.cursor()):
        if table["kind"] not in ("facts, all versions", "as of a day"):
            parts += [f"## {table['table']}", "", f"{table['kind']}. {table['description']}", ""]
            parts += _columns(dictionary.columns(reader.cursor(), table["table"]))
    return "\n".join(parts)


def settings_list() -> str:
    """docs/settings.md: every setting with its default."""
    lines = [
        "# Settings",
        "",
        "Set them in the environment.",
        "",
        "| variable | default | what it is for |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "data" if name == "data" else field.default
        lines.append(f"| `SERAI_{name.upper()}` | {default} | {field.description} |")
    return "\n".join([*lines, ""])


def command_line() -> str:
    """docs/cli.md: every command with its arguments and options, as --help prints them."""
    root = typer.main.get_group(app)
    parts = ["# Command line", "", (root.help or ""), ""]
    for name, command in sorted(root.commands.items()):
        parts += [f"## serai {name}", "", command.help or "", ""]
        parts += [f"- `{_spelling(one)}`: {getattr(one, 'help', '') or ''}" for one in command.params]
        parts.append("")
    codes = (
        "Exit codes: 0 done; 1 a source was refused, or the question had no answer; 2 wrong use; "
        "3 nothing published yet, or another ingest is running; 4 the rows were cut at the limit; "
        "5 the disk is full, not writable or damaged; 130 stopped by the user."
    )
    return "\n".join([*parts, codes, ""])


def _corrected(reader: Reader, name: str) -> list[dict[str, Any]]:
    found = reader.cursor().execute(
        """
        SELECT row_number, action, field, printed, loaded, reason FROM corrections
        WHERE source = ? ORDER BY row_number, field
        """,
        [name],
    )
    columns = ("row", "action", "field", "printed", "loaded", "reason")
    return [dict(zip(columns, line, strict=True)) for line in found.fetchall()]


def _resource(one: source.Source, broken: dict[int, str], corrected: list[dict[str, Any]]) -> dict[str, Any]:
    contract = contracts.load(one.dataset)
    descriptor = contracts.descriptor(one.dataset)
    table = {key: value for key, value in descriptor.items() if key not in OWN_KEYS}
    # A value that stands for many rows is beyond Table Schema, so such a key is left to Serai's own judges.
    keys = [key for key in table.pop("foreignKeys", []) if "except" not in key]
    table["foreignKeys"] = [{"fields": key["fields"], "reference": key["reference"]} for key in keys]
    resource: dict[str, Any] = {
        "name": one.name,
        "type": "table",
        "path": one.address,
        "title": contract.title,
        "description": contract.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {**table, "missingValues": [""]},
    }
    if broken:
        resource["dialect"] = {"commentRows": sorted(broken)}
        resource["heldBack"] = [{"row": row, "reason": reason} for row, reason in sorted(broken.items())]
    if corrected:
        resource["corrections"] = corrected
    return resource


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_cell, value))
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    return "" if value is None else str(value).replace("|", "\\|")


def _columns(columns: list[dict[str, Any]]) -> list[str]:
    lines = ["| column | type | description |", "|---|---|---|"]
    lines += [
        f"| {row['column']} | {row['type']} | {(row['description'] or '').replace('|', '/')} |" for row in columns
    ]
    return [*lines, ""]


def _spelling(parameter: Any) -> str:
    return ", ".join(parameter.opts) if parameter.param_type_name == "option" else (parameter.name or "").upper()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    main()
