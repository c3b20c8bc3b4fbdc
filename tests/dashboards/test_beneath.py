"""What lies beneath a chart: rows, SQL that runs as shown, sources, a citation, pictures; made when asked for."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import beneath, charts, files, pictures
from dashboards.app import page_files
from dashboards.queries import shown
from dashboards.queries.reader import Question
from tests.dashboards.conftest import Open
from warehouse.versions import current_version, version_file

FIRST = page_files()[0].stem
TITLE = "Deaths & <i>hurt</i> by year"
FRAME = pl.DataFrame(
    {"year": [2024, 2025], "publisher": ["PIPS", "PIPS"], "counts": ["dead", "dead"], "value": [1.0, 2.0]}
).with_columns(pl.col("value").alias("lowest_printed"), pl.col("value").alias("highest_printed"))
FRAME = FRAME.with_columns(pl.lit(1).alias("voices"), pl.lit(1).alias("pages"))


def closed(app: AppTest) -> list[str]:
    """The names of the lines beneath the charts of a page that can be opened."""
    found = [one.proto for one in app.expander if one.label == beneath.LABEL]
    return [one.id.rpartition("-beneath_")[2] for one in found]


def opened(app: AppTest) -> AppTest:
    """The page with all that lies beneath its charts open."""
    for name in closed(app):
        app.session_state[f"beneath_{name}"] = True
    return app.run()


def sql(app: AppTest) -> list[str]:
    return [one.value for one in app.code if one.language == "sql"]


@pytest.mark.parametrize("name", [path.stem for path in page_files()])
def test_each_chart_has_a_line_beneath_it_and_nothing_in_it_until_it_is_opened(open_page: Open, name: str) -> None:
    app = open_page(name)
    assert len(closed(app)) == len(app.get("vega_lite_chart")) == len(set(closed(app)))
    assert app.get("download_button") == []
    opened(app)
    assert not app.exception
    assert len(app.get("download_button")) == 5 * len(closed(app))
    cited = [one.value for one in app.code if "warehouse version" in one.value]
    assert len(cited) == len(closed(app))


def answered(published: Path, text: str) -> list[Any]:
    """What a shell answers that has nothing open but the published file."""
    version = current_version(published / "warehouse")
    assert version is not None
    with duckdb.connect(str(version_file(published / "warehouse", version)), read_only=True) as shell:
        return shell.execute(text).fetchall()


def test_the_sql_runs_as_it_is_shown_in_a_shell_on_the_published_file(open_page: Open, published: Path) -> None:
    found = sql(opened(open_page("incidents")))
    assert len(found) == 5
    for text in found:
        assert "$" not in text
        assert answered(published, text)


def test_as_of_a_day_the_sql_asks_for_what_was_known_then(open_page: Open, published: Path) -> None:
    found = sql(opened(open_page("commitments", as_of="2023-10-20")))
    text = next(one for one in found if "FROM as_of.commitment_pace" in one)
    assert text.startswith("SET VARIABLE as_of = DATE '2023-10-20';")
    assert 0 < len(answered(published, text)) < len(answered(published, "FROM commitment_pace"))


def test_a_chart_alone_is_shown_without_its_page(open_page: Open) -> None:
    app = open_page("trade", chart="months", reporter="PAK", partner="AFG")
    assert [one.proto.alt for one in app.get("vega_lite_chart")] == ["Pakistan's exports to Afghanistan, by month"]
    assert closed(app) == []
    assert any("/trade?reporter=PAK&partner=AFG" in one.value for one in app.caption)
    assert "no chart of the name nothing" in open_page("trade", chart="nothing").info[0].value


def test_values_are_written_as_duckdb_reads_them() -> None:
    values: list[Any] = [None, True, 3, 0.5, "it's", dt.date(2025, 10, 20), dt.datetime(2025, 1, 2, 3, 4), ["a", "b"]]  # noqa: DTZ001
    for value in values:
        assert duckdb.execute(f"SELECT {shown.literal(value)}").fetchall() == [(value,)]


def test_only_parameters_are_filled_in() -> None:
    question = Question("SELECT $a, '$5 bn' AS b", {"a": "x"}, None)
    assert shown.sql(question) == "SELECT 'x', '$5 bn' AS b"


def test_the_sources_are_the_pages_that_the_rows_name() -> None:
    rows = pl.DataFrame({"source_name": ["Dawn", "Dawn", None], "source_url": ["https://a", "https://a", None]})
    found = shown.publishers([FRAME, rows], [])
    assert found.rows() == [("Dawn", "https://a", 2)]


def test_without_rows_with_sources_they_are_those_of_the_tables(
    on_data: Callable[[Path], None], published: Path
) -> None:
    on_data(published)
    found = shown.publishers([FRAME], [Question("FROM crossing_latest", {}, None)])
    assert set(found["dataset"]) == {"crossings", "publishers", "status_reports"}


def test_an_excel_file_has_the_rows_and_runs_none_of_them() -> None:
    frame = pl.DataFrame(
        {"text": ["=1+1", "http://a.b"], "many": [["x", "y"], []], "day": [dt.date(2025, 1, 2), None]}
    )
    with zipfile.ZipFile(io.BytesIO(files.excel(frame))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "=1+1" in texts
    assert "x;y" in texts


def test_a_picture_has_title_key_and_source_in_it_as_text() -> None:
    drawing = charts.counts_by_year(FRAME)
    made = pictures.svg(TITLE, drawing, "Source: 2 pages. " + "Long words follow. " * 20)
    assert "Deaths &amp; &lt;i&gt;hurt&lt;/i&gt; by year" in made
    words = " ".join(re.sub("<[^>]*>", " ", made).split())
    assert "PIPS" in words
    assert words.count("Long words follow.") == 20
    assert words.count("Source: 2 pages.") == 1
    assert "count in the year" in made
    assert pictures.png(TITLE, drawing, "x").startswith(b"\x89PNG")


def test_without_a_font_no_picture_without_words_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "FONT", "No such font")
    with pytest.raises(pictures.NoFontError, match="no font"):
        pictures.png(TITLE, charts.counts_by_year(FRAME), "x")


def test_the_rows_drawn_are_those_of_every_layer_once() -> None:
    drawing = charts.counts_by_year(FRAME)
    assert beneath.drawn(drawing).height == FRAME.height


def test_a_name_from_a_title_has_no_number_in_it() -> None:
    assert beneath.named("Loss, 1 May 2025 to 3 June: $5 bn") == "loss-may-to-june-bn"
