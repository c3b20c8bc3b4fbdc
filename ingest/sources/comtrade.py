"""UN Comtrade: total trade of goods by partner and period: the public preview or, where a key is set, the full API.

Countries are M49 numbers, India's is 699. Without partner2Code=0, customsCode=C00 and motCode=0 a figure comes broken
down, and sums are wrong. No match is an answer with count 0, as is a wrong code: it takes nothing back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import polars as pl

from ingest import credentials, json_answer
from ingest.csv_file import BatchError, ParseLimits, in_columns
from ingest.pieces import by_year
from warehouse.contracts import Contract
from warehouse.load import Scope

if TYPE_CHECKING:
    from ingest.client import Client
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted

CODES = {
    4: "AFG", 156: "CHN", 699: "IND", 364: "IRN", 398: "KAZ", 417: "KGZ", 586: "PAK", 762: "TJK", 795: "TKM",
    860: "UZB",
}  # fmt: skip
WHOLE = {"partner2Code": 0, "customsCode": "C00", "motCode": 0}
FLOWS = {"X": "export", "M": "import"}
# Countries restate months for a year or two; years that are older are asked for by a backfill.
MONTHS_BACK, YEARS_BACK = 24, 4
PREVIEW, FULL = "/public/v1/preview/", "/data/v1/get/"
# How many records one answer has at most, and how many periods one question.
MOST = {PREVIEW: 500, FULL: 100_000}
PERIODS = {PREVIEW: 1, FULL: 12}
pieces = by_year


def fetch(client: Client, source: Source, wanted: Wanted) -> Iterator[Answer]:
    """The months, then the years: those wanted, or the last two years and four. What says nothing is left out."""
    api = FULL if credentials.find(source.token) else PREVIEW
    found = False
    for frequency, periods in asked_for(wanted, dt.datetime.now(dt.UTC).date()):
        address = source.address.replace(PREVIEW, api).replace("/C/M/", f"/C/{frequency}/")
        for start in range(0, len(periods), PERIODS[api]):
            answer = client.get(f"{address}?{_question(periods[start : start + PERIODS[api]], MOST[api])}")
            count = len(_rows(answer.content))
            if count >= MOST[api]:
                raise BatchError(
                    f"an answer has {count} records, the most there can be: it was cut, mend comtrade.py"
                )
            if count:
                found = True
                yield answer
    if not found:
        raise BatchError("Comtrade has nothing for any of these periods, which is what it says to a wrong code, too")


def asked_for(wanted: Wanted, today: dt.date) -> list[tuple[str, list[str]]]:
    """The periods, as Comtrade writes them, by frequency: months that ended before today, and years."""
    last = wanted.last or today
    months_back = 12 * today.year + today.month - 1 - MONTHS_BACK
    first_month = wanted.first or dt.date(months_back // 12, months_back % 12 + 1, 1)
    first_year = wanted.first.year if wanted.first else today.year - YEARS_BACK
    numbers = range(
        12 * first_month.year + first_month.month - 1, 12 * last.year + last.month - 1 + bool(wanted.last)
    )
    months = [f"{number // 12}{number % 12 + 1:02}" for number in numbers]
    return [("M", months), ("A", [str(year) for year in range(first_year, min(last.year, today.year - 1) + 1)])]


def scope(answers: list[Answer]) -> Scope:
    """The reporters and periods of which the answers have something, with the partners that were asked for.

    Where they have nothing of a reporter, it may not have reported, or a code be wrong: that takes nothing back.
    """
    partners: set[str] = set()
    spoken: set[str] = set()
    for answer in answers:
        asked = parse_qs(urlsplit(answer.url).query)["partnerCode"][0].split(",")
        partners |= {CODES[int(code)] for code in asked}
        spoken |= {f"{one['reporter']} {one['period_start']} {one['period_end']}" for one in _lines(answer.content)}
    return Scope(
        "provider = 'comtrade' AND list_contains($partners, partner) "
        "AND list_contains($spoken, concat_ws(' ', reporter, period_start, period_end))",
        {"partners": sorted(partners), "spoken": sorted(spoken)},
    )


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:  # noqa: ARG001
    """The records of one answer in the columns of ``bilateral_trade``; row 1 is its first."""
    lines = json_answer.as_text(_lines(content))
    names = [name for name in contract.columns if name not in ("source_name", "source_url")]
    found = {name: [line.get(name) for line in lines] for name in names}
    numbers = pl.int_range(1, len(lines) + 1, dtype=pl.Int64, eager=True)
    rows = pl.DataFrame(found, schema=dict.fromkeys(names, pl.String)).with_columns(
        numbers.alias("row_number"),
        pl.lit("United Nations Statistics Division").alias("source_name"),
        pl.lit("https://comtradeplus.un.org").alias("source_url"),
    )
    return in_columns(rows, contract)


def _question(periods: list[str], most: int) -> str:
    countries = ",".join(map(str, CODES))
    asked = {"reporterCode": countries, "period": ",".join(periods), "partnerCode": countries, "flowCode": "X,M"}
    return urlencode(asked | {"cmdCode": "TOTAL"} | WHOLE | {"includeDesc": "true", "maxRecords": most}, safe=",")


def _rows(content: bytes) -> list[dict[str, Any]]:
    """The records of an answer. Raises BatchError with the UN's words where it is an error or something else."""
    said = json_answer.read(content)
    match said:
        case {"error": str(error)} if error:
            raise BatchError(f"Comtrade answers with an error ({error}): mend the question in comtrade.py")
        case {"count": int(count), "data": list(rows)} if count == len(rows):
            return json_answer.flat(rows)
        case {"count": int(count), "data": list(rows)}:
            raise BatchError(f"the answer has {len(rows)} records and says {count}: try later")
    words = said.get("message", "") if isinstance(said, dict) else ""
    raise BatchError(f"the JSON has no count and data ({words}): the API changed, mend comtrade.py")


def _lines(content: bytes) -> list[dict[str, str | None]]:
    """The records in our terms, as text."""
    try:
        return [_line(row) for row in _rows(content)]
    except KeyError as error:
        raise BatchError(f"a record has no {error}: the API changed, mend comtrade.py") from None


def _line(row: dict[str, Any]) -> dict[str, str | None]:
    if broken := [name for name, whole in WHOLE.items() if row[name] != whole]:
        raise BatchError(f"a record is one part by {', '.join(broken)} of a figure, not the whole: mend comtrade.py")
    start, end = _period(str(row["freqCode"]), str(row["period"]))
    value = row["primaryValue"]
    valuation = {row["fobvalue"]: "FOB", row["cifvalue"]: "CIF"}.get(value)
    reported = "false" if row["isReported"] or row["isAggregate"] else None
    return {
        "provider": "comtrade",
        "reporter": _country(row, "reporter"),
        "partner": _country(row, "partner"),
        "flow": FLOWS.get(row["flowCode"], row["flowCode"]),
        "period_start": start,
        "period_end": end,
        "frequency": {"M": "monthly", "A": "annual"}.get(row["freqCode"], row["freqCode"]),
        "indicator": f"{row['classificationSearchCode']} {row['cmdCode']}",
        "classification": row["classificationCode"],
        "value": None if value is None else str(value),
        "valuation": valuation if value is not None else None,
        "estimated": reported,
        "mirrored": reported,
    }


def _country(row: dict[str, Any], which: str) -> str:
    """The country's ISO code; of a number that is not known the one that the answer gives, else the number itself."""
    code = row[f"{which}Code"]
    return CODES.get(code) or ("WLD" if code == 0 else str(row.get(f"{which}ISO") or code))


def _period(frequency: str, period: str) -> tuple[str, str]:
    """First and last day of 2024 or 202403; else the text as it came."""
    try:
        first = dt.datetime.strptime(period, {"M": "%Y%m", "A": "%Y"}[frequency]).date()  # noqa: DTZ007 (a day)
    except (KeyError, ValueError):
        return period, period
    months = 1 if frequency == "M" else 12
    after = dt.date(first.year + (first.month - 1 + months) // 12, (first.month - 1 + months) % 12 + 1, 1)
    return first.isoformat(), (after - dt.timedelta(days=1)).isoformat()
