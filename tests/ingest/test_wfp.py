"""WFP's food prices: a catalogue that says where the file is, a header that grew, and the dollar among the goods."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from ingest import source
from tests.ingest import live
from tests.ingest.conftest import LIMITS, House
from tests.server import Question, Reply, Server
from warehouse import contracts

CATALOGUE = "/api/3/action/package_show"
AFG, PAK = "/dataset/a/resource/b/download/wfp_food_prices_afg.csv", "/s3/wfp_food_prices_pak.csv"
# The older header and the newer one, each with its HXL row; built in the shape of the real files.
OLD = """\
date,admin1,admin2,market,latitude,longitude,category,commodity,unit,priceflag,pricetype,currency,price,usdprice
#date,#adm1+name,#adm2+name,#loc+market+name,#geo+lat,#geo+lon,#item+type,#item+name,#item+unit,#item+price+flag,#item+price+type,#currency,#value,#value+usd
2024-08-15,Kabul,Kabul,Kabul,34.51,69.18,cereals and tubers,Bread,KG,actual,Retail,AFN,50,0.7
2024-08-15,Kabul,Paghman,Kabul,34.51,69.18,cereals and tubers,Bread,KG,aggregate,Retail,AFN,52.5,0.74
2024-08-15,Kabul,Kabul,Kabul,34.51,69.18,non-food,Exchange rate,USD/LCU,actual,Retail,AFN,70,1.0
2024-08-15,Hirat,Hirat,Hirat,34.34,62.19,non-food,Exchange rate,USD/LCU,aggregate,Retail,AFN,72,1.0
2024-08-15,Ghor,Chaghcharan,Ghor,34.52,65.25,cereals and tubers,Bread,KG,aggregate,Retail,AFN,71,0.9
2024-09-15,Kabul,Kabul,Kabul,34.51,69.18,non-food,"Wage (qualified, urban)",Day,actual,Retail,AFN,350,5.0
"""
NEW = """\
date,admin1,admin2,market,market_id,latitude,longitude,category,commodity,commodity_id,unit,priceflag,pricetype,currency,price,usdprice
#date,#adm1+name,#adm2+name,#loc+market+name,#loc+market+code,#geo+lat,#geo+lon,#item+type,#item+name,#item+code,#item+unit,#item+price+flag,#item+price+type,#currency+code,#value,#value+usd
2025-10-15,KHYBER,Peshawar,Peshawar,294,34.01,71.58,cereals and tubers,Wheat flour,58,KG,actual,Retail,PKR,99.5,0.35
2025-10-15,PUNJAB,Lahore,Lahore,291,31.55,74.34,cereals and tubers,Wheat flour,58,KG,actual,Retail,PKR,80,0.28
"""
pytestmark = pytest.mark.usefixtures("few_rows")


def file(text: str, *change: str) -> Reply:
    assert not change or change[0] in text
    text = text.replace(*change) if change else text  # type: ignore[arg-type]
    return Reply(text.encode(), headers={"Content-Type": "text/csv"}, etag=f'"{hash(text)}"')


@pytest.fixture
def markets(built_house: House, server: Server) -> House:
    def catalogue(question: Question) -> Reply:
        path = {
            "wfp-food-prices-for-afghanistan": AFG,
            "wfp-food-prices-for-pakistan": "/pak/wfp_food_prices_pak.csv",
        }
        names = [path[question.query["id"]], "/d/wfp_food_prices_qc.csv"]
        resources = [{"format": "CSV", "url": server.address + name} for name in names]
        said = {"success": True, "result": {"resources": resources, "pageviews_last_14_days": len(server.asked)}}
        return Reply(json.dumps(said).encode(), headers={"Content-Type": "application/json"})

    built_house.visit(server, "wfp_afg", "wfp_pak", "wfp_rates")
    server.routes[CATALOGUE] = catalogue
    server.routes[AFG] = file(OLD)
    server.routes["/pak/wfp_food_prices_pak.csv"] = Reply(status=302, headers={"Location": PAK})
    server.routes[PAK] = file(NEW)
    return built_house


def test_prices_are_loaded_in_local_currency_and_a_provinces_mean_is_no_market(markets: House) -> None:
    runs = markets.ingest("wfp_afg", "wfp_pak").runs
    assert [(run.outcome, run.rows_seen, run.rows_quarantined) for run in runs] == [
        ("loaded", 4, 0),
        ("loaded", 2, 0),
    ]
    found = markets.rows(
        """
        SELECT country, level, market, market_code, commodity_code, unit, price_type, currency, price
        FROM food_prices WHERE category = 'cereals and tubers' ORDER BY ALL
        """
    ).rows()
    assert found == [
        ("AFG", "market", "Kabul", None, None, "KG", "retail", "AFN", 50),
        ("AFG", "province", "Ghor", None, None, "KG", "retail", "AFN", 71),
        ("AFG", "province", "Kabul", None, None, "KG", "retail", "AFN", 52.5),
        ("PAK", "market", "Lahore", "291", "58", "KG", "retail", "PKR", 80),
        ("PAK", "market", "Peshawar", "294", "58", "KG", "retail", "PKR", 99.5),
    ]


def test_the_dollar_among_the_goods_is_an_exchange_rate_and_no_price(markets: House) -> None:
    [run] = markets.ingest("wfp_rates").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 2, 0), run.reason
    rates = markets.rows(
        """
        SELECT country, currency, kind, admin1, market, period_start::VARCHAR, period_end::VARCHAR, per_usd
        FROM exchange_rates ORDER BY kind
        """
    ).rows()
    august = ("2024-08-01", "2024-08-31")
    assert rates == [
        ("AFG", "AFN", "market", "Kabul", "Kabul", *august, 70),
        ("AFG", "AFN", "market_mean", "Hirat", "Hirat", *august, 72),
    ]


def test_a_price_in_dollars_says_by_which_rate_and_is_unknown_without_one(markets: House) -> None:
    markets.ingest("wfp_afg", "wfp_pak", "wfp_rates")
    found = markets.rows(
        """
        SELECT level, market, price_usd, per_usd, rate_kind, rates, rate_source FROM food_prices_usd
        ORDER BY country, price_date, level, market
        """
    ).rows()
    wfp = "World Food Programme"
    assert found == [
        ("market", "Kabul", 50 / 70, 70, "market_of_province", 1, wfp),
        # Nobody says what a dollar cost in Ghor that month: the median of the country's markets.
        ("province", "Ghor", 1, 71, "market_of_country", 2, wfp),
        ("province", "Kabul", 0.75, 70, "market_of_province", 1, wfp),
        ("market", "Kabul", None, None, None, None, None),
        ("market", "Lahore", None, None, None, None, None),
        ("market", "Peshawar", None, None, None, None, None),
    ]


@pytest.mark.parametrize("name", ["wfp_afg", "wfp_pak", "wfp_rates"])
def test_the_same_file_again_changes_nothing_though_the_catalogue_counts_its_visitors(
    markets: House, name: str
) -> None:
    live.check_unchanged(markets, name)


def test_a_revised_price_is_a_new_version_and_another_conversion_by_wfp_is_none(
    markets: House, server: Server
) -> None:
    markets.ingest("wfp_afg")
    server.routes[AFG] = file(OLD, ",71,0.9", ",73,0.9")
    loaded = markets.ingest("wfp_afg").runs[0].loaded
    assert (loaded.added, loaded.corrected, loaded.withdrawn, loaded.unchanged) == (0, 1, 0, 3)
    server.routes[AFG] = file(OLD, ",71,0.9", ",73,0.3")
    assert markets.ingest("wfp_afg").runs[0].loaded.unchanged == 4


def test_all_three_are_replayed(markets: House, server: Server) -> None:
    markets.ingest("wfp_afg", "wfp_pak", "wfp_rates")
    server.routes[AFG] = file(OLD, ",71,0.9", ",73,0.9")
    live.check_replays(markets, server, "wfp_afg", "wfp_pak", "wfp_rates")


@pytest.mark.slow
def test_bad_days_of_the_source_change_nothing(markets: House, server: Server) -> None:
    live.check_survives_all(markets, server, {"wfp_afg": AFG})


@pytest.mark.parametrize(
    ("path", "reply", "words"),
    [
        (AFG, file(OLD, "usdprice", "usd_price"), "(missing: usdprice; unknown: usd_price)"),
        (AFG, file(OLD, ",Bread", ",Bread,1"), "this is not CSV as WFP writes it"),
        (
            CATALOGUE,
            Reply(b'{"success": false, "error": {"message": "Not found"}}'),
            "catalogue of HDX says: Not found",
        ),
        (
            CATALOGUE,
            Reply(b'{"success": true, "result": {"resources": []}}'),
            "0 files are called wfp_food_prices_afg",
        ),
        (CATALOGUE, Reply(b"[]"), "this is no answer of HDX's catalogue"),
        (CATALOGUE, Reply(b"busy"), "does not answer in JSON"),
    ],
    ids=["renamed column", "ragged", "error in 200", "file gone", "no catalogue", "no JSON"],
)
def test_an_answer_of_another_shape_is_refused(
    markets: House, server: Server, path: str, reply: Reply, words: str
) -> None:
    live.check_refused(markets, server, "wfp_afg", path, reply, words)


@pytest.mark.parametrize(
    ("before", "after"), [("USD/LCU", "PKR/LCU"), ("Exchange rate,", "Exchange rate (unofficial),")]
)
def test_another_rate_or_unit_is_refused_and_never_a_price(
    markets: House, server: Server, before: str, after: str
) -> None:
    changed = file(OLD, before, after)
    live.check_refused(
        markets, server, "wfp_rates", AFG, changed, "not Exchange rate (USD/LCU): see what WFP changed"
    )
    assert markets.ingest("wfp_afg").runs[0].rows_seen == 4


def test_a_price_of_nothing_is_held_back_and_a_leap_is_warned_of(markets: House, server: Server) -> None:
    more = "".join(
        f"2024-0{month}-15,Kabul,Kabul,Kabul,34.51,69.18,cereals and tubers,Bread,KG,actual,Retail,AFN,{price},1\n"
        for month, price in ((6, 0), (7, 5000))
    )
    server.routes[AFG] = file(OLD + more)
    [run] = markets.ingest("wfp_afg").runs
    assert (run.rows_quarantined, run.warnings) == (1, 1)
    held = markets.rows("SELECT expectation, row_number FROM quarantine").rows()
    assert held == [("price.above_zero", 9)]
    warned = markets.rows("SELECT observed FROM ops.validations WHERE expectation = 'price.no_leap'").item()
    assert "5000" in warned


def of_sample(name: str) -> pl.DataFrame:
    country = {"wfp_rates": "afg"}.get(name, name[-3:])
    content = live.sample(f"wfp/wfp_food_prices_{country}.csv").read_bytes()
    one = source.load(name)
    return one.parse(content, contracts.load(one.dataset), LIMITS.parse)


@live.real_file
@pytest.mark.parametrize(
    ("name", "count", "newest"),
    [("wfp_afg", 31_170, "2024-09-15"), ("wfp_pak", 13_420, "2025-10-15"), ("wfp_rates", 2_341, "2024-09-30")],
)
def test_the_real_files_are_read_whole(name: str, count: int, newest: str) -> None:
    rows = of_sample(name)
    contract = contracts.load(source.load(name).dataset)
    assert rows.height == count
    assert str(rows[contract.not_before[0]].max()) == newest
    assert rows.select(pl.any_horizontal(pl.col("^unreadable_.*$").is_not_null().any())).item() is False
    assert not rows.select(contract.primary_key).is_duplicated().any()


@live.real_file
def test_the_real_file_has_more_means_of_provinces_than_prices_at_markets(built_house: House, server: Server) -> None:
    package: dict[str, Any] = {"success": True, "result": {"resources": [{"url": server.address + AFG}]}}
    built_house.visit(server, "wfp_afg", "wfp_rates")
    server.routes[CATALOGUE] = Reply(json.dumps(package).encode())
    server.routes[AFG] = Reply(live.sample("wfp/wfp_food_prices_afg.csv").read_bytes())
    runs = built_house.ingest("wfp_afg", "wfp_rates").runs
    assert [(run.outcome, run.rows_quarantined, run.warnings) for run in runs] == [("loaded", 0, 1), ("loaded", 0, 0)]
    levels = built_house.rows("SELECT level, count(*) FROM food_prices GROUP BY ALL ORDER BY ALL").rows()
    assert levels == [("market", 7_775), ("province", 23_395)]
    converted = "SELECT count(price_usd), min(price_date)::VARCHAR FROM food_prices_usd WHERE price_usd IS NOT NULL"
    assert built_house.rows(converted).row(0) == (27_038, "2014-02-15")
