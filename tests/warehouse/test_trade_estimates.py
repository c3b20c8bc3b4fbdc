"""Estimated months of trade: Denton's method, against numpy and against what others publish."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.warehouse.trade_facts import in_a_row, monthly


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


def test_a_line_that_would_fall_below_nothing_is_spread_evenly() -> None:
    months = monthly(in_a_row([(6, 6000), (6, 6), (6, 6000)]))
    assert [value for value, _ in months.values()][6:12] == [1.0] * 6
