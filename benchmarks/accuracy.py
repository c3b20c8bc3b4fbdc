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
    answers = found["report"].with_columns(
        names=pl.when("own_flow").then(pl.lit("the flow, or cargo")).otherwise(pl.lit("all traffic"))
    )
    lines += ["", "## One report left out at a time, each counting as one", "", *table_by_report(answers)]
    for by in ("names", "flow", "basis", "crossing_id", "cause", "year"):
        lines += ["", f"### By {by}", "", *table(answers, by)]
    lines += ["", "## Why the panel says otherwise", "", *reasons(answers)]
    lines += ["", "## The reports that it disagrees with most", "", *disagreements(answers), ""]
    return "\n".join(lines)


def table(answers: pl.DataFrame, by: str | None = None) -> list[str]:
    """Agreement within a day of the start and on the days asserted, exactly and as closed or not."""
    if by is None:
        return [*head("rule"), *(_line(rule, *_agreement(answers, rule)) for rule in RULES)]
    parts = sorted(answers.group_by(by), key=lambda one: str(one[0]))
    return [*head(by), *(_line(str(key), *_agreement(part, "panel")) for (key,), part in parts)]


def head(first: str) -> list[str]:
    """The head of a table of agreement."""
    return [
        f"| {first} | starts | within a day | closed or not | days | same | closed or not |",
        "|---|---|---|---|---|---|---|",
    ]


def table_by_report(answers: pl.DataFrame) -> list[str]:
    """The same where every report counts as one, on however many crossings, flows and days it speaks."""
    rows = []
    for rule in RULES:
        starts, days = (part.group_by("report_id").mean() for part in _agreement(answers, rule))
        rows.append(_line(rule, starts, days))
    return [*head("rule"), *rows]


def _agreement(answers: pl.DataFrame, rule: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Starts and days asked: report_id, exact and closed, whether the rule agrees, and whether as closed or not."""
    answers = answers.with_columns(always_closed=pl.lit("closed"), always_closed_near=pl.lit(["closed"]))
    said, closed, told, near = pl.col("said"), pl.col("said") == "closed", pl.col(rule), pl.col(f"{rule}_near")
    near_closed = near.list.eval(pl.element() == "closed").list.contains(closed)
    starts = answers.filter("at_start").select("report_id", exact=near.list.contains(said), closed=near_closed)
    days = answers.filter("in_span").select("report_id", exact=told == said, closed=(told == "closed") == closed)
    return starts, days


def _line(name: str, *parts: pl.DataFrame) -> str:
    cells = [name]
    for part in parts:
        exact, closed = part.select(pl.col("exact", "closed").mean()).row(0)
        cells += [f"{part.height:,}", _percent(exact), _percent(closed)]
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
    columns = ["| report | says | panel without it | days | mostly because | its note |", "|---|---|---|---|---|---|"]
    return columns + [
        f"| {r} | {said} | {panel} | {days} | {why} | {note} |" for r, said, days, panel, why, note in worst.rows()
    ]


if __name__ == "__main__":
    main()
