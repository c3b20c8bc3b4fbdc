"""About: what Serai is, where its facts come from, how it works, what it does not know."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import parts
from dashboards.queries import house, reader

TITLE = "About"
ICON = ":material/info:"
ORDER = 8

WHAT = """
A serai is the walled inn where caravans waited for the gate to open. Serai keeps, in one DuckDB warehouse, what
sources have reported about Afghanistan's land borders and the trade that depends on them: which crossing was open
to whom and when, how many attacks each publisher counted, what was traded, what was promised, what each side says
it lost.
"""
METHOD = """
- **Two clocks.** A fact has the days on which it was so in the world, and the day on which it could be known. A
  corrected row never overwrites: the old version is closed and stays. So every page can be read as of a day: choose
  it at the top, or write `?as_of=2025-10-20` into the address.
- **Disagreement is kept.** Each source's figure is a row of its own. Where one value must stand for several, the
  rule is named, and the lowest and highest printed stand beside it. One agency's text in ten papers is one voice.
- **Judged before it is loaded.** Great Expectations judges every batch. A row that breaks a promise is held back
  with the reason; a batch that is broken as a whole is refused, and changes nothing.
- **Published in one step.** An ingest builds in a private file and switches readers to it at once: nothing
  half-loaded is ever seen.
- **What is worked out stands apart.** Losses, chances, trends and paces are in the schema `analysis`, each with its
  method, its reference and an interval. They are tried where the answer is known; a forecast that does worse than a
  plain one is shown as worse. What the data do not carry is left empty, with the reason in *Data quality*.
- **Old news is called old.** After 30 days without a report a state is "last known". Unknown is a value of its own:
  never open, never closed, never 0.
"""
UNKNOWN = """
- After March 2026 almost nothing is known: a handful of reports of May to October 2026, read at second hand, say
  that the Pakistani crossings were still shut to trade. Trade in dollars ends in December 2025 or
  January 2026 (one count of containers held in port is of April), incidents in the first quarter of 2026.
- Many pages reprint one agency. Some 190 rows have a day that was inferred or is approximate; their note says so.
- Starts are disputed: Torkham on 21 or 22 February 2025, all crossings on 11, 12 or 13 October 2025. In late
  October 2025 a reopening of transit at Chaman was reported, and denied a day later. An announced reopening is not
  a reopening.
- Publishers of incidents count different things: for Pakistan in 2025 from 699 to 5,397.
- Misprints are kept as printed. 11 crossings have no coordinates; some have those of the town, not of the gate.
- "Met" and "missed" of a commitment are mostly our reading of a day against a figure, and lengths and costs differ
  between sources.
- The state shown for a crossing is weighed from all its reports by fixed rules, and can be wrong where few speak. A
  closure that nobody mentions any more becomes unknown after a while, so many closures have no known end.
"""
LICENCE = """
- Code: [Apache-2.0](https://www.apache.org/licenses/LICENSE-2.0).
- Facts: each stays its source's. Serai keeps figures, days and its own short paraphrase, with the address of the
  page. The compilation is CC BY 4.0.
- Country shapes: © OpenStreetMap contributors, [ODbL 1.0](https://opendatacommons.org/licenses/odbl/1-0/), through
  timezone-boundary-builder. They imply no opinion on any line's status; the Afghan-Pakistani border is also called
  the Durand Line.
"""


def show() -> None:
    parts.heading("About Serai", WHAT)
    sources()
    for title, text in (("Method", METHOD), ("What the data does not know", UNKNOWN), ("Licences", LICENCE)):
        st.markdown(f"#### {title}")
        st.markdown(text)
    dictionary()


def sources() -> None:
    st.markdown("#### Sources")
    frame = house.datasets()
    said = {row["table"]: row["description"] for row in reader.tables()}
    left, right = st.columns([3, 2])
    with left:
        st.markdown("##### Datasets: rows, and the pages they were read on")
        parts.table(frame.with_columns(pl.Series("one row is", [said.get(name) for name in frame["dataset"]])))
    with right:
        st.markdown("##### Publishers by kind")
        parts.table(house.publisher_kinds())
    live = house.live_sources()
    st.markdown("##### Live sources: fetched from where they are published")
    if live.is_empty():
        st.caption("None is loaded. `serai ingest --live` takes them in; the shipped facts need no network.")
    else:
        parts.table(live)
    st.caption(
        "Source: the shipped facts, compiled in November 2026 from public pages; the register of publishers. "
        "Outlets count names that are one outlet once, voices count those that repeat one agency once."
    )
    parts.rows(house.publishers(), "publishers", label="The register of publishers")


def dictionary() -> None:
    st.markdown("#### Data dictionary")
    tables = {row["table"]: f"{row['table']} ({row['kind']})" for row in reader.tables()}
    chosen = parts.choose("Table", tables, "table", default="status_reports")
    st.markdown(next(row["description"] or "" for row in reader.tables() if row["table"] == chosen))
    parts.table(pl.DataFrame(reader.columns(chosen)))


if __name__ == "__main__":
    show()
