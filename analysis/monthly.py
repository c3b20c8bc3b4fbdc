"""Monthly series of trade: what is known of each month, and which months a closure of its border touched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from analysis import closures
from analysis.counterfactual import Array

# Customs and banks record late: the month after a closure is still counted. Chosen before looking.
LAG_MONTHS = 1
# Of a border's capacity, on average over a month: where less is shut the month is one like others and serves the
# forecasts. With a tenth a small gate, shut for years, leaves too few months to test forecasts of more than one.
TOUCHED = 0.25
KEY = ("reporter", "partner", "flow", "basis")
SERIES = """
    SELECT
        reporter, partner, flow, coalesce(basis, '') AS basis, month, period_start, period_end, shared_by,
        derivation IN ('given', 'difference') AS known, value
    FROM trade_months
    WHERE unit = 'USD_million' AND calendar = 'gregorian' AND flow IN ('export', 'import') AND value IS NOT NULL
    ORDER BY ALL
"""


@dataclass(frozen=True)
class Series:
    """One monthly series: its key, its border, its first month (month_number), values (NaN where not known), and
    which months a closure of the border touched. ``sums`` has what is known of several months together: first, after,
    sum.
    """

    key: dict[str, str]
    border: str
    scope: str
    first: int
    values: Array
    touched: npt.NDArray[np.bool_]
    sums: tuple[tuple[int, int, float], ...]

    @property
    def quiet(self) -> Array:
        """The values, those of months that a closure touched as if they were not known."""
        return np.where(self.touched, np.nan, self.values)

    def place(self, day: dt.date) -> int:
        """The place of a day's month, which may lie outside."""
        return month_number(day) - self.first

    def month(self, place: int) -> dt.date:
        """The first day of the month at a place."""
        return month_of(self.first + place)

    def since(self, place: int) -> Series:
        """The same from a place on."""
        sums = tuple((first - place, after - place, total) for first, after, total in self.sums if first >= place)
        return replace(
            self, first=self.first + place, values=self.values[place:], touched=self.touched[place:], sums=sums
        )

    def counted(self, first: int, after: int) -> tuple[float, npt.NDArray[np.bool_]]:
        """What was traded from first on before after, as far as it is known, and which months that counts."""
        counted = np.isfinite(self.values[first:after])
        total = float(self.values[first:after][counted].sum())
        for since, until, together in self.sums:
            if first <= since and until <= after and not counted[since - first : until - first].any():
                counted[since - first : until - first] = True
                total += together
        return total, counted


def month_of(number: int) -> dt.date:
    """The first day of the month of a month_number."""
    return dt.date(number // 12, number % 12 + 1, 1)


def month_number(day: dt.date) -> int:
    """Months since the year 0."""
    return day.year * 12 + day.month - 1


def month_numbers(column: str) -> pl.Expr:
    """The month_number of each day of a column."""
    return pl.col(column).dt.year() * 12 + pl.col(column).dt.month().cast(pl.Int32) - 1


def of_borders(trade: pl.DataFrame, shut: pl.DataFrame) -> Iterator[Series]:
    """The series between two sides of a border, and those of Afghanistan with the world, for AFG-PAK."""
    for key, lines in trade.group_by(list(KEY), maintain_order=True):
        named = dict(zip(KEY, map(str, key), strict=True))
        sides = sorted((named["reporter"], named["partner"]))
        scope, border = "route", "-".join(sides)
        if sides == ["AFG", "WLD"]:
            scope, border = "country", "AFG-PAK"
        known = lines.filter("known")
        if "AFG" not in sides or known.is_empty():
            continue
        numbers = [month_number(month) for month in lines["month"]]
        first, months = min(numbers), max(numbers) - min(numbers) + 1
        values = np.full(months, np.nan)
        values[[month_number(month) - first for month in known["month"]]] = known["value"].to_numpy()
        touched = _touched(shut, border, first, months)
        yield Series(named, border, scope, first, values, touched, _sums(lines, first))


def _touched(shut: pl.DataFrame, border: str, first: int, months: int) -> npt.NDArray[np.bool_]:
    """Which months a closure touched, the lag after it included."""
    found = np.zeros(months + LAG_MONTHS, bool)
    for month in closures.touched_months(shut, border, TOUCHED):
        if 0 <= (at := month_number(month) - first) < months:
            found[at : at + 1 + LAG_MONTHS] = True
    return found[:months]


def _sums(lines: pl.DataFrame, first: int) -> tuple[tuple[int, int, float], ...]:
    """What is known of several months only together: the estimates add up to it."""
    rest = lines.filter(~pl.col("known") & pl.col("period_start").is_not_null())
    found = []
    for _, parts in rest.group_by(["period_start", "period_end"], maintain_order=True):
        at = [month_number(month) - first for month in parts["month"]]
        if len(at) == parts["shared_by"][0] == at[-1] - at[0] + 1:
            found.append((at[0], at[-1] + 1, float(parts["value"].sum())))
    return tuple(found)
