"""The run ledger: what came of each source, what was judged, held back and corrected."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from expectations.findings import OVERSIZED, UNREADABLE
from ingest import corrections, source
from ingest.corrections import Applied
from ingest.source import Source
from warehouse import contracts, journal
from warehouse.contracts import Contract
from warehouse.load import Loaded, row_key

if TYPE_CHECKING:
    from expectations.verdict import Verdict

HOUSE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class SourceRun:
    """What came of one source: a line of the run ledger."""

    run_id: str
    source: str
    dataset: str
    outcome: str
    started_at: dt.datetime
    seconds: float
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    clock_at: dt.datetime | None = None
    due_at: dt.datetime | None = None
    late: bool = False
    reason: str | None = None
    snapshot: str | None = None
    fingerprint: str | None = None
    rows_seen: int = 0
    rows_quarantined: int = 0
    warnings: int = 0
    loaded: Loaded = field(default_factory=Loaded)


def newest(con: duckdb.DuckDBPyConnection) -> dt.datetime | None:
    """When the newest run began, None before the first."""
    [(found,)] = con.execute("SELECT max(started_at) FROM ops.runs").fetchall()
    at: dt.datetime | None = found
    return at


def moment(
    con: duckdb.DuckDBPyConnection, folder: Path, clock: dt.datetime, latest: dt.datetime | None = None
) -> dt.datetime:
    """When a run begins, UTC: what the clock says, but later than ``latest`` and any run that the ledger has."""
    unpublished: list[dt.datetime] = [line["started_at"] for line in journal.lines(folder)]
    earlier = [at for at in (latest, newest(con), *unpublished) if at]
    return max([clock, *(at + dt.timedelta(microseconds=1) for at in earlier)])


def new_id(started: dt.datetime) -> str:
    """An id for a run that began then."""
    return f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def declare(con: duckdb.DuckDBPyConnection) -> None:
    """Write down every source as its file declares it, with its licence and the words to cite it by."""
    lines = [
        asdict(one) | asdict(one.schedule) | {"source": one.name, "live": one.live}
        for one in map(source.load, source.names())
    ]
    declared = pl.DataFrame(lines, infer_schema_length=None).drop("credential", "schedule")
    con.register("declared", declared.to_arrow())
    con.execute("DELETE FROM ops.sources")
    columns = (
        "source, title, dataset, publisher, side, licence, licence_url, citation, address, cadence, cron, zone, live"
    )
    con.execute(f"INSERT INTO ops.sources BY NAME SELECT {columns} FROM declared")
    con.unregister("declared")


def fingerprint(con: duckdb.DuckDBPyConnection, one: Source, digest: str) -> str:
    """A hash over the bytes and all that decides what becomes of them, the datasets judged against included."""
    rules = [*one.files, contracts.HERE / f"{one.dataset}.yaml"]
    rules.append(HOUSE / "expectations" / "suites" / f"{one.dataset}.py")
    parts = [digest, _code(), *(hashlib.sha256(path.read_bytes()).hexdigest() for path in rules)]
    for dataset in sorted(source.judged_against(one.dataset) - {one.dataset}):
        changed = con.execute(
            f"SELECT max(greatest(loaded_at, coalesce(superseded_at, loaded_at))) FROM facts.{dataset}"
        ).fetchall()
        parts.append(f"{dataset} {changed}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@functools.cache
def _code() -> str:
    """A hash over the code of this process; of all modules of sources, for one may use another."""
    files = [Path(contracts.__file__)]
    for package in ("expectations", "ingest", "ingest/sources", "warehouse"):
        files += sorted((HOUSE / package).glob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def made_by(con: duckdb.DuckDBPyConnection) -> str:
    """A hash over what decides a version beside the facts: code, contracts, models, methods, sources, the day.

    A version made by something else is made anew even if no source has anything new.
    """
    files = [path for kind in ("sql", "yaml") for path in sorted((HOUSE / "warehouse").rglob(f"*.{kind}"))]
    files += sorted((HOUSE / "ingest" / "sources").glob("*.yaml"))
    files += [path for kind in ("py", "sql") for path in sorted((HOUSE / "analysis").rglob(f"*.{kind}"))]
    today = str(con.execute("SELECT current_date").fetchall())
    said = [today.encode(), _code().encode(), *(path.read_bytes() for path in files)]
    return hashlib.sha256(b"\0".join(said)).hexdigest()


def last_fingerprint(con: duckdb.DuckDBPyConnection, one: Source) -> str | None:
    """The fingerprint of the source's newest batch that was loaded, unless a later one was refused."""
    [(found,)] = con.execute(
        """
        SELECT max_by(fingerprint, started_at) FROM ops.runs
        WHERE source = $source AND outcome IN ('loaded', 'unchanged')
        """,
        {"source": one.name},
    ).fetchall()
    newest: str | None = found
    return newest


def unchanged(con: duckdb.DuckDBPyConnection, run: SourceRun) -> SourceRun:
    """The run as one that found what its source's newest batch already had; the counts are that batch's."""
    [(seen, held_back, warnings)] = con.execute(
        """
        SELECT
            max_by(rows_seen, started_at),
            max_by(rows_quarantined, started_at),
            max_by(warnings, started_at)
        FROM ops.runs
        WHERE source = $source AND outcome IN ('loaded', 'unchanged')
        """,
        {"source": run.source},
    ).fetchall()
    return replace(
        run,
        outcome="unchanged",
        rows_seen=seen,
        rows_quarantined=held_back,
        warnings=warnings,
        loaded=Loaded(unchanged=seen - held_back),
    )


def line(run: SourceRun) -> dict[str, Any]:
    """The run's line of ops.runs."""
    said = {name: value for name, value in asdict(run).items() if name != "loaded"}
    said |= {f"rows_{name}": value for name, value in asdict(run.loaded).items()}
    return said | {"finished_at": run.started_at + dt.timedelta(seconds=run.seconds)}


def record_validations(con: duckdb.DuckDBPyConnection, run: SourceRun, verdict: Verdict) -> None:
    """Write each check of the verdict."""
    of_run = {"run_id": run.run_id, "dataset": run.dataset, "report": verdict.report}
    lines = pl.DataFrame([of_run | asdict(check) for check in verdict.checks], infer_schema_length=None)
    # One statement: a hundred by themselves take a second.
    con.register("checks", lines.drop("first").to_arrow())
    con.execute("INSERT INTO ops.validations BY NAME FROM checks")
    con.unregister("checks")


def held_back(failures: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The lines by which a stage holds rows back: each critical failure, with the row as it came."""
    critical = failures.filter(pl.col("severity") == "critical").select("row_number", "expectation", "reason")
    came = rows.join(critical.select("row_number").unique(), on="row_number", how="semi")
    return critical.join(came.select("row_number", as_came(came)), on="row_number")


def quarantine(con: duckdb.DuckDBPyConnection, run: SourceRun) -> None:
    """Write each reason for which a row of the stage is held back, with the row as it came."""
    con.execute(
        """
        INSERT INTO ops.quarantine BY NAME
        SELECT $run_id AS run_id, $dataset AS dataset, $source AS source, held.* FROM held
        """,
        {"run_id": run.run_id, "dataset": run.dataset, "source": run.source},
    )


def correct(con: duckdb.DuckDBPyConnection, run: SourceRun, contract: Contract, applied: list[Applied]) -> None:
    """Write what was corrected, with what the source printed, what was loaded, and the row as it came."""
    if not applied:
        return
    # The key as the row was loaded; of a row dropped as it came, which is the same.
    keys = [{name: one.corrected[name] for name in ("row_number", *contract.primary_key)} for one in applied]
    rows = pl.DataFrame([one.as_came for one in applied], infer_schema_length=None)
    con.register("lines", corrections.recorded(applied).to_arrow())
    con.register("keys", pl.DataFrame(keys, infer_schema_length=None).to_arrow())
    con.register("came", rows.select("row_number", as_came(rows)).to_arrow())
    con.execute(
        f"""
        INSERT INTO ops.corrections BY NAME
        SELECT
            $run_id AS run_id, $dataset AS dataset, $source AS source,
            {row_key(contract, "keys")} AS row_key, lines.*, came."row"
        FROM lines
        INNER JOIN keys USING (row_number)
        INNER JOIN came USING (row_number)
        """,
        {"run_id": run.run_id, "dataset": run.dataset, "source": run.source},
    )
    for name in ("lines", "keys", "came"):
        con.unregister(name)


def as_came(rows: pl.DataFrame) -> pl.Expr:
    """The column ``row``: each row as JSON without what is empty, what could not be read as text in its place."""
    found = (UNREADABLE, OVERSIZED, "row_number")
    names = [name for name in rows.columns if not name.startswith(found)]
    members = pl.concat_str([_member(name, rows) for name in names], separator=", ", ignore_nulls=True)
    return pl.concat_str(pl.lit("{"), members, pl.lit("}")).alias("row")


def _member(name: str, rows: pl.DataFrame) -> pl.Expr:
    """``"name": value``, or null where there is no value."""
    value = pl.col(name).cast(pl.String) if rows.schema[name].is_temporal() else pl.col(name)
    text = pl.col(UNREADABLE + name) if UNREADABLE + name in rows.columns else pl.lit(None, pl.String)
    told = pl.coalesce(_encoded(text), _encoded(value))
    return pl.concat_str(pl.lit(f"{json.dumps(name)}: "), told)


def _encoded(value: pl.Expr) -> pl.Expr:
    # Polars writes JSON of structs alone: {"v":…}
    packed = pl.struct(value.alias("v")).struct.json_encode()
    return pl.when(value.is_not_null()).then(packed.str.slice(5, packed.str.len_chars() - 6))
