"""HDX HAPI, the Humanitarian Data Exchange's API, and the yearly CSV files of the same rows that need no identifier.

With an identifier set the API is asked, country by country and page by page; without one the files are, and HDX's
catalogue says where. The files are of the whole world: rows of other countries are not taken.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import polars as pl

from expectations.findings import SOURCE_ERROR
from ingest import credentials, hdx, json_answer, unpack
from ingest.csv_file import BatchError, ParseLimits, in_columns
from warehouse.contracts import Contract
from warehouse.load import Scope

if TYPE_CHECKING:
    from ingest.client import Client
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted

COUNTRIES = ("AFG", "CHN", "IND", "IRN", "KAZ", "KGZ", "PAK", "TJK", "TKM", "UZB")
CATALOGUE = "/api/3/action/package_show?id="
PAGE = 10_000
# What files and pages have beside the columns of a dataset.
PLACES = (
    "location_code", "has_hrp", "in_gho", "provider_admin1_name", "provider_admin2_name", "admin1_code",
    "admin1_name", "admin2_code", "admin2_name", "admin_level", "reference_period_start", "reference_period_end",
    "resource_hdx_id",
)  # fmt: skip
OF_FILES = ("dataset_hdx_id", "warning", "error")


def fetch(client: Client, source: Source, wanted: Wanted, *, dataset: str, file: str) -> Iterator[Answer]:
    """The rows of the years wanted, or of this year and the last: both are restated.

    ``dataset`` is the one with the files on HDX, ``file`` the pattern of their names, with the year in brackets.
    """
    first, last = window(wanted, dt.datetime.now(dt.UTC).date())
    if credentials.find(source.token):
        for country in COUNTRIES:
            yield from _pages(client, source, country, first, last)
        return
    parts = urlsplit(source.address)
    package = client.get(f"{parts.scheme}://{parts.netloc.replace('hapi.', 'data.', 1)}{CATALOGUE}{dataset}")
    addresses = [one for one in hdx.files(package.content, file) if first.year <= _year(one) <= last.year]
    if not addresses:
        raise BatchError(f"HDX has no file of {first.year} to {last.year} in {dataset}: see what it is called now")
    for address in addresses:
        yield client.get(address)


def window(wanted: Wanted, today: dt.date) -> tuple[dt.date, dt.date]:
    """The first and last day asked for; whole years, so that files and pages speak for the same."""
    first, last = wanted.first or dt.date(today.year - 1, 1, 1), wanted.last or today
    return dt.date(first.year, 1, 1), dt.date(last.year, 12, 31)


def scope(answers: list[Answer], within: str) -> Scope:
    """The countries and years that the answers are of; ``within`` is SQL for a row within the ``$years``."""
    countries: set[str] = set()
    years: set[int] = set()
    for answer in answers:
        asked = parse_qs(urlsplit(answer.url).query)
        if "location_code" in asked:
            countries.add(asked["location_code"][0])
            first, last = (int(asked[name][0][:4]) for name in ("start_date", "end_date"))
            years |= set(range(first, last + 1))
        else:
            countries |= set(COUNTRIES)
            years.add(_year(answer.url))
    values = {"countries": sorted(countries), "years": sorted(years)}
    return Scope(f"list_contains($countries, country) AND {within}", values)


def rows(content: bytes, limits: ParseLimits, columns: tuple[str, ...]) -> pl.DataFrame:
    """The rows of our countries as text, with row_number and, where HDX calls a row wrong, its words.

    ``columns`` are those that the dataset has beside PLACES. In a file the header is row 1.
    """
    needed = (*PLACES, *columns)
    start = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    found = _of_page(content, needed) if start in (b"{", b"[") else _of_file(content, limits, needed)
    error = pl.col("error").replace("", None)
    places = [pl.coalesce(pl.col(f"provider_{n}_name").replace("", None), f"{n}_name") for n in ("admin1", "admin2")]
    return found.with_columns(
        error.alias(SOURCE_ERROR),
        *(place.alias(name) for place, name in zip(places, ("admin1", "admin2"), strict=True)),
        pl.col("location_code").alias("country"),
        *(pl.col(f"reference_{name}").str.slice(0, 10).alias(name) for name in ("period_start", "period_end")),
    ).filter(pl.col("country").is_in(COUNTRIES))


def with_errors(found: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """The rows in the contract's columns, and beside them what HDX calls wrong with them."""
    return pl.concat([in_columns(found, contract), found.select(SOURCE_ERROR)], how="horizontal")


def _pages(client: Client, source: Source, country: str, first: dt.date, last: dt.date) -> Iterator[Answer]:
    asked = {"location_code": country, "start_date": first, "end_date": last, "output_format": "json", "limit": PAGE}
    offset, count = 0, PAGE
    while count == PAGE:
        answer = client.get(f"{source.address}?{urlencode(asked | {'offset': offset})}")
        yield answer
        count = len(_data(answer.content))
        offset += count


def _year(address: str) -> int:
    found = re.search(r"_(\d{4})\.csv$", urlsplit(address).path)
    if not found:
        raise BatchError(f"the file {address} has no year in its name: mend ingest/hapi.py")
    return int(found[1])


def _data(content: bytes) -> list[dict[str, Any]]:
    said = json_answer.read(content)
    match said:
        case {"data": list(found)}:
            return json_answer.flat(found)
        case {"error": error} | {"detail": error}:
            raise BatchError(f"HAPI answers with an error ({str(error)[:200]}): mend the question in ingest/hapi.py")
    raise BatchError("the JSON has no data: the API changed, mend ingest/hapi.py")


def _of_page(content: bytes, needed: tuple[str, ...]) -> pl.DataFrame:
    data = _data(content)
    lacking = [name for name in needed if data and name not in data[0]]
    if lacking:
        raise BatchError(f"a row lacks {', '.join(lacking)}: the API changed, mend ingest/hapi.py")
    lines = {name: [None if row.get(name) is None else str(row[name]) for row in data] for name in needed}
    frame = pl.DataFrame(lines, schema=dict.fromkeys(needed, pl.String))
    numbers = pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True)
    return frame.with_columns(numbers.alias("row_number"), pl.lit(None, pl.String).alias("error"))


def _of_file(content: bytes, limits: ParseLimits, needed: tuple[str, ...]) -> pl.DataFrame:
    if len(content) > limits.file_bytes:
        raise BatchError(f"the file has {len(content):,} bytes: raise SERAI_MAX_FILE_BYTES if that is right")
    unpack.check_text(content)
    try:
        found = pl.read_csv(io.BytesIO(content), infer_schema=False, encoding="utf8")
    except pl.exceptions.PolarsError as error:
        raise BatchError(f"this is not CSV as HDX writes it ({str(error).splitlines()[0]}): try later") from None
    found = found.rename({found.columns[0]: found.columns[0].removeprefix("\ufeff")})
    lacking = [name for name in (*needed, *OF_FILES) if name not in found.columns]
    unknown = [name for name in found.columns if name not in (*needed, *OF_FILES, "usd_price")]
    if lacking or unknown:
        raise BatchError(
            f"row 1 is not the known header (missing: {', '.join(lacking) or 'none'}; unknown: "
            f"{', '.join(unknown) or 'none'}): see what HDX changed, then mend ingest/hapi.py"
        )
    return found.with_columns((pl.int_range(pl.len(), dtype=pl.Int64) + 2).alias("row_number"))
