"""The dashboard's entry: finds the pages in its folder, and runs the one that is asked for.

A page is a file in pages/ with TITLE, ICON and ORDER at its top: adding one registers it nowhere else.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import streamlit as st

from dashboards import as_of, beneath, guard, parts
from dashboards.queries import reader
from serai.settings import settings
from warehouse.publish import NothingPublishedError

HERE = Path(__file__).resolve().parent
# Pages on the house itself, whose ledger has no earlier state to show.
OF_NOW = {"quality", "runs"}
# Streamlit writes captions paler than the page; what stands out in them would be too pale to read.
LEGIBLE = """<style>
[data-testid="stCaptionContainer"] :is(a, code) { color: inherit }
</style>"""
# Where a page runs of which one chart alone is shown: its controls must read the address, and are not to be seen.
UNSEEN = "unseen"
HIDE = f"<style>.st-key-{UNSEEN} {{ display: none }}</style>"


def page_files() -> list[Path]:
    """The page files, in the order that they want."""
    return sorted((HERE / "pages").glob("[!_]*.py"), key=lambda path: _declared(path).ORDER)


def _declared(path: Path) -> ModuleType:
    return importlib.import_module(f"dashboards.pages.{path.stem}")


def _page(path: Path, *, first: bool) -> st.Page:
    declared = _declared(path)
    return st.Page(path, title=declared.TITLE, icon=declared.ICON, url_path=path.stem, default=first)


def main() -> None:
    """Show the page that is asked for, or how to publish something to show."""
    st.set_page_config(page_title="Serai", page_icon=str(HERE / "icon.svg"), layout="wide")
    st.html(LEGIBLE)
    st.logo(str(HERE / "icon.svg"), size="large")
    files = page_files()
    pages = [_page(path, first=path == files[0]) for path in files]
    if not guard.admitted(settings()):
        st.navigation(pages, position="hidden")
        return
    alone = st.query_params.get(beneath.CHART)
    chosen = st.navigation(pages, position="hidden" if alone else "top")
    try:
        version = reader.version()
    except NothingPublishedError:
        parts.nothing_published()
        return
    if notice := reader.notice():
        st.warning(parts.plain(notice))
    if alone:
        one_chart(chosen, alone, files[0].stem)
        return
    show(chosen, files[0].stem)
    parts.foot(version)
    guard.way_out(settings())


def show(chosen: st.Page, first: str, alone: str | None = None, outside: Any = None) -> None:
    """A page under the control of the day."""
    name = chosen.url_path or first
    as_of.control(name, of_now=name in OF_NOW)
    with beneath.drawing(beneath.Page(chosen.url_path, alone, outside)):
        chosen.run()


def one_chart(chosen: st.Page, name: str, first: str) -> None:
    """One chart of a page, as the address chooses it, with nothing around it: for pages of others."""
    outside = st.container()
    st.html(HIDE)
    with st.container(key=UNSEEN):
        show(chosen, first, name, outside)
    # A chart that is found ends the run.
    outside.info(f"This page has no chart of the name {parts.verbatim(name)} as it is chosen here.")


if __name__ == "__main__":
    main()
