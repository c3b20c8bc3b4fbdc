"""GDELT 2.0 events: what the press wrote about, a zip of tab separated text every fifteen minutes.

An index names each file with its size and MD5. No header, no quotes, 61 columns, stray bytes in UTF-8; countries are
FIPS 10-4's for places, CAMEO's for actors. Kept are rows of one region (REGION); rows of one page, event code and
place, which differ in the actors, are merged. From the typed text on all is written with Narwhals, so that it runs on
any of its engines.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import narwhals as nw
import polars as pl

from expectations.findings import UNREADABLE
from ingest import unpack
from ingest.csv_file import POLARS_TYPES, BatchError, ParseLimits, typed
from warehouse.contracts import Contract, Field
from warehouse.load import NOTHING, Scope

if TYPE_CHECKING:
    from ingest.client import Client
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted

Rows = nw.LazyFrame[pl.LazyFrame]
WIDTH = 61
# Where our columns stand in a line, from 0.
POSITIONS = {
    "global_event_id": 0, "event_date": 1, "actor1_code": 5, "actor1_name": 6, "actor1_country": 7, "actor2_code": 15,
    "actor2_name": 16, "actor2_country": 17, "is_root_event": 25, "event_code": 26, "event_root_code": 28,
    "quad_class": 29, "goldstein": 30, "num_mentions": 31, "num_sources": 32, "num_articles": 33, "avg_tone": 34,
    "place_precision": 51, "place_name": 52, "country_fips": 53, "adm1_code": 54, "lat": 56, "lon": 57,
    "feature_id": 58, "date_added": 59, "source_url": 60,
}  # fmt: skip
# What two rows share that are merged.
ONE = ("source_url", "event_code", "place_name", "country_fips")
QUAD_CLASSES = {
    "1": "verbal_cooperation",
    "2": "material_cooperation",
    "3": "verbal_conflict",
    "4": "material_conflict",
}
PRECISIONS = {"0": "none", "1": "country", "2": "us_state", "3": "us_city", "4": "city", "5": "state"}


@dataclass(frozen=True)
class Region:
    """Which rows are kept: those with their place or one of their two actors in it."""

    countries: tuple[str, ...]  # FIPS 10-4, of the place
    provinces: tuple[str, ...]  # FIPS 10-4, of the place
    actors: tuple[str, ...]  # CAMEO


# Afghanistan and its neighbours; of China the province at the border alone, for the rest would be half of all rows.
# None = the whole world.
REGION: Region | None = Region(
    countries=("AF", "PK", "IR", "TX", "UZ", "TI"),
    provinces=("CH13",),
    actors=("AFG", "PAK", "IRN", "TKM", "UZB", "TAJ"),
)
STEP = dt.timedelta(minutes=15)
STAMP = "%Y%m%d%H%M%S"
LISTED = re.compile(r"^\d+ (?P<md5>[0-9a-f]{32}) \S+/(?P<stamp>\d{14})\.export\.CSV\.zip$", re.MULTILINE)
# Three lines of the index for each quarter of an hour, none longer than 150 bytes.
BYTES_A_STEP = 450
# So much text at a time; any real file is less.
TEXT = 24_000_000


def fetch(client: Client, source: Source, wanted: Wanted) -> Iterator[Answer]:
    """The files since the newest in the warehouse, or of the days of a backfill; a gap of GDELT's as an empty answer.

    A file that is in no index, or 404 although it is, is such a gap; the newest that the index has must be there.
    The first time, without a backfill, that is the newest alone. Raises BatchError where an index cannot be read.
    """
    newest = _listed(client.get(source.address).content, source.address)
    end = last = max(newest)
    first = last if wanted.newest is None else _time(wanted.newest) + STEP
    if wanted.first and wanted.last:
        first = _time(wanted.first)
        last = min(last, _time(wanted.last + dt.timedelta(days=1)) - STEP)
    if first > last:
        return
    files = newest if first == end else _since(client, source, first, end)
    for step in range((last - first) // STEP + 1):
        at = first + step * STEP
        yield _one(client, source, at, files.get(at), may_lack=at not in newest)


def scope(_: list[Answer]) -> Scope:
    """Files add to what is there: GDELT never takes a row back."""
    return NOTHING


def _one(client: Client, source: Source, at: dt.datetime, md5: str | None, *, may_lack: bool) -> Answer:
    """The file of a quarter of an hour, or a note that GDELT has none."""
    from ingest.client import FetchError

    url = source.address.replace("lastupdate.txt", f"{at:{STAMP}}.export.CSV.zip")
    try:
        if md5:
            return client.get(url, checksum=f"md5:{md5}")
    except FetchError as error:
        if not may_lack or error.status != 404:
            raise
    return client.nothing_at(url)


def _since(client: Client, source: Source, first: dt.datetime, last: dt.datetime) -> dict[dt.datetime, str]:
    """The files that the master index lists from ``first`` on, with their MD5; only its tail is fetched."""
    steps = (last - first) // STEP + 1
    url = source.address.replace("lastupdate.txt", "masterfilelist.txt")
    # A day's worth more: the index has lines that came late.
    return _listed(client.get(url, tail=(steps + 96) * BYTES_A_STEP).content, url)


def _listed(content: bytes, url: str) -> dict[dt.datetime, str]:
    found = {
        dt.datetime.strptime(one["stamp"], STAMP): one["md5"]  # noqa: DTZ007 (all times are UTC)
        for one in LISTED.finditer(content.decode("utf-8", "replace"))
    }
    if not found:
        start = content[:60].decode("utf-8", "replace")
        raise BatchError(
            f"{url} lists no export file, it begins with {start!r}: GDELT changed its index, mend gdelt.py"
        )
    return found


def _time(day: dt.date | dt.datetime) -> dt.datetime:
    return day if isinstance(day, dt.datetime) else dt.datetime.combine(day, dt.time())


def parse_slices(answer: Answer, contract: Contract, limits: ParseLimits) -> Iterator[pl.DataFrame]:
    """The kept rows of one zip in the columns of ``press_attention``; its first line is row 1.

    Nothing in it = a file that GDELT does not have: no rows. Raises BatchError.
    """
    if not answer.place.stat().st_size:
        yield _rows(b"", contract, 0)
        return
    files, last = 0, 0
    for _, file in unpack.opened(answer.place, limits.file_bytes):
        files += 1
        for text in _texts(file):
            yield _rows(text, contract, last)
            last += text.count(b"\n")
    if files != 1:
        raise BatchError(f"the zip holds {files} files where one was due: mend gdelt.py")
    if not last:
        raise BatchError("the file in the zip is empty: try later")


def _rows(text: bytes, contract: Contract, before: int) -> pl.DataFrame:
    """The kept rows of so many whole lines, which come after ``before`` others."""
    rows = kept(nw.from_native(_read(text, contract, before).lazy()), REGION)
    found = rows.to_native()
    return found.select("row_number", *contract.columns, pl.col(f"^{UNREADABLE}.*$")).collect()


def _texts(file: BinaryIO) -> Iterator[bytes]:
    """The file in whole lines, so many bytes at a time; any real file is one piece."""
    rest = b""
    while part := file.read(TEXT):
        end = part.rfind(b"\n") + 1
        if end:
            yield rest + part[:end]
        rest = part[end:] if end else rest + part
    if rest:
        yield rest + b"\n"


def kept(rows: Rows, region: Region | None) -> Rows:
    """The rows of the region in Serai's words, one for each page, event code and place.

    ``rows`` has row_number and the typed columns of the file; added are country and rows_merged.
    """
    if region:
        rows = rows.filter(
            nw.col("country_fips").is_in(region.countries)
            | nw.col("adm1_code").is_in(region.provinces)
            | nw.col("actor1_country").is_in(region.actors)
            | nw.col("actor2_country").is_in(region.actors)
        )
    rows = rows.with_columns(
        nw.len().over(*ONE).cast(nw.Int64).alias("rows_merged"),
        nw.col("row_number").min().over(*ONE).alias("first_row"),
    )
    return rows.filter(nw.col("row_number") == nw.col("first_row")).with_columns(
        _in_words("quad_class", QUAD_CLASSES),
        _in_words("place_precision", PRECISIONS),
        nw.col("country_fips").replace_strict(COUNTRIES, default=None, return_dtype=nw.String).alias("country"),
    )


def _in_words(name: str, words: dict[str, str]) -> nw.Expr:
    """The words for the numbers; a number that is not known stays, for the judges to see."""
    known = nw.col(name).replace_strict(words, default=None, return_dtype=nw.String)
    return nw.coalesce(known, nw.col(name)).alias(name)


def _check_width(text: bytes, before: int) -> None:
    """BatchError where a line has not 61 fields, by its number."""
    if text.count(b"\t") == text.count(b"\n") * (WIDTH - 1):
        return
    for number, line in enumerate(io.BytesIO(text), start=before + 1):
        fields = line.count(b"\t") + 1
        if fields in (57, 58):
            raise BatchError(
                f"row {number} has {fields} fields: this is GDELT 1.0, Serai reads the files of 2.0 ({WIDTH} fields, "
                "from February 2015 on)"
            )
        if fields != WIDTH:
            raise BatchError(
                f"row {number} has {fields} fields where GDELT 2.0 has {WIDTH}: mend gdelt.py if it grew"
            )


def _read(text: bytes, contract: Contract, before: int = 0) -> pl.DataFrame:
    """The lines as the contract's types, with row_number and what could not be read."""
    fields = [contract.field(name) for name in POSITIONS]
    found = _scanned(text, fields, before)
    other = [field for field in fields if field.type != "string"]
    return (
        found.lazy()
        .select(
            "row_number",
            *(_typed(field, found.schema[field.name]) for field in fields),
            *(_unreadable(field, found.schema[field.name]) for field in other),
        )
        .collect()
    )


def _scanned(text: bytes, fields: list[Field], before: int) -> pl.DataFrame:
    """Our columns of the lines, with row_number: numbers as such, or all as text where one of them is none."""
    unpack.check_text(text)
    numbers = {field.name: POLARS_TYPES[field.type] for field in fields if field.type in ("integer", "number")}
    floats = [pl.col(name).is_finite().all() for name, kind in numbers.items() if kind == pl.Float64()]
    try:
        found = _columns(text, before, numbers)
        # A line that is too short lacks its end, which is never empty.
        good = all(found.select(*floats).row(0)) and not found.get_column("source_url").null_count()
    except pl.exceptions.PolarsError:
        good = False
    if not good:
        _check_width(text, before)
        found = _columns(text, before, {})
    return found


def _columns(text: bytes, before: int, types: dict[str, pl.DataType]) -> pl.DataFrame:
    names = {str(position): name for name, position in POSITIONS.items()}
    every = [str(position) for position in range(WIDTH)]
    if not text:
        return pl.DataFrame(schema={"row_number": pl.Int64(), **dict.fromkeys(POSITIONS, pl.String())})
    lines = pl.scan_csv(
        io.BytesIO(text),
        separator="\t",
        has_header=False,
        schema={position: types.get(names.get(position, ""), pl.String()) for position in every},
        quote_char=None,
        encoding="utf8-lossy",
        row_index_name="row_number",
        row_index_offset=before + 1,
    )
    ours = (pl.col(position).alias(name) for position, name in names.items())
    return lines.select(pl.col("row_number").cast(pl.Int64), *ours).collect()


def _typed(field: Field, has: pl.DataType) -> pl.Expr:
    """The column as the type of that field: days and times without dashes, yes and no as 1 and 0."""
    text = pl.col(field.name)
    if field.type == "string" or has != pl.String():
        return text
    if field.type == "date":
        return pl.when(text.str.len_bytes() == 8).then(text.str.to_date("%Y%m%d", strict=False))
    if field.type == "datetime":
        time = text.str.to_datetime(STAMP, time_unit="us", strict=False)
        return pl.when(text.str.len_bytes() == 14).then(time)
    if field.type == "boolean":
        return text.replace_strict({"0": False, "1": True}, default=None, return_dtype=pl.Boolean)
    return typed(field)


def _unreadable(field: Field, has: pl.DataType) -> pl.Expr:
    """The text that is no value of the field's type, else null."""
    text = pl.col(field.name) if has == pl.String() else pl.lit(None, pl.String)
    return pl.when(_typed(field, has).is_null()).then(text).alias(UNREADABLE + field.name)


# FIPS 10-4, as the places are, to ISO 3166-1 alpha-3; XKX is Kosovo. Without a country: OS, the oceans.
FIPS = """
    AA=ABW AC=ATG AE=ARE AF=AFG AG=DZA AJ=AZE AL=ALB AM=ARM AN=AND AO=AGO AQ=ASM AR=ARG AS=AUS AT=AUS AU=AUT AV=AIA
    AY=ATA BA=BHR BB=BRB BC=BWA BD=BMU BE=BEL BF=BHS BG=BGD BH=BLZ BK=BIH BL=BOL BM=MMR BN=BEN BO=BLR BP=SLB BR=BRA
    BT=BTN BU=BGR BV=BVT BX=BRN BY=BDI CA=CAN CB=KHM CD=TCD CE=LKA CF=COG CG=COD CH=CHN CI=CHL CJ=CYM CK=CCK CM=CMR
    CN=COM CO=COL CQ=MNP CR=AUS CS=CRI CT=CAF CU=CUB CV=CPV CW=COK CY=CYP DA=DNK DJ=DJI DO=DMA DR=DOM EC=ECU EG=EGY
    EI=IRL EK=GNQ EN=EST ER=ERI ES=SLV ET=ETH EZ=CZE FG=GUF FI=FIN FJ=FJI FK=FLK FM=FSM FO=FRO FP=PYF FR=FRA FS=ATF
    GA=GMB GB=GAB GG=GEO GH=GHA GI=GIB GJ=GRD GK=GGY GL=GRL GM=DEU GP=GLP GQ=GUM GR=GRC GT=GTM GV=GIN GY=GUY GZ=PSE
    HA=HTI HK=HKG HM=HMD HO=HND HR=HRV HU=HUN IC=ISL ID=IDN IM=IMN IN=IND IO=IOT IP=PYF IR=IRN IS=ISR IT=ITA IV=CIV
    IZ=IRQ JA=JPN JE=JEY JM=JAM JN=SJM JO=JOR KE=KEN KG=KGZ KN=PRK KR=KIR KS=KOR KT=CXR KU=KWT KV=XKX KZ=KAZ LA=LAO
    LE=LBN LG=LVA LH=LTU LI=LBR LO=SVK LS=LIE LT=LSO LU=LUX LY=LBY MA=MDG MB=MTQ MC=MAC MD=MDA MF=MYT MG=MNG MH=MSR
    MI=MWI MJ=MNE MK=MKD ML=MLI MN=MCO MO=MAR MP=MUS MR=MRT MT=MLT MU=OMN MV=MDV MX=MEX MY=MYS MZ=MOZ NC=NCL NE=NIU
    NF=NFK NG=NER NH=VUT NI=NGA NL=NLD NN=SXM NO=NOR NP=NPL NR=NRU NS=SUR NU=NIC NZ=NZL OD=SSD PA=PRY PC=PCN PE=PER
    PK=PAK PL=POL PM=PAN PO=PRT PP=PNG PS=PLW PU=GNB QA=QAT RE=REU RI=SRB RM=MHL RN=MAF RO=ROU RP=PHL RQ=PRI RS=RUS
    RW=RWA SA=SAU SB=SPM SC=KNA SE=SYC SF=ZAF SG=SEN SH=SHN SI=SVN SL=SLE SM=SMR SN=SGP SO=SOM SP=ESP ST=LCA SU=SDN
    SV=SJM SW=SWE SX=SGS SY=SYR SZ=CHE TB=BLM TD=TTO TH=THA TI=TJK TK=TCA TL=TKL TN=TON TO=TGO TP=STP TS=TUN TT=TLS
    TU=TUR TV=TUV TW=TWN TX=TKM TZ=TZA UC=CUW UG=UGA UK=GBR UP=UKR US=USA UV=BFA UY=URY UZ=UZB VC=VCT VE=VEN VI=VGB
    VM=VNM VQ=VIR VT=VAT WA=NAM WE=PSE WF=WLF WI=ESH WS=WSM WZ=SWZ YM=YEM ZA=ZMB ZI=ZWE
"""
COUNTRIES = dict(pair.split("=") for pair in FIPS.split())
