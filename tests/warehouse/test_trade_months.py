"""Trade by month: given, by difference, or estimated; and in every case adding up to what was reported."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from warehouse import contracts, models, schema
from warehouse.connect import Reader, reading
from warehouse.load import load

FLOWS = contracts.load("trade_flows")
SERIES = ("reporter", "partner", "flow", "basis", "unit", "calendar")
SAME_SERIES = " AND ".join(f"m.{name} IS NOT DISTINCT FROM f.{name}" for name in SERIES)

Months = dict[str, tuple[float, str]]


@pytest.fixture(scope="module")
def warehouse(published: Path) -> Iterator[Reader]:
    with reading(published / "warehouse") as reader:
        yield reader


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
        HAVING count(*) = f.months
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
        GROUP BY f.rest, f.rest_months, f.first_month, f.last_day, {", ".join(f"f.{name}" for name in SERIES)}
        """,
    )
    [(used,)] = asked(warehouse, "SELECT count(*) FROM trade_figures WHERE len(rest_months) > 0")
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
    months = (
        f"SELECT month::VARCHAR, disputed FROM trade_months WHERE {imports} AND month >= '2025-07-01' ORDER BY month"
    )
    assert asked(warehouse, months) == [(f"2025-{month:02}-01", True) for month in range(7, 11)]


def test_a_month_that_is_disputed_names_the_rows_that_say_otherwise(warehouse: Reader) -> None:
    assert asked(warehouse, "SELECT DISTINCT disputed, len(dissenting_rows) > 0 FROM trade_months ORDER BY ALL") == [
        (False, False),
        (True, True),
    ]


# Denton's method.


def smoothest(blocks: list[tuple[int, float]]) -> list[float]:
    """The series with the least squared changes whose blocks (length, sum) add up, by solving it as one system."""
    lengths = [length for length, _ in blocks]
    n = sum(lengths)
    sums = np.zeros((len(blocks), n))
    for row, (start, length) in enumerate(zip(itertools.accumulate([0, *lengths]), lengths, strict=False)):
        sums[row, start : start + length] = 1
    changes = np.diff(np.eye(n), axis=0)
    system = np.block([[2 * changes.T @ changes, sums.T], [sums, np.zeros((len(blocks), len(blocks)))]])
    right = np.concatenate([np.zeros(n), [total for _, total in blocks]])
    found: list[float] = np.linalg.solve(system, right)[:n].tolist()
    return found


def in_a_row(blocks: list[tuple[int, float]]) -> list[dict[str, Any]]:
    """Facts: periods of so many months with these totals, one after the other from January 1990."""
    ends = list(itertools.accumulate(length for length, _ in blocks))
    return [
        fact(month_number(end - length), month_number(end) - dt.timedelta(days=1), total)
        for end, (length, total) in zip(ends, blocks, strict=True)
    ]


def month_number(number: int) -> dt.date:
    return dt.date(1990 + number // 12, number % 12 + 1, 1)


def fact(first: dt.date | str, last: dt.date | str, value: float, **more: Any) -> dict[str, Any]:
    """What one page says of the customs exports of PAK to AFG, published long after, unless said otherwise."""
    start, end = (dt.date.fromisoformat(day) if isinstance(day, str) else day for day in (first, last))
    return {
        "reporter": "PAK",
        "partner": "AFG",
        "flow": "export",
        "commodity": "total",
        "basis": "customs",
        "period_start": start,
        "period_end": end,
        "value": float(value),
        "unit": "USD_million",
        "qualifier": "exact",
        "source_name": "A paper",
        "source_url": f"https://example.org/{start}/{end}",
        "published_on": dt.date(2040, 1, 1),
        **more,
    }


@functools.cache
def empty() -> duckdb.DuckDBPyConnection:
    """A database with the schema alone, made once: making it takes longer than all else here."""
    con = duckdb.connect()
    schema.create(con)
    return con


@functools.cache
def trade_models() -> list[tuple[str, str]]:
    needed = ("voices", "trade_periods", "trade_figures", "trade_months")
    return [(model.name, model.query) for model in models.ordered() if model.name in needed]


def built(facts: list[dict[str, Any]]) -> duckdb.DuckDBPyConnection:
    """A database with trade_months made from these facts alone."""
    con = empty()
    con.execute("DELETE FROM facts.trade_flows")
    own = {"date": pl.Date(), "number": pl.Float64()}
    frame = pl.DataFrame(facts, schema={field.name: own.get(field.type, pl.String()) for field in FLOWS.fields})
    at = dt.datetime(2040, 11, 22)  # noqa: DTZ001 (the warehouse keeps UTC without a zone)
    load(con, FLOWS, frame, present=frame, source="test", run_id="r", at=at)
    for name, query in trade_models():
        con.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")
    return con


def monthly(facts: list[dict[str, Any]]) -> Months:
    """The months made from these facts: month → value, derivation."""
    rows = (
        built(facts).execute("SELECT month::VARCHAR, value, derivation FROM trade_months ORDER BY month").fetchall()
    )
    return {month: (value, derivation) for month, value, derivation in rows}


def figure_uses(facts: list[dict[str, Any]]) -> set[tuple[float, str]]:
    return set(built(facts).execute("SELECT value, use FROM trade_figures").fetchall())


@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.lists(st.tuples(st.integers(1, 14), st.integers(0, 99_999)), min_size=1, max_size=12))
def test_estimates_are_the_smoothest_months_that_add_up(blocks: list[tuple[int, float]]) -> None:
    """Against numpy; a block in which the smoothest line falls below nothing is spread evenly."""
    expected: list[float] = []
    line = iter(smoothest(blocks))
    for length, total in blocks:
        months = list(itertools.islice(line, length))
        expected += months if min(months) > -1e-6 else [total / length] * length
    values = [value for value, _ in monthly(in_a_row(blocks)).values()]
    assert values == pytest.approx(expected, rel=1e-6, abs=1e-3)


# Sales of the Swiss chemical and pharmaceutical industry 1975 to 2010, the example of the R package tempdisagg by Sax
# and Steiner, and the first and last quarters that its td(sales ~ 1, "sum", "quarterly", "denton-cholette") gives.
# fmt: off
SALES = [
    136.702329125076, 151.056073683208, 156.182411025399, 157.207678493837, 162.334015836027, 168.485620646656,
    183.864632673227, 186.256923432915, 195.484330648858, 214.280900903556, 229.318157107314, 232.393959512629,
    237.520296854819, 257.342134577955, 281.948553820469, 293.5682517961, 305.16592541909, 325.487512829285,
    344.406431748204, 382.791652411906, 400.0, 421.598166456267, 461.940547756561, 473.762303358583,
    513.597230570009, 533.656329830929, 618.681856619671, 663.603508562527, 691.309234069262, 731.743847979507,
    777.296850499444, 854.69498460372, 1004.93097299718, 1000.37133886138, 1045.63930138848, 988.309676143836,
]
FIRST_QUARTERS = [
    33.3871778747365, 33.7025396373495, 34.3332631625754, 35.2793484504142,
    36.540795500866, 37.5346634890211, 38.2609524148797, 38.7196622784417,
]
LAST_QUARTERS = [
    263.092674501487, 263.124889928974, 259.759191620242, 252.995579575291,
    247.922870541578, 244.541064519103, 242.850161507865,
]
# fmt: on


def test_a_published_example_comes_out_as_published() -> None:
    """Quarters of years are months of four-month periods."""
    values = [value for value, _ in monthly(in_a_row([(4, year) for year in SALES])).values()]
    assert values[: len(FIRST_QUARTERS)] == pytest.approx(FIRST_QUARTERS, rel=1e-7)
    assert values[-len(LAST_QUARTERS) :] == pytest.approx(LAST_QUARTERS, rel=1e-7)


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


def test_a_line_that_would_fall_below_nothing_is_spread_evenly() -> None:
    months = monthly(in_a_row([(6, 6000), (6, 6), (6, 6000)]))
    assert [value for value, _ in months.values()][6:12] == [1.0] * 6
