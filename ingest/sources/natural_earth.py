"""Natural Earth, countries: a zip with a shapefile, whose columns are in capitals or not, by layer and edition."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import polars as pl

from ingest import unpack
from ingest.csv_file import BatchError, ParseLimits, typed, unreadable
from warehouse.contracts import Contract

PAGE = "https://www.naturalearthdata.com/downloads/10m-cultural-vectors/"
# What stands where a country has no ISO code.
NO_CODE = "-99"
DECIMALS = 5


@dataclass(frozen=True)
class Layer:
    """One layer: its level, and which of its columns are ours. ``country``: the first with a code counts."""

    level: str
    columns: dict[str, str]
    country: tuple[str, ...]
    wanted: frozenset[str] | None = None


NAMES = {name: name for name in ("name", "name_en", "name_fa", "name_ur", "name_ru")}
COUNTRIES = Layer("country", {"area_id": "adm0_a3", "kind": "type", **NAMES}, ("iso_a3_eh", "adm0_a3"))


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:
    """The countries in the columns of ``areas``; row 1 is the first of the shapefile."""
    return areas(content, contract, limits, COUNTRIES)


def areas(content: bytes, contract: Contract, limits: ParseLimits, layer: Layer) -> pl.DataFrame:
    """The areas of one layer in the contract's columns. Raises BatchError."""
    files = unpack.unzip(content, limits.file_bytes)
    shapes = _shapes(content, files)
    needed = {*layer.columns.values(), *layer.country}
    if missing := sorted(needed - set(shapes.columns)):
        raise BatchError(f"the shapefile lacks the column {', '.join(missing)}: mend natural_earth.py")
    codes = shapes[list(layer.country)].itertuples(index=False)
    said = {ours: map(_text, shapes[theirs]) for ours, theirs in layer.columns.items()}
    text = {**said, "country": map(_code, codes), **_drawn(shapes.geometry)}
    frame = pl.DataFrame({name: pl.Series(list(values), dtype=pl.String) for name, values in text.items()}).select(
        (pl.int_range(pl.len(), dtype=pl.Int64) + 1).alias("row_number"),
        pl.all(),
        pl.lit(layer.level).alias("level"),
        pl.lit(_edition(files), pl.String).alias("edition"),
        pl.lit("Natural Earth").alias("source_name"),
        pl.lit(PAGE).alias("source_url"),
    )
    if layer.wanted is not None:
        frame = frame.filter(pl.col("country").is_in(layer.wanted))
    lacking = [pl.lit(None, pl.String).alias(name) for name in contract.columns if name not in frame.columns]
    return frame.with_columns(*lacking).select(
        "row_number",
        *(typed(field) for field in contract.fields),
        *(unreadable(field) for field in contract.fields if field.type != "string"),
    )


def _shapes(content: bytes, files: dict[str, bytes]) -> Any:
    """The layer as a GeoDataFrame with its columns in small letters, in degrees."""
    import geopandas as gpd

    if sum(name.endswith(".shp") for name in files) != 1:
        raise BatchError(f"the zip has no shapefile, or several ({', '.join(sorted(files))}): look at the address")
    try:
        found = gpd.read_file(io.BytesIO(content))
    except Exception as error:  # what the reader of shapes raises for damaged bytes has no end: UnboundLocalError too
        raise BatchError(f"the shapefile cannot be read ({error}): fetch it again later") from None
    if found.crs is None:
        raise BatchError("the shapefile does not say in which coordinates it is drawn: fetch it again later")
    return found.rename(columns=str.lower).to_crs(4326)


def _drawn(shapes: Any) -> dict[str, list[str | None]]:
    """Area, a point inside and the shape as text; nothing of an area without shape, for the judges to see."""
    import shapely
    from pyproj import Geod

    ellipsoid = Geod(ellps="WGS84")
    found: dict[str, list[str | None]] = {"area_km2": [], "lat": [], "lon": [], "geometry": []}
    for shape in shapes:
        if shape is None or shape.is_empty:
            values: list[str | None] = [None] * len(found)
        else:
            inside = shape.representative_point()
            area = abs(ellipsoid.geometry_area_perimeter(shape)[0]) / 1e6
            drawn = shapely.to_wkt(shape, rounding_precision=DECIMALS)
            values = [f"{area:.1f}", f"{inside.y:.{DECIMALS}f}", f"{inside.x:.{DECIMALS}f}", drawn]
        for name, value in zip(found, values, strict=True):
            found[name].append(value)
    return found


def _edition(files: dict[str, bytes]) -> str | None:
    """What the file beside the shapefile says, 5.1.1 for example; None without one."""
    texts = [content.decode("ascii", "replace").strip() for name, content in files.items() if "VERSION" in name]
    return texts[0] if texts else None


def _code(candidates: tuple[Any, ...]) -> str | None:
    """The first that is a code."""
    return next((text for one in candidates if (text := _text(one)) and text != NO_CODE), None)


def _text(value: Any) -> str | None:
    import pandas as pd

    return None if pd.isna(value) else str(value)
