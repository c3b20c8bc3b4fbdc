"""ACLED: a token for user and password, pages of what changed, ids that were deleted; errors that come as 200."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.sources import acled
from tests.ingest import live
from tests.ingest.conftest import House
from tests.server import Question, Reply, Server

READ, DELETED, TOKEN = "/api/acled/read", "/api/deleted/read", "/oauth/token"
USER, PASSWORD = "me@example.org", "p4ss-w0rd"
# 2026-11-10, noon, UTC.
CHANGED = 1_794_312_000
pytestmark = pytest.mark.usefixtures("service")


def event(number: int, **more: Any) -> dict[str, Any]:
    """One event as the API gives it: every number is text."""
    made = {
        "event_id_cnty": f"AFG{number}",
        "event_date": "2026-11-01",
        "time_precision": "1",
        "event_type": "Explosions/Remote violence",
        "sub_event_type": "Shelling/artillery/missile attack",
        "actor1": "Military Forces of Pakistan (2024-)",
        "actor2": "Military Forces of Afghanistan (2021-)",
        "iso": "4",
        "admin1": "Nangarhar",
        "admin2": "Muhmand Dara",
        "location": "Torkham",
        "latitude": "34.1166",
        "longitude": "71.0917",
        "geo_precision": "1",
        "source": "Khaama Press",
        "fatalities": "3",
        "timestamp": str(CHANGED),
    }
    return made | more


class Acled:
    """The service: tokens that run out, rows that change, ids that go."""

    def __init__(self, server: Server) -> None:
        self.events = [event(1), event(2), event(3, geo_precision="3")]
        self.deleted: list[dict[str, str]] = []
        self.grants: list[str] = []
        self.refuses_refresh = False
        self._valid = ""
        server.routes |= {TOKEN: self.token, READ: self.read, DELETED: self.gone}

    def expire(self) -> None:
        self._valid = "none"

    def token(self, question: Question) -> Reply:
        form = question.form
        self.grants.append(form["grant_type"])
        good = {
            "password": (form.get("username"), form.get("password")) == (USER, PASSWORD),
            "refresh_token": form.get("refresh_token", "").startswith("r3fresh-") and not self.refuses_refresh,
        }
        if form.get("client_id") != "acled" or not good[form["grant_type"]]:
            return Reply(json.dumps({"error": "invalid_grant", "hint": f"not {form.get('password')}"}).encode(), 400)
        self._valid = f"acc3ss-{len(self.grants)}"
        said = {"token_type": "Bearer", "expires_in": 86400, "access_token": self._valid}
        return Reply(json.dumps(said | {"refresh_token": f"r3fresh-{len(self.grants)}"}).encode())

    def read(self, question: Question) -> Reply:
        since = int(question.query.get("timestamp", 0))
        return self._page(question, [one for one in self.events if int(one["timestamp"]) >= since])

    def gone(self, question: Question) -> Reply:
        since = int(question.query["deleted_timestamp"])
        return self._page(question, [one for one in self.deleted if int(one["deleted_timestamp"]) >= since])

    def _page(self, question: Question, rows: list[dict[str, Any]]) -> Reply:
        if question.headers.get("authorization") != f"Bearer {self._valid}":
            return Reply(b'{"message":"The access token has expired"}', 401)
        page, limit = int(question.query["page"]), int(question.query["limit"])
        part = rows[(page - 1) * limit :][:limit]
        said = {"status": 200, "success": True, "count": len(part), "messages": [], "data": part}
        return Reply(json.dumps(said).encode())


@pytest.fixture
def service(server: Server) -> Acled:
    return Acled(server)


@pytest.fixture
def account(built_house: House, server: Server, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("SERAI_ACLED_USER", USER)
    monkeypatch.setenv("SERAI_ACLED_PASSWORD", PASSWORD)
    monkeypatch.setattr(acled, "PAGE_ROWS", 2)
    built_house.visit(server, "acled")
    return built_house


def test_every_page_is_read_in_serais_terms(account: House, server: Server) -> None:
    [run] = account.ingest("acled").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 3, 0), run.reason
    assert [one.query["page"] for one in server.asked if one.path == READ] == ["1", "2"]
    row = account.rows("FROM conflict_events WHERE event_id = 'AFG3'").row(0, named=True)
    expected = {
        "provider": "ACLED", "status": "provisional", "event_type": "explosions_remote_violence", "country": "AFG",
        "date_precision": "day", "place_precision": "province", "deaths_best": 3, "deaths_low": None,
        "known_from_basis": "published",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert str(row["known_from"]) == "2026-11-10"


def test_what_changed_and_what_was_deleted_is_asked_for_next(account: House, server: Server, service: Acled) -> None:
    account.ingest("acled")
    service.events[0] |= {"fatalities": "5", "timestamp": str(CHANGED + 86_400)}
    service.events = [service.events[0], service.events[2], event(4, timestamp=str(CHANGED + 86_400))]
    service.deleted = [{"event_id_cnty": name, "deleted_timestamp": str(CHANGED)} for name in ("AFG2", "AFG9")]
    before = len(server.asked)
    [run] = account.ingest("acled").runs
    loaded = run.loaded
    assert (loaded.added, loaded.corrected, loaded.withdrawn) == (1, 1, 1), run.reason
    # From the day before the newest row's day on, for the warehouse has days.
    since = str((CHANGED // 86_400 - 1) * 86_400)
    asked = [one.query for one in server.asked[before:]]
    assert {one.get("timestamp") or one.get("deleted_timestamp") for one in asked if one} == {since}
    assert account.rows("SELECT event_id FROM conflict_events ORDER BY ALL").to_series().to_list() == [
        "AFG1", "AFG3", "AFG4",
    ]  # fmt: skip
    gone = "SELECT superseded_why FROM facts.conflict_events WHERE event_id = 'AFG2'"
    assert account.rows(gone).item() == "withdrawn"


def test_a_week_in_which_nothing_changed_changes_nothing_and_all_is_replayed(
    account: House, server: Server, service: Acled
) -> None:
    account.ingest("acled")
    service.events = []
    [run] = account.ingest("acled").runs
    assert (run.outcome, run.rows_seen, run.loaded.withdrawn) == ("loaded", 0, 0), run.reason
    live.check_replays(account, server, "acled")


def test_a_token_that_has_run_out_is_renewed_once(account: House, service: Acled, server: Server) -> None:
    def read(question: Question) -> Reply:
        if question.query["page"] == "2" and len(service.grants) == 1:
            service.expire()
        return service.read(question)

    server.routes[READ] = read
    [run] = account.ingest("acled").runs
    assert (run.outcome, service.grants) == ("loaded", ["password", "refresh_token"]), run.reason


def test_where_the_refresh_token_has_run_out_too_the_password_is_asked_again(
    account: House, service: Acled, server: Server
) -> None:
    service.refuses_refresh = True

    def read(question: Question) -> Reply:
        return Reply(b"expired", 401) if len(service.grants) == 1 else service.read(question)

    server.routes[READ] = read
    [run] = account.ingest("acled").runs
    assert (run.outcome, service.grants) == ("loaded", ["password", "refresh_token", "password"]), run.reason


def test_without_an_account_it_is_refused_in_words_and_nobody_is_asked(
    account: House, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SERAI_ACLED_PASSWORD")
    runs = account.ingest("acled", "publishers").runs
    by_name = {run.source: run for run in runs}
    assert by_name["acled"].outcome == "refused"
    for word in ("SERAI_ACLED_USER", "SERAI_ACLED_PASSWORD", "keyring set serai acled_password", "API access"):
        assert word in (by_name["acled"].reason or "")
    assert by_name["publishers"].outcome == "loaded"
    assert server.asked == []


@pytest.mark.parametrize(
    ("path", "reply", "words"),
    [
        (READ, Reply(b"Access denied", 403), "403 Forbidden (Access denied): access is refused: this may need"),
        (READ, Reply(b"Access denied", 403), "that its profile is complete and that the terms are accepted"),
        (READ, Reply(b'{"status":200,"error":"Query too long"}'), "ACLED answers with an error (Query too long)"),
        (READ, Reply(b'{"success":false,"messages":["no"],"data":[]}'), "ACLED says that the query failed (['no'])"),
        (READ, Reply(b'{"count":0}'), "the JSON is not the list of events"),
        (READ, Reply(b"[{"), "this is no JSON"),
        (READ, Reply(b'{"data":[{"event_id_cnty":"AFG1"}]}'), "the rows lack actor1"),
        (TOKEN, Reply(b'{"error":"invalid_grant"}', 400), "/oauth/token: the source answered 400 Bad Request"),
        (TOKEN, Reply(b"down", 503), "503 Service Unavailable (down): the source may be down"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(
    account: House, server: Server, path: str, reply: Reply, words: str
) -> None:
    live.check_refused(account, server, "acled", path, reply, words)


def test_pages_that_overlap_are_not_mixed(account: House, service: Acled) -> None:
    service.events = [event(1), event(2), event(2)]
    [run] = account.ingest("acled").runs
    assert "updated its data while they were read: try again" in (run.reason or "")


@pytest.mark.slow
def test_bad_days_of_the_source_change_nothing(account: House, server: Server) -> None:
    live.check_survives_all(account, server, {"acled": READ})


def test_no_secret_is_kept_or_shown(
    account: House, server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(0)
    account.ingest("acled")
    server.routes[READ] = lambda question: Reply(json.dumps(question.headers).encode(), 403)
    reasons = [account.ingest("acled").runs[0].reason or ""]
    monkeypatch.setenv("SERAI_ACLED_PASSWORD", "wr0ng-p4ss")
    reasons.append(account.ingest("acled").runs[0].reason or "")
    assert "not ***" in reasons[1]
    kept = b"".join(path.read_bytes() for path in account.data.rglob("*") if path.is_file()).decode("latin-1")
    for said in (kept, caplog.text, *reasons):
        for secret in (PASSWORD, USER, "wr0ng-p4ss", "acc3ss-", "r3fresh-"):
            assert secret not in said
