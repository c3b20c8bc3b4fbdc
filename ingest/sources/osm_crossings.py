"""OpenStreetMap through the Overpass API: one question for what stands at the borders of the register.

An answer that broke off says so in a remark, with status 200 and the objects found until then. Names of mappers are
not asked for.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import polars as pl

from ingest import json_answer
from ingest.csv_file import BatchError, ParseLimits, typed, unreadable
from warehouse.contracts import Contract

if TYPE_CHECKING:
    from ingest.client import Client
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted

BORDERS = Path(__file__).resolve().parents[2] / "data" / "geometry" / "borders.parquet"
# South, west, north, east: all crossings of the register, with some room.
BOX = "24,60,39,77"
QUESTION = f"""[out:json][timeout:180][bbox:{BOX}];
(nwr["barrier"="border_control"];nwr["amenity"="border_control"];nwr["amenity"="customs"];
nwr["office"="customs"];nwr["mountain_pass"="yes"]["name"];);
out tags center;"""
LATIN = ("name:en", "int_name")
OTHER = ("alt_name", "official_name", "old_name", "loc_name", "short_name")
# Coordinates of crossings lie within that of their border, too.
KM_AT_BORDER = 20
# A degree of longitude against one of latitude in the middle of the box.
SQUEEZED = math.cos(math.radians(32))


def fetch(client: Client, source: Source, _: Wanted) -> Iterator[Answer]:
    """The one answer."""
    yield client.get(f"{source.address}?{urlencode({'data': QUESTION})}")


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:  # noqa: ARG001
    """The objects in the columns of ``border_posts``; row 1 is the first of the answer."""
    lines = [_post(element) for element in _read(content)]
    columns = [*contract.columns]
    text = pl.DataFrame(json_answer.as_text(json_answer.flat(lines)), schema=dict.fromkeys(columns, pl.String))
    return text.select(
        (pl.int_range(pl.len(), dtype=pl.Int64) + 1).alias("row_number"),
        *(typed(field) for field in contract.fields),
        *(unreadable(field) for field in contract.fields if field.type != "string"),
    )


def _post(element: dict[str, Any]) -> dict[str, str | None]:
    tags = element.get("tags", {})
    # A point has its place, a line or area its centre.
    at = element.get("center", element)
    post_id = f"{element.get('type')}/{element.get('id')}"
    latin = [tags[key] for key in LATIN if tags.get(key)]
    other = [value for key, value in tags.items() if key in OTHER or (key.startswith("name:") and key not in LATIN)]
    border, km = _nearest(at.get("lat"), at.get("lon"))
    return {
        "post_id": post_id,
        "kind": _kind(tags),
        "name": tags.get("name"),
        "name_en": latin[0] if latin else None,
        "other_names": ";".join(dict.fromkeys([*latin[1:], *other])) or None,
        "lat": _text(at.get("lat")),
        "lon": _text(at.get("lon")),
        "border": border,
        "km_to_border": km,
        "source_name": "OpenStreetMap",
        "source_url": f"https://www.openstreetmap.org/{post_id}",
    }


def _kind(tags: dict[str, str]) -> str | None:
    if "border_control" in (tags.get("barrier"), tags.get("amenity")):
        return "border_control"
    if "customs" in (tags.get("amenity"), tags.get("office")):
        return "customs"
    return "mountain_pass" if tags.get("mountain_pass") == "yes" else None


def _nearest(lat: Any, lon: Any) -> tuple[str | None, str | None]:
    """The border nearest to a point, if it lies at one, and the kilometres to it; nothing without a place."""
    import shapely
    from pyproj import Geod

    if not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None, None
    names, lines = _borders()
    point = shapely.Point(lon * SQUEEZED, lat)
    nearest = int(shapely.distance(lines, point).argmin())
    x, y = shapely.get_coordinates(shapely.shortest_line(lines[nearest], point))[0]
    _, _, metres = Geod(ellps="WGS84").inv(lon, lat, x / SQUEEZED, y)
    return names[nearest] if metres <= KM_AT_BORDER * 1000 else None, f"{metres / 1000:.2f}"


@functools.cache
def _borders() -> tuple[list[str], Any]:
    """The borders of the register and their lines, squeezed so that a degree is as long both ways."""
    import geopandas as gpd
    import shapely

    found = gpd.read_parquet(BORDERS)
    lines = shapely.transform(found.geometry.array.to_numpy(), lambda points: points * (SQUEEZED, 1))
    shapely.prepare(lines)
    return [f"{a}-{b}" for a, b in zip(found["country_a"], found["country_b"], strict=True)], lines


def _read(content: bytes) -> list[dict[str, Any]]:
    """The objects of an answer. Raises BatchError where it broke off or is none."""
    said = json_answer.read(content)
    remark = said.get("remark", "") if isinstance(said, dict) else ""
    if "error" in str(remark):
        raise BatchError(f"Overpass broke off ({remark}): try again later, when it is less busy")
    found = said.get("elements") if isinstance(said, dict) else None
    if not isinstance(found, list) or not all(_is_object(one) for one in found):
        raise BatchError("the JSON has no list of elements: the API changed, mend osm_crossings.py")
    return found


def _is_object(one: Any) -> bool:
    return isinstance(one, dict) and all(isinstance(one.get(name, {}), dict) for name in ("tags", "center"))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
