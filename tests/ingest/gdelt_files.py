"""Files of GDELT's shape, quirks included, and a bucket that serves them with the two indexes over them."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import zipfile

from ingest.sources import gdelt
from tests.server import Question, Reply, Server

FOLDER = "/data.gdeltproject.org/gdeltv2"
INDEX, MASTER = f"{FOLDER}/lastupdate.txt", f"{FOLDER}/masterfilelist.txt"
NOON = dt.datetime(2026, 10, 20, 12)  # noqa: DTZ001 (UTC)
TORKHAM = ("4", "Torkham, Nangarhar, Afghanistan", "AF", "AF18", "34.1233", "71.0931", "-3382187")
KABUL = ("4", "Kabul, Kabol, Afghanistan", "AF", "AF13", "34.5167", "69.1833", "-3378435")
MARY = ("4", "Mary, Mary, Turkmenistan", "TX", "TX04", "37.5938", "61.8303", "-2595519")
AFGHANISTAN = ("1", "Afghanistan", "AF", "AF", "33", "66", "AF")
PARIS = ("4", "Paris, France (general), France", "FR", "FR00", "48.8667", "2.33333", "-1456928")
NOWHERE = ("0", "", "", "", "", "", "")


def line(number: int, at: dt.datetime = NOON, place: tuple[str, ...] = TORKHAM, **other: str) -> list[str]:
    """One row as GDELT writes it, by our names of its columns."""
    names = ("place_precision", "place_name", "country_fips", "adm1_code", "lat", "lon", "feature_id")
    values = {
        "global_event_id": str(number), "event_date": f"{at:%Y%m%d}", "actor1_code": "PAKGOV",
        "actor1_country": "PAK", "actor1_name": "PAKISTAN", "is_root_event": "1", "event_code": "040",
        "event_root_code": "04", "quad_class": "1", "goldstein": "1.0", "num_mentions": "4", "num_sources": "1",
        "num_articles": "4", "avg_tone": "-2.5", "date_added": f"{at:%Y%m%d%H%M%S}",
        "source_url": f"https://www.example.com/{number}",
    } | dict(zip(names, place, strict=True)) | other  # fmt: skip
    row = [""] * gdelt.WIDTH
    for name, value in values.items():
        row[gdelt.POSITIONS[name]] = value
    return row


def text(*lines: list[str]) -> bytes:
    return "".join("\t".join(one) + "\n" for one in lines).encode()


def packed(content: bytes, name: str = "20261020120000.export.CSV") -> bytes:
    """The zip of it, the same bytes each time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr(zipfile.ZipInfo(name, (2026, 10, 20, 12, 0, 0)), content)
    return file.getvalue()


def stamp(at: dt.datetime) -> str:
    return f"{at:%Y%m%d%H%M%S}"


def path(at: dt.datetime) -> str:
    return f"{FOLDER}/{stamp(at)}.export.CSV.zip"


class Gdelt:
    """The bucket: files by their time, and the two indexes over them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.listed: dict[dt.datetime, str] = {}
        server.routes[INDEX] = lambda _: Reply(self._lines(max(self.listed)).encode())
        server.routes[MASTER] = self._master

    def publish(self, at: dt.datetime, *lines: list[str], content: bytes | None = None) -> None:
        """The file of that time, with these rows."""
        self.put(at, packed(text(*lines)) if content is None else content)

    def put(self, at: dt.datetime, content: bytes) -> None:
        self.listed[at] = hashlib.md5(content).hexdigest()
        self.server.routes[path(at)] = Reply(content, etag=f'"{self.listed[at]}"')

    def asked(self) -> list[str]:
        """The times of the files that were asked for since the last look, and the indexes."""
        names = [re.sub(r"\..*", "", one.path.rpartition("/")[2]) for one in self.server.asked]
        self.server.asked.clear()
        return names

    def _lines(self, at: dt.datetime) -> str:
        kinds = {".export.CSV.zip": self.listed[at], ".mentions.CSV.zip": "0" * 32, ".gkg.csv.zip": "1" * 32}
        base = "http://data.gdeltproject.org/gdeltv2"
        return "".join(f"12345 {md5} {base}/{at:%Y%m%d%H%M%S}{kind}\n" for kind, md5 in kinds.items())

    def _master(self, question: Question) -> Reply:
        whole = "".join(self._lines(at) for at in sorted(self.listed)).encode()
        wanted = re.fullmatch(r"bytes=-(\d+)", question.headers.get("range", ""))
        return Reply(whole[-int(wanted[1]) :], 206) if wanted else Reply(whole)
