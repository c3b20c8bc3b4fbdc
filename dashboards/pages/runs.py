"""Runs: what ran and when, what is due, overdue or paused, each run's log and report, and the newest alerts."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import charts, parts, texts
from dashboards.queries import runs
from serai.condition import Condition
from warehouse.contracts import names as datasets

TITLE = "Runs"
ICON = ":material/history:"
ORDER = 7

ALL = "all"
OUTCOMES = {
    ALL: "every outcome",
    "loaded": "loaded",
    "unchanged": "unchanged",
    "refused": "refused",
    "error": "error",
}
DAYS = {"7": "last 7 days", "30": "last 30 days", "90": "last 90 days", "365": "last 365 days", ALL: "ever"}
REPORTS = "/reports/"
ALERTS_SHOWN = 8
FAILED = pl.col("outcome").is_in(["refused", "error"])


def show() -> None:
    parts.heading("Runs", "What was taken in and when, what is due, and what came of it. Times are UTC.")
    source, outcome, days = controls()
    found, house = runs.ledger(source, outcome, days), runs.house()
    figures(found, house)
    alerts()
    ledger(found)
    one_run(found)
    due(house)
    publishes(days)
    held_back()


def controls() -> tuple[str | None, str | None, int | None]:
    """The source, outcome and days asked for, from the address bar; None is all."""
    one, two, three = st.columns(3)
    with one:
        source = parts.choose("Source", {ALL: "every source"} | {name: name for name in runs.sources()}, "source")
    with two:
        outcome = parts.choose("Outcome", OUTCOMES, "outcome")
    with three:
        days = parts.choose("Period", DAYS, "days", default="30")
    return (
        None if source == ALL else source,
        None if outcome == ALL else outcome,
        None if days == ALL else int(days),
    )


def figures(found: pl.DataFrame, house: Condition) -> None:
    standing = standings(house)
    overdue, paused = standing.filter(pl.col("overdue")), standing.filter(pl.col("paused"))
    failed = found.filter(FAILED)
    one, two, three = st.columns(3)
    with one:
        parts.figure("Runs", f"{found.height:,}", "as chosen above; at most a thousand are shown", shown(found))
    with two:
        parts.figure(
            "Failed", f"{failed.height:,}", "refused, or ended in an error: they changed nothing", shown(failed)
        )
    with three:
        parts.figure(
            "Overdue",
            f"{overdue.height} of {standing.height} sources",
            f"by their schedule; {paused.height} paused because they kept failing. Versions found damaged on disk: "
            f"{len(house.damaged)}.",
            overdue,
        )


def alerts() -> None:
    st.markdown("##### Alerts")
    found = runs.alerts(ALERTS_SHOWN)
    if not found:
        st.markdown("None was raised yet: a version is compared with the one before it.")
    for alert, page in found:
        st.markdown(parts.plain(f"- {alert.raised_at:%-d %b %Y}: [{alert.title}]({page})"))
    st.caption("Source: the rules, asked of each version when it is published. All of them: [feed](/alerts.atom).")


def ledger(found: pl.DataFrame) -> None:
    st.markdown("##### The run ledger")
    parts.table(shown(found), "ops.runs", height=None if found.height <= parts.WHOLE else 420)
    st.caption("Source: the run ledger, the newest run first. log opens the run below; report is its validation.")


def shown(found: pl.DataFrame) -> pl.DataFrame:
    """The runs with links to log and report, in the order in which they are read."""
    report = pl.when(pl.col("report").is_not_null()).then(pl.lit(REPORTS) + pl.col("report"))
    return found.with_columns(
        pl.format("/runs?run={}", pl.col("run_id")).alias("run_page"), report.alias("report_url")
    ).select(
        "started_at", "source", "outcome", "run_page", "report_url", "rows_seen", "rows_added", "rows_corrected",
        "rows_withdrawn", "rows_quarantined", "warnings", pl.col("seconds").round(1), "reason",
    )  # fmt: skip


def one_run(found: pl.DataFrame) -> None:
    """The log of one run, chosen in the address bar or below."""
    st.markdown("##### The log of a run")
    named = {
        run["run_id"]: f"{run['started_at']:%-d %b %Y, %H:%M:%S} {run['source']}: {run['outcome']}"
        for run in found.iter_rows(named=True)
    }
    asked = st.query_params.get("run")
    if asked and asked not in named:
        named = {asked: asked} | named
    if not named:
        st.markdown("*No run is chosen above.*")
        return
    chosen = parts.choose("Run", named, "run")
    lines = runs.log_of(chosen)
    if not lines:
        st.markdown("No log of it is kept: it was not run by the command line or the service, or its days are over.")
    else:
        # As text, which wraps: a table would cut off the very words that one looks for.
        st.code("\n".join(lines), language=None, wrap_lines=True, height=min(400, 60 + 26 * len(lines)))
    st.caption(f"Source: data/logs/{chosen}.jsonl. The same is in the service's own log.")


def due(house: Condition) -> None:
    st.markdown("##### What is due, overdue or paused")
    parts.table(standings(house), height=420)
    st.caption(
        "Source: the schedule of each source and the run ledger. failures counts runs in a row that failed; a source "
        f"that is not scheduled says why. They feed {len(datasets())} datasets."
    )


def standings(house: Condition) -> pl.DataFrame:
    """How every source stands, the overdue first."""
    kept: dict[str, Any] = {
        "source": pl.String, "overdue": pl.Boolean, "paused": pl.Boolean, "next_due": pl.Datetime("us"),
        "last_success": pl.Datetime("us"), "last_outcome": pl.String, "failures": pl.Int64, "reason": pl.String,
        "unscheduled": pl.String,
    }  # fmt: skip
    lines = [{name: one[name] for name in kept} for one in house.sources]
    return pl.DataFrame(lines, schema=kept).sort("overdue", "paused", "source", descending=[True, True, False])


def publishes(days: int | None) -> None:
    title = "How long publishing took"
    found = runs.publishes(days)
    if found.is_empty():
        st.markdown(f"##### {title}")
        st.markdown("*No publish of this period is on record.*")
        return
    parts.chart(
        title,
        charts.publishes(found),
        f"data/logs/publishes.jsonl, {found.height} in number: seconds from the first question to a source to the "
        f"switch to the new version; {texts.day(found['published_at'].min().date())} to "  # type: ignore[union-attr]
        f"{texts.day(found['published_at'].max().date())}.",  # type: ignore[union-attr]
        name="publishes",
        behind=lambda: runs.publishes(days),
    )
    parts.rows(found)


def held_back() -> None:
    st.markdown("##### Held back, by source and reason")
    parts.table(runs.held_back())
    st.caption("Source: the quarantine of each source's newest judged batch. Data quality has the rows.")


if __name__ == "__main__":
    show()
