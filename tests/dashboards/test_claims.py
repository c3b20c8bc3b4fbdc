"""The page of claims: denials beside assertions, counts with definitions, losses by claimant beside normal trade."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dashboards.pages.claims import a_day, labelled, titled
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import asked, said


def test_a_denial_stands_beside_what_it_denies(open_page: Open, published: Path) -> None:
    [(topic, denied)] = asked(
        published,
        """
        SELECT topic, count(*) FROM claims WHERE stance = 'denies'
        GROUP BY topic ORDER BY count(*) DESC, topic LIMIT 1
        """,
    )
    app = open_page("claims", topic=topic)
    table = next(table.value for table in app.dataframe if "stance" in table.value.columns)
    assert (table["stance"] == "denies").sum() == denied
    assert (table["stance"] == "asserts").any()
    app.selectbox(key="choose_topic").set_value("all").run()
    every = next(table.value for table in app.dataframe if "stance" in table.value.columns)
    assert len(every) == asked(published, "SELECT count(*) FROM claims")[0][0]


def test_that_all_claims_were_read_on_one_page_is_said_above_them(open_page: Open, published: Path) -> None:
    [(rows, pages)] = asked(published, "SELECT count(*), count(DISTINCT source_url) FROM claims")
    assert pages == 1
    assert f"**All {rows} rows come from one page**" in said(open_page("claims"))


def test_a_claim_is_named_by_month_place_and_goods_in_words_that_fit() -> None:
    row = {
        "claimant": "Pakistani customs officials (via media)",
        "crossing_id": "*AFG-PAK",
        "border": "AFG-PAK",
        "measure": "exports_lost",
        "period_start": dt.date(2025, 2, 21),
    }
    assert labelled(row) == "Feb 2025, whole border, exports\nPakistani customs officials …"


def test_a_code_without_words_is_told_as_words() -> None:
    assert titled({"topic": "bagram", "metric": "bagram_return_demanded"}) == "Bagram return demanded"
    row = {"topic": "air_strikes_2026_02", "metric": "ttp_iskp_operate_from_afghanistan"}
    assert titled(row) == "Air strikes (2026-02)\nTTP ISKP operate from Afghanistan"


def test_persons_are_whole(open_page: Open) -> None:
    app = open_page("claims")
    table = next(table.value for table in app.dataframe if "stance" in table.value.columns)
    assert "about 70 persons" in set(table["says"])
    assert not table["says"].str.contains(r"\.0 ").any()


def test_each_publisher_counts_by_its_own_definition(open_page: Open) -> None:
    app = open_page("claims", count="PAK-2025")
    table = next(table.value for table in app.dataframe if "definition" in table.value.columns)
    assert set(table["publisher"]) >= {"ISPR", "PICSS", "GTI-IEP", "PIPS"}
    assert table["definition"].notna().all()
    assert "699 to 5,397" in said(app)


def test_losses_are_a_range_with_their_claimants_and_never_a_sum(open_page: Open, published: Path) -> None:
    [(least, most, weighed, beyond, claimant)] = asked(
        published,
        """
        SELECT min(claimed_a_day), max(claimed_a_day), count(*), count(*) FILTER (exceeds_all),
            arg_max(claimant, claimed_a_day)
        FROM loss_claims_weighed WHERE factor IS NOT NULL
        """,
    )
    app = open_page("claims", year="all")
    claimed, _, above = (box.value for box in app.metric)
    assert claimed == f"${least:.2g} m to ${most:,.0f} m"
    assert above == f"{beyond} of {weighed}"
    assert f"highest: {claimant}" in said(app)
    assert "no sum of them means anything" in said(app)


def test_a_small_claim_is_not_rounded_to_nothing() -> None:
    assert (a_day(0.013), a_day(2.5), a_day(117.6)) == ("$0.013 m", "$2.5 m", "$118 m")


def test_as_of_a_day_only_claims_known_by_then_are_weighed(open_page: Open, published: Path) -> None:
    day = "2025-03-31"
    [(known,)] = asked(
        published, f"SELECT count(*) FROM loss_claims_weighed_as_of(DATE '{day}') WHERE factor IS NOT NULL"
    )
    app = open_page("claims", as_of=day, year="all")
    assert [box.value for box in app.metric][1].endswith(f" of {known}")
    assert "No claim is among the facts known on this day" in said(app)


def test_no_claim_above_the_best_year_is_below_any_year_on_record(published: Path) -> None:
    [(above, below, of_earlier_years)] = asked(
        published,
        """
        SELECT
            count(*) FILTER (exceeds_all),
            count(*) FILTER (exceeds_all AND claimed_a_day * 365 <= (
                SELECT max(highest) FROM trade_partner_years AS y
                WHERE y.flow <> 'transit' AND list_sort([y.reporter, y.partner]) = string_split(c.border, '-')
            )),
            count(*) FILTER (claimed_a_day > normal_highest AND part_of_border IS NULL AND NOT exceeds_all)
        FROM loss_claims_weighed AS c
        """,
    )
    assert above > 0
    assert below == 0
    assert of_earlier_years > 0
