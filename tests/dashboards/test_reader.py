"""The dashboard's reader: it follows what is published, and waits where nothing is."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.queries import crossings, reader
from tests.conftest import HOUSE
from tests.dashboards.conftest import APP
from warehouse.publish import building, publish, version_file, writing

OnData = Callable[[Path], None]


@pytest.fixture
def copy(published: Path, tmp_path: Path, on_data: OnData) -> Path:
    """The folder of a warehouse of this test's own, which the settings point to."""
    shutil.copytree(published / "warehouse", tmp_path / "warehouse", symlinks=True)
    on_data(tmp_path)
    return tmp_path / "warehouse"


def republish(folder: Path, change: str) -> str:
    """Publish the warehouse with a change, and return the new version."""
    with writing(folder), building(folder) as private:
        with duckdb.connect(str(private)) as con:
            con.execute(change)
        return publish(folder, private, keep=1)


def test_a_new_publish_shows_without_a_restart(copy: Path) -> None:
    app = AppTest.from_file(str(APP), default_timeout=120).run()
    closed, formal = map(int, app.metric[0].value.split(" of "))
    old = reader.version()
    new = republish(copy, "UPDATE crossing_spans SET status = 'open' WHERE crossing_id = 'torkham'")
    app.run()
    assert not app.exception
    assert app.metric[0].value == f"{closed - 1} of {formal}"
    assert any(f"version {new}" in text.value for text in app.caption)
    assert old != new


def test_the_old_version_is_let_go(copy: Path) -> None:
    crossings.crossings()
    old = reader.version()
    republish(copy, "DELETE FROM crossing_latest")
    assert version_file(copy, old).exists()
    reader.version()
    with (version_file(copy, old).parent / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_reader_that_another_tab_let_go_of_is_replaced(copy: Path) -> None:
    reader.reader().close()
    republish(copy, "UPDATE facts.crossings SET name = 'Torkham gate' WHERE crossing_id = 'torkham'")
    assert "Torkham gate" in crossings.crossings()["name"].to_list()


def test_before_the_first_publish_the_app_says_what_to_do(tmp_path: Path, on_data: OnData) -> None:
    on_data(tmp_path)
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "Nothing is published yet"
    assert "serai ingest" in app.markdown[0].value


def test_the_dashboard_never_imports_great_expectations() -> None:
    code = (
        "import sys, importlib, dashboards.serve\n"
        "from dashboards.app import page_files\n"
        "for path in page_files(): importlib.import_module(f'dashboards.pages.{path.stem}')\n"
        "from dashboards import maps; maps.countries()\n"
        "sys.exit('great_expectations' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
