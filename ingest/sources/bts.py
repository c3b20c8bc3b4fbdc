"""The border crossing entries of the US Bureau of Transportation Statistics: one CSV file with the whole history.

A month is written `Jan 2024`, a port code has leading zeros, and a port that counted nothing has a zero or no row.
"""

from __future__ import annotations

import polars as pl

from ingest import unpack
from ingest.csv_file import BatchError, ParseLimits, typed, unreadable
from warehouse.contracts import Contract

HEADER = ["Port Name", "State", "Port Code", "Border", "Date", "Measure", "Value", "Latitude", "Longitude", "Point"]
NEIGHBOURS = {"US-Canada Border": "CAN", "US-Mexico Border": "MEX"}
PAGE = "https://data.bts.gov/Research-and-Statistics/Border-Crossing-Entry-Data/keg4-3bc2"


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:
    """The rows of the file in the columns of ``crossing_counts``; the header is row 1."""
    text = _read(content, limits).lazy().with_columns(*_renamed(), *_worked_out())
    return text.select(
        (pl.int_range(pl.len(), dtype=pl.Int64) + 2).alias("row_number"),
        *(typed(field) for field in contract.fields),
        *(unreadable(field) for field in contract.fields if field.type != "string"),
    ).collect()


def _read(content: bytes, limits: ParseLimits) -> pl.DataFrame:
    if len(content) > limits.file_bytes:
        raise BatchError(f"the file has {len(content):,} bytes: raise SERAI_MAX_FILE_BYTES if that is right")
    unpack.check_text(content)
    try:
        found = pl.read_csv(content, infer_schema=False, encoding="utf8")
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise BatchError(f"this is not CSV as the bureau writes it ({reason}): try later") from None
    if found.columns != HEADER:
        missing = ", ".join(name for name in HEADER if name not in found.columns) or "none"
        unknown = ", ".join(name for name in found.columns if name not in HEADER) or "none"
        raise BatchError(
            f"row 1 is not the known header (missing: {missing}; unknown: {unknown}): see what the bureau changed, "
            "then mend bts.py"
        )
    return found


def _renamed() -> list[pl.Expr]:
    names = {"Port Name": "port_name", "State": "admin1", "Port Code": "port_code", "Value": "value"}
    names |= {"Latitude": "lat", "Longitude": "lon"}
    return [pl.col(name).alias(ours) for name, ours in names.items()]


def _worked_out() -> list[pl.Expr]:
    start = pl.concat_str(pl.lit("1 "), "Date").str.to_date("%d %b %Y", strict=False)
    days = {"period_start": start, "period_end": start.dt.month_end()}
    border = pl.col("Border")
    return [
        pl.lit("USA").alias("entering"),
        # A border that is not known stays as it is printed, for the judges to see.
        border.replace(NEIGHBOURS).alias("coming_from"),
        pl.col("Measure").str.to_lowercase().str.replace_all(" ", "_", literal=True).alias("measure"),
        *(day.dt.to_string("%Y-%m-%d").fill_null(pl.col("Date")).alias(name) for name, day in days.items()),
        pl.lit("US Bureau of Transportation Statistics").alias("source_name"),
        pl.lit(PAGE).alias("source_url"),
        pl.lit(None, pl.String).alias("published_on"),
    ]
