"""The past of a source, piece by piece: a stop loses nothing, and the same command goes on from there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import pieces, run, source
from ingest.bring import BackfillError
from ingest.client import Client
from ingest.run import Ingest
from ingest.snapshots import Answer
from ingest.source import Source, Wanted
from ingest.sources import bts
from tests.ingest import live
from tests.ingest.conftest import House
from tests.server import Question, Reply, Server
from warehouse.load import NOTHING

PATH = "/api/views/keg4-3bc2/rows.csv"
pytestmark = pytest.mark.usefixtures("few_rows")


def fetch(client: Client, source: Source, wanted: Wanted) -> Iterator[Answer]:
    """One file a month; of February 2024 there is none."""
    assert wanted.first
    if f"{wanted.first:%Y-%m}" != "2024-02":
        yield client.get(f"{source.address}&month={wanted.first:%b %Y}")


def month(question: Question) -> Reply:
    row = f"Jackman,Maine,0104,US-Canada Border,{question.query['month']},Trucks,6556,45.8,-70.3,POINT (-70 45)"
    return Reply(f"{','.join(bts.HEADER)}\n{row}\n".encode())


@pytest.fixture
def past(built_house: House, server: Server, monkeypatch: pytest.MonkeyPatch) -> House:
    """A source that can be asked for its past by month."""
    for name, value in (("pieces", pieces.by_month), ("fetch", fetch), ("scope", lambda _: NOTHING)):
        monkeypatch.setattr(bts, name, value, raising=False)
    built_house.visit(server, "bts")
    server.routes[PATH] = month
    return built_house


def backfill(house: House, first: str, last: str) -> Ingest:
    days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return run.backfill(house.places, ["bts"], days, house.limits, lambda *_: None)


def months(house: House) -> list[str]:
    found: list[str] = (
        house.rows("SELECT strftime(period_start, '%m') FROM crossing_counts ORDER BY 1").to_series().to_list()
    )
    return found


def asked(server: Server) -> list[str]:
    return [one.query["month"] for one in server.asked]


def test_each_piece_is_a_run_with_its_days(past: House) -> None:
    done = backfill(past, "2024-01-01", "2024-04-30")
    assert [one.outcome for one in done.runs] == ["loaded", "unchanged", "loaded", "loaded"]
    assert months(past) == ["01", "03", "04"]
    days = past.rows(
        "SELECT first_day::VARCHAR, last_day::VARCHAR FROM ops.runs WHERE first_day IS NOT NULL ORDER BY 1"
    )
    assert days.rows()[0] == ("2024-01-01", "2024-01-31")
    assert days.height == 4


def test_what_was_taken_in_before_a_stop_stays_and_is_not_asked_for_again(past: House, server: Server) -> None:
    def tell(step: str, *_: int) -> None:
        if step == "bts 2024-04-01":
            raise KeyboardInterrupt

    days = dt.date(2024, 1, 1), dt.date(2024, 5, 31)
    with pytest.raises(KeyboardInterrupt):
        run.backfill(past.places, ["bts"], days, past.limits, tell)
    assert months(past) == ["01", "03"]
    assert asked(server) == ["Jan 2024", "Mar 2024"]
    backfill(past, "2024-01-01", "2024-05-31")
    assert months(past) == ["01", "03", "04", "05"]
    assert asked(server) == ["Jan 2024", "Mar 2024", "Apr 2024", "May 2024"]


def test_a_refused_piece_stops_no_other_and_is_asked_for_again(past: House, server: Server) -> None:
    server.routes[PATH] = lambda question: Reply(status=404) if "Mar" in question.query["month"] else month(question)
    done = backfill(past, "2024-01-01", "2024-04-30")
    assert [one.first_day for one in done.refused] == [dt.date(2024, 3, 1)]
    assert months(past) == ["01", "04"]
    server.routes[PATH] = month
    backfill(past, "2024-01-01", "2024-04-30")
    assert months(past) == ["01", "03", "04"]
    assert asked(server).count("Jan 2024") == 1


def test_a_piece_taken_in_before_its_last_day_was_over_is_asked_for_again(past: House, server: Server) -> None:
    today = dt.datetime.now(dt.UTC).date()
    for _ in range(2):
        backfill(past, f"{today:%Y-%m}-01", today.isoformat())
    assert asked(server).count(f"{today:%b %Y}") == 2


def test_pieces_are_replayed_with_their_days(past: House, server: Server) -> None:
    backfill(past, "2024-01-01", "2024-04-30")
    query = "SELECT run_id, first_day FROM ops.runs WHERE outcome = 'loaded' ORDER BY started_at"
    before, rows = past.rows(query), live.rows(past, "crossing_counts")
    past.places.warehouse.rename(past.data / "gone")
    assert past.replay("bts").refused == []
    assert past.rows(query).equals(before)
    assert live.rows(past, "crossing_counts") == rows
    backfill(past, "2024-01-01", "2024-01-31")
    assert len(server.asked) == 3


def test_a_source_without_a_past_says_so(built_house: House) -> None:
    with pytest.raises(BackfillError, match="worldbank has no past to be asked for by day"):
        run.backfill(
            built_house.places,
            ["worldbank"],
            (dt.date(2024, 1, 1), dt.date(2024, 1, 2)),
            built_house.limits,
            lambda *_: None,
        )


@given(
    first=st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)),
    length=st.integers(0, 1500),
    cut=st.sampled_from([pieces.by_day, pieces.by_month, pieces.by_year]),
)
def test_pieces_are_all_the_days_and_none_twice(
    first: dt.date, length: int, cut: Callable[[Wanted], Iterator[Wanted]]
) -> None:
    days = [first + dt.timedelta(days=number) for number in range(length + 1)]
    found = []
    for piece in cut(Wanted(None, days[0], days[-1])):
        assert piece.first
        assert piece.last
        assert piece.first <= piece.last
        found += [piece.first + dt.timedelta(days=n) for n in range((piece.last - piece.first).days + 1)]
    assert found == days


@pytest.mark.parametrize("name", [name for name in source.names() if source.load(name).pieces])
def test_each_source_with_a_past_cuts_it_where_the_calendar_turns(name: str) -> None:
    cut = source.load(name).pieces
    assert cut
    found = list(cut(Wanted(None, dt.date(2024, 12, 30), dt.date(2025, 1, 2))))
    assert [piece.last for piece in found][-1] == dt.date(2025, 1, 2)
    assert dt.date(2024, 12, 31) in [piece.last for piece in found]
