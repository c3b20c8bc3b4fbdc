"""UCDP: a zip a year, a file a month, releases that overlap, an API with a token; what is not out is not an error."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from ingest import source, ucdp
from ingest.csv_file import BatchError
from ingest.snapshots import Answer
from ingest.sources import ucdp_candidate, ucdp_ged
from tests.ingest import live
from tests.ingest.conftest import LIMITS, House
from tests.ingest.ucdp_files import GED, HEADER, JANUARY, event, file, packed, text
from tests.server import Reply, Server
from warehouse import contracts

MONTH = "/downloads/candidateged/GEDEvent_v26_0_{}.csv"
QUARTER = "/downloads/candidateged/GEDEvent_v26_01_26_03.csv"
COUNTS = "SELECT event_id, release, status, deaths_best FROM conflict_event_latest ORDER BY ALL"
HELD = """
    SELECT "row"->>'event_id', list(DISTINCT expectation ORDER BY expectation) FROM quarantine GROUP BY ALL
"""
WARNED = """
    SELECT expectation, rows_failed FROM ops.validations
    WHERE severity = 'warning' AND outcome = 'fail' AND dataset = 'conflict_events' ORDER BY ALL
"""
PLACES = "SELECT event_id, crossing_id, catchment FROM conflict_event_places ORDER BY event_id"
MONTHS = """
    SELECT crossing_id, month::VARCHAR, status, events, events_maybe, deaths_best, deaths_maybe
    FROM crossing_conflict_months
"""
NEAR = """
    SELECT crossing_id, count(*) FILTER (catchment = 'in'), count(*) FILTER (catchment = 'maybe')
    FROM events_near_crossings WHERE crossing_id IN ('torkham', 'ghulam_khan', 'chaman') GROUP BY ALL ORDER BY ALL
"""
pytestmark = pytest.mark.usefixtures("few_rows")


def test_an_event_is_loaded_in_serais_terms_and_other_countries_are_passed_over(uppsala: House) -> None:
    [run] = uppsala.ingest("ucdp_ged").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined, run.loaded.added) == ("loaded", 2, 0, 2), run.reason
    row = uppsala.rows("FROM conflict_events WHERE event_id = '1'").row(0, named=True)
    expected = {
        "provider": "UCDP", "release": "26.1", "series": "annual", "status": "final", "code_status": "Clear",
        "covers_to": dt.date(2025, 12, 31), "date_start": dt.date(2025, 10, 12), "date_precision": "day",
        "place_precision": "exact", "country": "AFG", "lat": 34.1166, "event_type": "state_based",
        "dyad_year_active": True, "deaths_best": 3, "deaths_low": 2, "deaths_high": 5, "deaths_b": 2, "articles": 2,
        "known_from": dt.date(2026, 6, 1), "known_from_basis": "not_before",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert '"Torkham"' in row["source_article"]
    assert "Two\nlines" in row["source_article"]


def test_what_is_still_to_be_checked_is_not_final(uppsala: House) -> None:
    uppsala.ingest("ucdp_ged", "ucdp_candidate")
    found = uppsala.rows("SELECT event_id, status FROM conflict_events ORDER BY event_id").rows()
    assert found == [("1", "final"), ("2", "provisional"), ("3", "provisional"), ("4", "provisional")]


def test_the_same_again_changes_nothing(uppsala: House) -> None:
    live.check_unchanged(uppsala, "ucdp_candidate")


def test_candidates_are_added_to_the_annual_base(uppsala: House) -> None:
    uppsala.ingest("ucdp_ged", "ucdp_candidate")
    # 4 began and ended in a year that the annual data cover, and they lack it.
    assert uppsala.rows(COUNTS).rows() == [
        ("1", "26.1", "final", 3),
        ("2", "26.1", "provisional", 3),
        ("3", "26.0.1", "provisional", 3),
    ]


def test_an_event_in_two_releases_counts_once_as_the_newer_has_it(uppsala: House, server: Server) -> None:
    server.routes[MONTH.format(2)] = file([event(3, deaths_a=5, best=7, high=9), event(5, "2026-02-03")])
    uppsala.ingest("ucdp_candidate")
    assert uppsala.rows("SELECT count(*) FROM conflict_events WHERE event_id = '3'").item() == 2
    latest = uppsala.rows(COUNTS).rows()
    assert [line for line in latest if line[0] in ("3", "5")] == [
        ("3", "26.0.2", "provisional", 7),
        ("5", "26.0.2", "provisional", 3),
    ]


def test_a_quarter_decides_for_its_months(uppsala: House, server: Server) -> None:
    server.routes[JANUARY] = file([event(3), event(6), event(7, "2026-02-01", date_end="2026-04-02 00:00:00.000")])
    server.routes[QUARTER] = file([event(3, deaths_a=2, best=4)])
    server.routes[MONTH.format(4)] = file([event(8, "2026-04-09")])
    uppsala.ingest("ucdp_candidate")
    # 6 was taken back; 7 reaches beyond the quarter, of which that says nothing.
    assert [line[:2] for line in uppsala.rows(COUNTS).rows()] == [
        ("3", "26.01.26.03"),
        ("7", "26.0.1"),
        ("8", "26.0.4"),
    ]


def test_the_final_row_supersedes_once_it_is_out_and_not_a_day_before(
    uppsala: House, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    uppsala.ingest("ucdp_ged", "ucdp_candidate")
    monkeypatch.setattr(ucdp_ged, "today", lambda: dt.date(2027, 6, 20))
    finals = [event(1, "2025-10-12"), event(2, "2025-10-13"), event(3, deaths_a=8, best=10, high=12)]
    server.routes["/downloads/ged/ged271-csv.zip"] = packed(finals)
    [run] = uppsala.ingest("ucdp_ged").runs
    assert (run.loaded.added, run.loaded.corrected, run.loaded.withdrawn) == (1, 2, 0)
    assert uppsala.rows(COUNTS).rows() == [
        (str(number), "27.1", "final", dead) for number, dead in ((1, 3), (2, 3), (3, 10))
    ]
    as_of = "SELECT event_id, status FROM conflict_event_latest_as_of(DATE '{}') ORDER BY event_id"
    before = uppsala.rows(as_of.format("2026-05-31")).rows()
    assert before == [("3", "provisional"), ("4", "provisional")]
    assert uppsala.rows(as_of.format("2027-06-01")).height == 3


def test_a_release_that_is_mended_makes_new_versions_and_others_stay(uppsala: House, server: Server) -> None:
    server.routes[MONTH.format(2)] = file([event(5, "2026-02-03")])
    uppsala.ingest("ucdp_candidate")
    server.routes[JANUARY] = file([event(3, deaths_unknown=1, best=4)])
    server.routes[MONTH.format(2)] = Reply(b"", 404)
    loaded = uppsala.ingest("ucdp_candidate").runs[0].loaded
    assert (loaded.added, loaded.corrected, loaded.withdrawn) == (0, 1, 1)
    assert uppsala.rows("SELECT count(*) FROM conflict_events WHERE event_id = '5'").item() == 1


def test_all_that_was_taken_in_is_replayed(uppsala: House, server: Server) -> None:
    uppsala.ingest("ucdp_ged", "ucdp_candidate")
    server.routes[JANUARY] = file([event(3, deaths_unknown=1, best=4)])
    live.check_replays(uppsala, server, "ucdp_ged", "ucdp_candidate")


@pytest.mark.slow
def test_bad_days_of_the_source_change_nothing(uppsala: House, server: Server) -> None:
    live.check_survives_all(uppsala, server, {"ucdp_ged": GED, "ucdp_candidate": JANUARY})


def test_every_month_and_quarter_that_is_over_is_asked_for_once_or_in_both_spellings(
    uppsala: House, server: Server
) -> None:
    lower = MONTH.format(10).replace("GEDEvent", "GEDevent")
    server.routes[lower] = file([event(9, "2026-10-02")])
    uppsala.ingest("ucdp_candidate")
    asked = [one.path.rpartition("/")[2] for one in server.asked]
    assert asked[0] == "GEDEvent_v26_0_1.csv"
    assert asked[-2:] == ["GEDEvent_v26_0_10.csv", "GEDevent_v26_0_10.csv"]
    assert {"GEDEvent_v26_01_26_03.csv", "GEDEvent_v26_01_26_09.csv"} <= set(asked)
    assert len(asked) == 1 + 2 * 12
    assert uppsala.rows("SELECT release FROM conflict_events WHERE event_id = '9'").item() == "26.0.10"


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2026-11-25", "26.0.1", "26.0.10"),
        ("2027-02-03", "26.0.1", "27.0.1"),
        ("2027-07-01", "27.0.1", "27.01.27.06"),
    ],
)
def test_candidates_reach_back_to_the_annual_data(
    monkeypatch: pytest.MonkeyPatch, day: str, first: str, last: str
) -> None:
    monkeypatch.setattr(ucdp_candidate, "today", lambda: dt.date.fromisoformat(day))
    found = [release.version for release in ucdp_candidate.releases(None, None)]
    assert (found[0], found[-1]) == (first, last)
    backfill = ucdp_candidate.releases(dt.date(2025, 2, 1), dt.date(2025, 3, 31))
    assert [release.version for release in backfill] == ["25.0.2", "25.0.3", "25.01.25.03"]


@pytest.mark.parametrize(
    ("address", "version", "series", "first", "last"),
    [
        ("https://ucdp.uu.se/downloads/ged/ged261-csv.zip", "26.1", "annual", "1989-01-01", "2025-12-31"),
        ("https://x.org/candidateged/GEDevent_v24_0_2.csv", "24.0.2", "candidate", "2024-02-01", "2024-02-29"),
        ("https://x.org/GEDEvent_v26_01_26_06.csv", "26.01.26.06", "candidate", "2026-01-01", "2026-06-30"),
        ("https://x.org/api/gedevents/26.1?pagesize=1000&page=3", "26.1", "annual", "1989-01-01", "2025-12-31"),
        ("https://x.org/api/gedevents/26.0.10?page=0", "26.0.10", "candidate", "2026-10-01", "2026-10-31"),
    ],
)
def test_an_address_names_its_release(address: str, version: str, series: str, first: str, last: str) -> None:
    found = ucdp.release_of(address)
    days = tuple(day.isoformat() for day in found.covers)
    assert (found.version, found.series, days) == (version, series, (first, last))


def test_an_address_that_names_none_is_refused() -> None:
    with pytest.raises(BatchError, match=r"names no release: mend ingest/ucdp\.py"):
        ucdp.release_of("https://ucdp.uu.se/downloads/ged/codebook.pdf")


def test_next_years_release_is_asked_for_first(
    uppsala: House, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ucdp_ged, "today", lambda: dt.date(2027, 1, 2))
    [run] = uppsala.ingest("ucdp_ged").runs
    assert run.outcome == "loaded"
    assert [one.path for one in server.asked] == [GED.replace("261", "271"), GED]


def test_the_published_checksum_is_held_against_the_file(uppsala: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ucdp_ged, "CHECKSUMS", {"26.1": f"md5:{hashlib.md5(b'another file').hexdigest()}"})
    [run] = uppsala.ingest("ucdp_ged").runs
    assert run.outcome == "refused"
    assert "do not have the checksum" in (run.reason or "")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (file([event(3)], [name.replace("best", "deaths") for name in HEADER]), "missing: best; unknown: deaths"),
        (file([event(3)], [*HEADER, "mood"]), "missing: none; unknown: mood"),
        (Reply(b"not,a\nsingle\nrow,of,it,is\n"), "these are not the known columns"),
        (Reply(text([event(3)]) + b"1,2,3" + b",4" * 60 + b"\n"), "this is not CSV as UCDP writes it"),
        (Reply(text([])), "the batch has at least 1 rows"),
        (Reply(b"PK\x03\x04 cut"), "this is no zip that can be read"),
    ],
    ids=["renamed column", "extra column", "another table", "no CSV", "header alone", "damaged zip"],
)
def test_a_file_of_another_shape_is_refused(uppsala: House, server: Server, reply: Reply, words: str) -> None:
    live.check_refused(uppsala, server, "ucdp_candidate", JANUARY, reply, words)


def test_what_a_row_has_wrong_is_held_back_or_warned_of(uppsala: House, server: Server) -> None:
    server.routes[JANUARY] = file(
        [
            event(10, best=4),
            event(11, date_end="2026-01-01 00:00:00.000"),
            event(12, where_prec=9),
            event(13, date_start="2026-01-15 12:30:00.000"),
            event(14, country_id="?"),
            event(15, low=9, date_prec=0),
            *(event(number) for number in range(20, 26)),
            event(16, side_b="XXX770", country="Pakistan", country_id=770, latitude=30.0, longitude=31.0),
        ]
    )
    uppsala.ingest("ucdp_candidate")
    held = dict(uppsala.rows(HELD).rows())
    assert held == {
        "10": ["deaths.add_up"],
        "11": ["date_end.in_order"],
        "12": ["place_precision.in_set"],
        "13": ["date_start.filled", "date_start.readable"],
        "14": ["country.spelt"],
    }
    warned = uppsala.rows(WARNED).rows()
    assert warned == [
        ("actors.named", 1), ("coordinates.in_country", 1), ("date_precision.known", 1), ("deaths.in_order", 1),
    ]  # fmt: skip


def test_an_event_belongs_to_a_crossing_only_where_the_place_was_known(uppsala: House, server: Server) -> None:
    server.routes[JANUARY] = file(
        [
            event(20),
            event(21, where_prec=2, latitude=34.100, longitude=71.145, country="Pakistan", country_id=770),
            event(22, where_prec=3),
            event(23, where_prec=4),
            event(24, where_prec=6),
            event(25, where_prec=5),
            event(26, latitude=34.015, longitude=71.58, country="Pakistan", country_id=770),
        ]
    )
    uppsala.ingest("crossings", "ucdp_candidate")
    found = uppsala.rows(PLACES).rows()
    assert found == [
        ("20", "torkham", "in"),
        ("21", "torkham", "in"),
        ("22", "torkham", "maybe"),
        ("23", None, "unknown"),
        ("24", None, "unknown"),
        ("25", "torkham", "maybe"),
        ("26", "torkham", "out"),
    ]
    months = uppsala.rows(MONTHS).rows()
    assert months == [("torkham", "2026-01-01", "provisional", 2, 2, 6, 6)]
    days = "SELECT count(*) FROM events_near_crossings WHERE day = '2026-01-15' AND catchment = 'in'"
    assert uppsala.rows(days).item() == 2


def parsed(path: str, address: str) -> list[dict[str, object]]:
    answer = Answer(address, dt.datetime(2026, 11, 25), live.sample(path), "")  # noqa: DTZ001
    [rows] = source.load("ucdp_ged").parse_slices(answer, contracts.load("conflict_events"), LIMITS.parse)
    return rows.to_dicts()


@live.real_file
def test_the_real_month_is_loaded_whole(uppsala: House, server: Server) -> None:
    server.routes[JANUARY] = Reply(live.sample("ucdp/GEDEvent_v26_0_1.csv").read_bytes())
    [run] = uppsala.ingest("crossings", "ucdp_candidate").runs[1:]
    # 145 of 1,727 rows are of these countries.
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 145, 0), run.reason
    counted = uppsala.rows("SELECT country, count(*) FROM conflict_events GROUP BY ALL ORDER BY ALL").rows()
    assert counted == [("AFG", 6), ("IND", 21), ("IRN", 31), ("PAK", 87)]
    checks = uppsala.rows("SELECT count(*) FROM conflict_events WHERE code_status = 'Clear'").item()
    assert checks == 89
    assert uppsala.rows("SELECT DISTINCT status FROM conflict_events").to_series().to_list() == ["provisional"]


@live.real_file
def test_the_real_country_file_is_loaded_whole_without_its_tags(uppsala: House, server: Server) -> None:
    server.routes[GED] = Reply(live.sample("ucdp/conflict_data_pak.csv").read_bytes())
    run = uppsala.ingest("crossings", "ucdp_ged").runs[-1]
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 6416, 0), run.reason
    warned = dict(uppsala.rows(WARNED).rows())
    assert warned["deaths.in_order"] == 200
    # Torkham's "maybe" are those of which only the district, Khyber, is known.
    assert uppsala.rows(NEAR).rows() == [("chaman", 7, 0), ("ghulam_khan", 148, 77), ("torkham", 49, 67)]
    unplaced = "SELECT count(*) FROM conflict_event_places WHERE catchment = 'unknown'"
    assert uppsala.rows(unplaced).item() == 60 + 9


@live.real_file
def test_an_old_release_of_43_columns_is_read() -> None:
    # The zip holds Bangladesh and Myanmar, which are none of these countries.
    assert parsed("ucdp/hdx_ucdp_fixture_download.zip", "https://ucdp.uu.se/downloads/ged/ged191-csv.zip") == []
