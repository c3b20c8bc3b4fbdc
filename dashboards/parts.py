"""The parts that pages are made of: headings, charts with their source, tables whose rows lead to pages, choices."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, beneath, colours, texts
from dashboards.charts import Drawing, Sign
from dashboards.queries import reader

# Columns of links: their heads, and what they show. A page shows the name of its site.
LINKS = {
    "source_url": ("page", r"^https?://(?:www\.)?([^/]+)"),
    "reports_page": ("all reports", "reports"),
    "report_url": ("validation report", "report"),
    "run_page": ("log", "log"),
}
# Tables of so many rows are shown whole.
WHOLE = 15
YEARS = {
    "year", "start_year", "latest_year", "baseline_year", "pace_from_year",
    "reached_in", "reached_earliest", "reached_latest",
}  # fmt: skip
# Columns of words that are cut off, or pushed out of sight, at the width that they would get.
WIDTHS: dict[str, Any] = {"name": 150, "reason": "medium", "since": 100}
HIDDEN = {"row_keys", "latest_row_keys", "row_key"}


def heading(title: str, lead: str) -> None:
    """The page's title and one line on what it shows."""
    st.title(title, anchor=False)
    st.markdown(lead)


def chart(
    title: str,
    drawing: Drawing,
    source: str,
    *,
    name: str = "",
    rows: pl.DataFrame | None = None,
    behind: Callable[[], Any] | None = None,
) -> None:
    """A chart under its title and key, its source and how sure it is below, and what lies beneath it behind a button.

    `name` is its name in addresses (else from the title). `rows` are the rows behind it (else those drawn). `behind`
    asks the questions that it is drawn from once more (else all questions of the page so far are named).
    """
    page = beneath.page()
    name = page.name(name or beneath.named(title))
    if page.alone not in (None, name):
        return
    one = beneath.Shown(title, drawing, source, name, page.path, rows, behind, reader.asked())
    if page.alone:
        with page.outside:
            _drawn(one)
            st.caption(f"[Serai]({beneath.address(one)}), warehouse version {reader.version()}")
        st.stop()
    _drawn(one)
    beneath.show(one)


def _drawn(one: beneath.Shown) -> None:
    st.markdown(plain(f"##### {one.title}"))
    st.html(key(one.drawing.key))
    st.altair_chart(one.drawing.chart, width="stretch", theme="streamlit", alt=one.title, **one.drawing.options)
    known = as_of.words()
    st.caption(plain(f"Source: {one.source}" + (f" {known}." if known else "")))


def table(frame: pl.DataFrame, described: str | None = None, *, height: int | None = None) -> None:
    """Rows as a table; described names the table of the data dictionary that explains its columns."""
    shown = frame.drop([name for name in frame.columns if name in HIDDEN])
    if shown.is_empty():
        st.markdown("*No rows.*")
        return
    helps = {one["column"]: one["description"] for one in reader.columns(described)} if described else {}
    config = {
        name: _column(name, kind, helps.get(name), linked=name in LINKS and _links(shown[name]))
        for name, kind in shown.schema.items()
    }
    tall: Any = height or ("content" if shown.height <= WHOLE else "auto")
    st.dataframe(shown, hide_index=True, column_config=config, height=tall, placeholder="")


def _links(values: pl.Series) -> bool:
    """Whether all are addresses of the web or of a page of ours, or names (urn:), which open nothing.

    Nothing else may be clicked on.
    """
    return bool(values.drop_nulls().str.contains(r"^(?:https?://|/[^/]|urn:)").all())


def _column(name: str, kind: pl.DataType, help_: str | None, *, linked: bool) -> Any:
    label = name.replace("_", " ")
    if linked:
        head, shown = LINKS[name]
        return st.column_config.LinkColumn(head, help=help_, display_text=shown)
    if isinstance(kind, pl.Date):
        return st.column_config.DateColumn(label, help=help_, format="D MMM YYYY", width=WIDTHS.get(name))
    if isinstance(kind, pl.Datetime):
        return st.column_config.DatetimeColumn(label, help=help_, format="D MMM YYYY, HH:mm")
    if kind.is_numeric():
        return st.column_config.NumberColumn(label, help=help_, format="%d" if name in YEARS else "localized")
    return st.column_config.Column(label, help=help_, width=WIDTHS.get(name))


def rows(frame: pl.DataFrame, described: str | None = None, *, label: str = "Rows behind this") -> None:
    """The rows behind a figure or chart, folded."""
    with st.expander(f"{label} ({frame.height:,})"):
        table(frame, described)


def figure(
    label: str, value: str, says: str, behind: pl.DataFrame, described: str | None = None, *, more: str = ""
) -> None:
    """One figure in a box: what it is, how sure; behind a button its rows, and `more` that there is to say."""
    with st.container(border=True, height="stretch"):
        # The metric's own label is cut off where it does not fit; this one wraps.
        st.markdown(plain(f"**{label}**"))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.metric(label, value, label_visibility="collapsed", width="stretch")
            with st.popover(
                "Rows", type="tertiary", icon=":material/table_rows:", help="The rows behind this figure"
            ):
                st.markdown(plain(f"**{label}**: {says} {more}"))
                table(behind, described)
        st.caption(plain(says))


def choose(label: str, options: Mapping[str, str], key: str, *, default: str | None = None) -> str:
    """One of the options (code: words), kept in the address bar by its code.

    Streamlit's own binding would put the words there, which change when a name is spelt better.
    """
    codes = list(options)
    asked = st.query_params.get(key, default)
    at = codes.index(asked) if asked in codes else 0
    chosen = st.selectbox(label, codes, index=at, format_func=lambda code: options[code], key=f"choose_{key}")
    st.query_params[key] = chosen
    return chosen


def named_statuses(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a sign before each status, so that it can be read without colour."""
    return frame.with_columns(
        pl.col("status").replace_strict(colours.STATUS_GLYPH, default="", return_dtype=pl.String)
        + " "
        + pl.col("status")
    )


def said(row: dict[str, Any]) -> str:
    """What the state of a crossing on a day rests on: since when, who says so, and how old that is."""
    heard = f"{texts.day(row['last_reported_on'])} ({texts.age(row['days_old'])} ago)"
    if row["status"].endswith("unknown"):
        last = f" The last report speaks of {heard}." if row["last_reported_on"] else ""
        return f"No report tells: unknown is neither open nor closed.{last}"
    if row["basis"] == "assumed":
        return "Assumed: no report yet, and formal crossings are normally open."
    told = f"since {texts.day(row['since'])}" if row["since"] else "since a day that no report names"
    by = f", by {verbatim(row['source_name'])}" if row["source_name"] else ""
    voices = f"; {row['voices']} voices assert today" if row["basis"] == "reported" else f", last heard of {heard}"
    disputed = " Disputed." if row["disputed"] else ""
    return f"{texts.known(row['days_old']).capitalize()}: {told}{by}{voices}.{disputed}"


def with_reports_page(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a link from each crossing to its reports."""
    return frame.with_columns(
        pl.format(f"/crossings?crossing={{}}{as_of.query()}", pl.col("crossing_id")).alias("reports_page")
    )


def key(signs: Iterable[Sign], note: str = "") -> str:
    """What signs mean, as HTML that wraps on a narrow screen."""
    lines = "".join(
        f'<span style="display:inline-block;max-width:100%;margin-right:1.1em">'
        f'<span style="color:{colour};font-weight:700">{sign}</span> {html.escape(words)}</span> '
        for sign, colour, words in signs
    )
    return f'<div style="font-size:.85rem;line-height:1.7">{lines}<span style="opacity:.8">{note}</span></div>'


def crossings_key() -> str:
    """What the signs on the map mean."""
    return key(
        ((colours.STATUS_GLYPH[name], colour, name) for name, colour in colours.STATUS.items()),
        f"full: reported in the last {texts.FRESH_DAYS} days; faint: last known, or assumed; hollow: unknown; small: "
        "informal",
    )


def plain(text: str) -> str:
    """The text with its dollars as dollars: between two of them Streamlit reads a formula."""
    return text.replace("$", r"\$")


def verbatim(text: str) -> str:
    """What a source wrote, with nothing in it that Markdown would read as a link, picture or emphasis."""
    return re.sub(r"([\\`*_\[\]<>!~#|:])", r"\\\1", text)


def nothing_published() -> None:
    """The page before the first ingest."""
    st.title("Nothing is published yet", anchor=False)
    st.markdown(
        "Serai has no warehouse to read. Take in the shipped facts, then reload this page:\n\n```\nserai ingest\n```"
    )


def foot(version: str) -> None:
    """The line under every page."""
    st.divider()
    st.caption(
        f"Warehouse version {version}. Every number is what a source printed, or is worked out from such numbers by "
        "a rule named beside it. Unknown is not open, not closed and not zero."
    )
