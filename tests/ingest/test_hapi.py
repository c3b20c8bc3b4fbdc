"""HDX HAPI: pages for who has an identifier, yearly files with a BOM and errors of their own for who has none."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from ingest import hapi, source
from ingest.source import Wanted
from tests.ingest import live
from tests.ingest.conftest import LIMITS, House
from tests.server import Question, Reply, Server
from warehouse import contracts

YEAR = dt.datetime.now(dt.UTC).year
CATALOGUE = "/api/3/action/package_show"
EVENTS = "/api/v2/coordination-context/conflict-events"
PRICES = "/api/v2/food-security-nutrition-poverty/food-prices-market-monitor"
CONFLICT_FILE, PRICE_FILE = (
    f"/d/hdx_hapi_conflict_event_global_{YEAR}.csv",
    f"/d/hdx_hapi_food_price_global_{YEAR}.csv",
)
IDENTIFIER = base64.b64encode(b"serai:somebody@example.org").decode()
PLACE = (
    "location_code,has_hrp,in_gho,provider_admin1_name,provider_admin2_name,"
    "admin1_code,admin1_name,admin2_code,admin2_name,admin_level"
)
GOOD = "commodity_category,commodity_name,commodity_code,unit,price_flag,price_type,currency_code,price,usd_price"
KABUL = "AFG,Y,Y,Kabul,Kabul,AF01,Kabul,AF0101,Kabul,2,Kabul,266,34.51,69.18"
BREAD = "cereals and tubers,Bread,55,KG,actual"
MONTH = f"{YEAR}-01-15,{YEAR}-02-14,d,r"
REST = "reference_period_start,reference_period_end,dataset_hdx_id,resource_hdx_id,warning,error"
PERIOD = f"{YEAR}-01-01,{YEAR}-01-31,d,r"
AFG = "AFG,Y,Y,Nangarhar,Muhmand Dara,AF15,Nangarhar,AF1515,Muhmand Dara,2"
# Built in the shape of HDX's files.
CONFLICT = f"""\
{PLACE},event_type,events,fatalities,{REST}
{AFG},political_violence,7,12,{PERIOD},,
{AFG},civilian_targeting,3,4,{PERIOD},,
{AFG},demonstration,1,,{PERIOD},,
PAK,N,Y,,,,,,,0,political_violence,104,453,{PERIOD},no adm1 name|no adm2 name,
PAK,N,Y,,,,,,,0,demonstration,5,0,{PERIOD},,Duplicate row!
FRA,N,N,,,,,,,0,demonstration,40,0,{PERIOD},,
"""
PRICE = f"""\
{PLACE},market_name,market_code,lat,lon,{GOOD},{REST}
{KABUL},{BREAD},Farm Gate,AFN,50,0.7,{MONTH},,
{KABUL},non-food,Exchange rate (unofficial),1,USD/LCU,actual,Retail,AFN,70,1,{MONTH},,
TJK,N,N,,,,,,,0,National Average,9,,,{BREAD},Retail,TJS,5,0.5,{MONTH},no adm1 name,
"""
pytestmark = pytest.mark.usefixtures("few_rows")


def file(text: str, *change: str) -> Reply:
    if change:
        before, after = change
        assert before in text
        text = text.replace(before, after)
    return Reply(("\ufeff" + text).encode(), headers={"Content-Type": "text/csv"})


@pytest.fixture
def exchange(built_house: House, server: Server, monkeypatch: pytest.MonkeyPatch) -> House:
    """HDX without an identifier: a catalogue and yearly files, older ones too."""
    monkeypatch.delenv("SERAI_HAPI_TOKEN", raising=False)

    def catalogue(question: Question) -> Reply:
        path = CONFLICT_FILE if question.query["id"] == "hdx-hapi-conflict-event" else PRICE_FILE
        urls = [server.address + path.replace(str(YEAR), str(year)) for year in (1997, YEAR)]
        return Reply(json.dumps({"success": True, "result": {"resources": [{"url": url} for url in urls]}}).encode())

    built_house.visit(server, "hapi_conflict", "hapi_prices")
    server.routes |= {CATALOGUE: catalogue, CONFLICT_FILE: file(CONFLICT), PRICE_FILE: file(PRICE)}
    return built_house


COUNTS = "SELECT country, admin_level, admin1, admin2_code, event_type, events, fatalities FROM conflict_counts"
COUNTED = [
    ("AFG", 2, "Nangarhar", "AF1515", "civilian_targeting", 3, 4),
    ("AFG", 2, "Nangarhar", "AF1515", "demonstration", 1, None),
    ("AFG", 2, "Nangarhar", "AF1515", "political_violence", 7, 12),
    ("PAK", 0, None, None, "political_violence", 104, 453),
]


def test_without_an_identifier_the_files_of_two_years_are_read_and_other_countries_left(
    exchange: House, server: Server
) -> None:
    [run] = exchange.ingest("hapi_conflict").runs
    assert (run.outcome, run.rows_seen, run.loaded.added) == ("loaded", 5, 4), run.reason
    assert exchange.rows(f"{COUNTS} ORDER BY ALL").rows() == COUNTED
    assert [one.path for one in server.asked] == [CATALOGUE, CONFLICT_FILE]


def test_a_row_that_hdx_itself_calls_wrong_is_held_back_in_its_words(exchange: House) -> None:
    exchange.ingest("hapi_conflict")
    [(expectation, row, reason)] = exchange.rows("SELECT expectation, row_number, reason FROM quarantine").rows()
    assert (expectation, row) == ("row.without_error", 6)
    assert "source_error is Duplicate row!" in reason


def test_prices_are_dated_as_by_wfp_and_a_mean_of_a_country_is_no_market(exchange: House) -> None:
    exchange.ingest("hapi_prices")
    found = exchange.rows(
        "SELECT level, market, price_type, price, price_date::VARCHAR FROM food_prices ORDER BY price"
    )
    assert found.rows() == [
        ("country", "National Average", "retail", 5, f"{YEAR}-01-15"),
        ("market", "Kabul", "farm_gate", 50, f"{YEAR}-01-15"),
    ]


def of_country(rows: list[dict[str, Any]]) -> Callable[[Question], Reply]:
    """HAPI's page of the rows of a country, by limit and offset."""

    def answer(question: Question) -> Reply:
        if question.headers.get("x-hdx-hapi-app-identifier") != IDENTIFIER:
            return Reply(b'{"error": "Invalid app identifier"}', 403)
        offset, limit = int(question.query["offset"]), int(question.query["limit"])
        found = [row for row in rows if row["location_code"] == question.query["location_code"]]
        return Reply(json.dumps({"data": found[offset : offset + limit]}).encode())

    return answer


def page_rows() -> list[dict[str, Any]]:
    """The rows of the file that have no error as HAPI sends them: numbers, days with a time, null for empty."""
    header, *lines = (line.split(",") for line in CONFLICT.splitlines())
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    return [
        {name: value or None for name, value in row.items() if name not in hapi.OF_FILES}
        | {"events": int(row["events"]), "reference_period_start": row["reference_period_start"] + "T00:00:00"}
        for row in rows
        if not row["error"]
    ]


@pytest.fixture
def api(exchange: House, server: Server, monkeypatch: pytest.MonkeyPatch) -> House:
    """HDX with an identifier: pages of two rows."""
    monkeypatch.setenv("SERAI_HAPI_TOKEN", IDENTIFIER)
    monkeypatch.setattr(hapi, "PAGE", 2)
    monkeypatch.setattr(hapi, "COUNTRIES", ("AFG", "PAK"))
    server.routes[EVENTS] = of_country(page_rows())
    return exchange


def test_with_an_identifier_every_page_is_read_and_the_rows_are_the_same(api: House, server: Server) -> None:
    [run] = api.ingest("hapi_conflict").runs
    assert (run.outcome, run.rows_seen) == ("loaded", 4), run.reason
    assert api.rows(f"{COUNTS} ORDER BY ALL").rows() == COUNTED
    asked = [(one.query["location_code"], one.query["offset"]) for one in server.asked]
    assert asked == [("AFG", "0"), ("AFG", "2"), ("PAK", "0")]


def test_a_wrong_identifier_is_refused_with_what_to_set(api: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERAI_HAPI_TOKEN", "nonsense")
    [run] = api.ingest("hapi_conflict").runs
    assert '403 Forbidden ({"error": "Invalid app identifier"})' in (run.reason or "")
    assert "set SERAI_HAPI_TOKEN" in (run.reason or "")


@pytest.mark.parametrize("name", ["hapi_conflict", "hapi_prices"])
def test_the_same_file_again_changes_nothing(exchange: House, name: str) -> None:
    live.check_unchanged(exchange, name)


def test_a_revised_count_is_a_new_version_and_one_gone_is_marked(exchange: House, server: Server) -> None:
    exchange.ingest("hapi_conflict")
    lines = CONFLICT.replace(",7,12,", ",8,13,").splitlines(keepends=True)
    server.routes[CONFLICT_FILE] = file("".join([*lines[:3], *lines[4:]]))
    loaded = exchange.ingest("hapi_conflict").runs[0].loaded
    assert (loaded.corrected, loaded.withdrawn, loaded.unchanged) == (1, 1, 2)


def test_both_are_replayed(exchange: House, server: Server) -> None:
    exchange.ingest("hapi_conflict", "hapi_prices")
    server.routes[CONFLICT_FILE] = file(CONFLICT, ",7,12,", ",8,13,")
    live.check_replays(exchange, server, "hapi_conflict", "hapi_prices")


def test_answers_speak_for_their_countries_and_years_alone() -> None:
    pages = f"https://hapi.humdata.org{PRICES}?location_code=AFG&start_date=2024-01-01&end_date=2025-12-31"
    files = "https://data.humdata.org/d/hdx_hapi_food_price_global_2019.csv"
    of_page, of_file = (source.load("hapi_prices").scope([live.answer(url)]) for url in (pages, files))
    assert of_page.values == {"countries": ["AFG"], "years": [2024, 2025]}
    assert of_file.values == {"countries": sorted(hapi.COUNTRIES), "years": [2019]}


def test_a_backfill_asks_for_whole_years() -> None:
    wanted = Wanted(first=dt.date(2021, 3, 1), last=dt.date(2022, 2, 1))
    assert hapi.window(wanted, dt.date(2026, 11, 25)) == (dt.date(2021, 1, 1), dt.date(2022, 12, 31))


@pytest.mark.slow
def test_bad_days_of_the_source_change_nothing(exchange: House, server: Server) -> None:
    live.check_survives_all(exchange, server, {"hapi_conflict": CONFLICT_FILE})


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (file(CONFLICT, "fatalities,", "deaths,"), "(missing: fatalities; unknown: deaths)"),
        (file(CONFLICT, "warning,error", "warning,error,note"), "unknown: note"),
        (file(CONFLICT, "political_violence,7", "political_violence,7,7"), "this is not CSV as HDX writes it"),
        (Reply(b'{"error": "Missing app identifier"}'), "HAPI answers with an error (Missing app identifier)"),
        (Reply(b'{"detail": [{"msg": "bad date"}]}'), "HAPI answers with an error ([{'msg': 'bad date'}])"),
        (Reply(b'{"rows": []}'), "the JSON has no data"),
        (Reply(b'{"data": [{"event_type": "demonstration"}]}'), "a row lacks location_code"),
    ],
    ids=["renamed", "new column", "ragged", "error in 200", "validation in 200", "no data", "no place"],
)
def test_an_answer_of_another_shape_is_refused(exchange: House, server: Server, reply: Reply, words: str) -> None:
    live.check_refused(exchange, server, "hapi_conflict", CONFLICT_FILE, reply, words)


@live.real_file
def test_the_real_file_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hapi, "COUNTRIES", ("BLR", "COG", "NIC", "PSE", "SYR"))
    content = live.sample("wfp/hdx_scraper_fixtures/hdx_hapi_food_price_global_2019.csv").read_bytes()
    contract = contracts.load("food_prices")
    rows = source.load("hapi_prices").parse(content, contract, LIMITS.parse)
    assert rows.height == 18_041 - 323
    assert rows.select("price", "price_date", "unreadable_price").null_count().row(0) == (0, 0, rows.height)
    levels = rows.group_by("level").len().sort("level").rows()
    assert levels == [("country", 230), ("market", rows.height - 230)]


@live.real_file
def test_in_the_catalogues_real_answer_the_file_is_found() -> None:
    from ingest import hdx

    found = live.sample("acled/hdx/dataset-political-violence-events-and-fatalities.json").read_bytes()
    package = json.dumps({"success": True, "result": json.loads(found)}).encode()
    address = hdx.file(package, r"political-violence-events-and-fatalities_as-of-.*\.xlsx")
    assert address.startswith("https://data.humdata.org/dataset/")
