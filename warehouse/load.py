"""Loading by key: the same row again is no change, a changed row closes its old version, a row gone is marked.

The rows of one batch are all that its source says today of its scope, which is everything where it does not say
otherwise. A key that stands in the batch but was held back by the judges keeps its last good version: it is neither
changed nor gone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import duckdb
import polars as pl

from warehouse.contracts import Contract
from warehouse.knowledge import with_knowledge


@dataclass(frozen=True)
class Scope:
    """The part of its source's rows that a batch speaks for: a row of that part which the batch lacks is gone.

    ``where`` is SQL over the dataset's columns, ``values`` what its ``$names`` stand for.
    """

    where: str = "true"
    values: Mapping[str, object] = field(default_factory=dict)


EVERYTHING = Scope()
NOTHING = Scope("false")


@dataclass(frozen=True)
class Delivery:
    """Who brings a batch, by which run, when (later than any earlier run), and what it speaks for."""

    source: str
    run_id: str
    at: dt.datetime
    scope: Scope = EVERYTHING


@dataclass(frozen=True)
class Loaded:
    """What one batch changed, in rows."""

    added: int = 0
    corrected: int = 0
    withdrawn: int = 0
    unchanged: int = 0


def load(
    con: duckdb.DuckDBPyConnection, contract: Contract, rows: pl.DataFrame, *, present: pl.DataFrame, by: Delivery
) -> Loaded:
    """Bring ``facts.<dataset>`` to what the batch says, in the caller's transaction, and count what changed.

    ``rows`` are the rows that passed, in the contract's columns; ``present`` all rows of the batch, with at least the
    key columns. Raises duckdb.ConstraintException where a row breaks a check of the table.
    """
    con.register("batch_rows", with_knowledge(contract, rows).to_arrow())
    con.register("batch_keys", present.select(contract.primary_key).to_arrow())
    try:
        _stage(con, contract, by.source)
        _stage_gone(con, contract, by)
        counts = _count(con)
        _apply(con, contract, {"source": by.source, "run_id": by.run_id, "at": by.at})
    finally:
        con.unregister("batch_rows")
        con.unregister("batch_keys")
    return counts


@contextlib.contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All that the block does to the database, or nothing of it."""
    con.begin()
    try:
        yield
    except BaseException:
        con.rollback()
        raise
    con.commit()


def row_key(contract: Contract, alias: str) -> str:
    """The SQL of a row's key: a hash over the primary key, empty values told from empty text."""
    parts = ", ".join(f"coalesce({alias}.{name}::VARCHAR, chr(30))" for name in contract.primary_key)
    return f"md5(concat_ws(chr(31), {parts}))"


def _stage(con: duckdb.DuckDBPyConnection, contract: Contract, source: str) -> None:
    """Sort the rows of the batch into the temp table incoming: verdict new, changed or same."""
    # What we make of a page's date is compared too: a better reading of it is a correction like any other.
    said = [*contract.columns, "known_from", "known_from_basis"]
    columns = ", ".join(said)
    old = ", ".join(f"old.{name}" for name in said)
    new = ", ".join(f"new.{name}" for name in said)
    table = f"facts.{contract.name}"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE incoming AS
        WITH new AS (SELECT {row_key(contract, "b")} AS row_key, b.* FROM batch_rows AS b)
        SELECT
            new.*,
            CASE
                WHEN old.row_key IS NULL THEN 'new'
                WHEN ({old}) IS DISTINCT FROM ({new}) THEN 'changed'
                ELSE 'same'
            END AS verdict
        FROM new
        LEFT JOIN (
            SELECT row_key, {columns} FROM {table} WHERE superseded_at IS NULL AND source = $source
        ) AS old USING (row_key)
        """,
        {"source": source},
    )


def _stage_gone(con: duckdb.DuckDBPyConnection, contract: Contract, by: Delivery) -> None:
    """The temp tables gone (rows of the scope that the batch lacks) and restated (those of them in other words)."""
    table = f"facts.{contract.name}"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE gone AS
        SELECT old.row_key, {_subject(contract, "old")} AS subject
        FROM {table} AS old
        WHERE
            old.superseded_at IS NULL
            AND old.source = $source
            AND old.row_key NOT IN (SELECT {row_key(contract, "k")} FROM batch_keys AS k)
            AND ({by.scope.where})
        """,
        {"source": by.source, **by.scope.values},
    )
    con.execute(
        f"""
        -- One figure gone and one new for the same subject is one figure corrected.
        CREATE OR REPLACE TEMP TABLE restated AS
        SELECT any_value(row_key) AS row_key
        FROM gone
        WHERE {bool(contract.statement)} AND subject IN (
            SELECT {_subject(contract, "i")} FROM incoming AS i
            WHERE i.verdict = 'new' GROUP BY ALL HAVING count(*) = 1
        )
        GROUP BY subject
        HAVING count(*) = 1
        """
    )


def _subject(contract: Contract, alias: str) -> str:
    named = [name for name in contract.primary_key if name not in contract.statement]
    parts = ", ".join(f"coalesce({alias}.{name}::VARCHAR, chr(30))" for name in named)
    return f"concat_ws(chr(31), {parts})"


def _count(con: duckdb.DuckDBPyConnection) -> Loaded:
    # fetchall, not fetchone: DuckDB 2.0 refuses other work while a result is unread.
    [found] = con.execute(
        """
        SELECT
            count(*) FILTER (verdict = 'new') - (SELECT count(*) FROM restated),
            count(*) FILTER (verdict = 'changed') + (SELECT count(*) FROM restated),
            (SELECT count(*) FROM gone) - (SELECT count(*) FROM restated),
            count(*) FILTER (verdict = 'same')
        FROM incoming
        """
    ).fetchall()
    return Loaded(*found)


def _apply(con: duckdb.DuckDBPyConnection, contract: Contract, run: dict[str, object]) -> None:
    table = f"facts.{contract.name}"
    con.execute(
        f"""
        UPDATE {table}
        SET
            superseded_at = $at,
            superseded_why = CASE
                WHEN row_key IN (SELECT row_key FROM gone)
                    AND row_key NOT IN (SELECT row_key FROM restated) THEN 'withdrawn'
                ELSE 'corrected'
            END
        WHERE
            superseded_at IS NULL
            AND source = $source
            AND row_key IN (SELECT row_key FROM gone UNION ALL SELECT row_key FROM incoming WHERE verdict = 'changed')
        """,
        {"at": run["at"], "source": run["source"]},
    )
    con.execute(
        f"""
        INSERT INTO {table} BY NAME
        SELECT * EXCLUDE (verdict), $source AS source, $run_id AS run_id, $at AS loaded_at
        FROM incoming WHERE verdict <> 'same'
        """,
        run,
    )
