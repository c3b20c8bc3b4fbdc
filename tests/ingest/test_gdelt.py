"""GDELT: an index and a zip every quarter of an hour, gaps and damage, and never an incident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import source
from ingest.client import Client
from ingest.snapshots import Answer
from ingest.source import Wanted
from ingest.sources import gdelt
from tests.ingest import live
from tests.ingest.conftest import MANNERS, House
from tests.ingest.gdelt_files import (
    AFGHANISTAN,
    INDEX,
    KABUL,
    MASTER,
    NOON,
    NOWHERE,
    PARIS,
    TORKHAM,
    Gdelt,
    line,
    packed,
    path,
    stamp,
    text,
)
from tests.server import FAULTS, Reply, Server


@pytest.fixture
def bucket(server: Server) -> Gdelt:
    found = Gdelt(server)
    found.publish(NOON, line(1), line(2, place=KABUL), line(3, place=PARIS, actor1_country="FRA"))
    return found


@pytest.fixture
def house(built_house: House, server: Server, bucket: Gdelt) -> House:  # noqa: ARG001 (it makes the routes)
    built_house.visit(server, "gdelt")
    return built_house


def test_the_newest_file_is_loaded_in_serais_terms(house: House, bucket: Gdelt) -> None:
    [run] = house.ingest("gdelt").runs
    assert (run.outcome, run.rows_seen, run.loaded.added, run.rows_quarantined) == ("loaded", 2, 2, 0), run.reason
    assert bucket.asked() == ["lastupdate", "20261020120000"]
    found = house.rows("FROM press_attention ORDER BY ALL").row(0, named=True)
    assert found["date_added"] == NOON
    assert (found["quad_class"], found["place_precision"], found["country"]) == ("verbal_cooperation", "city", "AFG")
    assert (found["is_root_event"], found["goldstein"], found["num_articles"]) == (True, 1.0, 4)
    assert (found["lat"], found["lon"], found["adm1_code"]) == (34.1233, 71.0931, "AF18")
    assert found["source_url"] == "https://www.example.com/1"


def test_a_row_is_known_from_the_day_it_was_added_whatever_day_the_page_looks_back_to(
    house: House, bucket: Gdelt
) -> None:
    bucket.publish(NOON, line(1, event_date="20251020"))
    house.ingest("gdelt")
    found = house.rows("SELECT event_date, known_from, known_from_basis FROM press_attention").row(0)
    assert found == (dt.date(2025, 10, 20), dt.date(2026, 10, 20), "published")


def test_the_next_ingest_takes_only_what_came_since_and_takes_nothing_back(house: House, bucket: Gdelt) -> None:
    house.ingest("gdelt")
    bucket.asked()
    bucket.publish(NOON + gdelt.STEP, line(4, at=NOON + gdelt.STEP))
    assert house.ingest("gdelt").runs[0].loaded.added == 1
    assert bucket.asked() == ["lastupdate", "20261020121500"]
    for steps in (2, 3):
        at = NOON + steps * gdelt.STEP
        bucket.publish(at, line(3 + steps, at=at))
    [run] = house.ingest("gdelt").runs
    assert (run.outcome, run.loaded.added, run.loaded.withdrawn) == ("loaded", 2, 0), run.reason
    assert bucket.asked() == ["lastupdate", "masterfilelist", "20261020123000", "20261020124500"]
    assert house.rows("SELECT count(*) FROM press_attention").item() == 5


def test_only_the_tail_of_the_master_index_is_asked_for(house: House, bucket: Gdelt, server: Server) -> None:
    house.ingest("gdelt")
    later = NOON + 2 * gdelt.STEP
    bucket.publish(later, line(4, at=later))
    house.ingest("gdelt")
    [asked] = [one for one in server.asked if one.path == MASTER]
    assert int(asked.headers["range"].removeprefix("bytes=-")) < 100_000


def test_nothing_new_changes_nothing_and_asks_for_no_file(house: House, bucket: Gdelt) -> None:
    house.ingest("gdelt")
    before = live.rows(house, "press_attention")
    bucket.asked()
    [run] = house.ingest("gdelt").runs
    assert (run.outcome, bucket.asked()) == ("unchanged", ["lastupdate"])
    assert live.rows(house, "press_attention") == before
    assert len(list((house.places.snapshots / "gdelt").glob("*.json"))) == 1


def test_the_same_file_again_makes_no_version(house: House, bucket: Gdelt) -> None:
    house.ingest("gdelt")
    bucket.publish(NOON + gdelt.STEP, line(1), line(2, place=KABUL), line(4))
    loaded = house.ingest("gdelt").runs[0].loaded
    assert (loaded.added, loaded.unchanged, loaded.corrected, loaded.withdrawn) == (1, 2, 0, 0)


def test_what_was_taken_in_is_replayed_byte_for_byte(house: House, bucket: Gdelt, server: Server) -> None:
    house.ingest("gdelt")
    later = NOON + 3 * gdelt.STEP
    bucket.publish(later, line(4, at=later))
    live.check_replays(house, server, "gdelt")


def test_a_bad_day_of_the_source_changes_nothing(house: House, server: Server, bucket: Gdelt) -> None:
    house.ingest("gdelt")
    before = live.rows(house, "press_attention")
    later = NOON + gdelt.STEP
    bucket.publish(later, line(4, at=later))
    for reply, words in FAULTS.values():
        live.check_refused(house, server, "gdelt", path(later), reply, words)
    assert live.rows(house, "press_attention") == before


def test_a_file_of_another_shape_changes_nothing(house: House, bucket: Gdelt) -> None:
    house.ingest("gdelt")
    later = NOON + gdelt.STEP
    bucket.put(later, packed(text([*line(4, at=later), "x"])))
    [run] = house.ingest("gdelt").runs
    assert (run.outcome, run.loaded.added) == ("refused", 0)
    assert "row 1 has 62 fields" in (run.reason or "")
    assert house.rows("SELECT count(*) FROM press_attention").item() == 2


def test_a_file_with_another_md5_than_the_index_has_is_refused(house: House, bucket: Gdelt) -> None:
    bucket.listed[NOON] = "0" * 32
    [run] = house.ingest("gdelt").runs
    assert "do not have the checksum that the source gives" in (run.reason or "")


def test_an_index_of_another_shape_is_refused(house: House, server: Server) -> None:
    live.check_refused(house, server, "gdelt", INDEX, Reply(b"moved to another place"), "lists no export file")


def test_stray_bytes_and_quotes_are_no_error_and_the_bytes_are_warned_of(house: House, bucket: Gdelt) -> None:
    row = text(line(1, place=("4", 'Spin "Boldak, Kandahar', *TORKHAM[2:])), line(2)).replace(b"Boldak", b"B\xf6ldak")
    bucket.publish(NOON, content=packed(row))
    [run] = house.ingest("gdelt").runs
    assert (run.loaded.added, run.rows_quarantined) == (2, 0), run.reason
    assert (
        house.rows("SELECT min(place_name) FROM press_attention").item()
        == 'Spin "B\N{REPLACEMENT CHARACTER}ldak, Kandahar'
    )
    warned = house.rows("FROM ops.validations WHERE expectation = 'text.utf8'").row(0, named=True)
    assert (warned["severity"], warned["outcome"], warned["rows_failed"]) == ("warning", "fail", 1)


def test_a_row_without_a_place_is_good(house: House, bucket: Gdelt) -> None:
    bucket.publish(NOON, line(1, place=NOWHERE))
    [run] = house.ingest("gdelt").runs
    assert (run.loaded.added, run.rows_quarantined) == (1, 0), run.reason


AMISS = {
    "date_added.readable": {"date_added": "20261320120000"},
    "event_date.readable": {"event_date": "2026-10-20"},
    "event_date.not_after_added": {"event_date": "20261021"},
    "event_root_code.of_code": {"event_root_code": "19"},
    "quad_class.in_set": {"quad_class": "5"},
    "goldstein.in_range": {"goldstein": "-70"},
    "lat.in_range": {"lat": "3412.33"},
    "coordinates.both": {"lon": ""},
    "num_mentions.readable": {"num_mentions": "four"},
    "is_root_event.readable": {"is_root_event": "yes"},
    "source_url.filled": {"source_url": ""},
    "key.unique": {"global_event_id": "100"},
}


def test_a_bad_row_is_held_back_with_its_reason(house: House, bucket: Gdelt) -> None:
    bad = [line(number, NOON, TORKHAM, **amiss) for number, amiss in enumerate(AMISS.values(), start=1)]
    bucket.publish(NOON, *bad, *(line(number) for number in range(100, 140)))
    assert house.ingest("gdelt").runs[0].loaded.added == 39
    found = house.rows("SELECT row_number, expectation FROM quarantine").rows()
    assert set(enumerate(AMISS, start=1)) <= set(found)
    assert {row for row, _ in found} == {*range(1, len(AMISS) + 1), len(AMISS) + 1}


def test_a_country_code_that_is_not_known_is_warned_of(house: House, bucket: Gdelt) -> None:
    bucket.publish(NOON, line(1, place=(*PARIS[:2], "QQ", *PARIS[3:])), line(2, place=(*PARIS[:2], "OS", *PARIS[3:])))
    assert house.ingest("gdelt").runs[0].loaded.added == 2
    warned = house.rows("SELECT observed FROM ops.validations WHERE expectation = 'country_fips.known'").item()
    assert warned.startswith("1 rows")
    assert "QQ" in warned


@pytest.fixture
def client(server: Server, bucket: Gdelt, tmp_path: Path) -> Iterator[Client]:  # noqa: ARG001 (it makes the routes)
    with Client(source.load("gdelt").moved_to(server.address), MANNERS, tmp_path, tmp_path / "cache", {}) as found:
        yield found


def fetched(client: Client, server: Server, wanted: Wanted) -> list[Answer]:
    one = source.load("gdelt").moved_to(server.address)
    return list(one.fetch(client, one, wanted))


def test_a_backfill_asks_for_what_the_index_has_and_notes_what_it_lacks(
    client: Client, server: Server, bucket: Gdelt
) -> None:
    first, gone = NOON - dt.timedelta(days=3), NOON - dt.timedelta(days=2)
    there = (first, first + gdelt.STEP, gone)
    for at in there:
        bucket.publish(at, line(5, at=at))
    server.routes[path(gone)] = Reply(b"NoSuchKey", 404)
    answers = fetched(client, server, Wanted(NOON, first.date(), gone.date()))
    assert len(answers) == 2 * 96
    assert bucket.asked() == ["lastupdate", "masterfilelist", *(stamp(at) for at in there)]
    assert [one.status for one in answers if one.content] == [200, 200]
    notes = [one for one in answers if not one.content]
    assert {one.status for one in notes} == {404}
    assert path(gone) in {one.url.removeprefix(server.address) for one in notes}


def test_a_backfill_up_to_today_ends_with_the_newest_file(client: Client, server: Server) -> None:
    answers = fetched(client, server, Wanted(None, NOON.date(), NOON.date() + dt.timedelta(days=9)))
    assert len(answers) == 12 * 4 + 1
    assert answers[-1].url.endswith(path(NOON))


def test_attention_is_counted_in_pages_for_each_crossing_and_day_and_never_from_a_country(
    house: House, bucket: Gdelt
) -> None:
    page, other = "https://www.example.com/one", "https://other.example/two"
    bucket.publish(
        NOON,
        line(1, source_url=page),
        line(2, source_url=page, actor1_code="AFG"),
        line(3, source_url=page, event_code="190", event_root_code="19", quad_class="4"),
        line(4, source_url=other, avg_tone="1.5"),
        line(5, place=AFGHANISTAN),
        line(6, place=("1", "Afghanistan", "AF", "AF", *TORKHAM[4:])),
        line(7, place=KABUL),
    )
    house.ingest("crossings", "gdelt")
    days = house.rows("FROM press_attention_days ORDER BY articles DESC, crossing_id")
    torkham = days.row(0, named=True)
    assert torkham == {
        "crossing_id": "torkham", "day": NOON.date(), "articles": 2, "outlets": 2, "conflict_articles": 1,
        "gdelt_rows": 4, "tone": -0.5, "files": 1,
    }  # fmt: skip
    with_coordinates = house.rows("SELECT count(*) FROM crossings WHERE lat IS NOT NULL").item()
    assert (days.height, days["articles"].sum()) == (with_coordinates, 2)


@live.real_file
def test_a_real_file_is_loaded_whole(house: House, bucket: Gdelt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gdelt, "REGION", None)
    bucket.publish(NOON, content=packed(live.sample("gdelt/20191024143000.export.CSV").read_bytes()))
    [run] = house.ingest("gdelt").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 1323, 0), run.reason
    assert house.rows("SELECT sum(rows_merged)::INT FROM press_attention").item() == 2111
    without = house.rows("SELECT country_fips FROM press_attention WHERE country IS NULL AND country_fips <> 'OS'")
    assert without.to_series().to_list() == ["YI"]  # Serbia and Montenegro, of before 2006
    assert house.rows("SELECT count(*) FROM press_attention WHERE event_date < known_from - 300").item() > 0
    assert house.rows("SELECT count(*) FROM press_attention WHERE lat IS NULL").item() == 31
