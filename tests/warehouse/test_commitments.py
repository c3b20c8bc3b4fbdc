"""Commitments: what was promised, how it slipped, what was built, and what is not known."""

from __future__ import annotations

from typing import Any

import pytest

from warehouse.connect import Reader


def asked(reader: Reader, query: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = reader.cursor().execute(query).fetchall()
    return found


def promises(reader: Reader, columns: str, project: str, as_of: str = "2026-03-01") -> list[tuple[Any, ...]]:
    """Promises to complete the line, as of a day: what is to come would else depend on the day of the test."""
    return asked(
        reader,
        f"""
        SELECT {columns} FROM construction_pace_as_of(DATE '{as_of}')
        WHERE commitment_id = '{project}' AND promised = 'completion' AND NOT part
        ORDER BY stated_on, target_date
        """,
    )


def test_every_statement_of_a_target_is_a_row_of_its_own(warehouse: Reader) -> None:
    lost = "SELECT count(*) FROM commitments ANTI JOIN commitment_statements USING (row_key)"
    assert asked(warehouse, lost) == [(0,)]
    key = "SELECT count(*) - count(DISTINCT row_key) FROM {}"
    for model in ("commitment_statements", "commitment_pace", "construction_pace"):
        assert asked(warehouse, key.format(model)) == [(0,)]


def test_tapi_was_put_off_from_2006_to_2020(warehouse: Reader) -> None:
    """2002: in four years; 2015: by 2018 (AFP) or 2019 (Reuters); 2016: by 2019; February 2018: in two years."""
    days = promises(warehouse, "target_date::VARCHAR, change, slippage_days, slippage_from_first_days", "tapi")
    assert days == [
        ("2006-12-27", "first", None, None),
        ("2018-12-31", "postponed", 4387, 4387),
        ("2019-12-31", "postponed", 4752, 4752),
        ("2019-12-31", "repeated", 0, 4752),
        ("2020-02-23", "postponed", 54, 4806),
    ]


def test_the_kilometres_of_turkmenistan_say_nothing_of_the_pace_of_tapi(warehouse: Reader) -> None:
    """214 km, "Turkmen section complete" (News Central Asia and others), of 1,814 km in all."""
    found = promises(
        warehouse, "DISTINCT length_km, km_built, built_part, share_built, km_a_year_held, reached_on", "tapi"
    )
    assert found == [(1814.0, 214.0, "turkmen", None, None, None)]


def test_the_pace_of_the_section_to_herat_against_its_promise(warehouse: Reader) -> None:
    """3 km on 12 January 2025, 13.4 on 25 February 2026, of 153; promised in October 2025 for the end of 2026."""
    [(length, built, held, needed, reached, outcome)] = asked(
        warehouse,
        """
        SELECT length_km, km_built, km_a_year_held, km_a_year_needed, reached_on::VARCHAR, outcome
        FROM construction_pace_as_of(DATE '2026-03-01')
        WHERE commitment_id = 'tapi_serhetabat_herat' AND stated_on = '2025-10-23'
        """,
    )
    assert (length, built, outcome) == (153.0, 13.4, "to_come")
    assert held == pytest.approx((13.4 - 3) / 409 * 365.25, abs=0.01)
    assert needed == pytest.approx((153 - 13.4) / 309 * 365.25, abs=0.01)
    assert reached.startswith("2041")


def test_a_promise_that_passed_is_unmet_once_something_shows_it(warehouse: Reader) -> None:
    """By the end of 2019: in December 2020 the minister says that works in Herat begin the next year."""
    columns = "outcome"
    assert set(promises(warehouse, columns, "tapi", "2020-02-01")) == {
        ("passed_unmet",),
        ("to_come",),
        ("passed_unknown",),
    }
    assert set(promises(warehouse, columns, "tapi", "2021-01-01")) == {("passed_unmet",)}


def test_a_day_without_news_is_not_taken_for_a_miss(warehouse: Reader) -> None:
    """The fourth segment of Khaf-Herat was due by 20 March 2026; nothing later tells of it."""
    found = asked(
        warehouse,
        """
        SELECT outcome, km_built FROM construction_pace_as_of(DATE '2026-06-01')
        WHERE commitment_id = 'khaf_herat_rail' AND target_date = '2026-03-20'
        """,
    )
    assert found == [("passed_unknown", None)]


def test_a_part_that_is_promised_again_was_late_and_is_not_measured_by_the_line(warehouse: Reader) -> None:
    """The first 43 km of section four: by November 2024, then in five months from January 2025."""
    found = asked(
        warehouse,
        """
        SELECT length_km, km_built, slippage_days, outcome FROM construction_pace_as_of(DATE '2025-04-01')
        WHERE commitment_id = 'khaf_herat_rail' AND length_km = 43 ORDER BY stated_on
        """,
    )
    assert found == [(43.0, None, None, "passed_unmet"), (43.0, None, 209, "to_come")]


def test_a_line_finished_in_time_is_met_by_the_first_figure_that_shows_it(warehouse: Reader) -> None:
    """Hairatan to Mazar-i-Sharif: 32 of 75 km in June 2010, 75 at the year's end, promised for June 2011."""
    found = asked(
        warehouse,
        """
        SELECT outcome, reached_on::VARCHAR, km_a_year_needed FROM construction_pace
        WHERE commitment_id = 'hairatan_mazar_rail' AND target_date = '2011-06-30'
        """,
    )
    assert found == [("met", "2010-12-31", None)]


def test_nothing_built_that_is_known_is_not_nothing_built(warehouse: Reader) -> None:
    found = promises(warehouse, "length_km, km_built, km_a_year_held, km_a_year_needed, outcome", "trans_afghan_rail")
    assert found == [(640.0, None, None, None, "to_come")]


def test_a_promise_to_begin_or_to_carry_is_not_measured_in_kilometres(warehouse: Reader) -> None:
    """Works to begin in 2015; first-year freight; gas by early 2027."""
    found = asked(
        warehouse,
        "SELECT DISTINCT outcome, km_built, length_km FROM construction_pace WHERE promised <> 'completion'",
    )
    assert found == [("not_measured", None, None)]
    slipped = "SELECT count(*) FROM construction_pace WHERE promised <> 'completion' AND slippage_days IS NOT NULL"
    assert asked(warehouse, slipped) == [(0,)]


def test_a_promise_of_unknown_day_has_no_place_in_the_order(warehouse: Reader) -> None:
    """Ariana's page on Herat by the end of 2025 shows no date; it is a row, and moves no other."""
    found = asked(
        warehouse,
        """
        SELECT restatement, change, slippage_days, outcome FROM construction_pace
        WHERE commitment_id = 'tapi_serhetabat_herat' AND target_date = '2025-12-31'
        """,
    )
    assert found == [(None, "unknown", None, "passed_unmet")]


def test_kilometres_of_another_line_are_marked_and_measure_nothing(warehouse: Reader) -> None:
    """88 km Atamyrat-Aqina (EIR) are told with the 30 km from Aqina to Andkhoy."""
    marked = "SELECT commitment_id, km_built FROM construction_progress WHERE NOT of_this_line"
    assert asked(warehouse, marked) == [("aqina_andkhoy_rail", 88.0)]


def test_percent_metres_and_prepared_ground_are_not_kilometres_built(warehouse: Reader) -> None:
    """91 km of route prepared, 15.5 km welded, a bridge of 177 metres, 80 percent: none of it is built line."""
    others = """
        SELECT count(*) FROM commitment_progress AS p
        INNER JOIN construction_progress AS c ON list_contains(c.row_keys, p.row_key)
        WHERE p.metric <> 'km_built' OR p.unit <> 'km'
    """
    assert asked(warehouse, others) == [(0,)]
    built = "SELECT max(km_built) FROM construction_progress WHERE commitment_id = 'tapi_serhetabat_herat'"
    assert asked(warehouse, built) == [(14.0,)]


def test_lengths_of_a_part_are_not_the_length_of_the_line(warehouse: Reader) -> None:
    """TAPI: 1,814 (Amu TV, APP) or 1,821 km, 816 in Afghanistan; Khaf-Herat: 225, of which segment three has 62."""
    found = asked(
        warehouse,
        """
        SELECT commitment_id, length_km, length_lowest, length_highest FROM construction_projects
        WHERE commitment_id IN ('tapi', 'khaf_herat_rail') ORDER BY commitment_id
        """,
    )
    assert found == [("khaf_herat_rail", 225.0, 191.0, 225.0), ("tapi", 1814.0, 1814.0, 1821.0)]


def test_the_built_never_passes_the_length_and_no_pace_is_negative(warehouse: Reader) -> None:
    wrong = "SELECT count(*) FROM construction_pace WHERE km_built > length_km OR km_a_year_held < 0"
    assert asked(warehouse, wrong) == [(0,)]
    late = "SELECT count(*) FROM construction_pace WHERE km_a_year_needed IS NOT NULL AND target_date < current_date"
    assert asked(warehouse, late) == [(0,)]


def test_uzbek_afghan_trade_was_to_be_two_then_three_then_five_billion(warehouse: Reader) -> None:
    found = asked(
        warehouse,
        """
        SELECT stated_on::VARCHAR, target_value, restatement, change, other_target_before FROM commitment_pace
        WHERE pair = 'AFG-UZB' AND commitment_id IN ('uzb_afg_trade_2bn', 'uzb_afg_trade_5bn') ORDER BY stated_on
        """,
    )
    assert found == [
        ("2021-02-02", 2000.0, 1, "first", 1500.0),
        ("2021-05-26", 2000.0, 2, "repeated", 1500.0),
        ("2025-04-10", 2000.0, 3, "date_named", 3000.0),
        ("2026-02-24", 5000.0, 1, "first", 2000.0),
    ]


def test_a_target_of_trade_that_moves_says_by_how_many_days(warehouse: Reader) -> None:
    """Iran and Pakistan: 10 billion by April 2029 (April 2024), then by 2028 (August 2025)."""
    found = asked(
        warehouse,
        """
        SELECT stated_on::VARCHAR, change, slippage_days FROM commitment_pace
        WHERE commitment_id = 'irn_pak_trade_10bn' AND target_date IS NOT NULL ORDER BY stated_on
        """,
    )
    assert found == [("2024-04-01", "first", None), ("2025-08-04", "brought_forward", -120)]


def test_turnover_does_not_measure_a_target_of_exports(warehouse: Reader) -> None:
    """Pakistan's exports of 5 billion in three years: stated, and not set against both directions together."""
    found = asked(
        warehouse,
        """
        SELECT target_value, measured_by_turnover, latest, growth_needed, reached_in FROM commitment_pace
        WHERE commitment_id = 'pak_afg_exports_5bn'
        """,
    )
    assert found == [(5000.0, False, None, None, None)]
