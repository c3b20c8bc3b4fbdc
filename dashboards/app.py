"""The dashboard's entry: finds the pages in its folder, and runs the one that is asked for.

A page is a file in pages/ with TITLE, ICON and ORDER at its top: adding one registers it nowhere else.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import streamlit as st

from dashboards import as_of, guard, parts
from dashboards.queries import reader
from serai.settings import settings
from warehouse.publish import NothingPublishedError

HERE = Path(__file__).resolve().parent
# Pages on the house itself, whose ledger has no earlier state to show.
OF_NOW = {"quality", "runs"}


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
    st.logo(str(HERE / "icon.svg"), size="large")
    files = page_files()
    pages = [_page(path, first=path == files[0]) for path in files]
    if not guard.admitted(settings()):
        st.navigation(pages, position="hidden")
        return
    chosen = st.navigation(pages, position="top")
    try:
        version = reader.version()
    except NothingPublishedError:
        parts.nothing_published()
        return
    if notice := reader.notice():
        st.warning(parts.plain(notice))
    name = chosen.url_path or files[0].stem
    as_of.control(name, of_now=name in OF_NOW)
    chosen.run()
    parts.foot(version)
    guard.way_out(settings())


if __name__ == "__main__":
    main()
