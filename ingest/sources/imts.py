"""The IMF's trade by partner (IMTS), by its SDMX 3.0 API: what each country says of its trade with each other one.

One answer has all series asked for, as structure-specific XML or SDMX-CSV. Every series says SCALE 6, yet its values
are plain dollars: they are not multiplied. An observation without a value is no row.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import polars as pl

from ingest import unpack
from ingest.csv_file import BatchError, ParseLimits, in_columns
from ingest.pieces import by_year
from warehouse.contracts import Contract
from warehouse.load import Scope

if TYPE_CHECKING:
    from ingest.client import Client
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted

FIRST = dt.date(2000, 1, 1)
LAST = dt.date(2999, 12, 31)
INDICATORS = {"XG_FOB_USD": ("export", "FOB"), "MG_CIF_USD": ("import", "CIF")}
FREQUENCIES = {"M": "monthly", "Q": "quarterly", "A": "annual"}
OF_SERIES = ("COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY")
OF_OBSERVATION = ("TIME_PERIOD", "OBS_VALUE")
# What is asked of a series and may be missing in it.
SAID = ("SCALE", "DERIVATION_TYPE")
COLUMNS = (*OF_SERIES, *OF_OBSERVATION, *SAID)
WORLD = "G001"
# Scales with which the values have been seen to be, or can only be, plain dollars.
SCALES = {"0", "6"}
pieces = by_year


def fetch(client: Client, source: Source, wanted: Wanted) -> Iterator[Answer]:
    """All series, from 2000 on or in the months wanted: the IMF restates old months too."""
    window = f"ge:{wanted.first or FIRST:%Y-%m}" + (f"+le:{wanted.last:%Y-%m}" if wanted.last else "")
    yield client.get(f"{source.address}&c[TIME_PERIOD]={window}")


def scope(answers: list[Answer]) -> Scope:
    """The reporters, partners and months that the one answer was asked for."""
    [answer] = answers
    parts = urlsplit(answer.url)
    reporters, _, partners, _ = (part.split("+") for part in parts.path.rpartition("/")[2].split("."))
    window = parse_qs(parts.query)["c[TIME_PERIOD]"][0]
    bounds = dict(re.findall(r"(ge|le):(\d{4}-\d{2})", window))
    first, last = (dt.date.fromisoformat(f"{bounds[name]}-01") if name in bounds else None for name in ("ge", "le"))
    return Scope(
        "list_contains($reporters, reporter) AND list_contains($partners, partner) "
        "AND period_start BETWEEN $first AND $last",
        {"reporters": reporters, "partners": partners, "first": first or FIRST, "last": last or LAST},
    )


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:  # noqa: ARG001
    """The observations in the columns of ``bilateral_trade``; row 1 is the first observation of the answer."""
    rows = _of_xml(content) if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else _of_csv(content)
    _check(rows)
    flows, valuations = ({code: said[i] for code, said in INDICATORS.items()} for i in (0, 1))
    indicator, derivation = pl.col("INDICATOR"), pl.col("DERIVATION_TYPE")
    worked_out = rows.with_columns(
        pl.lit("imts").alias("provider"),
        pl.col("COUNTRY").alias("reporter"),
        pl.col("COUNTERPART_COUNTRY").replace({WORLD: "WLD"}).alias("partner"),
        indicator.replace_strict(flows).alias("flow"),
        indicator.replace_strict(valuations).alias("valuation"),
        indicator.alias("indicator"),
        pl.col("FREQUENCY").replace(FREQUENCIES).alias("frequency"),
        pl.col("OBS_VALUE").alias("value"),
        derivation.alias("derivation"),
        # E is an estimate and R was reported; of other codes nothing is said.
        derivation.replace_strict({"E": "true", "R": "false"}, default=None).alias("estimated"),
        *_period(),
        pl.lit("International Monetary Fund").alias("source_name"),
        pl.lit("https://data.imf.org/en/datasets/IMF.STA:IMTS").alias("source_url"),
    )
    return in_columns(worked_out.filter(~pl.col("value").is_in(["", "NaN"]).fill_null(value=True)), contract)


def _of_xml(content: bytes) -> pl.DataFrame:
    """The observations of a structure-specific message, as text."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BatchError("the XML brings definitions of its own, which no answer of the IMF does: it is not read")
    try:
        root = ET.fromstring(content)  # noqa: S314 (without definitions it can hold no bomb)
    except ET.ParseError as error:
        raise BatchError(f"this is no whole XML ({error}): try later") from None
    if not root.tag.endswith("}StructureSpecificData"):
        words = " ".join(" ".join(root.itertext()).split())[:200] or root.tag
        raise BatchError(
            f"the IMF answers with something else than data ({words}): look at the address in the YAML file"
        )
    if units := {unit for unit in _units(root) if unit != "USD"}:
        raise BatchError(f"the values are in {', '.join(sorted(units))}, not in USD: see what the IMF changed")
    lines = [
        series.attrib | one.attrib
        for series in root.iter("Series")
        for one in series.iter("Obs")
    ]  # fmt: skip
    found = {name: [line.get(name) for line in lines] for name in COLUMNS}
    numbers = pl.int_range(1, len(lines) + 1, dtype=pl.Int64, eager=True)
    return pl.DataFrame(found, schema=dict.fromkeys(COLUMNS, pl.String)).with_columns(numbers.alias("row_number"))


def _units(root: ET.Element) -> Iterator[str]:
    for part in root.iter("Comp"):
        if part.get("id") == "UNIT":
            yield str(part.findtext("Value"))


def _of_csv(content: bytes) -> pl.DataFrame:
    """The observations of an SDMX-CSV message, as text; it may have more columns."""
    unpack.check_text(content)
    try:
        found = pl.read_csv(io.BytesIO(content), infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise BatchError(f"this is neither XML nor CSV ({str(error).splitlines()[0]}): try later") from None
    lacking = [name for name in (*OF_SERIES, *OF_OBSERVATION) if name not in found.columns]
    if lacking:
        start = ", ".join(found.columns)[:80]
        raise BatchError(f"the answer has no column {', '.join(lacking)}, it begins with {start!r}: mend imts.py")
    unsaid = [pl.lit(None, pl.String).alias(name) for name in SAID if name not in found.columns]
    return found.with_columns(*unsaid).select(*COLUMNS).with_row_index("row_number", 1).cast({"row_number": pl.Int64})


def _check(rows: pl.DataFrame) -> None:
    """Refuse what cannot be read rightly: nothing at all, series without a name, another indicator or scale."""
    if rows.is_empty():
        raise BatchError("the answer has no series: the IMF may be updating them, try later")
    if nameless := [name for name in (*OF_SERIES, "TIME_PERIOD") if rows[name].null_count()]:
        raise BatchError(f"a series or observation lacks {', '.join(nameless)}: the API changed, mend imts.py")
    if strange := sorted(set(rows["INDICATOR"]) - set(INDICATORS)):
        raise BatchError(f"there is the indicator {', '.join(strange)}, which was not asked for: mend imts.py")
    if scales := sorted(set(rows["SCALE"].drop_nulls()) - SCALES):
        raise BatchError(
            f"the scale is {', '.join(scales)}, where it was 6 and the values plain dollars: see what they are now"
        )


def _period() -> list[pl.Expr]:
    """First and last day as text, of 2024, 2024-Q1, 2024-M03 or 2024-03; else the text as it came."""
    period = pl.col("TIME_PERIOD")
    year = period.str.slice(0, 4)
    month = pl.coalesce(
        period.str.extract(r"^\d{4}-M?(\d{2})$"),
        (period.str.extract(r"^\d{4}-Q([1-4])$").cast(pl.Int64) * 3 - 2).cast(pl.String).str.zfill(2),
        pl.when(period.str.contains(r"^\d{4}$")).then(pl.lit("01")),
    )
    start = pl.concat_str(year, month, pl.lit("01"), separator="-").str.to_date("%Y-%m-%d", strict=False)
    months = pl.col("FREQUENCY").replace_strict({"M": "1mo", "Q": "3mo", "A": "1y"}, default=None)
    end = start.dt.offset_by(months).dt.offset_by("-1d")
    return [
        day.dt.to_string("%Y-%m-%d").fill_null(period).alias(name)
        for day, name in ((start, "period_start"), (end, "period_end"))
    ]
