"""How good is the daily panel? Leave reports out, build it from the rest, and ask whether it says what they say.

``make accuracy`` prints the table and writes docs/accuracy.md. One report at a time is left out, then one outlet,
then one agency; what they say of each crossing and flow is compared with the panel built without them, within a day
of their start and on every day that they assert, where another voice has a report within three days. The same is
asked of two plain rules: the latest start wins, and always closed.
"""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import polars as pl

from serai.settings import settings
from warehouse import models
from warehouse.as_of import needed
from warehouse.publish import holding
from warehouse.sql import Model

OUT = Path(__file__).resolve().parent.parent / "docs" / "accuracy.md"
QUERIES = Path(__file__).with_name("accuracy.sql")
WAYS = {
    "report": "SELECT report_id AS left_out, report_id FROM all_reports",
    "outlet": "SELECT outlet, report_id FROM all_reports",
    "agency": "SELECT agency, report_id FROM all_reports WHERE agency IS NOT NULL",
}


def main() -> None:
    """Measure, print, and write the document."""
    started = time.monotonic()
    with holding(settings().warehouse) as (_, path), duckdb.connect() as con:
        con.execute(f"ATTACH '{path}' AS published (READ_ONLY)")
        asking, answering = prepare(con)
        found = {way: left_out_by(con, query, asking, answering) for way, query in WAYS.items()}
    text = document(found)
    OUT.write_text(text, encoding="utf-8")
    print(text)
    print(f"took {time.monotonic() - started:.0f} s")


def prepare(con: duckdb.DuckDBPyConnection) -> tuple[str, str]:
    """Make the tables that every question needs; return the query that asks and the one that answers."""
    setup, asking, answering = QUERIES.read_text(encoding="utf-8").split("-- Next query.\n")
    con.execute(setup)
    return asking, answering.replace("$panel", panel_query())


def panel_query() -> str:
    """The panel's own models on the reports that are left, for the crossings that are asked of."""
    by_name: dict[str, Model] = {model.name: model for model in models.ordered()}
    spans = by_name["crossing_spans"]
    own = [name for name in needed(spans, by_name) if name in by_name and name not in ("voices", "crossing_reports")]
    parts = ", ".join(f"{name} AS MATERIALIZED ({by_name[name].query})" for name in own)
    return f"WITH {parts} SELECT * FROM ({spans.query})"


def left_out_by(con: duckdb.DuckDBPyConnection, groups: str, asking: str, answering: str) -> pl.DataFrame:
    """What each report left out says, and the panel without it: a row a crossing, flow and day that it asserts."""
    answers: list[pl.DataFrame] = []
    con.execute(f"CREATE OR REPLACE TEMP TABLE groups (left_out, report_id) AS {groups}")
    for (one,) in con.execute("SELECT DISTINCT left_out FROM groups ORDER BY ALL").fetchall():
        con.execute("DELETE FROM left_out")
        con.execute("INSERT INTO left_out SELECT report_id FROM groups WHERE left_out = ?", [one])
        con.execute(asking)
        if con.execute("SELECT count(*) FROM asked").fetchall() != [(0,)]:
            answers.append(con.sql(answering).pl().with_columns(left_out=pl.lit(one)))
    return pl.concat(answers)


def document(found: dict[str, pl.DataFrame]) -> str:
    """docs/accuracy.md."""
    lines = ["# Accuracy of the daily panel", "", *(__doc__ or "").splitlines()[2:], ""]
    for way, answers in found.items():
        lines += [f"## One {way} left out at a time", "", *table(answers), ""]
    answers = found["report"]
    for by in ("flow", "basis", "crossing_id", "cause", "year"):
        lines += [f"### By {by}", "", *table(answers, by), ""]
    return "\n".join([*lines, "## The largest disagreements", "", *disagreements(answers), ""])


def table(answers: pl.DataFrame, by: str | None = None) -> list[str]:
    """Agreement within a day of the start, on the days asserted, as closed or not; of three rules, or by a column."""
    head = f"| {by or 'rule'} | reports' starts | within a day | days | same | closed or not |"
    if by is None:
        rows = [_row(rule, answers, rule) for rule in ("panel", "latest", "always_closed")]
    else:
        rows = [
            _row(str(key), part, "panel")
            for (key,), part in sorted(answers.group_by(by), key=lambda one: str(one[0]))
        ]
    return [head, "|---|---|---|---|---|---|", *rows]


def _row(name: str, answers: pl.DataFrame, rule: str) -> str:
    told = {"panel": pl.col("panel"), "latest": pl.col("latest"), "always_closed": pl.lit("closed")}[rule]
    near = pl.col("near").list.contains(pl.col("said")) if rule == "panel" else told == pl.col("said")
    starts = answers.filter("at_start").select(count=pl.len(), near=near.mean()).row(0)
    days = answers.select(
        count=pl.len(),
        same=(told == pl.col("said")).mean(),
        closed_or_not=((told == "closed") == (pl.col("said") == "closed")).mean(),
    ).row(0)
    cells = [name, f"{starts[0]:,}", _percent(starts[1]), f"{days[0]:,}", _percent(days[1]), _percent(days[2])]
    return f"| {' | '.join(cells)} |"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def disagreements(answers: pl.DataFrame) -> list[str]:
    """The reports with the most days on which the panel built without them says otherwise."""
    worst = (
        answers.filter(pl.col("panel") != pl.col("said"))
        .group_by("report_id", "said")
        .agg(pl.len(), pl.col("panel").mode().first(), pl.col("crossing_id").n_unique(), pl.col("note").first())
        .sort("len", "report_id", descending=[True, False])
        .head(25)
    )
    rows = [
        f"| {r} | {said} | {panel} | {days} | {crossings} | {note} |"
        for r, said, days, panel, crossings, note in worst.rows()
    ]
    return ["| report | says | panel without it | days | crossings | its note |", "|---|---|---|---|---|---|", *rows]


if __name__ == "__main__":
    main()
