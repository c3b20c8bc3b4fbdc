"""Files and pages of UCDP's shape, quirks included, from a few events."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from tests.server import Question, Reply

GED = "/downloads/ged/ged261-csv.zip"
JANUARY = "/downloads/candidateged/GEDEvent_v26_0_1.csv"
HEADER = [
    "id",
    "relid",
    "year",
    "active_year",
    "code_status",
    "type_of_violence",
    "conflict_dset_id",
    "conflict_new_id",
    "conflict_name",
    "dyad_dset_id",
    "dyad_new_id",
    "dyad_name",
    "side_a_dset_id",
    "side_a_new_id",
    "side_a",
    "side_b_dset_id",
    "side_b_new_id",
    "side_b",
    "number_of_sources",
    "source_article",
    "source_office",
    "source_date",
    "source_headline",
    "source_original",
    "where_prec",
    "where_coordinates",
    "where_description",
    "adm_1",
    "adm_2",
    "latitude",
    "longitude",
    "geom_wkt",
    "priogrid_gid",
    "country",
    "country_id",
    "region",
    "event_clarity",
    "date_prec",
    "date_start",
    "date_end",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
    "best",
    "high",
    "low",
    "gwnoa",
    "gwnob",
]
NUMBERS = {"id", "year", "type_of_violence", "where_prec", "date_prec", "country_id", "best", "high", "low"}
NUMBERS |= {"deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown", "number_of_sources"}


def event(number: int, day: str = "2026-01-15", **more: Any) -> dict[str, Any]:
    """One clash at Torkham, as UCDP writes it, unless said otherwise."""
    made = dict.fromkeys(HEADER, "") | {
        "id": number,
        "relid": f"AFG-{day[:4]}-1-951-{number}",
        "year": day[:4],
        "active_year": "true",
        "code_status": "Clear",
        "type_of_violence": 1,
        "conflict_name": "Afghanistan - Pakistan",
        "dyad_name": "Government of Afghanistan - Government of Pakistan",
        "side_a": "Government of Afghanistan",
        "side_b": "Government of Pakistan",
        "number_of_sources": 2,
        "source_article": f'"Khaama, Press,{day},Clash at ""Torkham"""; "Dawn,{day},Two\nlines"',
        "source_original": "Local sources; a commander",
        "where_prec": 1,
        "where_coordinates": "Torkham town",
        "where_description": "at the gate",
        "adm_1": "Nangarhar province",
        "adm_2": "Mohmand Dara district",
        "latitude": 34.1166,
        "longitude": 71.0917,
        "country": "Afghanistan",
        "country_id": 700,
        "date_prec": 1,
        "date_start": f"{day} 00:00:00.000",
        "date_end": f"{day} 00:00:00.000",
        "deaths_a": 1,
        "deaths_b": 2,
        "deaths_civilians": 0,
        "deaths_unknown": 0,
        "best": 3,
        "high": 5,
        "low": 2,
    }
    return made | more


AFRICA = event(900, country="DR Congo (Zaire)", country_id=490, latitude=-1.6, longitude=29.2)


def text(events: list[dict[str, Any]], header: list[str] = HEADER) -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, header, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(events)
    return written.getvalue().encode()


def file(events: list[dict[str, Any]], header: list[str] = HEADER) -> Reply:
    content = text([*events, AFRICA], header)
    return Reply(content, headers={"Content-Type": "text/csv"}, etag=f'"{hash(content)}"')


def packed(events: list[dict[str, Any]], name: str = "GEDEvent_v26_1.csv") -> Reply:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as folder:
        # A fixed time, so that the same events are the same bytes.
        folder.writestr(zipfile.ZipInfo(name), text([*events, AFRICA]))
    return Reply(held.getvalue(), headers={"Content-Type": "application/zip"})


def pages(events: list[dict[str, Any]], size: int = 2, token: str = "t0ken") -> Callable[[Question], Reply]:
    """The API's answers: pages from 0, numbers as numbers, dates with a T, 401 without the token."""

    def answer(question: Question) -> Reply:
        if question.headers.get("x-ucdp-access-token") != token:
            return Reply(b'{"message":"A token is required"}', 401)
        wanted = question.query["Country"].split(",")
        rows = [_as_json(one) for one in [*events, AFRICA] if str(one["country_id"]) in wanted]
        page, total = int(question.query["page"]), -(-len(rows) // size)
        said = {"TotalCount": len(rows), "TotalPages": total, "PreviousPageUrl": "", "NextPageUrl": ""}
        return Reply(json.dumps(said | {"Result": rows[page * size :][:size]}).encode())

    return answer


def unreleased(version: str) -> Reply:
    table = f"GEDEvent_v{version.replace('.', '_')}"
    said = {"Message": "An error has occurred.", "ExceptionMessage": f"Invalid object name '{table}'."}
    return Reply(json.dumps(said).encode(), 400)


def _as_json(one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: None if value == "" else value for name, value in one.items()}
    found |= {name: int(found[name]) for name in NUMBERS if found[name] is not None}
    found |= {name: found[name].replace(" 00:00:00.000", "T00:00:00") for name in ("date_start", "date_end")}
    return found | {"active_year": one["active_year"] in ("true", "1")}
