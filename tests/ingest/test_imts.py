"""The IMF's trade by partner: one SDMX answer, plain dollars under a scale of millions, and months asked for."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

import polars as pl
import pytest

from ingest import source
from ingest.sources import imts
from tests.ingest import live
from tests.ingest.conftest import LIMITS, House
from tests.server import Reply, Server
from warehouse import contracts
from warehouse.load import Scope

PATH = urlsplit(source.load("imts").address).path
MESSAGE = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message"
# Built in the shape of the recorded answer: Pakistan's exports and, in the mirror, Afghanistan's imports.
OBSERVATIONS = """\
<Series COUNTRY="PAK" INDICATOR="XG_FOB_USD" COUNTERPART_COUNTRY="AFG" FREQUENCY="M" OVERLAP="OL" SCALE="6">\
<Obs OBS_VALUE="95600250" DERIVATION_TYPE="R" TIME_PERIOD="2025-M08"/>\
<Obs OBS_VALUE="101200000.5" DERIVATION_TYPE="E" TIME_PERIOD="2025-M09"/>\
<Obs OBS_VALUE="NaN" TIME_PERIOD="2025-M10"/></Series>\
<Series COUNTRY="AFG" INDICATOR="MG_CIF_USD" COUNTERPART_COUNTRY="PAK" FREQUENCY="M" OVERLAP="OL" SCALE="6">\
<Obs OBS_VALUE="107000000" DERIVATION_TYPE="X" TIME_PERIOD="2025-M08"/></Series>"""
CSV = """\
STRUCTURE,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,TIME_PERIOD,OBS_VALUE,SCALE,DERIVATION_TYPE,OVERLAP
dataflow,PAK,XG_FOB_USD,AFG,M,2025-08,95600250,6,R,OL
dataflow,PAK,XG_FOB_USD,AFG,M,2025-09,101200000.5,6,E,OL
dataflow,PAK,XG_FOB_USD,AFG,M,2025-10,,6,,OL
dataflow,AFG,MG_CIF_USD,PAK,M,2025-08,107000000,6,X,OL
"""
pytestmark = pytest.mark.usefixtures("few_rows")


def message(*change: str, body: str = OBSERVATIONS) -> Reply:
    text = (
        "<?xml version='1.0' encoding='UTF-8'?>"
        f'<message:StructureSpecificData xmlns:message="{MESSAGE}"><message:DataSet action="Replace">'
        '<Group INDICATOR="XG_FOB_USD"><Comp id="UNIT"><Value>USD</Value></Comp></Group>'
        f"{body}</message:DataSet></message:StructureSpecificData>"
    )
    if change:
        before, after = change
        assert before in text
        text = text.replace(before, after)
    return Reply(text.encode(), headers={"Content-Type": "application/xml"})


@pytest.fixture
def fund(built_house: House, server: Server) -> House:
    built_house.visit(server, "imts")
    server.routes[PATH] = message()
    return built_house


SHOWN = """
    SELECT reporter, partner, flow, period_start::VARCHAR, period_end::VARCHAR, frequency, value, valuation, estimated
    FROM bilateral_trade ORDER BY value
"""
ROWS = [
    ("PAK", "AFG", "export", "2025-08-01", "2025-08-31", "monthly", 95_600_250, "FOB", False),
    ("PAK", "AFG", "export", "2025-09-01", "2025-09-30", "monthly", 101_200_000.5, "FOB", True),
    ("AFG", "PAK", "import", "2025-08-01", "2025-08-31", "monthly", 107_000_000, "CIF", None),
]


def test_dollars_are_plain_whatever_the_scale_says_and_both_mirrors_are_kept(fund: House, server: Server) -> None:
    [run] = fund.ingest("imts").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 3, 0), run.reason
    assert fund.rows(SHOWN).rows() == ROWS
    [asked] = server.asked
    assert (asked.query["c[TIME_PERIOD]"], asked.headers["accept"]) == ("ge:2000-01", "application/xml")


def test_the_same_in_csv_is_the_same(fund: House, server: Server) -> None:
    fund.ingest("imts")
    server.routes[PATH] = Reply(CSV.encode(), headers={"Content-Type": "application/vnd.sdmx.data+csv"})
    loaded = fund.ingest("imts").runs[0].loaded
    assert (loaded.unchanged, loaded.corrected, loaded.withdrawn) == (3, 0, 0)


def test_the_months_join_the_monthly_series(fund: House) -> None:
    fund.ingest("imts")
    found = fund.rows(
        "SELECT reporter, basis, month::VARCHAR, value, qualifier FROM trade_months ORDER BY value"
    ).rows()
    assert found == [
        ("PAK", "imts", "2025-08-01", 95.60025, "exact"),
        ("PAK", "imts", "2025-09-01", 101.2000005, "about"),
        ("AFG", "imts", "2025-08-01", 107, "about"),
    ]


def test_the_same_answer_again_changes_nothing(fund: House) -> None:
    live.check_unchanged(fund, "imts")


def test_a_restated_month_is_a_new_version_and_one_taken_back_is_marked(fund: House, server: Server) -> None:
    fund.ingest("imts")
    server.routes[PATH] = message(body=OBSERVATIONS.replace("95600250", "95700000").replace("107000000", "NaN"))
    loaded = fund.ingest("imts").runs[0].loaded
    assert (loaded.added, loaded.corrected, loaded.withdrawn, loaded.unchanged) == (0, 1, 1, 1)


def test_an_answer_speaks_for_what_was_asked_and_nothing_else() -> None:
    where = "https://api.imf.org/IMTS/+/AFG+PAK.XG_FOB_USD+MG_CIF_USD.IND.M?detail=full&c[TIME_PERIOD]=ge:2024-01+le:2024-06"
    assert imts.scope([live.answer(where)]) == Scope(
        "list_contains($reporters, reporter) AND list_contains($partners, partner) "
        "AND period_start BETWEEN $first AND $last",
        {
            "reporters": ["AFG", "PAK"],
            "partners": ["IND"],
            "first": dt.date(2024, 1, 1),
            "last": dt.date(2024, 6, 1),
        },
    )


def test_the_answer_is_replayed(fund: House, server: Server) -> None:
    fund.ingest("imts")
    server.routes[PATH] = message("95600250", "95700000")
    live.check_replays(fund, server, "imts")


@pytest.mark.slow
def test_bad_days_of_the_source_change_nothing(fund: House, server: Server) -> None:
    live.check_survives_all(fund, server, {"imts": PATH})


ERROR = (
    f'<m:Error xmlns:m="{MESSAGE}"><m:ErrorMessage code="140"><Text>Syntax error</Text></m:ErrorMessage></m:Error>'
)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(ERROR.encode()), "something else than data (Syntax error)"),
        (message(body=""), "the answer has no series"),
        (message("</message:DataSet>", ""), "this is no whole XML"),
        (message("<Group", "<!DOCTYPE x><Group"), "brings definitions of its own"),
        (message(' SCALE="6"', ' SCALE="3"'), "the scale is 3, where it was 6"),
        (message("<Value>USD", "<Value>EUR"), "the values are in EUR"),
        (message("MG_CIF_USD", "MG_FOB_USD"), "the indicator MG_FOB_USD, which was not asked for"),
        (message("COUNTERPART_COUNTRY", "COUNTERPART_AREA"), "lacks COUNTERPART_COUNTRY"),
        (Reply(CSV.replace("OBS_VALUE", "VALUE").encode()), "has no column OBS_VALUE"),
        (Reply(b'{"data": {}}'), "has no column COUNTRY"),
    ],
    ids=[
        "error in 200", "no series", "cut", "definitions", "scale", "unit", "indicator", "renamed", "CSV", "JSON",
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_refused(fund: House, server: Server, reply: Reply, words: str) -> None:
    live.check_refused(fund, server, "imts", PATH, reply, words)


def test_a_value_multiplied_by_its_scale_and_a_reporter_that_is_a_group_are_held_back(
    fund: House, server: Server
) -> None:
    mirror = OBSERVATIONS[OBSERVATIONS.index('<Series COUNTRY="AFG"') :]
    of_group = mirror.replace('COUNTRY="AFG"', 'COUNTRY="G998"')
    multiplied = mirror.replace("107000000", "107000000000000").replace('COUNTRY="AFG"', 'COUNTRY="IRN"')
    server.routes[PATH] = message(body=OBSERVATIONS + of_group + multiplied)
    fund.ingest("imts")
    held = fund.rows("SELECT DISTINCT expectation FROM quarantine ORDER BY 1")["expectation"].to_list()
    assert held == ["reporter.spelt", "value.plain_dollars"]


@live.real_file
def test_the_recorded_answer_is_read() -> None:
    content = live.sample("imf/imts_sdmx30_sample.xml").read_bytes()
    rows = source.load("imts").parse(content, contracts.load("bilateral_trade"), LIMITS.parse)
    shown = rows.select(
        "reporter", "partner", "flow", "frequency", pl.col("period_end").dt.year(), "value", "valuation"
    )
    assert shown.rows() == [
        ("USA", "WLD", "export", "annual", 2023, 2_019_551_635_133, "FOB"),
        ("USA", "WLD", "export", "annual", 2024, 2_065_411_250_609, "FOB"),
        ("USA", "G998", "export", "annual", 2023, 369_756_760_426, "FOB"),
        ("USA", "G998", "export", "annual", 2024, 371_064_529_410, "FOB"),
    ]
