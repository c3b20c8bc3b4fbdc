"""Everything derived: one SQL file a model, built as a table, in the order that their own text asks for."""

from __future__ import annotations

import graphlib
import hashlib
from pathlib import Path

import duckdb

from warehouse import as_of, contracts, schema
from warehouse.load import transaction
from warehouse.sql import Model, described, read_model

HERE = Path(__file__).with_name("models")


def ordered(folder: Path = HERE) -> list[Model]:
    """All models, each after those that it reads. Raises graphlib.CycleError where they read in a circle."""
    models = {path.stem: read_model(path) for path in sorted(folder.glob("*.sql"))}
    # Sorted, so that the order is the same in every process, and with it the hash over them all.
    graph = {name: sorted(model.reads & models.keys()) for name, model in models.items()}
    return [models[name] for name in graphlib.TopologicalSorter(graph).static_order()]


def build(con: duckdb.DuckDBPyConnection, changed: set[str] | None = None) -> dict[str, int]:
    """Make the models anew from the facts as they are; return the rows of each table.

    Where ``changed`` names the datasets with other rows than when the models were last made, those that do not rest
    on them stay as they are, unless another day has begun.
    """
    models, parts = ordered(), schema.parts(con)
    made_by, [(today,)] = _made_by(models), con.execute("SELECT current_date::VARCHAR").fetchall()
    if parts.get("models") == made_by:
        same_day = parts.get("models of the day") == today
        _refill(con, models if changed is None else _stale(models, changed, same_day=same_day))
    else:
        _drop_others(con, {model.name: model.kind for model in models})
        _make(con, models)
        schema.remember(con, "models", made_by)
    schema.remember(con, "models of the day", today)
    tables = [model.name for model in models if model.kind == "TABLE"]
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables)
    return dict(con.execute(counts).fetchall())


def _stale(models: list[Model], changed: set[str], *, same_day: bool) -> list[Model]:
    """The models with other rows than before: they rest on what changed, on tables beside, or on another day."""
    stale: dict[str, Model] = {}
    for model in models:
        if model.reads & (changed | stale.keys()) or model.beside_facts or (model.of_today and not same_day):
            stale[model.name] = model
    return list(stale.values())


def _made_by(models: list[Model]) -> str:
    """A hash of all that gives the models their columns, comments and macros: their text, the contracts, as_of.py."""
    texts = [model.query for model in models]
    texts.append(Path(as_of.__file__).read_text(encoding="utf-8"))
    texts += [schema.table_ddl(contracts.load(name)) for name in contracts.names()]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _make(con: duckdb.DuckDBPyConnection, models: list[Model]) -> None:
    """Each model with its comments, and what makes it askable as of a day."""
    by_name = {model.name: model for model in models}
    for model in models:
        con.execute(f"CREATE OR REPLACE {model.kind} {model.name} AS {model.query}")
    # Each of thousands of comments would else be written to the disk and waited for.
    with transaction(con):
        for model in models:
            con.execute(described(model.kind, model.name, model.description, model.columns))
            if model.of_facts:
                con.execute(as_of.of_model(model, by_name))


def _refill(con: duckdb.DuckDBPyConnection, models: list[Model]) -> None:
    """The same tables with new rows: comments and macros, which take longer than the rows, stay as they are."""
    for model in models:
        if model.kind == "TABLE":
            con.execute(f"DELETE FROM {model.name}")
            con.execute(f"INSERT INTO {model.name} {model.query}")


def _drop_others(con: duckdb.DuckDBPyConnection, kinds: dict[str, str]) -> None:
    """Drop what an older Serai derived and this one does not, or not as that kind, and what asked it as of a day."""
    existing = con.execute(
        """
        SELECT table_name, if(table_type = 'VIEW', 'VIEW', 'TABLE') FROM information_schema.tables
        WHERE table_catalog = current_database() AND table_schema = 'main'
        """
    ).fetchall()
    for name, kind in existing:
        if kinds.get(name) != kind and name not in contracts.names():
            con.execute(
                f"DROP {kind} {name}; DROP VIEW IF EXISTS as_of.{name}; DROP MACRO TABLE IF EXISTS {name}_as_of"
            )


def refresh_freshness(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ops.freshness from the fact tables and the run ledger."""
    con.execute("DELETE FROM ops.freshness")
    con.execute(
        f"""
        INSERT INTO ops.freshness BY NAME
        WITH held AS (
            SELECT dataset, count(DISTINCT row_number) AS rows_quarantined FROM quarantine GROUP BY dataset
        ),

        runs AS (
            SELECT dataset, max(finished_at) AS last_run_at, max_by(outcome, finished_at) AS last_outcome
            FROM ops.runs
            GROUP BY dataset
        )

        SELECT facts.*, coalesce(rows_quarantined, 0) AS rows_quarantined, last_run_at, last_outcome
        FROM ({" UNION ALL ".join(_fresh(name) for name in contracts.names())}) AS facts
        LEFT JOIN held USING (dataset)
        LEFT JOIN runs USING (dataset)
        """
    )


def _fresh(dataset: str) -> str:
    """The query for how many facts a dataset has and how new they are, in one row."""
    return f"""
        SELECT
            '{dataset}' AS dataset,
            count(*) FILTER (superseded_at IS NULL) AS rows,
            max({contracts.load(dataset).published or "NULL::DATE"})
                FILTER (superseded_at IS NULL) AS newest_published,
            max(known_from) FILTER (superseded_at IS NULL) AS newest_known_from,
            max(greatest(loaded_at, coalesce(superseded_at, loaded_at))) AS last_change_at
        FROM facts.{dataset}
    """
