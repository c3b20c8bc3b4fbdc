"""The World Bank: pages of JSON, errors that come as 200, years without a figure, one API behind two datasets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest import source
from ingest.csv_file import BatchError
from tests.ingest import live
from tests.ingest.conftest import LIMITS, House
from tests.server import Question, Reply, Server
from warehouse import contracts

PATH = source.load("worldbank").address.removeprefix("https://api.worldbank.org").partition("?")[0]
RATES = source.load("worldbank_rates").address.removeprefix("https://api.worldbank.org").partition("?")[0]
GDP = ("NY.GDP.MKTP.CD", "GDP (current US$)")
PEOPLE = ("SP.POP.TOTL", "Population, total")
RATE = ("PA.NUS.FCRF", "Official exchange rate (LCU per US$, period average)")
NOT_FOUND = [{"message": [{"id": "175", "key": "Invalid format", "value": "The indicator was not found."}]}]
pytestmark = pytest.mark.usefixtures("few_rows")


def row(indicator: tuple[str, str], country: str, period: str, value: float | None) -> dict[str, Any]:
    return {
        "indicator": {"id": indicator[0], "value": indicator[1]},
        "country": {"id": country[:2], "value": country},
        "countryiso3code": country,
        "date": period,
        "value": value,
        "unit": "",
        "obs_status": "",
        "decimal": 0,
    }


ROWS = [
    row(GDP, "AFG", "2023", 17_152_234_636.9),
    row(GDP, "AFG", "2022", 14_502_158_192.1),
    row(GDP, "PAK", "2023", None),
    row(PEOPLE, "AFG", "2024M03", 42_000_000),
    row(PEOPLE, "AFG", "2024Q2", 42_100_000),
]


def pages(rows: list[dict[str, Any]], size: int = 2, updated: str = "2026-10-07", total: int | None = None) -> Any:
    """The World Bank's answers to any page number, the first with the BOM that it sometimes has."""

    def answer(question: Question) -> Reply:
        page = int(question.query["page"])
        said = {"page": page, "pages": -(-len(rows) // size), "per_page": size, "total": total or len(rows)}
        body = json.dumps([said | {"sourceid": "2", "lastupdated": updated}, rows[(page - 1) * size :][:size]])
        bom = "\ufeff" if page == 1 else ""
        return Reply((bom + body).encode(), headers={"Content-Type": "application/json"})

    return answer


@pytest.fixture
def bank(built_house: House, server: Server) -> House:
    house = built_house
    house.visit(server, "worldbank", "worldbank_rates")
    server.routes[PATH] = pages(ROWS)
    server.routes[RATES] = pages([row(RATE, "AFG", "2023", 82.6), row(RATE, "PAK", "2023", 280.4)])
    return house


def test_every_page_is_read_and_a_year_without_a_figure_is_no_row(bank: House, server: Server) -> None:
    [run] = bank.ingest("worldbank").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 4, 0), run.reason
    assert [one.query["page"] for one in server.asked] == ["1", "2", "3"]
    found = bank.rows(
        """
        SELECT country, indicator, period_start::VARCHAR AS since, period_end::VARCHAR AS until, value, unit
        FROM indicators ORDER BY period_start
        """
    ).rows()
    assert found == [
        ("AFG", "NY.GDP.MKTP.CD", "2022-01-01", "2022-12-31", 14_502_158_192.1, "USD"),
        ("AFG", "NY.GDP.MKTP.CD", "2023-01-01", "2023-12-31", 17_152_234_636.9, "USD"),
        ("AFG", "SP.POP.TOTL", "2024-03-01", "2024-03-31", 42_000_000.0, None),
        ("AFG", "SP.POP.TOTL", "2024-04-01", "2024-06-30", 42_100_000.0, None),
    ]


def test_exchange_rates_are_a_dataset_of_their_own(bank: House) -> None:
    bank.ingest("worldbank_rates")
    rates = bank.rows("SELECT currency, kind, per_usd FROM exchange_rates ORDER BY currency").rows()
    assert rates == [("AFN", "official_average", 82.6), ("PKR", "official_average", 280.4)]


@pytest.mark.parametrize("name", ["worldbank", "worldbank_rates"])
def test_the_same_answers_again_change_nothing(bank: House, name: str) -> None:
    live.check_unchanged(bank, name)


def test_a_newer_database_with_the_same_figures_makes_no_version(bank: House, server: Server) -> None:
    bank.ingest("worldbank")
    server.routes[PATH] = pages(ROWS, updated="2026-11-20")
    [run] = bank.ingest("worldbank").runs
    assert (run.outcome, run.loaded.unchanged, run.loaded.corrected) == ("loaded", 4, 0)


def test_a_restated_figure_is_a_new_version_and_one_taken_back_is_marked(bank: House, server: Server) -> None:
    bank.ingest("worldbank")
    server.routes[PATH] = pages([ROWS[0] | {"value": 17.5e9}, ROWS[1] | {"value": None}, *ROWS[2:]])
    loaded = bank.ingest("worldbank").runs[0].loaded
    assert (loaded.added, loaded.corrected, loaded.withdrawn, loaded.unchanged) == (0, 1, 1, 2)


def test_all_pages_are_replayed(bank: House, server: Server) -> None:
    bank.ingest("worldbank", "worldbank_rates")
    server.routes[PATH] = pages([ROWS[0] | {"value": 17.5e9}, *ROWS[1:]])
    live.check_replays(bank, server, "worldbank", "worldbank_rates")


@pytest.mark.slow
def test_bad_days_of_the_source_change_nothing(bank: House, server: Server) -> None:
    live.check_survives_all(bank, server, {"worldbank": PATH})


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(json.dumps(NOT_FOUND).encode()), "answers with an error (175 Invalid format: The indicator was not"),
        (Reply(b'{"message": "no list"}'), "the JSON is not the list of two"),
        (Reply(b"[{"), "this is no JSON"),
        (Reply(json.dumps([{"page": 1, "pages": 0, "total": 0}, None]).encode()), "has no rows for this"),
        (Reply(json.dumps([{"page": 1, "pages": 1, "total": 9}, ROWS]).encode()), "the World Bank says 9"),
        (
            Reply(json.dumps([{"page": 1, "pages": 1, "total": 1}, [{"indicator": "GDP", "value": 1}]]).encode()),
            "a row is not of the known shape",
        ),
    ],
    ids=["error in 200", "no list", "cut JSON", "nothing", "rows missing", "renamed field"],
)
def test_an_answer_of_another_shape_is_refused(bank: House, server: Server, reply: Reply, words: str) -> None:
    live.check_refused(bank, server, "worldbank", PATH, reply, words)


def test_a_database_that_is_updated_between_two_pages_is_not_mixed(bank: House, server: Server) -> None:
    def answer(question: Question) -> Reply:
        newer: Reply = pages(ROWS, updated=f"2026-11-0{question.query['page']}")(question)
        return newer

    server.routes[PATH] = answer
    [run] = bank.ingest("worldbank").runs
    assert "updated its database while it was read: try again" in (run.reason or "")


@live.real_file
def test_the_recorded_answer_is_read() -> None:
    content = live.sample("worldbank/v2_indicators_data_indicators.json").read_bytes()
    rows = source.load("worldbank").parse(content, contracts.load("indicators"), LIMITS.parse)
    figures = [one for one in json.loads(content)[1] if one["value"] is not None]
    assert rows["value"].to_list() == [one["value"] for one in figures]
    assert rows.select("country", "indicator", "unit").row(0) == (
        "AFG", "SH.STA.MMRT", "modeled estimate, per 100,000 live births",
    )  # fmt: skip
    assert rows["period_start"].null_count() == 0


@live.real_file
@pytest.mark.parametrize("name", ["countries_data_countries", "countries_data_madeupcountry"])
def test_a_recorded_answer_to_another_question_is_refused(name: str) -> None:
    content = live.sample(f"worldbank/v2_{name}.json").read_bytes()
    with pytest.raises(BatchError, match="the JSON is not the list of two"):
        source.load("worldbank").parse(content, contracts.load("indicators"), LIMITS.parse)
