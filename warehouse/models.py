"""Everything derived: one SQL file a model, built as a table, in the order that their own text asks for."""

from __future__ import annotations

import graphlib
from pathlib import Path

import duckdb

from warehouse import as_of, contracts
from warehouse.sql import Model, described, read_model

HERE = Path(__file__).with_name("models")


def ordered(folder: Path = HERE) -> list[Model]:
    """All models, each after those that it reads. Raises graphlib.CycleError where they read in a circle."""
    models = {path.stem: read_model(path) for path in sorted(folder.glob("*.sql"))}
    graph = {name: model.reads & models.keys() for name, model in models.items()}
    return [models[name] for name in graphlib.TopologicalSorter(graph).static_order()]


def build(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Make every model anew, with its comments and what makes it askable as of a day; return the rows of each."""
    models = ordered()
    by_name = {model.name: model for model in models}
    for model in models:
        con.execute(f"CREATE OR REPLACE {model.kind} {model.name} AS {model.query}")
        con.execute(described(model.kind, model.name, model.description, model.columns))
        if model.of_facts:
            con.execute(as_of.of_model(model, by_name))
    tables = [model.name for model in models if model.kind == "TABLE"]
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables)
    return dict(con.execute(counts).fetchall())


def refresh_freshness(con: duckdb.DuckDBPyConnection) -> None:
    """Fill ops.freshness from the fact tables and the run ledger."""
    con.execute("DELETE FROM ops.freshness")
    for name in contracts.names():
        published = contracts.load(name).published or "NULL::DATE"
        con.execute(
            f"""
            INSERT INTO ops.freshness BY NAME
            SELECT
                $dataset AS dataset,
                count(*) FILTER (superseded_at IS NULL) AS rows,
                (SELECT count(DISTINCT row_number) FROM quarantine WHERE dataset = $dataset) AS rows_quarantined,
                max({published}) FILTER (superseded_at IS NULL) AS newest_published,
                max(known_from) FILTER (superseded_at IS NULL) AS newest_known_from,
                max(greatest(loaded_at, coalesce(superseded_at, loaded_at))) AS last_change_at,
                (SELECT max(finished_at) FROM ops.runs WHERE dataset = $dataset) AS last_run_at,
                (SELECT max_by(outcome, finished_at) FROM ops.runs WHERE dataset = $dataset) AS last_outcome
            FROM facts.{name}
            """,
            {"dataset": name},
        )
