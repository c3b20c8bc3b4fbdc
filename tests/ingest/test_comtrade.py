"""UN Comtrade: a period a question, numbers for countries, an empty answer that takes nothing back, a key."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from ingest import source
from ingest.csv_file import BatchError
from ingest.source import Wanted
from ingest.sources import comtrade
from tests.ingest import live
from tests.ingest.conftest import LIMITS, House
from tests.server import Question, Reply, Server
from warehouse import contracts

MONTHLY, ANNUAL = "/public/v1/preview/C/M/HS", "/public/v1/preview/C/A/HS"
TODAY = dt.date(2026, 11, 25)
MONTH, YEAR = "202609", "2024"
pytestmark = pytest.mark.usefixtures("few_rows")


def record(period: str, reporter: int, partner: int, flow: str, value: float, **more: Any) -> dict[str, Any]:
    """A record in the shape of the recorded answers."""
    annual = len(period) == 4
    return {
        "typeCode": "C",
        "freqCode": "A" if annual else "M",
        "refMonth": 52 if annual else int(period[4:]),
        "period": period,
        "reporterCode": reporter,
        "reporterISO": None,
        "flowCode": flow,
        "partnerCode": partner,
        "partnerISO": None,
        "partner2Code": 0,
        "classificationCode": "H6",
        "classificationSearchCode": "HS",
        "cmdCode": "TOTAL",
        "customsCode": "C00",
        "motCode": 0,
        "cifvalue": value if flow == "M" else None,
        "fobvalue": value if flow == "X" else None,
        "primaryValue": value,
        "isReported": True,
        "isAggregate": False,
        **more,
    }


RECORDS = [
    record(MONTH, 586, 4, "X", 95_600_250),
    record(MONTH, 586, 699, "M", 210_000.5, isReported=False),
    record(YEAR, 699, 4, "X", 355e6, isReported=False, isAggregate=True),
    record(YEAR, 860, 4, "M", 27e6, cifvalue=None),
]


def answers(records: list[dict[str, Any]], took: str = "0.21 secs") -> Callable[[Question], Reply]:
    """What Comtrade answers: the records of the periods asked for, and nothing where it has none."""

    def answer(question: Question) -> Reply:
        found = [one for one in records if one["period"] in question.query["period"].split(",")]
        return body(found, elapsedTime=took)

    return answer


def body(records: list[dict[str, Any]], **more: Any) -> Reply:
    said = {"elapsedTime": "0.08 secs", "count": len(records), "data": records, "error": ""}
    return Reply(json.dumps(said | more).encode(), headers={"Content-Type": "application/json"})


@pytest.fixture
def nations(built_house: House, server: Server, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.delenv("SERAI_COMTRADE_TOKEN", raising=False)
    # Five questions and not twenty-eight: each takes its time.
    recent = [("M", ["202608", MONTH, "202610"]), ("A", [YEAR, "2025"])]
    monkeypatch.setattr(comtrade, "asked_for", lambda *_: recent)
    built_house.visit(server, "comtrade")
    server.routes[MONTHLY] = server.routes[ANNUAL] = answers(RECORDS)
    return built_house


def test_without_a_key_each_question_asks_for_one_period_and_for_whole_figures(
    nations: House, server: Server
) -> None:
    [run] = nations.ingest("comtrade").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 4, 0), run.reason
    assert [one.query["period"] for one in server.asked] == ["202608", MONTH, "202610", YEAR, "2025"]
    whole = {"partner2Code": "0", "customsCode": "C00", "motCode": "0", "cmdCode": "TOTAL", "maxRecords": "500"}
    assert all(whole.items() <= one.query.items() for one in server.asked)


def test_numbers_become_countries_and_unknown_stays_unknown(nations: House) -> None:
    nations.ingest("comtrade")
    shown = "reporter, partner, flow, frequency, indicator, value, valuation, estimated, mirrored"
    assert nations.rows(f"SELECT {shown} FROM bilateral_trade ORDER BY value").rows() == [
        ("PAK", "IND", "import", "monthly", "HS TOTAL", 210_000.5, "CIF", None, None),
        ("UZB", "AFG", "import", "annual", "HS TOTAL", 27e6, None, False, False),
        ("PAK", "AFG", "export", "monthly", "HS TOTAL", 95_600_250, "FOB", False, False),
        ("IND", "AFG", "export", "annual", "HS TOTAL", 355e6, "FOB", False, False),
    ]
    months = nations.rows(
        "SELECT basis, count(*), min(strftime(month, '%Y%m')) FROM trade_months GROUP BY ALL"
    ).rows()
    assert months == [("comtrade", 2, MONTH)]


def test_with_a_key_twelve_periods_go_into_one_question_and_the_key_into_no_address(
    nations: House, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERAI_COMTRADE_TOKEN", "a-secret")
    server.routes["/data/v1/get/C/M/HS"] = server.routes["/data/v1/get/C/A/HS"] = answers(RECORDS)
    assert nations.ingest("comtrade").runs[0].rows_seen == 4
    assert [one.query["period"].count(",") for one in server.asked] == [2, 1]
    assert {one.headers["ocp-apim-subscription-key"] for one in server.asked} == {"a-secret"}
    kept = [path.read_text() for path in (nations.places.snapshots / "comtrade").glob("*.json")]
    assert kept
    assert "a-secret" not in "".join(kept)


def test_the_same_answers_again_change_nothing(nations: House, server: Server) -> None:
    live.check_unchanged(nations, "comtrade")
    server.routes[MONTHLY] = server.routes[ANNUAL] = answers(RECORDS, took="0.34 secs")
    loaded = nations.ingest("comtrade").runs[0].loaded
    assert (loaded.unchanged, loaded.added, loaded.corrected, loaded.withdrawn) == (4, 0, 0, 0)


def test_an_empty_answer_takes_nothing_back_and_a_figure_gone_from_a_report_is_marked(
    nations: House, server: Server
) -> None:
    nations.ingest("comtrade")
    server.routes[ANNUAL] = body([])
    loaded = nations.ingest("comtrade").runs[0].loaded
    assert (loaded.unchanged, loaded.withdrawn) == (2, 0)
    server.routes[MONTHLY] = answers([RECORDS[0] | {"primaryValue": 96e6, "fobvalue": 96e6}])
    loaded = nations.ingest("comtrade").runs[0].loaded
    assert (loaded.corrected, loaded.withdrawn) == (1, 1)
    left = nations.rows("SELECT reporter, value FROM bilateral_trade ORDER BY value").rows()
    assert left == [("UZB", 27e6), ("PAK", 96e6), ("IND", 355e6)]


def test_the_answers_are_replayed(nations: House, server: Server) -> None:
    nations.ingest("comtrade")
    server.routes[ANNUAL] = answers([RECORDS[2] | {"primaryValue": 356e6}, RECORDS[3]])
    live.check_replays(nations, server, "comtrade")


def test_a_rate_limit_is_waited_out(nations: House, server: Server) -> None:
    limit = Reply(b'{"statusCode": 429, "message": "Rate limit is exceeded. Try again in 1 seconds."}', 429)
    limit.headers["Retry-After"] = "1"
    server.routes[ANNUAL] = [limit, body(RECORDS[2:])]
    assert nations.ingest("comtrade").runs[0].rows_seen == 2 + 2 * 2


@pytest.mark.slow
def test_bad_days_of_the_source_change_nothing(nations: House, server: Server) -> None:
    live.check_survives_all(nations, server, {"comtrade": MONTHLY})


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (body([], error="Invalid reporterCode"), "answers with an error (Invalid reporterCode)"),
        (body(RECORDS[:1], count=2), "has 1 records and says 2"),
        (body(RECORDS[:1] * 500), "an answer has 500 records, the most there can be"),
        (body([RECORDS[0] | {"motCode": 3200}]), "one part by motCode of a figure"),
        (body([{"fileUrl": "b07f", "period": 1962}]), "a record has no 'partner2Code'"),
        (Reply(b'{"message": "Access denied"}'), "no count and data (Access denied)"),
        (Reply(b"{"), "this is no JSON"),
        (
            Reply(b'{"message": "Out of call volume quota."}', 403, {"Retry-After": "4000"}),
            'volume quota."}): access',
        ),
    ],
    ids=["error in 200", "cut", "most", "broken down", "bulk listing", "refusal in 200", "half", "quota"],
)
def test_an_answer_of_another_shape_is_refused(nations: House, server: Server, reply: Reply, words: str) -> None:
    live.check_refused(nations, server, "comtrade", MONTHLY, reply, words)


def test_nothing_at_all_is_refused(nations: House, server: Server) -> None:
    server.routes[ANNUAL] = body([])
    live.check_refused(nations, server, "comtrade", MONTHLY, body([]), "which is what it says to a wrong code")


def test_without_a_backfill_two_years_of_months_and_four_years_are_asked_for() -> None:
    [(_, months), (_, years)] = comtrade.asked_for(Wanted(), TODAY)
    assert (len(months), months[0], months[-1], years) == (24, "202411", "202610", ["2022", "2023", "2024", "2025"])


def test_a_backfill_asks_for_its_months_and_years() -> None:
    wanted = Wanted(first=dt.date(2023, 11, 1), last=dt.date(2024, 2, 29))
    asked = comtrade.asked_for(wanted, TODAY)
    assert asked == [("M", ["202311", "202312", "202401", "202402"]), ("A", ["2023", "2024"])]


@live.real_file
def test_the_recorded_answers_are_read() -> None:
    one, contract = source.load("comtrade"), contracts.load("bilateral_trade")

    def parsed(name: str) -> list[tuple[Any, ...]]:
        content = live.sample(f"comtrade/comtradr_HS-{name}.json").read_bytes()
        rows = one.parse(content, contract, LIMITS.parse)
        return rows.select("reporter", "partner", "flow", "frequency", "value", "valuation", "classification").rows()

    assert parsed("60a6ad") == [
        ("CHN", "ARG", "import", "annual", 6_804_128_143, "CIF", "H3"),
        ("CHN", "DEU", "import", "annual", 74_251_272_075, "CIF", "H3"),
        ("CHN", "ARG", "export", "annual", 6_115_764_185, "FOB", "H3"),
        ("CHN", "DEU", "export", "annual", 68_047_133_397, "FOB", "H3"),
    ]
    assert parsed("a503f3") == []
    with pytest.raises(BatchError, match="a record has no 'partner2Code'"):
        parsed("4f1d0f")
