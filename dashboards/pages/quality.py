"""Data quality: how fresh each dataset is, how it was judged, what was held back and what corrected."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import parts, texts
from dashboards.queries import house

TITLE = "Data quality"
ICON = ":material/fact_check:"
ORDER = 6

REPORTS = "/reports/"


def show() -> None:
    parts.heading(
        "Data quality",
        "How fresh each dataset is, how its newest batch was judged, what was held back, and what was corrected.",
    )
    freshness, judged, held = house.freshness(texts.today()), house.judgements(), house.quarantine()
    figures(freshness, judged, held)
    st.link_button("All validation reports", f"{REPORTS}index.html", icon=":material/description:")
    fresh(freshness)
    judgements(judged)
    quarantine(held)
    corrections(house.corrections())
    methods()
    parts.rows(house.runs(), "ops.runs", label="The last runs")


def figures(freshness: pl.DataFrame, judged: pl.DataFrame, held: pl.DataFrame) -> None:
    failed = judged.filter(pl.col("outcome") != "pass")
    rows = int(freshness["rows"].sum())
    one, two, three = st.columns(3)
    with one:
        parts.figure("Rows loaded", f"{rows:,}", f"in {freshness.height} datasets", freshness, "ops.freshness")
    with two:
        parts.figure(
            "Expectations met",
            f"{judged.height - failed.height} of {judged.height}",
            "in the newest judged batch of each dataset; those that failed hold single rows back, or only warn",
            failed.drop("run_id", "report"),
            "ops.validations",
        )
    with three:
        parts.figure(
            "Held back",
            f"{held.select('dataset', 'row_number').unique().height} rows",
            "kept in quarantine with the reason, not shown anywhere else",
            held,
            "quarantine",
        )


def fresh(freshness: pl.DataFrame) -> None:
    st.markdown("##### Freshness")
    parts.table(freshness, "ops.freshness")
    st.caption(
        "Source: the run ledger. newest published is the newest day of publication among a dataset's rows; days old "
        "counts from it to today."
    )


def judgements(judged: pl.DataFrame) -> None:
    st.markdown("##### Validation of the newest batch of each dataset")
    summary = judged.group_by("dataset", "judged_at", "report", maintain_order=True).agg(
        *((pl.col("outcome") == outcome).sum().alias(outcome) for outcome in ("pass", "fail", "error")),
        pl.col("rows_judged").max().alias("rows"),
    )
    parts.table(
        summary.with_columns((pl.lit(REPORTS) + pl.col("report")).alias("report_url")).drop("report"),
        "ops.validations",
    )
    st.markdown("##### Expectations that failed")
    failed = judged.filter(pl.col("outcome") != "pass")
    if failed.is_empty():
        st.markdown("None.")
        return
    parts.table(
        failed.with_columns((pl.lit(REPORTS) + pl.col("report")).alias("report_url")).select(
            "dataset", "promise", "severity", "outcome", "rows_failed", "rows_judged", "observed", "report_url"
        ),
        "ops.validations",
    )
    st.caption(
        "Source: Great Expectations, run by every ingest. critical holds the failing rows back; warning only "
        "reports; error means that the expectation itself could not be judged."
    )


def quarantine(held: pl.DataFrame) -> None:
    st.markdown("##### Quarantine")
    if held.is_empty():
        st.markdown("Nothing is held back.")
        return
    parts.table(held, "quarantine")
    st.caption("Source: the rows as they came, in JSON, with the expectation that each failed.")


def corrections(known: pl.DataFrame) -> None:
    st.markdown("##### Corrections: known errors of the sources")
    if known.is_empty():
        st.markdown("None are known.")
        return
    rows = known.select("dataset", "row_number", "action").unique()
    flagged = rows.filter(pl.col("action") == "flag").height
    st.markdown(
        f"{rows.height - flagged} rows were loaded otherwise than printed, or left out; {flagged} were loaded as "
        "printed, with a warning."
    )
    parts.table(known, "corrections")
    st.caption(
        "Source: the corrections files beside the sources, each entry with its reason and where that was read. What "
        "a source printed is kept; an entry that no longer fits its row refuses the batch."
    )


def methods() -> None:
    st.markdown("##### Methods of analysis: what came of each")
    parts.table(house.methods(), "analysis.methods")
    st.caption(
        "Source: analysis.methods. too little: the data do not carry it, and its tables are empty. How often each "
        "method's intervals hold known answers is in docs/accuracy.md."
    )


if __name__ == "__main__":
    show()
