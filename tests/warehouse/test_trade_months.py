"""Trade by month: given, by difference, or estimated; and in every case adding up to what was reported."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.warehouse.trade_facts import built, fact, figure_uses, monthly
from warehouse.connect import Reader

SERIES = ("reporter", "partner", "flow", "basis", "unit", "calendar")
SAME_SERIES = " AND ".join(f"m.{name} IS NOT DISTINCT FROM f.{name}" for name in SERIES)


def asked(reader: Reader, query: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = reader.cursor().execute(query).fetchall()
    return found


# The real facts.


def test_the_months_of_every_figure_used_add_up_to_it(warehouse: Reader) -> None:
    sums = asked(
        warehouse,
        f"""
        SELECT f.use, f.value, sum(m.value)
        FROM trade_figures AS f
        INNER JOIN trade_months AS m ON {SAME_SERIES} AND m.month BETWEEN f.first_month AND f.last_day
        WHERE f.use IN ('given', 'difference', 'estimate')
        GROUP BY f.use, f.value, f.first_month, f.last_day, f.months, {", ".join(f"f.{name}" for name in SERIES)}
        HAVING count(m.value) = f.months
        """,
    )
    assert len(sums) > 500
    assert {use for use, _, _ in sums} == {"given", "difference", "estimate"}
    assert [value for _, value, added in sums if added != pytest.approx(value, rel=1e-9, abs=1e-6)] == []


def test_what_is_left_of_every_figure_is_what_its_own_months_add_up_to(warehouse: Reader) -> None:
    """Also where a month within it is in dispute, so that its months do not make up the whole."""
    sums = asked(
        warehouse,
        f"""
        SELECT f.rest, sum(m.value), count(*) = len(f.rest_months)
        FROM trade_figures AS f
        INNER JOIN trade_months AS m ON {SAME_SERIES} AND list_contains(f.rest_months, m.month)
        WHERE f.use <> 'undivided'
        GROUP BY f.rest, f.rest_months, f.first_month, f.last_day, {", ".join(f"f.{name}" for name in SERIES)}
        """,
    )
    count = "SELECT count(*) FROM trade_figures WHERE len(rest_months) > 0 AND use <> 'undivided'"
    [(used,)] = asked(warehouse, count)
    assert len(sums) == used
    assert all(complete and added == pytest.approx(rest, rel=1e-9, abs=1e-6) for rest, added, complete in sums)


def test_no_month_is_negative_and_each_lies_within_its_bounds(warehouse: Reader) -> None:
    outside = "value < 0 OR NOT value BETWEEN lowest - 1e-9 AND highest + 1e-9 OR isnan(value)"
    assert asked(warehouse, f"SELECT * FROM trade_months WHERE {outside}") == []


def test_each_month_of_a_series_stands_once(warehouse: Reader) -> None:
    twice = f"SELECT month FROM trade_months GROUP BY month, {', '.join(SERIES)} HAVING count(*) > 1"
    assert asked(warehouse, twice) == []


def test_every_month_comes_from_rows_of_its_own_series_and_basis(warehouse: Reader) -> None:
    strange = asked(
        warehouse,
        """
        SELECT m.reporter, m.month, t.basis
        FROM (SELECT *, unnest(source_rows) AS row_key FROM trade_months) AS m
        LEFT JOIN trade_flows AS t USING (row_key)
        WHERE
            (t.reporter, t.partner, t.flow, t.unit, t.commodity)
            IS DISTINCT FROM (m.reporter, m.partner, m.flow, m.unit, 'total')
            OR t.basis IS DISTINCT FROM m.basis
        """,
    )
    assert strange == []
    assert asked(warehouse, "SELECT count(*) FROM trade_months WHERE coalesce(len(source_rows), 0) = 0") == [(0,)]


def test_a_month_is_known_once_the_last_of_its_rows_is(warehouse: Reader) -> None:
    late = asked(
        warehouse,
        """
        SELECT m.month FROM trade_months AS m, trade_flows AS t
        WHERE list_contains(m.source_rows, t.row_key)
        GROUP BY m.month, m.series_key, m.known_from
        HAVING NOT m.known_from BETWEEN min(t.known_from) AND max(t.known_from)
        """.replace("m.series_key", ", ".join(f"m.{name}" for name in SERIES)),
    )
    assert late == []


def test_both_mirrors_are_kept_as_two_series(warehouse: Reader) -> None:
    mirrors = asked(
        warehouse,
        """
        SELECT reporter, flow, round(sum(value)) FROM trade_months
        WHERE month BETWEEN '2025-01-01' AND '2025-12-31' AND basis IS NULL AND calendar = 'gregorian'
        AND (reporter, partner, flow) IN (('AFG', 'PAK', 'import'), ('AFG', 'PAK', 'export'))
        GROUP BY ALL ORDER BY ALL
        """,
    )
    assert mirrors == [("AFG", "export", 505.0), ("AFG", "import", 1261.0)]
    of_pakistan = "reporter = 'PAK' AND partner = 'AFG' AND flow = 'export' AND month = '2025-03-01'"
    assert asked(warehouse, f"SELECT count(DISTINCT basis) FROM trade_months WHERE {of_pakistan}") == [(2,)]


def test_pakistans_months_of_fiscal_2025_add_up_by_basis_and_differ(warehouse: Reader) -> None:
    """Exports to Afghanistan, July to June: 774 million by the central bank, 1,391 by customs."""
    sums = asked(
        warehouse,
        """
        SELECT basis, round(sum(value), 2), count(*) FROM trade_months
        WHERE reporter = 'PAK' AND partner = 'AFG' AND flow = 'export' AND unit = 'USD_million'
        AND month BETWEEN '2024-07-01' AND '2025-06-30' AND basis IS NOT NULL
        GROUP BY ALL ORDER BY ALL
        """,
    )
    assert sums == [("balance_of_payments", 773.89, 12), ("customs", 1391.0, 12)]


def test_july_to_august_less_july_is_august(warehouse: Reader) -> None:
    """Pakistan's central bank, exports to Afghanistan 2022: 81.795 less 31.757."""
    month = asked(
        warehouse,
        """
        SELECT m.value, m.derivation, m.period_end::VARCHAR, list_sort(list_distinct(list(t.value)))
        FROM trade_months AS m
        INNER JOIN trade_flows AS t ON list_contains(m.source_rows, t.row_key)
        WHERE m.reporter = 'PAK' AND m.partner = 'AFG' AND m.flow = 'export' AND m.basis = 'balance_of_payments'
        AND m.month = '2022-08-01'
        GROUP BY ALL
        """,
    )
    assert month == [(50.038, "difference", "2022-08-31", [31.757, 81.795])]


def test_a_quarter_in_dispute_with_its_months_leaves_the_half_year_undivided(warehouse: Reader) -> None:
    """Customs, imports 2025: 37 + 55 + 96 is not 203, so nobody knows what of 258 fell to November and December."""
    imports = (
        "reporter = 'PAK' AND partner = 'AFG' AND flow = 'import' AND basis = 'customs' AND unit = 'USD_million'"
    )
    uses = asked(
        warehouse,
        f"SELECT months, value, use FROM trade_figures WHERE {imports} AND first_month = '2025-07-01'",
    )
    assert (3, 203.0, "contradicted") in uses
    assert (6, 258.0, "undivided") in uses
    months = asked(
        warehouse,
        "SELECT month::VARCHAR, value, derivation, lowest, highest, disputed FROM trade_months "
        f"WHERE {imports} AND month >= '2025-07-01' ORDER BY month",
    )
    given = [(37, 7), (55, 8), (96, 9), (55, 10)]
    assert months[:4] == [(f"2025-{month:02}-01", value, "given", value, value, True) for value, month in given]
    # The months leave 15, the quarter nothing: each of the two is between nothing and 15, give or take rounding.
    assert months[4:] == [(f"2025-{month}-01", None, "unknown", 0, 17.5, True) for month in (11, 12)]


def test_a_month_is_unknown_only_where_a_dispute_hides_it_and_then_says_who_disputes(warehouse: Reader) -> None:
    wrong = """
        (value IS NULL) <> (derivation = 'unknown')
        OR (derivation = 'unknown' AND NOT (disputed AND len(source_rows) > 0 AND len(dissenting_rows) > 0))
    """
    assert asked(warehouse, f"SELECT * FROM trade_months WHERE {wrong}") == []
    assert asked(warehouse, "SELECT count(*) FROM trade_months WHERE derivation = 'unknown'") == [(8,)]


@pytest.mark.parametrize("quarter", [188.5, 203.5, 151.5], ids="the quarter is {}".format)
def test_an_unknown_month_holds_what_is_left_whoever_is_right(quarter: float) -> None:
    months = [fact(f"2025-0{n}-01", f"2025-0{n}-{end}", value) for n, end, value in
              ((7, 31, 37.5), (8, 31, 55.5), (9, 30, 95.5))]  # fmt: skip
    facts = [*months, fact("2025-07-01", "2025-09-30", quarter), fact("2025-07-01", "2025-12-31", 258.5)]
    [(values, highest)] = (
        built(facts)
        .execute("SELECT list(value), max(highest) FROM trade_months WHERE month >= '2025-10-01'")
        .fetchall()
    )
    left = [258.5 - 188.5, 258.5 - quarter]
    assert highest == pytest.approx(max(left), abs=0.5)
    assert values.count(None) == (0 if quarter == 188.5 else 3)


def test_a_month_that_is_disputed_names_the_rows_that_say_otherwise(warehouse: Reader) -> None:
    assert asked(warehouse, "SELECT DISTINCT disputed, len(dissenting_rows) > 0 FROM trade_months ORDER BY ALL") == [
        (False, False),
        (True, True),
    ]


# Small worlds: a few figures of one series.


def test_a_year_less_eleven_months_is_the_twelfth() -> None:
    months = monthly([fact("2023-01-01", "2023-12-31", 1202.5), fact("2023-01-01", "2023-11-30", 1100.3)])
    assert months["2023-12-01"] == (102.2, "difference")
    assert {derivation for _, derivation in months.values()} == {"estimate", "difference"}


def test_a_known_month_keeps_its_value_and_the_others_share_what_is_left() -> None:
    months = monthly([fact("2022-07-01", "2023-06-30", 1200), fact("2022-12-01", "2022-12-31", 210)])
    assert months["2022-12-01"] == (210.0, "given")
    assert sum(value for value, _ in months.values()) == pytest.approx(1200)
    assert len(months) == 12


def test_one_start_and_several_ends_give_the_months_between() -> None:
    months = monthly([fact("2023-07-01", f"2023-{end}", value) for end, value in
                      (("07-31", 59.1), ("08-31", 121.4), ("09-30", 200.9), ("11-30", 408.8))])  # fmt: skip
    assert months["2023-08-01"] == (62.3, "difference")
    assert months["2023-09-01"] == (79.5, "difference")
    assert [derivation for _, derivation in months.values()][3:] == ["estimate", "estimate"]
    assert months["2023-10-01"][0] + months["2023-11-01"][0] == pytest.approx(207.9)


def test_a_year_less_than_the_months_in_it_is_left_out() -> None:
    facts = [fact("2023-01-01", "2023-12-31", 301), fact("2023-01-01", "2023-01-31", 317)]
    assert monthly(facts) == {"2023-01-01": (317.0, "given")}
    assert figure_uses(facts) == {(301.0, "contradicted"), (317.0, "given")}


def test_two_figures_of_which_the_part_is_more_than_the_whole_are_both_left_out() -> None:
    facts = [fact("2023-01-01", "2023-08-31", 330.7), fact("2023-01-01", "2023-06-30", 343.1)]
    assert monthly(facts) == {}
    assert figure_uses(facts) == {(330.7, "contradicted"), (343.1, "contradicted")}


def test_what_rounding_hides_is_not_made_a_month() -> None:
    """A year of "about 1.1 billion" less eleven months of 1,081 million might be anything up to 70."""
    facts = [fact("2024-01-01", "2024-11-30", 1081), fact("2024-01-01", "2024-12-31", 1100)]
    assert "2024-12-01" not in monthly(facts)
    assert figure_uses(facts) == {(1081.0, "estimate"), (1100.0, "too_coarse")}


def test_nothing_was_added_where_two_exact_figures_are_equal() -> None:
    facts = [fact("2025-07-01", "2025-10-31", 258.5), fact("2025-07-01", "2025-11-30", 258.5)]
    assert monthly(facts)["2025-11-01"] == (0.0, "difference")


def test_a_figure_to_date_is_no_total_of_its_period() -> None:
    early = fact("2024-01-01", "2024-12-31", 900, published_on=dt.date(2024, 9, 1))
    assert monthly([early]) == {}
    assert sum(value for value, _ in monthly([early, fact("2024-01-01", "2024-12-31", 1300)]).values()) == 1300


def test_over_and_under_are_bounds_and_about_is_a_figure() -> None:
    year = ("2023-01-01", "2023-12-31", 960)
    assert monthly([fact(*year, qualifier="over")]) == {}
    assert monthly([fact(*year, qualifier="under")]) == {}
    assert monthly([fact(*year, qualifier="about")])["2023-06-01"] == (80.0, "estimate")
    worded = built([fact(*year, qualifier="about")]).execute("SELECT DISTINCT qualifier FROM trade_months").fetchall()
    assert worded == [("about",)]


def test_fiscal_years_end_where_they_end() -> None:
    months = monthly([fact("2022-07-01", "2023-06-30", 120), fact("2023-07-01", "2024-06-30", 240)])
    assert (min(months), max(months), len(months)) == ("2022-07-01", "2024-06-01", 24)
    assert sum(value for month, (value, _) in months.items() if month < "2023-07-01") == pytest.approx(120)


def test_solar_months_are_a_series_of_their_own_from_the_20th_or_21st() -> None:
    """Solar 1402 and 1403: a year from 21 March 2023, one from 20 March 2024, and its first quarter."""
    solar = [
        fact("2023-03-21", "2024-03-19", 926.5),
        fact("2024-03-20", "2025-03-20", 1000.5),
        # A day off, as printed.
        fact("2024-03-21", "2024-06-20", 300.5),
    ]
    con = built([*solar, fact("2024-01-01", "2024-12-31", 940.5)])
    counts = con.execute(
        """
        SELECT calendar, count(*), min(month)::VARCHAR, max(month)::VARCHAR, round(sum(value), 3)
        FROM trade_months GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    starts = con.execute(
        "SELECT strftime(month, '%d %b') FROM trade_months "
        "WHERE calendar = 'solar' AND month >= '2024-03-20' ORDER BY month"
    ).fetchall()
    assert counts == [
        ("gregorian", 12, "2024-01-01", "2024-12-01", 940.5),
        ("solar", 24, "2023-03-21", "2025-02-19", 1927.0),
    ]
    assert [day for (day,) in starts][:8] == [
        "20 Mar", "20 Apr", "21 May", "21 Jun", "22 Jul", "22 Aug", "22 Sep", "22 Oct",
    ]  # fmt: skip


def test_a_period_that_is_no_number_of_months_is_left_out() -> None:
    assert monthly([fact("2025-05-15", "2025-11-14", 1100.5)]) == {}


def test_a_calendar_year_gives_way_to_the_fiscal_years_that_are_usual() -> None:
    fiscal = [fact(f"{year}-07-01", f"{year + 1}-06-30", 1001 + year) for year in (2020, 2021, 2022)]
    assert (990.5, "overlaps") in figure_uses([*fiscal, fact("2021-01-01", "2021-12-31", 990.5)])


def test_a_month_printed_differently_is_disputed_and_keeps_both_figures() -> None:
    voices = [
        fact("2024-09-01", "2024-09-30", 76, source_name="A"),
        fact("2024-09-01", "2024-09-30", 76, source_name="B", source_url="https://example.org/b"),
        fact("2024-09-01", "2024-09-30", 67, source_name="C", source_url="https://example.org/c"),
    ]
    columns = "value, lowest, highest, voices, disputed, len(source_rows), len(dissenting_rows)"
    month = built(voices).execute(f"SELECT {columns} FROM trade_months").fetchall()
    assert month == [(76, 67, 76, 2, True, 2, 1)]
