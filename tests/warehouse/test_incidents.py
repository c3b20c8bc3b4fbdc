"""Counts of incidents: revisions are later knowledge, spreads are no error bars, and what nobody printed says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.connect import Reader


def asked(reader: Reader, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = reader.cursor().execute(query, parameters).fetchall()
    return found


def year(reader: Reader, columns: str, where: str, as_of: str | None = None) -> list[tuple[Any, ...]]:
    source = f"incident_years_as_of(DATE '{as_of}')" if as_of else "incident_years"
    return asked(reader, f"SELECT {columns} FROM {source} WHERE geography = 'PAK' AND {where}")


# CRSS, deaths in Pakistan in 2023: three pages of 1 January 2024 print 1,524, The News on 1 October 2024 has 1,523,
# and CRSS's report on 2024 (DNA News, 30 December 2024) compares with 1,533.
CRSS_2023 = "publisher = 'CRSS' AND metric = 'fatalities_total' AND year = 2023"


def test_a_publishers_later_figure_stands_and_the_earlier_ones_are_kept(warehouse: Reader) -> None:
    found = year(warehouse, "value, revisions, revised_from, figures, lowest_printed, highest_printed", CRSS_2023)
    assert found == [(1533.0, 2, [1524.0, 1523.0], 3, 1523.0, 1533.0)]


def test_a_figure_to_date_that_a_page_gives_to_the_year_before_is_no_revision_of_it(warehouse: Reader) -> None:
    """CRSS counted 2,267 hurt in 2024; one wire gives the 1,981 of January to November 2025 to that year."""
    crss = "publisher = 'CRSS' AND metric = 'injuries' AND year = 2024"
    assert year(warehouse, "value, lowest_printed, highest_printed, revisions", crss) == [(2267.0, 2267.0, 2267.0, 0)]


@pytest.mark.parametrize(
    ("day", "value", "revised_from"),
    [
        ("2024-01-01", 1524.0, []),
        ("2024-09-30", 1524.0, []),
        ("2024-10-01", 1523.0, [1524.0]),
        ("2024-12-30", 1533.0, [1524.0, 1523.0]),
    ],
)
def test_as_of_a_day_the_figure_known_on_that_day_stands(
    warehouse: Reader, day: str, value: float, revised_from: list[float]
) -> None:
    assert year(warehouse, "value, revised_from", CRSS_2023, day) == [(value, revised_from)]


def test_the_index_that_revised_its_attacks_of_2023_gave_490_before_517(warehouse: Reader) -> None:
    """GTI 2024 (India TV, 6 March 2024) has 490; the row's note says that the next edition revised it to 517."""
    attacks = "publisher = 'GTI-IEP' AND metric = 'militant_attacks' AND year = 2023"
    assert year(warehouse, "value, revised_from", attacks) == [(517.0, [490.0])]
    assert year(warehouse, "value, revised_from", attacks, "2024-06-01") == [(490.0, [])]


def test_a_figure_to_date_that_becomes_complete_is_no_revision(warehouse: Reader) -> None:
    """PICSS, attacks of 2023: 623 on 25 December (The News), 645 on its own page of 1 January 2024."""
    attacks = "publisher = 'PICSS' AND metric = 'militant_attacks' AND counting = 'cnt' AND year = 2023"
    assert year(warehouse, "value, derivation, revisions", attacks) == [(645.0, "given", 0)]
    assert year(warehouse, "value, derivation", attacks, "2023-12-28") == [(623.0, "given_to_date")]


def test_a_rounded_figure_does_not_take_the_place_of_an_exact_one(warehouse: Reader) -> None:
    """PICSS, attacks of 2024: 905 (The Nation, 1 January 2025); "over 800" (Dunya News, 14 January 2025)."""
    attacks = "publisher = 'PICSS' AND metric = 'militant_attacks' AND year = 2024"
    assert year(warehouse, "value, revisions, lowest_printed", attacks) == [(905.0, 0, 800.0)]


def test_outlets_that_differ_on_one_report_are_no_revision_of_its_publisher(warehouse: Reader) -> None:
    """PICSS, civilians hurt in August 2025: 100 in The Hawk on 2 September, 92 in NewsGram on the 3rd."""
    found = asked(
        warehouse,
        """
        SELECT revisions, figures, lowest_printed, highest_printed FROM incident_months
        WHERE publisher = 'PICSS' AND geography = 'PAK' AND metric = 'injuries' AND counting = 'civ'
            AND month = '2025-08-01'
        """,
    )
    assert found == [(0, 2, 92.0, 100.0)]


def test_a_misprint_that_was_corrected_widens_no_range_and_stays_visible(warehouse: Reader) -> None:
    """PICSS, dead in attacks in August 2025: one copy prints 294, three pages of 2 and 3 September 194."""
    found = asked(
        warehouse,
        """
        SELECT value, highest_printed FROM incident_months
        WHERE publisher = 'PICSS' AND geography = 'PAK' AND metric = 'fatalities_total' AND counting = 'ma'
            AND month = '2025-08-01'
        """,
    )
    assert found == [(194.0, 194.0)]
    assert asked(warehouse, "SELECT loaded FROM corrections WHERE printed = '294.0'") == [("194.0",)]


@settings(max_examples=6, deadline=None)
@given(day=st.dates(dt.date(2014, 1, 1), dt.date(2026, 6, 30)))
def test_as_of_any_day_the_log_of_figures_gives_the_same_answer(warehouse: Reader, day: dt.date) -> None:
    keys = "publisher, geography, metric, counting, period_start, period_end"
    log = asked(
        warehouse,
        f"""
        SELECT {keys}, value, figure, revisions, revised_from FROM incident_figures
        WHERE stood_from <= $day AND (stood_until > $day OR stood_until IS NULL) ORDER BY ALL
        """,
        day=day,
    )
    known = f"FROM incident_figures_as_of(DATE '{day}') WHERE stood_until IS NULL ORDER BY ALL"
    assert log == asked(warehouse, f"SELECT {keys}, value, figure, revisions, revised_from {known}")


def test_the_spread_says_who_gives_the_lowest_and_the_highest(warehouse: Reader) -> None:
    """Attacks in Pakistan in 2025: PIPS 699, GTI 1,045, PICSS 1,063. ISPR's 5,397 are incidents of every size."""
    spread = "value, lowest, lowest_publisher, highest, highest_publisher, publishers, same_definition"
    attacks = year(
        warehouse, spread, "metric = 'militant_attacks' AND counting = 'cnt' AND year = 2025 ORDER BY value"
    )
    assert attacks == [(value, 699.0, "PIPS", 1063.0, "PICSS", 3, False) for value in (699.0, 1045.0, 1063.0)]
    incidents = year(warehouse, "publisher, highest", "metric = 'violent_incidents' AND year = 2025 AND value > 5000")
    assert incidents == [("ISPR", 5397.0)]


@pytest.mark.parametrize(("model", "period"), [("incident_years", "year"), ("incident_months", "month")])
def test_a_spread_never_crosses_places_metrics_or_ways_of_counting(
    warehouse: Reader, model: str, period: str
) -> None:
    wrong = f"""
        SELECT count(*) FROM {model} AS m
        LEFT JOIN (
            SELECT geography, metric, counting, {period}, min(value) AS least, max(value) AS most, count(*) AS givers
            FROM {model} GROUP BY ALL
        ) AS s USING (geography, metric, counting, {period})
        WHERE (m.lowest, m.highest, m.publishers) IS DISTINCT FROM (s.least, s.most, s.givers)
    """
    assert asked(warehouse, wrong) == [(0,)]
    alone = f"SELECT count(*) FROM {model} WHERE (publishers = 1) <> (same_definition IS NULL)"
    assert asked(warehouse, alone) == [(0,)]
    key = f"SELECT count(*) - count(DISTINCT (publisher, geography, metric, counting, {period})) FROM {model}"
    assert asked(warehouse, key) == [(0,)]


def test_the_definition_stands_beside_every_value(warehouse: Reader) -> None:
    definitions = dict(year(warehouse, "publisher, definition", "metric = 'militant_attacks' AND year = 2025"))
    assert definitions["PICSS"] == "PICSS: attacks started by militants"
    assert definitions["PIPS"] == "PIPS: terrorist attacks by militant/nationalist/sectarian groups"


def test_voices_count_agencies_and_pages_addresses(warehouse: Reader) -> None:
    """PICSS, attacks of August 2025 (143): of the pages that print it two carry the text of IANS."""
    found = asked(
        warehouse,
        """
        SELECT m.voices, m.pages, count(DISTINCT v.voice), count(DISTINCT i.source_url)
        FROM incident_months AS m
        INNER JOIN incident_counts AS i ON list_contains(m.row_keys, i.row_key)
        LEFT JOIN voices AS v ON i.source_name = v.publisher
        WHERE m.publisher = 'PICSS' AND m.geography = 'PAK' AND m.metric = 'militant_attacks'
            AND m.month = '2025-08-01'
        GROUP BY ALL
        """,
    )
    [(voices, pages, its_voices, its_pages)] = found
    assert (voices, pages) == (its_voices, its_pages)
    assert voices < pages
    more = "SELECT count(*) FROM incident_years WHERE voices > pages"
    assert asked(warehouse, more) == [(0,)]


def test_a_month_follows_from_two_running_totals_and_says_so(warehouse: Reader) -> None:
    """PICSS, attacks of 2023: 224 in five months (The News, 2 June), 271 in six (Dawn, 3 July)."""
    june = """
        SELECT value, derivation, figures, len(row_keys) FROM {source}
        WHERE publisher = 'PICSS' AND geography = 'PAK' AND metric = 'militant_attacks' AND month = '2023-06-01'
    """
    assert asked(warehouse, june.format(source="incident_months")) == [(47.0, "difference", 0, 4)]
    early = june.format(source="incident_months_as_of(DATE '2023-06-29')")
    assert asked(warehouse, early) == [], "before the half-year's total nothing is known of June"


def test_a_month_that_is_given_is_never_worked_out(warehouse: Reader) -> None:
    """PICSS gives 96 civilians dead in February 2026; January's 73 taken from the 169 of two months agree."""
    found = asked(
        warehouse,
        """
        SELECT value, derivation FROM incident_months
        WHERE publisher = 'PICSS' AND geography = 'PAK' AND metric = 'fatalities_civilian' AND counting = 'all'
            AND month = '2026-02-01'
        """,
    )
    assert [(value, derivation != "difference") for value, derivation in found] == [(96.0, True)]


def test_years_are_summed_from_months_that_somebody_printed(warehouse: Reader) -> None:
    """The twelve months of 2022 add up to what PICSS gives for the year, on all three counts."""
    found = year(warehouse, "value, months_sum", "publisher = 'PICSS' AND year = 2022 AND months_sum IS NOT NULL")
    assert sorted(found) == [(380.0, 380.0), (539.0, 539.0), (836.0, 836.0)]


def test_differences_agree_with_the_months_that_are_given_as_well(warehouse: Reader) -> None:
    """What docs/method.md says of them: eight of ten are the same, two are one attack off."""
    apart = asked(
        warehouse,
        """
        WITH stands AS (FROM incident_figures WHERE stood_until IS NULL AND exact AND NOT to_date)

        SELECT abs(longer.value - shorter.value - m.value)
        FROM stands AS longer
        INNER JOIN stands AS shorter USING (publisher, geography, metric, counting, period_start)
        INNER JOIN incident_months AS m USING (publisher, geography, metric, counting)
        WHERE
            shorter.period_end + 1 = m.month
            AND longer.period_end = last_day(m.month)
            AND m.derivation <> 'difference'
        """,
    )
    assert sorted(apart) == [(0.0,)] * 8 + [(1.0,)] * 2
