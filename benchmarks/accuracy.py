"""How good is the daily panel? Leave reports out, build it from the rest, and ask whether it says what they say.

`make accuracy` prints the tables and writes docs/accuracy.md. One report at a time is left out, then all of one
publisher, then all of one agency. What they say of each crossing and flow is compared with the panel built without
them: within a day of their start, and on every day that they assert, where another voice has a report that begins or
was published within three days. The same is asked of two plain rules: the latest start wins, and always closed.
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

OUT = Path(__file__).resolve().parent.parent / "docs" / "accuracy.md"
EXPLAINED = OUT.with_name("accuracy-explained.md")
QUERIES = Path(__file__).with_name("accuracy.sql")
WAYS = {"report": "report_id", "publisher": "publisher", "agency": "agency"}
RULES = ("panel", "latest", "always_closed")
GIVEN = ("voices", "crossing_reports", "flow_reports", "flows")


def main() -> None:
    """Measure, print, and write the document."""
    started = time.monotonic()
    with holding(settings().warehouse) as (_, path), duckdb.connect() as con:
        con.execute(f"ATTACH '{path}' AS published (READ_ONLY)")
        found = measured(con)
    text = document(found)
    OUT.write_text(text, encoding="utf-8")
    print(text)
    print(f"took {time.monotonic() - started:.0f} s")


def measured(con: duckdb.DuckDBPyConnection) -> dict[str, pl.DataFrame]:
    """For each way of leaving out: a row a report left out, crossing, flow and day, with the panel's answer."""
    setup, asking, answering = QUERIES.read_text(encoding="utf-8").split("-- Next script.\n")
    con.execute(setup)
    found = {}
    for way, column in WAYS.items():
        con.execute(asking.replace("$way", column))
        build_panel(con)
        found[way] = con.sql(answering).pl()
    return found


def build_panel(con: duckdb.DuckDBPyConnection) -> None:
    """The panel's own models, in every world at once."""
    by_name = {model.name: model for model in models.ordered()}
    wanted = [*needed(by_name["crossing_spans"], by_name), "crossing_spans"]
    for name in wanted:
        if name in by_name and name not in GIVEN:
            con.execute(f"CREATE OR REPLACE TABLE {name} AS {by_name[name].query}")


def document(found: dict[str, pl.DataFrame]) -> str:
    """docs/accuracy.md."""
    lines = ["# Accuracy of the daily panel", "", *(__doc__ or "").splitlines()[2:], ""]
    lines += EXPLAINED.read_text(encoding="utf-8").splitlines()
    for way, answers in found.items():
        lines += ["", f"## One {way} left out at a time", "", *table(answers)]
    answers = found["report"]
    for by in ("flow", "basis", "crossing_id", "cause", "year"):
        lines += ["", f"### By {by}", "", *table(answers, by)]
    lines += ["", "## Why the panel says otherwise", "", *reasons(answers)]
    lines += ["", "## The reports that it disagrees with most", "", *disagreements(answers), ""]
    return "\n".join(lines)


def table(answers: pl.DataFrame, by: str | None = None) -> list[str]:
    """Agreement within a day of the start and on the days asserted, exactly and as closed or not."""
    head = [
        f"| {by or 'rule'} | starts | within a day | closed or not | days | same | closed or not |",
        "|---|---|---|---|---|---|---|",
    ]
    if by is None:
        return head + [_row(rule, answers, rule) for rule in RULES]
    parts = sorted(answers.group_by(by), key=lambda one: str(one[0]))
    return head + [_row(str(key), part, "panel") for (key,), part in parts]


def _row(name: str, answers: pl.DataFrame, rule: str) -> str:
    answers = answers.with_columns(always_closed=pl.lit("closed"), always_closed_near=pl.lit(["closed"]))
    said, closed, told, near = pl.col("said"), pl.col("said") == "closed", pl.col(rule), pl.col(f"{rule}_near")
    same, closed_or_not = told == said, (told == "closed") == closed
    near_same = near.list.contains(said)
    near_closed = near.list.eval(pl.element() == "closed").list.contains(closed)
    starts = answers.filter("at_start").select(pl.len(), near=near_same.mean(), closed=near_closed.mean()).row(0)
    days = answers.filter("in_span").select(pl.len(), same=same.mean(), closed=closed_or_not.mean()).row(0)
    cells = [name, *(text for part in (starts, days) for text in (f"{part[0]:,}", *map(_percent, part[1:])))]
    return f"| {' | '.join(cells)} |"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def reasons(answers: pl.DataFrame) -> list[str]:
    """Each day on which the panel says otherwise, by why."""
    wrong = answers.filter(pl.col("why") != "")
    counted = (
        wrong.group_by("why").agg(days=pl.len(), reports=pl.col("report_id").n_unique()).sort("days", descending=True)
    )
    rows = [
        f"| {why} | {days:,} | {days / answers.height:.1%} | {reports} |" for why, days, reports in counted.rows()
    ]
    return ["| why | days | of all days | reports |", "|---|---|---|---|", *rows]


def disagreements(answers: pl.DataFrame) -> list[str]:
    """The reports with the most days on which the panel built without them says otherwise."""
    worst = (
        answers.filter(pl.col("panel") != pl.col("said"))
        .group_by("report_id", "said")
        .agg(pl.len(), *(pl.col(name).mode().sort().first() for name in ("panel", "why", "note")))
        .sort("len", "report_id", descending=[True, False])
        .head(40)
    )
    head = ["| report | says | panel without it | days | mostly because | its note |", "|---|---|---|---|---|---|"]
    return head + [
        f"| {r} | {said} | {panel} | {days} | {why} | {note} |" for r, said, days, panel, why, note in worst.rows()
    ]


if __name__ == "__main__":
    main()
