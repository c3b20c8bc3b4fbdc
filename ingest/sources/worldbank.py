"""World Bank API v2: pages of JSON, each a list of two, what is asked for and the rows; errors come as 200, too.

An answer for a year without a figure says null: that is no row. A year that loses its figure is so withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from ingest import json_answer
from ingest.csv_file import BatchError, ParseLimits, in_columns
from warehouse.contracts import Contract

if TYPE_CHECKING:
    from ingest.client import Client
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted

# The source's field "unit" is empty; its unit stands in the name, at its end and in brackets.
UNIT = r"\(([^()]*)\)$"
UNITS = {"current US$": "USD", "annual %": "percent"}


def fetch(client: Client, source: Source, _: Wanted) -> Iterator[Answer]:
    """Every page, in order. BatchError where they are not all of one state of the database."""
    first = client.get(f"{source.address}&page=1")
    yield first
    said, rows = _page(first.content)
    count = len(rows)
    for number in range(2, int(said["pages"]) + 1):
        answer = client.get(f"{source.address}&page={number}")
        yield answer
        on_page, rows = _page(answer.content)
        if any(on_page.get(name) != said.get(name) for name in ("total", "pages", "lastupdated")):
            raise BatchError("the World Bank updated its database while it was read: try again")
        count += len(rows)
    if count != int(said["total"]):
        raise BatchError(f"the pages have {count} rows, the World Bank says {said['total']}: try again later")


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:  # noqa: ARG001
    """The rows of one page that have a figure, in the columns of ``indicators``; row 1 is the first of the page."""
    rows = observations(content).with_columns(
        pl.col("name").str.extract(UNIT).replace(UNITS).alias("unit"),
        pl.lit("World Bank").alias("source_name"),
        pl.format("https://data.worldbank.org/indicator/{}", "indicator").alias("source_url"),
    )
    return in_columns(rows.with_columns(pl.col("name").alias("indicator_name")), contract)


def observations(content: bytes) -> pl.DataFrame:
    """The rows of one page that have a figure, as text, with the first and last day of their period."""
    _, rows = _page(content)
    try:
        lines = [
            {
                "row_number": number,
                "country": row["countryiso3code"],
                "indicator": row["indicator"]["id"],
                "name": row["indicator"]["value"],
                "period": row["date"],
                "value": str(row["value"]),
                "obs_status": row["obs_status"],
            }
            for number, row in enumerate(rows, start=1)
            if row["value"] is not None
        ]
    except (KeyError, TypeError) as error:
        raise BatchError(
            f"a row is not of the known shape ({type(error).__name__}: {error}): the API changed, mend worldbank.py"
        ) from None
    columns = ("country", "indicator", "name", "period", "value", "obs_status")
    schema = {"row_number": pl.Int64(), **dict.fromkeys(columns, pl.String())}
    return pl.DataFrame(json_answer.as_text(json_answer.flat(lines)), schema=schema).with_columns(*_period())


def _page(content: bytes) -> tuple[dict[str, Any], list[Any]]:
    """What a page says of itself, and its rows. Raises BatchError with the World Bank's words where it is none."""
    found = json_answer.read(content)
    match found:
        case [{"message": messages}, *_]:
            told = [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []
            words = "; ".join(f"{one.get('id')} {one.get('key')}: {one.get('value')}" for one in told)
            raise BatchError(f"the World Bank answers with an error ({words}): mend the address in the YAML file")
        case [{"total": _, "pages": _} as said, list(rows)]:
            return said, rows
        case [{"total": 0}, *_]:
            raise BatchError("the World Bank has no rows for this: look at the address in the YAML file")
    raise BatchError("the JSON is not the list of two that the World Bank sends: the API changed, mend worldbank.py")


def _period() -> list[pl.Expr]:
    """First and last day as text, of a year (2024), quarter (2024Q1) or month (2024M03); else the text as it came."""
    period = pl.col("period")
    year = pl.concat_str(period.str.slice(0, 4), pl.lit("-01-01")).str.to_date("%Y-%m-%d", strict=False)
    number = period.str.slice(5).cast(pl.Int64, strict=False)
    start, end = (
        pl.when(period.str.contains(r"^\d{4}$"))
        .then(year.dt.offset_by(whole))
        .when(period.str.contains(r"^\d{4}Q[1-4]$"))
        .then(year.dt.offset_by(pl.format("{}mo", 3 * (number - 1 + last))))
        .when(period.str.contains(r"^\d{4}M\d{2}$"))
        .then(year.dt.offset_by(pl.format("{}mo", number - 1 + last)))
        for whole, last in (("0d", 0), ("1y", 1))
    )
    return [
        start.dt.to_string("%Y-%m-%d").fill_null(period).alias("period_start"),
        end.dt.offset_by("-1d").dt.to_string("%Y-%m-%d").fill_null(period).alias("period_end"),
    ]
