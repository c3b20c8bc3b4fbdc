"""A file of GDELT as rows: 61 columns or refused, one region, merged rows, and any engine of Narwhals."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pytest

from ingest import source
from ingest.csv_file import BatchError
from ingest.snapshots import Answer
from ingest.sources import gdelt
from tests.ingest import live
from tests.ingest.conftest import LIMITS
from tests.ingest.gdelt_files import (
    AFGHANISTAN,
    KABUL,
    MARY,
    NOON,
    NOWHERE,
    PARIS,
    TORKHAM,
    line,
    packed,
    text,
)
from warehouse import contracts

CONTRACT = contracts.load("press_attention")


def parsed(*lines: list[str]) -> pl.DataFrame:
    return read(packed(text(*lines)))


def read(content: bytes) -> pl.DataFrame:
    """The rows of an answer with that content."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        answer = Answer("https://example.com", NOON, Path(file.name), "")
        return pl.concat(source.load("gdelt").parse_slices(answer, CONTRACT, LIMITS.parse))


def test_places_are_of_fips_and_tx_is_no_texas() -> None:
    found = parsed(line(1, place=MARY), line(2, place=PARIS), line(3, place=NOWHERE))
    assert found["country"].to_list() == ["TKM", "FRA", None]
    assert found["country_fips"].to_list() == ["TX", "FR", None]


@pytest.mark.parametrize(
    ("place", "actor", "is_kept"),
    [
        (TORKHAM, "USA", True),
        (MARY, "", True),
        (PARIS, "AFG", True),
        (PARIS, "TAJ", True),
        (("4", "Kashgar, Xinjiang, China", "CH", "CH13", "39.4547", "75.9797", "-1913862"), "CHN", True),
        (("4", "Beijing, Beijing, China", "CH", "CH22", "39.9289", "116.388", "-1898541"), "CHN", False),
        (PARIS, "FRA", False),
        (NOWHERE, "", False),
    ],
    ids=["Torkham", "Mary", "AFG in Paris", "TAJ in Paris", "Xinjiang", "Beijing", "Paris", "nowhere"],
)
def test_rows_with_a_place_or_an_actor_in_the_region_are_kept(
    place: tuple[str, ...], actor: str, is_kept: bool
) -> None:
    assert parsed(line(1, place=place, actor1_country=actor)).height == is_kept


@pytest.mark.parametrize("which", ["actor1_country", "actor2_country"])
def test_either_actor_may_be_the_one_in_the_region(which: str) -> None:
    other = {"actor1_country": "FRA", "actor2_country": "FRA"} | {which: "UZB"}
    assert parsed(line(1, NOON, PARIS, **other)).height == 1


def test_rows_of_one_page_event_code_and_place_are_one_that_says_how_many_it_stands_for() -> None:
    page = "https://www.example.com/one"
    found = parsed(
        line(1, source_url=page),
        line(2, source_url=page, event_code="190", event_root_code="19", quad_class="4"),
        line(3, source_url=page, actor1_code="AFG", actor1_country="AFG"),
        line(4, source_url=page, place=KABUL),
        line(5),
        line(6, source_url=page, actor1_code=""),
    )
    assert found.select("global_event_id", "rows_merged").rows() == [(1, 3), (2, 1), (4, 1), (5, 1)]


def test_rows_without_a_place_are_merged_as_well() -> None:
    page = "https://www.example.com/one"
    found = parsed(line(1, place=NOWHERE, source_url=page), line(2, place=NOWHERE, source_url=page))
    assert found["rows_merged"].to_list() == [2]


def engines(rows: pl.DataFrame) -> dict[str, Any]:
    """The same rows for three of Narwhals' engines."""
    return {"polars": rows.lazy(), "duckdb": duckdb.from_arrow(rows.to_arrow()), "pandas": rows.to_pandas()}


def transformed(native: Any, names: list[str]) -> pl.DataFrame:
    found: pl.DataFrame = gdelt.kept(nw.from_native(native).lazy(), gdelt.REGION).collect("polars").to_native()
    return found.select(names).sort("global_event_id")


def test_the_same_expressions_give_the_same_rows_on_another_engine() -> None:
    places = (TORKHAM, MARY, PARIS, NOWHERE, AFGHANISTAN)
    page = "https://www.example.com/one"
    lines = [line(n, place=places[n % 5], source_url=page, event_code=f"04{n % 3}") for n in range(60)]
    check_engines(text(*lines))


def check_engines(content: bytes) -> None:
    rows = gdelt._read(content, CONTRACT).select("row_number", *gdelt.POSITIONS)
    names = ["global_event_id", "date_added", "quad_class", "place_precision", "country", "rows_merged", "source_url"]
    found = {name: transformed(native, names) for name, native in engines(rows).items()}
    assert 0 < found["polars"].height < rows.height
    assert found["duckdb"].equals(found["polars"])
    assert found["pandas"].equals(found["polars"])


ROW = text(line(1))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed(ROW.replace(b"\n", b"\tx\n")), "row 1 has 62 fields where GDELT 2.0 has 61"),
        (packed(ROW + b"\t".join(ROW.split(b"\t")[:58]) + b"\n"), "row 2 has 58 fields: this is GDELT 1.0"),
        (packed(b"\t".join(ROW.split(b"\t")[:57]) + b"\n"), "row 1 has 57 fields: this is GDELT 1.0"),
        (packed(b"GLOBALEVENTID,SQLDATE\n1,20261020\n"), "row 1 has 1 fields"),
        (packed(ROW)[:-30], "this is no zip that can be read"),
        (packed(b""), "the file in the zip is empty"),
        (packed(bytes(60_000_001)), "it unpacks to more than 60,000,000 bytes"),
    ],
    ids=["extra column", "GDELT 1.0", "older GDELT 1.0", "CSV", "truncated zip", "empty", "zip bomb"],
)
def test_a_file_of_another_shape_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(BatchError, match=re.escape(words)):
        read(content)


def test_a_file_that_gdelt_does_not_have_is_no_rows() -> None:
    assert read(b"").is_empty()


@live.real_file
def test_the_region_of_a_real_file_is_a_twentieth_of_it_and_the_same_on_every_engine() -> None:
    content = live.sample("gdelt/20191024143000.export.CSV").read_bytes()
    found = read(packed(content))
    assert (found.height, found["rows_merged"].sum()) == (65, 120)
    check_engines(content)


@live.real_file
def test_a_real_slice_of_2015_is_read() -> None:
    content = live.sample("gdelt/spark-gdelt/events.csv").read_bytes()
    rows = gdelt._read(content, CONTRACT)
    assert rows.height == 100
    assert rows["date_added"].dt.date().min() == dt.date(2015, 2, 18)
    assert rows["source_url"].null_count() == 0


@live.real_file
def test_our_columns_stand_where_the_official_labels_have_them() -> None:
    labels = live.sample("gdelt/gdeltPyR/GDELT_2.0_Events_Column_Labels_Header_Row_Sep2016.csv").read_text()
    names = [one["tableId"] for one in csv.DictReader(io.StringIO(labels))]
    assert len(names) == gdelt.WIDTH
    assert {name: names[at] for name, at in gdelt.POSITIONS.items()} == {
        "global_event_id": "GLOBALEVENTID", "event_date": "SQLDATE", "actor1_code": "Actor1Code",
        "actor1_name": "Actor1Name", "actor1_country": "Actor1CountryCode", "actor2_code": "Actor2Code",
        "actor2_name": "Actor2Name", "actor2_country": "Actor2CountryCode", "is_root_event": "IsRootEvent",
        "event_code": "EventCode", "event_root_code": "EventRootCode", "quad_class": "QuadClass",
        "goldstein": "GoldsteinScale", "num_mentions": "NumMentions", "num_sources": "NumSources",
        "num_articles": "NumArticles", "avg_tone": "AvgTone", "place_precision": "ActionGeo_Type",
        "place_name": "ActionGeo_FullName", "country_fips": "ActionGeo_CountryCode",
        "adm1_code": "ActionGeo_ADM1Code", "lat": "ActionGeo_Lat", "lon": "ActionGeo_Long",
        "feature_id": "ActionGeo_FeatureID", "date_added": "DATEADDED", "source_url": "SOURCEURL",
    }  # fmt: skip


def test_a_file_in_pieces_gives_the_same_rows_with_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line(number) for number in range(100)]
    whole = parsed(*lines)
    monkeypatch.setattr(gdelt, "TEXT", 1_000)
    assert parsed(*lines).equals(whole)
    assert whole["row_number"].to_list() == list(range(1, 101))


def test_a_number_that_is_none_is_kept_as_text_and_changes_nothing_else() -> None:
    good = parsed(line(1), line(2), line(3))
    bad = parsed(line(1), line(2, NOON, TORKHAM, num_mentions="four", avg_tone="nan"), line(3))
    assert bad.row(1, named=True) == good.row(1, named=True) | {
        "num_mentions": None, "unreadable_num_mentions": "four", "avg_tone": None, "unreadable_avg_tone": "nan",
    }  # fmt: skip
    assert bad[::2].equals(good[::2])
