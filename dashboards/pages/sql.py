"""SQL: a question of one's own, asked as `serai sql` asks it, with what there is to ask and whose data it is."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, beneath, charts, parts, texts
from dashboards.queries import asking, reader
from warehouse.connect import QueryError

TITLE = "SQL"
ICON = ":material/terminal:"
ORDER = 6.5

EDITOR, ANSWER, EXAMPLE = "sql_editor", "sql_answer", "sql_example"
# Longer than this an address is cut off on its way.
LONGEST_ADDRESS = 4000
FIRST_TABLE = "crossing_latest"
FIRST = "SELECT name, flow, status, since, reported_on\nFROM crossing_latest\nORDER BY reported_on DESC"
KINDS = ("line", "bars", "points")
ACLED = (
    "These tables hold rows of ACLED. ACLED's terms forbid passing them on: keep what you download to yourself; what "
    "you work out from it may be published with ACLED's citation."
)


def show() -> None:
    parts.heading("SQL", "Ask the warehouse a question of your own. Questions read and change nothing.")
    st.session_state.setdefault(EDITOR, st.query_params.get("q") or FIRST)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        editor()
    with right:
        schema()
    found = st.session_state.get(ANSWER)
    if isinstance(found, asking.Rows):
        answer(found)
    elif found:
        st.error("There is no answer to this:", icon=":material/error:")
        # As code: what it repeats of the question must not be read as a link or picture.
        st.code(found, language=None, wrap_lines=True)


def editor() -> None:
    names = [one.title for one in asking.examples()]
    st.selectbox(
        "Examples", names, index=None, placeholder="Start from an example", key=EXAMPLE, on_change=_take_example
    )
    with st.form("sql", border=False):
        st.text_area("One question in SQL (DuckDB)", key=EDITOR, height=260)
        asked = st.form_submit_button("Ask", icon=":material/play_arrow:", help="Ctrl+Enter asks too")
    limits = asking.limits()
    st.caption(
        f"One question at a time, at most {limits.seconds:g} seconds, {limits.rows:,} rows, {limits.result_mb} MB of "
        f"result and {limits.memory_mb:,} MB of memory; no files, no network. An address with a question opens with "
        "it written here and asks nothing by itself."
    )
    if asked:
        _ask(st.session_state[EDITOR])


def _take_example() -> None:
    chosen = next((one for one in asking.examples() if one.title == st.session_state[EXAMPLE]), None)
    if chosen:
        st.session_state[EDITOR] = chosen.query


def _ask(query: str) -> None:
    if len(query) <= LONGEST_ADDRESS:
        st.query_params["q"] = query
    else:
        st.query_params.pop("q", None)
    with st.spinner("Asking"):
        try:
            st.session_state[ANSWER] = asking.ask(query)
        except QueryError as error:
            st.session_state[ANSWER] = str(error)


def answer(found: asking.Rows) -> None:
    day = f", as known on {texts.day(found.as_of)}" if found.as_of else ""
    st.subheader("Answer", anchor=False)
    rows = "1 row" if found.frame.height == 1 else f"{found.frame.height:,} rows"
    st.markdown(f"{rows} of version {found.version}{day}.")
    if found.as_of != reader.as_of():
        st.info("The day at the top has changed since: ask again for its answer.", icon=":material/history:")
    if len(found.query) > LONGEST_ADDRESS:
        st.caption(f"The question is longer than {LONGEST_ADDRESS:,} characters: the address does not keep it.")
    if found.cut:
        st.warning(
            f"Cut at {found.frame.height:,} rows: there are more. Narrow the question, or have the limits raised "
            "(SERAI_SQL_ROWS, SERAI_SQL_RESULT_MB).",
            icon=":material/content_cut:",
        )
    shown = st.segmented_control("Show", ["Rows", "Chart"], default="Rows", label_visibility="collapsed")
    if shown == "Chart":
        drawn(found)
    else:
        # No links: what a question makes of an address is nobody's to vouch for.
        st.dataframe(found.frame, hide_index=True, placeholder="", column_config=_columns(found.frame))
        downloads(found.frame)
    cite(found.query)


def _columns(frame: pl.DataFrame) -> dict[str, Any]:
    """Text as text: Streamlit would guess at links."""
    return {name: st.column_config.TextColumn(name) for name, kind in frame.schema.items() if kind == pl.String}


def downloads(frame: pl.DataFrame) -> None:
    try:
        asking.csv(frame)
    except asking.UNSHOWABLE as error:
        st.caption(parts.plain(f"There is no download: {str(error)[:100]}. Cast the column to VARCHAR."))
        return
    beneath.downloads(frame, "answer", "sql_answer_file")
    st.caption(
        "Text that a spreadsheet would take for a formula has an apostrophe before it in the CSV file; Parquet and "
        "Excel have it as it is, as text."
    )


def drawn(found: asking.Rows) -> None:
    frame = found.frame
    numbers = [name for name, kind in frame.schema.items() if kind.is_numeric()]
    plain = [name for name, kind in frame.schema.items() if not kind.is_nested()]
    if not numbers or len(plain) < 2 or frame.is_empty():
        st.markdown("*A chart needs a column of numbers and another one.*")
        return
    along, up, as_kind, by = st.columns(4)
    x = along.selectbox("Along", [name for name in plain if name != numbers[0]] or plain)
    y = up.selectbox("Up", numbers)
    is_scale = frame.schema[x].is_temporal() or frame.schema[x].is_numeric()
    kind = as_kind.selectbox("As", KINDS, index=KINDS.index("line" if is_scale else "bars"))
    groups = [name for name in plain if name not in (x, y) and frame[name].n_unique() <= charts.MOST_GROUPS]
    group = by.selectbox("A colour for each", groups, index=None, placeholder="one colour")
    if frame.height > charts.MOST_POINTS:
        st.caption(f"Drawn are the first {charts.MOST_POINTS:,} rows.")
    parts.chart(
        f"{y} by {x}",
        charts.of_answer(frame, x, y, kind, group),
        "the question above.",
        name="answer",
        rows=frame,
        behind=lambda: reader.note(reader.Question(found.query, {}, found.as_of)),
    )


def cite(query: str) -> None:
    """Whose data the tables hold that the question names."""
    names = asking.datasets(query)
    if not names:
        return
    held = asking.sources(names)
    if held["of_acled"].any():
        st.warning(ACLED, icon=":material/lock:")
    with st.expander(f"Sources of these tables: cite them ({held.height})"):
        st.dataframe(held.drop("of_acled"), hide_index=True, placeholder="")


def schema() -> None:
    tables = pl.DataFrame(reader.tables())
    kinds = tables["kind"].unique(maintain_order=True).to_list()
    kind = st.selectbox("What there is to ask", kinds, index=kinds.index("model"), key="sql_kind")
    of_kind = tables.filter(pl.col("kind") == kind)
    names = of_kind["table"].to_list()
    first = names.index(FIRST_TABLE) if FIRST_TABLE in names else 0
    name = st.selectbox("Table", names, index=first, key=f"sql_table_{kind}", label_visibility="collapsed")
    [row] = of_kind.filter(pl.col("table") == name).rows(named=True)
    st.caption(parts.plain(row["description"] or ""))
    columns = pl.DataFrame(reader.columns(name))
    if not columns.is_empty():
        st.dataframe(columns, hide_index=True, height=260, placeholder="", row_height=30)
    if as_of.words():
        st.caption(f"{as_of.words()}: facts, models and macros answer as of that day; operations are as of now.")


if __name__ == "__main__":
    show()
