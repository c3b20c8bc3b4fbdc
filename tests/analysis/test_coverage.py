"""Intervals hold known answers at their nominal rate, as far as a few seeds tell: `make accuracy` runs them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from scipy.stats import binomtest

from benchmarks import methods
from benchmarks.methods import Held

Case = Callable[[int], Iterator[Held]]
FEW: dict[Case, int] = {
    methods.price: 20, methods.incident: 15, methods.reopening: 20, methods.forecast: 6, methods.share: 15,
    methods.target: 60,
}  # fmt: skip


@pytest.mark.parametrize("case", FEW, ids=lambda case: case.__name__)
def test_intervals_hold_the_truth_about_as_often_as_they_say(case: Case) -> None:
    for what, nominal, n, share, *_ in methods.measured(case, FEW[case]).iter_rows():
        # Fewer than that come by chance in one of a thousand.
        assert binomtest(round(share * n), n, nominal, alternative="less").pvalue > 0.001, what


def test_intervals_that_are_too_narrow_are_seen() -> None:
    def narrow(seed: int) -> Iterator[Held]:
        yield Held("narrow", 0.95, held=seed % 2 == 0, miss=0.0)

    [line] = methods.measured(narrow, 30).iter_rows(named=True)
    assert line["high"] < 0.95


def test_the_table_says_what_was_run_and_how_sure_the_share_is() -> None:
    text = methods.section(methods.measured(methods.fall, 3))
    assert (
        "| count_changes, the fall and no other found in its month |  | 3 | 100.0% (44% to 100%) | +0.000 |" in text
    )
