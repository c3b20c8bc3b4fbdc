"""Natural Earth, provinces: the shapefile of first-level areas, of which the countries at the crossings are kept."""

from __future__ import annotations

import polars as pl

from ingest.csv_file import ParseLimits
from ingest.sources import natural_earth
from warehouse.contracts import Contract

# The countries at the crossings of the register, and their neighbours in Central Asia.
HERE = frozenset({"AFG", "CHN", "IND", "IRN", "KAZ", "KGZ", "PAK", "TJK", "TKM", "UZB"})
PROVINCES = natural_earth.Layer(
    "admin1",
    {"area_id": "adm1_code", "iso_3166_2": "iso_3166_2", "kind": "type_en", **natural_earth.NAMES},
    ("adm0_a3",),
    HERE,
)


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:
    """The provinces in the columns of ``areas``; row 1 is the first of the shapefile."""
    return natural_earth.areas(content, contract, limits, PROVINCES)
