"""The rules: one SQL file each in rules/, found by themselves, asked of a new version beside the one before it.

A rule is one SELECT of subject, happened, happened_on, title, text and rows (dataset, key, value), commented as a
model is. It reads the new version's tables by their names, those of the version before as ``before.<name>``, and:

- ``getvariable('day_before')``: the newest day of the version before; ``current_date`` is that of the new one;
- ``standing``, ``standing_before``: each source by the schedule, now and when the version before was made;
- ``damaged``: versions found damaged, with the reason.

No flood. Nothing is raised where no version was published before, by a rule that the version before did not have, or
by one that rests on a dataset of which that version had no facts: a first load, a replay into an empty warehouse and
an upgrade are no news of the world.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse import contracts, models, publish, schema, stopping
from warehouse.events import log
from warehouse.sql import Model, quoted, read_model

HERE = Path(__file__).with_name("rules")
COLUMNS = ("subject", "happened", "happened_on", "title", "text", "rows")
# What ops.schema_parts calls the rules that a version was asked.
PART = "alert rule "
CHANGED = " Serai derives its tables otherwise since this version: that may be the reason, and nothing in the world."
# How each source stands by the schedule, at a time, by the ledger that a cursor reads: lines of ingest.schedule.
Standing = Callable[[duckdb.DuckDBPyConnection, dt.datetime], Sequence[Any]]


def all_rules(folder: Path = HERE) -> list[Model]:
    """Every rule, in alphabetical order. Raises ValueError where one lacks a column or a comment."""
    found = [read_model(path) for path in sorted(folder.glob("*.sql"))]
    for rule in found:
        if tuple(rule.columns) != COLUMNS:
            raise ValueError(f"{rule.name}.sql: the columns of a rule are {', '.join(COLUMNS)}")
    return found


def raise_alerts(con: duckdb.DuckDBPyConnection, folder: Path, standing: Standing, rules: Path = HERE) -> int:
    """Put into ops.alerts what the version in the making has to tell against the published one; return how many.

    A rule that fails is an alert itself, and nobody else's trouble. The writer's place must be held.
    """
    raised, asked = 0, all_rules(rules)
    if publish.current_version(folder) is not None:
        try:
            raised = _compare(con, folder, standing, asked)
        except Exception:
            stopping.heed()
            log.exception("alerts not raised")
    # A rule that is gone is forgotten: should it come back it is new.
    con.execute("DELETE FROM ops.schema_parts WHERE starts_with(name, ?)", [PART])
    for rule in asked:
        schema.remember(con, PART + rule.name, rule.query)
    return raised


def _compare(con: duckdb.DuckDBPyConnection, folder: Path, standing: Standing, asked: list[Model]) -> int:
    """Ask the rules of the new version beside the published one; return how many alerts were raised."""
    with publish.holding(folder) as (version, path):
        con.execute(f"ATTACH {quoted(str(path))} AS before (READ_ONLY)")
        try:
            heard = _heard(con, asked)
            if not heard:
                return 0  # a version of a Serai without alerts, of which nothing else need be known
            _describe(con, folder, standing)
            changed = _other_rules(con)
            return sum(_ask(con, one, version, CHANGED if changed and _rests_on(one) else "") for one in heard)
        finally:
            con.execute("DETACH before")


def _other_rules(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the models of the two versions were made by other SQL."""
    made = "SELECT made_by FROM {}ops.schema_parts WHERE name = 'models'"
    return bool(con.execute(made.format("")).fetchall() != con.execute(made.format("before.")).fetchall())


def _heard(con: duckdb.DuckDBPyConnection, asked: list[Model]) -> list[Model]:
    """The rules that may speak: the version before had them, and facts in every dataset that they rest on."""
    known = {name for (name,) in con.execute("SELECT name FROM before.ops.schema_parts").fetchall()}
    tables = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'before' AND schema_name = 'facts'"
    ).fetchall()
    filled = {name for (name,) in tables if con.execute(f"SELECT 1 FROM before.facts.{name} LIMIT 1").fetchall()}
    return [rule for rule in asked if PART + rule.name in known and _rests_on(rule) <= filled]


def _rests_on(rule: Model) -> set[str]:
    """The datasets behind what a rule reads, but the register of publishers: reports are read without it too."""
    derived = {model.name: model for model in models.ordered()}
    found, waiting = set[str](), set(rule.reads)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= (set(derived[name].reads) if name in derived else set()) - found
    return (found & set(contracts.names())) - {"publishers"}


def _describe(con: duckdb.DuckDBPyConnection, folder: Path, standing: Standing) -> None:
    """Tell the connection of the version before, and of what is not in either version."""
    [(made_at,)] = con.execute("SELECT max(finished_at) FROM before.ops.runs").fetchall()
    con.execute(f"SET VARIABLE day_before = DATE '{day_before(con)}'")
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    for name, database, at in (("standing", None, now), ("standing_before", "before", made_at or now)):
        with con.cursor() as cursor:
            if database:
                cursor.execute(f"USE {database}")
            # The runs that no version has were folded into the new one, and were not there when the other was made.
            cursor.execute("CREATE OR REPLACE TEMP TABLE unpublished AS FROM ops.runs LIMIT 0")
            lines = [asdict(one) for one in standing(cursor, at)]
        _temporary(con, name, lines, STANDING)
    damage = [{"version": version, "reason": why} for version, why in publish.damaged(folder).items()]
    _temporary(con, "damaged", damage, {"version": pl.String, "reason": pl.String})


def day_before(con: duckdb.DuckDBPyConnection) -> dt.date:
    """The newest day of the version before: the one on which its models were made."""
    [(day,)] = con.execute("SELECT made_by FROM before.ops.schema_parts WHERE name = 'models of the day'").fetchall()
    return dt.date.fromisoformat(day)


# What rules read of how a source stands.
STANDING: dict[str, Any] = {
    "source": pl.String,
    "dataset": pl.String,
    "last_started": pl.Datetime("us"),
    "last_outcome": pl.String,
    "last_success": pl.Datetime("us"),
    "next_due": pl.Datetime("us"),
    "owed": pl.Datetime("us"),
    "overdue": pl.Boolean,
    "failures": pl.Int64,
    "paused": pl.Boolean,
    "reason": pl.String,
}


def _temporary(
    con: duckdb.DuckDBPyConnection, name: str, lines: list[dict[str, Any]], columns: dict[str, Any]
) -> None:
    """A temporary table of those lines."""
    frame = pl.DataFrame([{column: line[column] for column in columns} for line in lines], schema=columns)
    con.register("lines", frame.to_arrow())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM lines")
    con.unregister("lines")


def _ask(con: duckdb.DuckDBPyConnection, rule: Model, version: str, note: str) -> int:
    """Insert what one rule raises and the warehouse has not; return how many. The note goes behind each text."""
    try:
        found = con.execute(rule.query).fetchall()
    except duckdb.Error as error:
        stopping.heed()
        log.exception("alert rule failed", rule=rule.name)
        found = [_failed(rule, error)]
    raised = 0
    for values in found:
        alert = dict(zip(COLUMNS, values, strict=True))
        alert_id = identity(rule.name, alert["subject"], alert["happened"])
        if con.execute("SELECT 1 FROM ops.alerts WHERE alert_id = ?", [alert_id]).fetchall():
            continue
        references = {tuple(row.values()): row for row in alert["rows"]}
        rows = [_row(con, **row) for row in references.values()]
        line = alert | {
            "alert_id": alert_id,
            "rule": rule.name,
            "text": alert["text"] + note,
            "rows": json.dumps([row for row, _ in rows], default=str, ensure_ascii=False),
            "sources": json.dumps(_distinct(page for _, page in rows), default=str, ensure_ascii=False),
            "raised_at": dt.datetime.now(dt.UTC).replace(tzinfo=None),
            "compared_with": version,
        }
        names = ", ".join(line)
        con.execute(f"INSERT INTO ops.alerts ({names}) VALUES ({', '.join(f'${name}' for name in line)})", line)
        log.info("alert raised", rule=rule.name, alert_id=alert_id, title=alert["title"])
        raised += 1
    return raised


def identity(rule: str, subject: str, happened: str) -> str:
    """The id of an alert: the same rule, subject and happening are the same alert, wherever it is raised."""
    return hashlib.sha256("\x1f".join((rule, subject, happened)).encode()).hexdigest()[:32]


def _failed(rule: Model, error: duckdb.Error) -> tuple[Any, ...]:
    """What a rule says that could not be asked: once for each error, by its first line."""
    words = str(error).splitlines()[0]
    title = f"The alert rule {rule.name} could not be asked: what it watches may have gone unnoticed"
    return rule.name, f"failed: {words}", None, title, words, []


def _row(
    con: duckdb.DuckDBPyConnection, dataset: str, key: str, value: str
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """A row behind an alert, as its reference with what it says, and the page or source that it came from."""
    of_facts = dataset in contracts.names()
    table = f"facts.{dataset}" if of_facts else dataset
    order = "ORDER BY loaded_at DESC" if of_facts else ""
    cursor = con.execute(f'SELECT * FROM {table} WHERE "{key}" = ? {order} LIMIT 1', [value])
    names = [column[0] for column in cursor.description]
    found = next((dict(zip(names, line, strict=True)) for line in cursor.fetchall()), {})
    said = {name: found[name] for name in ("known_from", "note", "source_name", "source_url") if found.get(name)}
    return {"dataset": dataset, key: value, **said}, _page(con, found)


def _page(con: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> dict[str, Any] | None:
    """Who printed a row and how to cite it: its page or, where it has none, the source itself."""
    declared = con.execute(
        """
        SELECT publisher, CASE WHEN live THEN address END, licence, licence_url, citation
        FROM ops.sources WHERE source = ?
        """,
        [row.get("source")],
    ).fetchall()
    if not declared:
        return None
    publisher, address, licence, licence_url, citation = declared[0]
    return {
        "name": row.get("source_name") or publisher,
        "url": row.get("source_url") or address,
        "source": row["source"],
        "licence": licence,
        "licence_url": licence_url,
        "citation": citation,
    }


def _distinct(pages: Any) -> list[dict[str, Any]]:
    """Each page once, in the order in which they come."""
    return list({(page["name"], page["url"]): page for page in pages if page}.values())
