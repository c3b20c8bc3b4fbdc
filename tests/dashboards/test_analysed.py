"""`serai analyse`: the analysis as known on a day, published, kept, listed, and shown under that day."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import serai
from warehouse.connect import reading

# Early enough that next to nothing was known: the methods are quick.
DAY = "2014-06-01"


@pytest.fixture(scope="module")
def data(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the published warehouse with the analysis of one day beside."""
    copy = tmp_path_factory.mktemp("analysed")
    shutil.copytree(published / "warehouse", copy / "warehouse", symlinks=True)
    done = serai("analyse", "--as-of", DAY, "--json", data=copy)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["version"]
    return copy


def test_every_table_of_analysis_has_its_vintage(data: Path) -> None:
    tables = "SELECT table_name FROM duckdb_tables() WHERE schema_name = '{}' ORDER BY ALL"
    with reading(data / "warehouse") as reader:
        now, then = (
            {name for (name,) in reader.cursor().execute(tables.format(schema)).fetchall()}
            for schema in ("analysis", "analysis_as_of")
        )
        worked = reader.cursor().execute("SELECT DISTINCT as_of::VARCHAR FROM analysis_as_of.methods").fetchall()
    assert then == now | {"days"}
    assert worked == [(DAY,)]


def test_no_closure_of_a_vintage_began_after_its_day(data: Path) -> None:
    with reading(data / "warehouse") as reader:
        asked = f"SELECT count(*) FROM analysis_as_of.losses WHERE started_on > DATE '{DAY}'"
        assert reader.cursor().execute(asked).fetchall() == [(0,)]


def test_a_day_that_is_there_is_not_published_again(data: Path) -> None:
    done = serai("analyse", "--as-of", DAY, data=data)
    assert "nothing new: no version published" in done.stdout
    assert DAY in done.stdout


def test_a_day_to_come_is_refused_in_words(data: Path) -> None:
    done = serai("analyse", "--as-of", "2999-01-01", data=data)
    assert (done.returncode, done.stdout) == (2, "")
    assert "still to come" in done.stderr


def test_before_the_first_ingest_there_is_nothing_to_work_on(tmp_path: Path) -> None:
    assert serai("analyse", "--as-of", DAY, data=tmp_path).returncode == 3


def test_a_page_says_of_which_days_there_is_analysis_and_leads_there(
    data: Path, on_data: Callable[[Path], None]
) -> None:
    on_data(data)
    app = AppTest.from_function(_page)
    app.session_state["as_of"] = dt.date(2025, 10, 20)
    app.run()
    assert "not worked out for 20 October 2025" in app.info[0].value
    assert [button.label for button in app.button] == ["1 June 2014"]
    assert [text.value for text in app.button[0].click().run().text] == ["shown"]


def _page() -> None:
    import streamlit as st

    from dashboards import as_of
    from dashboards.queries import analysed, reader

    if as_of.analysis_shown():
        reader.ask(f"SELECT count(*) FROM {analysed.table('losses')}")
        st.text("shown")
