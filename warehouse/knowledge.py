"""When a fact could be known: the day of its page, or the best bound where the page shows none.

In order of trust: the date that the page shows; a day in its address; a month in its address, which counts as its
last day, the latest that it can mean; the last day of what it speaks of, before which nobody can have known. Only the
last errs on the early side, and it is marked.
"""

from __future__ import annotations

import polars as pl

from warehouse.contracts import Contract

DAY_PATTERNS = (
    (r"/((?:19|20)\d\d)/(\d{1,2})/(\d{1,2})(?:/|-|$)", (1, 2, 3)),
    (r"/((?:19|20)\d\d)-(\d{2})-(\d{2})(?:/|-|$)", (1, 2, 3)),
    (
        r"(?i)[/-](\d{1,2})-((?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)-((?:19|20)\d\d)",
        (3, 2, 1),
    ),
)
MONTH_PATTERN = r"/((?:19|20)\d\d)/(\d{2})/"
MONTHS = {
    name: str(number)
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}


def with_knowledge(contract: Contract, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with ``known_from`` (date or null) and ``known_from_basis`` as last columns."""
    published = pl.col(contract.published).cast(pl.Date) if contract.published else pl.lit(None, pl.Date)
    if contract.published and not rows.get_column(contract.published).has_nulls():
        # Every row has its date: nothing else is looked at, which of a million addresses takes its time.
        return rows.with_columns(published.alias("known_from"), pl.lit("published").alias("known_from_basis"))
    bound = pl.max_horizontal(*contract.not_before) if contract.not_before else pl.lit(None, pl.Date)
    # An address dated before what the page speaks of is a folder's date, not the page's.
    day, month = (
        pl.when(bound.is_null() | (found >= bound) if contract.published else pl.lit(False)).then(found)
        for found in (address_day(pl.col("source_url")), address_month(pl.col("source_url")))
    )
    dates = {"published": published, "address": day, "address_month": month, "not_before": bound}
    basis = pl.coalesce(*(pl.when(date.is_not_null()).then(pl.lit(name)) for name, date in dates.items()))
    return rows.with_columns(
        pl.coalesce(*dates.values()).alias("known_from"), basis.fill_null("unknown").alias("known_from_basis")
    )


def address_day(address: pl.Expr) -> pl.Expr:
    """The day that a page's address carries, else null."""
    return pl.coalesce(*(_date(address, pattern, groups) for pattern, groups in DAY_PATTERNS))


def address_month(address: pl.Expr) -> pl.Expr:
    """The last day of the month that a page's address carries, else null."""
    return _date(address, MONTH_PATTERN, (1, 2, None)).dt.month_end()


def _date(address: pl.Expr, pattern: str, groups: tuple[int, int, int | None]) -> pl.Expr:
    year, month, day = groups
    name = address.str.extract(pattern, month).str.to_lowercase()
    number = name.str.slice(0, 3).replace(MONTHS)
    date_text = pl.concat_str(
        address.str.extract(pattern, year),
        number.str.zfill(2),
        address.str.extract(pattern, day).str.zfill(2) if day else pl.lit("01"),
        separator="-",
    )
    return date_text.str.to_date("%Y-%m-%d", strict=False)
