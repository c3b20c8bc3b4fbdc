"""When a fact could be known: the day of its page, or the best bound where the page shows none.

In order of trust: the date that the page shows; a date in its address (a month counts as its last day, the latest
that it can mean); the last day of what it speaks of, before which nobody can have known. The last is early rather
than late only for an undated page, and is marked so.
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
    published = pl.col(contract.published) if contract.published else pl.lit(None, pl.Date)
    bound = pl.max_horizontal(*contract.not_before) if contract.not_before else pl.lit(None, pl.Date)
    address = address_date(pl.col("source_url"))
    # An address dated before what the page speaks of is a folder's date, not the page's.
    dated = bound.is_null() | (address >= bound)
    address = pl.when(dated if contract.published else pl.lit(False)).then(address)
    basis = (
        pl.when(published.is_not_null())
        .then(pl.lit("published"))
        .when(address.is_not_null())
        .then(pl.lit("address"))
        .when(bound.is_not_null())
        .then(pl.lit("not_before"))
        .otherwise(pl.lit("unknown"))
    )
    return rows.with_columns(
        pl.coalesce(published, address, bound).alias("known_from"), basis.alias("known_from_basis")
    )


def address_date(address: pl.Expr) -> pl.Expr:
    """The date that a page's address carries, the last day of the month where it names only a month; else null."""
    days = [_date(address, pattern, groups) for pattern, groups in DAY_PATTERNS]
    month = _date(address, MONTH_PATTERN, (1, 2, None)).dt.month_end()
    return pl.coalesce(*days, month)


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
