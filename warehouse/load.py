"""Loading by key: the same row again is no change, a changed row closes its old version, a row gone is marked.

A batch is staged slice by slice in temporary tables, which spill to the disk, and loaded in one step. Its rows are
all that its source says today of its scope, which is everything where it does not say otherwise. A key that stands in
the batch but was held back by the judges keeps its last good version: it is neither changed nor gone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType

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

    @property
    def changes(self) -> int:
        """How many rows are other than they were."""
        return self.added + self.corrected + self.withdrawn


class Stage:
    """The rows of one batch on their way in, where nobody sees them; as a context, for one batch at a time.

    ``add`` its slices, ``hold_back`` what the judges found, then ``load``. A fact table has no index that would keep
    keys apart, for at a million rows it takes longer than all else: that no row is loaded twice is promised here.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, contract: Contract) -> None:
        self.con = con
        self.contract = contract

    def __enter__(self) -> Stage:
        self._drop()
        self.con.execute(
            'CREATE TEMP TABLE held (row_number BIGINT, expectation VARCHAR, reason VARCHAR, "row" JSON)'
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    def add(self, rows: pl.DataFrame) -> None:
        """Stage a slice: row_number, the contract's columns, and whatever else the rows came with."""
        self.con.register("slice", with_knowledge(self.contract, rows).to_arrow())
        made = self.con.execute("SELECT 1 FROM duckdb_tables() WHERE temporary AND table_name = 'staged'").fetchall()
        into = "INSERT INTO staged BY NAME" if made else "CREATE TEMP TABLE staged AS"
        self.con.execute(f"{into} SELECT {row_key(self.contract, 's')} AS row_key, s.* FROM slice AS s")
        self.con.unregister("slice")

    def hold_back(self, lines: pl.DataFrame) -> None:
        """Keep rows from being loaded: a line for each reason: row_number, expectation, reason and row (JSON)."""
        self.con.register("lines", lines.to_arrow())
        self.con.execute("INSERT INTO held BY NAME FROM lines")
        self.con.unregister("lines")

    def twice(self) -> pl.DataFrame:
        """The rows whose key another row of the batch has too, as they were added."""
        self.con.execute(
            """
            CREATE OR REPLACE TEMP TABLE twice AS
            SELECT row_number FROM staged
            WHERE row_key IN (SELECT row_key FROM staged GROUP BY row_key HAVING count(*) > 1)
            """
        )
        found: pl.DataFrame = self.con.sql(
            """
            SELECT * EXCLUDE (row_key, known_from, known_from_basis) FROM staged SEMI JOIN twice USING (row_number)
            ORDER BY row_number
            """
        ).pl()
        return found

    def load(self, by: Delivery) -> Loaded:
        """Bring ``facts.<dataset>`` to what the batch says, in the caller's transaction, and count what changed.

        ``twice`` has been asked, and what it said been held back. Raises duckdb.ConstraintException where a row
        breaks a check of the table, ValueError where two rows share a key.
        """
        self.con.execute("CREATE OR REPLACE TEMP VIEW good AS FROM staged ANTI JOIN held USING (row_number)")
        [(double,)] = self.con.execute("SELECT count(*) FROM twice ANTI JOIN held USING (row_number)").fetchall()
        if double:
            raise ValueError(f"{double} rows share their key with another: hold them back first")
        _compare(self.con, self.contract, by.source)
        _find_gone(self.con, self.contract, by)
        counts = _count(self.con)
        _apply(self.con, self.contract, {"source": by.source, "run_id": by.run_id, "at": by.at})
        return counts

    def _drop(self) -> None:
        self.con.execute("DROP VIEW IF EXISTS temp.good")
        for name in ("staged", "held", "twice", "met", "again", "gone", "restated"):
            self.con.execute(f"DROP TABLE IF EXISTS temp.{name}")


def load(
    con: duckdb.DuckDBPyConnection, contract: Contract, rows: pl.DataFrame, *, present: pl.DataFrame, by: Delivery
) -> Loaded:
    """The same for a batch in one piece: ``rows`` of ``present`` passed; both in the contract's columns."""
    with Stage(con, contract) as stage:
        numbered = present.with_row_index("row_number")
        stage.add(numbered)
        stage.twice()
        bad = numbered.join(rows, on=list(contract.primary_key), how="anti", nulls_equal=True)
        why = {"expectation": "", "reason": "", "row": "{}"}
        stage.hold_back(bad.select("row_number", *(pl.lit(value).alias(name) for name, value in why.items())))
        return stage.load(by)


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


def _compare(con: duckdb.DuckDBPyConnection, contract: Contract, source: str) -> None:
    """The temp table again: rows of the batch whose key is current already, and whether they say something else."""
    # What we make of a page's date is compared too: a better reading of it is a correction like any other.
    said = [*contract.columns, "known_from", "known_from_basis"]
    columns = ", ".join(said)
    old = ", ".join(f"old.{name}" for name in said)
    new = ", ".join(f"new.{name}" for name in said)
    current = f"FROM facts.{contract.name} WHERE superseded_at IS NULL AND source = $source"
    # Keys first: most batches of events meet none, and reading all columns of all rows takes its time.
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE met AS
        SELECT row_key {current} AND row_key IN (SELECT row_key FROM staged)
        """,
        {"source": source},
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE again AS
        SELECT new.row_key, ({old}) IS DISTINCT FROM ({new}) AS changed
        FROM (FROM good SEMI JOIN met USING (row_key)) AS new
        INNER JOIN (
            SELECT row_key, {columns} {current} AND row_key IN (SELECT row_key FROM met)
        ) AS old USING (row_key)
        """,
        {"source": source},
    )


def _find_gone(con: duckdb.DuckDBPyConnection, contract: Contract, by: Delivery) -> None:
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
            AND old.row_key NOT IN (SELECT row_key FROM staged)
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
            SELECT {_subject(contract, "n")} FROM (FROM good ANTI JOIN again USING (row_key)) AS n
            GROUP BY ALL HAVING count(*) = 1
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
            (SELECT count(*) FROM good) - count(*) - (SELECT count(*) FROM restated),
            count(*) FILTER (changed) + (SELECT count(*) FROM restated),
            (SELECT count(*) FROM gone) - (SELECT count(*) FROM restated),
            count(*) FILTER (NOT changed)
        FROM again
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
            AND row_key IN (SELECT row_key FROM gone UNION ALL SELECT row_key FROM again WHERE changed)
        """,
        {"at": run["at"], "source": run["source"]},
    )
    con.execute(
        f"""
        INSERT INTO {table} BY NAME
        SELECT
            row_key, {", ".join(contract.columns)}, known_from, known_from_basis,
            $source AS source, $run_id AS run_id, $at AS loaded_at
        FROM good ANTI JOIN (SELECT row_key FROM again WHERE NOT changed) USING (row_key)
        """,
        run,
    )
