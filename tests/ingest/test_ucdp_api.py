"""UCDP's API: pages from nought on for who has a token; a version that is not out is named by the table it lacks."""

from __future__ import annotations

import pytest

from ingest.sources import ucdp_candidate
from tests.ingest import live
from tests.ingest.conftest import House
from tests.ingest.ucdp_files import GED, event, packed, pages, unreleased
from tests.server import Reply, Server

API = "/api/gedevents/{}"
pytestmark = pytest.mark.usefixtures("few_rows")


@pytest.fixture
def api(uppsala: House, server: Server, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("SERAI_UCDP_TOKEN", "t0ken")
    for release in ucdp_candidate.releases(None, None):
        server.routes[API.format(release.version)] = unreleased(release.version)
    server.routes[API.format("26.1")] = pages([event(number, "2025-10-12") for number in range(1, 6)])
    server.routes[API.format("26.0.1")] = pages([event(7)])
    return uppsala


def test_all_pages_are_read_from_nought_on(api: House, server: Server) -> None:
    [run] = api.ingest("ucdp_ged").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 5, 0), run.reason
    assert [one.query["page"] for one in server.asked] == ["0", "1", "2"]
    assert {one.query["pagesize"] for one in server.asked} == {"1000"}


def test_file_and_api_say_the_same(api: House, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [event(number, "2025-10-12", active_year="false", number_of_sources=-1) for number in (1, 2)]
    server.routes[API.format("26.1")] = pages(events)
    api.ingest("ucdp_ged")
    monkeypatch.delenv("SERAI_UCDP_TOKEN")
    server.routes[GED] = packed(events)
    loaded = api.ingest("ucdp_ged").runs[0].loaded
    assert (loaded.added, loaded.corrected, loaded.withdrawn, loaded.unchanged) == (0, 0, 0, 2)


def test_a_version_that_is_not_out_is_passed_over(api: House) -> None:
    [run] = api.ingest("ucdp_candidate").runs
    assert (run.outcome, run.rows_seen) == ("loaded", 1), run.reason


def test_any_other_error_is_one(api: House, server: Server) -> None:
    server.routes[API.format("26.0.5")] = Reply(b'{"Message":"Invalid pagesize"}', 400)
    [run] = api.ingest("ucdp_candidate").runs
    assert "the source answered 400 Bad Request" in (run.reason or "")
    assert "/api/gedevents/26.0.5" in (run.reason or "")


def test_a_refused_token_is_named_and_not_shown(api: House, server: Server) -> None:
    server.routes[API.format("26.1")] = Reply(b"no such token: t0ken", 401)
    [run] = api.ingest("ucdp_ged").runs
    assert "(no such token: ***)" in (run.reason or "")
    assert "set SERAI_UCDP_TOKEN" in (run.reason or "")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(b'{"TotalCount":9,"TotalPages":1,"Result":[]}'), "the pages have 0 rows, UCDP says 9"),
        (Reply(b'{"error":"down for maintenance"}'), "this is no page of UCDP's API"),
        (
            Reply(b'{"TotalCount":1,"TotalPages":1,"Result":[{"id":1}]}'),
            "these are not the known columns (missing",
        ),
    ],
    ids=["rows missing", "error in 200", "other fields"],
)
def test_a_page_of_another_shape_is_refused(api: House, server: Server, reply: Reply, words: str) -> None:
    path = API.format("26.1")
    live.check_refused(api, server, "ucdp_ged", path, reply, words)
