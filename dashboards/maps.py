"""The map: countries and crossings as layers of our own, drawn without any network.

deck.gl draws it in the browser. Left to itself it asks a server for a background style; an empty style of our own, in
the page itself, keeps it silent. Background tiles are asked for only where the reader switches them on.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import polars as pl
import pydeck as pdk
import streamlit as st

from dashboards import colours, texts
from serai.settings import settings

ATTRIBUTION = (
    "Boundaries: [© OpenStreetMap contributors](https://www.openstreetmap.org/copyright), ODbL, via time zone shapes "
    "([timezone-boundary-builder](https://github.com/evansiroky/timezone-boundary-builder)); they imply no opinion "
    "on any line's status. The Afghan-Pakistani border is also called the Durand Line."
)
# West, south, east, north: what the map can be dragged to, so that China's coast is not sent to every browser.
SHOWN = (46.0, 16.0, 92.0, 48.0)
VIEW = {"latitude": 33.4, "longitude": 67.8, "zoom": 4.0, "minZoom": 3, "maxZoom": 9}
NAMES_AT = {
    "AFG": (64.6, 34.2),
    "PAK": (68.9, 28.6),
    "IRN": (59.3, 33.2),
    "TKM": (59.6, 39.0),
    "UZB": (65.2, 39.6),
    "TJK": (70.2, 38.9),
    "IND": (74.4, 27.4),
    "CHN": (79.6, 37.4),
}
# West, south, east, north.
Box = tuple[float, float, float, float]
# What a letter and a line of a name, and a disc with the gap beside it, take up as the map opens, degrees.
LETTER, LINE, DISC, GAP = 0.29, 0.52, 0.35, 0.48
# Where a name stands beside its disc: the side that it begins or ends at, and pixels.
SIDES = {"start": 11, "end": -11}
TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
TOOLTIP = (
    "<b>{name}</b><br>{says}<br>since {since}<br>last reported on {reported} ({age}: {known})<br>by {source}"
    "<br>{border}, {category}"
)


@st.cache_data(max_entries=1, show_spinner=False)
def countries() -> dict[str, Any]:
    """The country shapes as GeoJSON, cut to the part of the world that is shown, to about 2 km."""
    import geopandas as gpd  # slow to import, and only needed here

    shapes = gpd.read_parquet(settings().geometry / "countries.parquet").clip(SHOWN)
    shapes["geometry"] = shapes.geometry.simplify_coverage(0.015).set_precision(0.001)
    found: dict[str, Any] = json.loads(shapes[["iso3", "geometry"]].to_json())
    return found


def crossings(frame: pl.DataFrame, *, dark: bool, background: bool) -> pdk.Deck:
    """The map of all crossings that have coordinates, coloured by status.

    A filled disc is a report of the last 30 days, a pale one is the last that is known, a hollow one is unknown.
    """
    points = [_point(row) for row in frame.drop_nulls(["lat", "lon"]).to_dicts()]
    ink = [236, 233, 227] if dark else [31, 35, 40]
    layers = [
        _land(dark=dark, faint=background),
        _country_names(ink),
        _discs(points),
        _glyphs(points, ink),
        _labels(points, ink),
    ]
    return pdk.Deck(
        layers=layers,
        map_style=_style(background=background),
        map_provider=None,
        initial_view_state=pdk.ViewState(**VIEW),
        tooltip={"html": TOOLTIP, "style": {"fontSize": "13px", "maxWidth": "320px"}},
    )


def _point(row: dict[str, Any]) -> dict[str, Any]:
    status, days = row["status"], row["days_old"]
    colour = colours.rgb(colours.STATUS[status])
    fresh = days is not None and days <= texts.FRESH_DAYS
    formal = row["category"].startswith("formal")
    return {
        "at": [row["lon"], row["lat"]],
        "line": colour,
        "fill": [*colour, 0 if status == "unknown" else 255 if fresh else 110],
        "radius": 8 if formal else 5,
        "glyph": colours.STATUS_GLYPH[status] if formal and status in ("closed", "restricted") else "",
        "label": texts.short(row["name"]) if formal else "",
        "name": row["name"],
        "says": f"{colours.STATUS_GLYPH[status]} {status} ({row['basis']}{', disputed' if row['disputed'] else ''})",
        "since": texts.day(row["since"]),
        "reported": texts.day(row["last_reported_on"]),
        "age": texts.age(days),
        "known": texts.known(days),
        "source": row["source_name"] or "nobody",
        "border": texts.border(row["country_a"], row["country_b"]),
        "category": texts.CATEGORIES[row["category"]],
    }


def _land(*, dark: bool, faint: bool) -> pdk.Layer:
    fill = [48, 54, 61] if dark else [244, 240, 231]
    return pdk.Layer(
        "GeoJsonLayer",
        countries(),
        id="countries",
        filled=True,
        stroked=True,
        get_fill_color=[*fill, 0 if faint else 255],
        get_line_color=[120, 128, 138] if dark else [140, 132, 118],
        line_width_min_pixels=1,
    )


def _country_names(ink: list[int]) -> pdk.Layer:
    names = [{"at": at, "name": texts.country(code).upper()} for code, at in NAMES_AT.items()]
    return pdk.Layer(
        "TextLayer",
        names,
        id="country-names",
        get_position="at",
        get_text="name",
        get_size=12,
        get_color=[*ink, 130],
        font_family="'sans-serif'",
        character_set="'auto'",
    )


def _discs(points: list[dict[str, Any]]) -> pdk.Layer:
    return pdk.Layer(
        "ScatterplotLayer",
        points,
        id="crossings",
        get_position="at",
        get_radius="radius",
        radius_units="'pixels'",
        get_fill_color="fill",
        get_line_color="line",
        line_width_min_pixels=2,
        stroked=True,
        pickable=True,
        auto_highlight=True,
    )


def _glyphs(points: list[dict[str, Any]], ink: list[int]) -> pdk.Layer:
    """The sign in each disc, so that colour is not all there is."""
    return pdk.Layer(
        "TextLayer",
        [point for point in points if point["glyph"]],
        id="glyphs",
        get_position="at",
        get_text="glyph",
        get_size=13,
        get_color=ink,
        font_weight=700,
        character_set="'auto'",
    )


def _labels(points: list[dict[str, Any]], ink: list[int]) -> pdk.Layer:
    """The names, as many as fit beside each other."""
    return pdk.Layer(
        "TextLayer",
        _uncrowded(points),
        id="labels",
        get_position="at",
        get_text="label",
        get_size=12,
        get_color=ink,
        get_text_anchor="anchor",
        get_pixel_offset="offset",
        font_family="'sans-serif'",
        character_set="'auto'",
    )


def _uncrowded(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The points whose names fit beside their discs, right or left, as the map opens; the first ones win.

    None runs over another name or another point's disc.
    """
    kept: list[dict[str, Any]] = []
    taken: list[Box] = []
    for point in points:
        discs = [_around(one["at"]) for one in points if one is not point]
        for anchor, pixels in SIDES.items() if point["label"] else ():
            box = _beside(point, anchor)
            if not any(_overlap(box, other) for other in [*taken, *discs]):
                kept.append({**point, "anchor": anchor, "offset": [pixels, 0]})
                taken.append(box)
                break
    return kept


def _beside(point: dict[str, Any], anchor: str) -> Box:
    """What the point's name covers on that side of it."""
    (lon, lat), long = point["at"], LETTER * len(point["label"])
    west = lon + GAP if anchor == "start" else lon - GAP - long
    return west, lat - LINE / 2, west + long, lat + LINE / 2


def _around(at: list[float]) -> Box:
    """What a disc covers."""
    return at[0] - DISC, at[1] - DISC, at[0] + DISC, at[1] + DISC


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _style(*, background: bool) -> str:
    """A map style in an address of its own, without a server: empty, or OpenStreetMap's tiles."""
    style: dict[str, Any] = {"version": 8, "sources": {}, "layers": []}
    if background:
        style["sources"]["osm"] = {"type": "raster", "tiles": [TILES], "tileSize": 256}
        style["layers"].append({"id": "osm", "type": "raster", "source": "osm", "paint": {"raster-opacity": 0.6}})
    return "data:application/json," + quote(json.dumps(style), safe="")
