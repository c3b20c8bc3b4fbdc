"""What the dashboard's tests share: the app on a data folder, without settings or days of other tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboards.app import main
from dashboards.queries.reader import AS_OF
from serai.settings import settings

APP = Path(__file__).resolve().parent.parent.parent / "dashboards" / "app.py"
Open = Callable[..., AppTest]


@pytest.fixture
def on_data(monkeypatch: pytest.MonkeyPatch, published: Path) -> Iterator[Callable[[Path], None]]:
    """Points the settings to a data folder; of any but the published facts all that was cached is forgotten after."""
    # AppTest undoes what serve.py sets: it would run the files in pages/ without the entry.
    monkeypatch.setattr("streamlit.runtime.scriptrunner.script_runner._mpa_v1", lambda _: main())
    pointed = {published}

    def point(data: Path) -> None:
        monkeypatch.setenv("SERAI_DATA", str(data))
        pointed.add(data)
        forget(of_all=data != published)

    yield point
    forget(of_all=pointed != {published})


def forget(*, of_all: bool) -> None:
    """No test sees settings, reader or day of another. The published facts stay the same, and so do their answers."""
    settings.cache_clear()
    st.cache_resource.clear()  # a database that stays open is that of whoever opens the same file in this process
    # Outside a session its state is one for all: a day that a test asks for would stay for the next.
    st.session_state.pop(AS_OF, None)
    if of_all:
        st.cache_data.clear()


@pytest.fixture
def open_page(on_data: Callable[[Path], None], published: Path) -> Open:
    """Opens a page of the app on the published facts with a query string, as a link does: no other page before it."""
    on_data(published)

    def opened(name: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=120)
        for key, value in query.items():
            app.query_params[key] = value
        return app.switch_page(f"pages/{name}.py").run()

    return opened
