"""What lies beneath a chart: its rows, its SQL, its sources, a citation, pictures, and its address in other pages.

Nothing of it is made until it is opened: a page with many charts is as quick as one without.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

import polars as pl
import streamlit as st

from dashboards import as_of, files, pictures, texts
from dashboards.charts import Drawing
from dashboards.queries import asking, reader, shown
from dashboards.queries.reader import Question
from serai.settings import settings

# Longer than this an address is cut off on its way.
LONGEST_ADDRESS = 4000
LABEL = "Data, SQL, sources, picture"
# So many rows are shown; the files have all.
MOST_SHOWN = 200
# Of the address of a page, what belongs to an embedded chart alone.
CHART = "chart"
CARRIED = 80


@dataclass
class Page:
    """The page that is being drawn: its path, the one chart that is asked for and where it goes, names so far."""

    path: str
    alone: str | None = None
    outside: Any = None
    names: set[str] = field(default_factory=set)

    def name(self, wanted: str) -> str:
        """The name for one more chart: as wanted, or with a number where that is taken."""
        name, number = wanted, 1
        while name in self.names:
            number += 1
            name = f"{wanted}-{number}"
        self.names.add(name)
        return name


_page: ContextVar[Page] = ContextVar("page")


@contextlib.contextmanager
def drawing(page: Page) -> Iterator[None]:
    """Draw the page in the block: its charts know where they stand, and which questions were asked for them."""
    before = _page.set(page)
    try:
        with reader.recording():
            yield
    finally:
        _page.reset(before)


def page() -> Page:
    """The page that is being drawn."""
    return _page.get(Page(""))


@dataclass(frozen=True)
class Shown:
    """A chart as it stands on a page; `behind` asks its questions again, `rows` are those behind it, if given."""

    title: str
    drawing: Drawing
    source: str
    name: str
    page: str
    rows: pl.DataFrame | None = None
    behind: Callable[[], Any] | None = None
    so_far: list[Question] = field(default_factory=list)

    def asked(self) -> tuple[list[Question], list[pl.DataFrame]]:
        """The questions that the chart is drawn from, and their answers.

        Where it does not say: all that its page asked up to it, and no answer.
        """
        if self.behind is None:
            return self.so_far, []
        with reader.recording() as questions:
            answers = self.behind()
        given = answers if isinstance(answers, tuple) else (answers,)
        return questions, [one for one in given if isinstance(one, pl.DataFrame)]

    def frame(self) -> pl.DataFrame:
        """The rows behind the chart; where it does not say, those that are drawn."""
        return drawn(self.drawing) if self.rows is None else self.rows


def show(chart: Shown) -> None:
    """The line that can be opened, and what is in it."""
    key = f"beneath_{chart.page}_{chart.name}"
    box = st.expander(LABEL, icon=":material/database:", type="compact", on_change="rerun", key=key)
    if not box.open:
        return
    with box:
        rows, asked, sources, cited, picture = st.tabs(["Rows", "SQL", "Sources", "Cite", "Picture, embed"])
        frame, (questions, answers) = chart.frame(), chart.asked()
        with rows:
            _rows(frame, chart.name, key)
        with asked:
            _sql(questions)
        with sources:
            _sources([frame, *answers], questions)
        with cited:
            st.code(citation(chart), language=None, wrap_lines=True)
            _whose_address()
        with picture:
            _picture(chart, key)


def downloads(frame: pl.DataFrame, name: str, key: str) -> None:
    """A button for each format; the file is made when it is pressed."""
    with st.container(horizontal=True):
        for label, (suffix, kind, made) in files.FORMATS.items():
            st.download_button(
                label,
                _later(made, frame),
                f"serai-{name}.{suffix}",
                kind,
                key=f"{key}_{suffix}",
                icon=":material/download:",
                on_click="ignore",
            )


def _rows(frame: pl.DataFrame, name: str, key: str) -> None:
    downloads(frame, name, key)
    days = [column for column, kind in frame.schema.items() if kind == pl.Date]
    as_days = {column: st.column_config.DateColumn(column, format="YYYY-MM-DD") for column in days}
    top = asking.flat(frame.head(MOST_SHOWN))
    st.dataframe(top, hide_index=True, placeholder="", height=260, column_config=as_days)
    cut = f" Shown are the first {MOST_SHOWN}." if frame.height > MOST_SHOWN else ""
    st.caption(f"{frame.height:,} rows; the files have all of them.{cut}")


def _later(made: Callable[[pl.DataFrame], bytes], frame: pl.DataFrame) -> Callable[[], bytes]:
    return lambda: made(frame)


def _sql(questions: list[Question]) -> None:
    if not questions:
        st.markdown("*Nothing was asked of the warehouse for this chart.*")
    for question in questions:
        text = shown.sql(question)
        st.code(text, language="sql")
        if len(text) <= LONGEST_ADDRESS:
            st.link_button("Open in page SQL", f"sql?q={quote(text)}{as_of.query()}", icon=":material/terminal:")
    st.caption(
        f"As asked of version {reader.version()}. A DuckDB shell on the published file takes it too; "
        "the page SQL may refuse what goes beyond its limits."
    )


def _sources(frames: list[pl.DataFrame], questions: list[Question]) -> None:
    found = shown.publishers(frames, questions)
    if found.is_empty():
        st.markdown("*Its rows name no source: see the line below the chart.*")
        return
    links = {"source_url": st.column_config.LinkColumn("page")} if "source_url" in found.columns else {}
    st.dataframe(found, hide_index=True, placeholder="", height=260, column_config=links)
    st.caption(f"{found.height:,} {'pages that the rows name' if links else 'sources of the tables asked'}.")


def citation(chart: Shown) -> str:
    """A sentence that says what was seen, where, in which version and when; sources are to be cited beside it."""
    known = as_of.words()
    read = f"{address(chart)} (accessed {texts.day(texts.today())})"
    return (
        f"{chart.title}. In: Serai: an observatory of closed and open borders, warehouse version {reader.version()}"
        f"{', ' + known[0].lower() + known[1:] if known else ''}. {read}. Cite the sources of the figures beside it."
    )


def address(chart: Shown, /, **more: str) -> str:
    """The chart's page with all that is chosen on it."""
    chosen = {name: value for name, value in st.query_params.to_dict().items() if name != CHART}
    query = urlencode({**chosen, **more})
    return f"{settings().home}/{chart.page}" + (f"?{query}" if query else "")


def _picture(chart: Shown, key: str) -> None:
    # On the page the rows stand below the chart; in a picture they do not.
    source = chart.source.replace("listed below", "listed on its page")
    below = f"Source: {source}\n{citation(chart)}"
    with st.container(horizontal=True):
        for label, kind, made in (("PNG", "image/png", pictures.png), ("SVG", "image/svg+xml", pictures.svg)):
            st.download_button(
                label,
                _drawn(made, chart, below),
                f"serai-{chart.name}.{label.lower()}",
                kind,
                key=f"{key}_{label}",
                icon=":material/image:",
                on_click="ignore",
            )
    st.caption("To show this chart as it is chosen here in a page of your own:")
    frame = f'<iframe src="{escape(address(chart, chart=chart.name, embed="true"))}" width="100%" height="520" '
    st.code(f'{frame}title="{escape(chart.title)}"></iframe>', language="html", wrap_lines=True)
    if not settings().embed_sites:
        st.caption("No other site may show it yet: SERAI_EMBED_SITES names those that may.")
    _whose_address()


def _whose_address() -> None:
    """Say it where the addresses that we write are good on this machine alone."""
    if not settings().public_url:
        st.caption("The address is good on this machine alone: SERAI_PUBLIC_URL says how others reach it.")


def _drawn(made: Callable[..., str | bytes], chart: Shown, below: str) -> Callable[[], str | bytes]:
    return lambda: made(chart.title, chart.drawing, below)


def drawn(drawing: Drawing) -> pl.DataFrame:
    """The rows in the chart itself; where it is drawn from several frames, one under the other."""
    found: dict[int, pl.DataFrame] = {}
    waiting = [drawing.chart]
    while waiting:
        one = waiting.pop(0)
        data = getattr(one, "data", None)
        if isinstance(data, pl.DataFrame):
            found[id(data)] = data
        for inner in ("layer", "hconcat", "vconcat", "concat", "spec"):
            below = getattr(one, inner, None)
            waiting += below if isinstance(below, list) else [below] if hasattr(below, "data") else []
    return pl.concat(found.values(), how="diagonal_relaxed") if found else pl.DataFrame()


def named(title: str) -> str:
    """A name for an address from a title: its words without its numbers, which change with what is chosen."""
    words = re.sub(r"[^a-z]+", "-", title.lower()).strip("-")
    return words[:CARRIED].strip("-") or CHART
