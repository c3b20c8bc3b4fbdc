"""IMF PortWatch, ports: read like the chokepoints, by the ids that PortWatch's own register gives for their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from ingest import arcgis
from ingest.csv_file import BatchError, ParseLimits
from ingest.sources import portwatch
from warehouse.contracts import Contract

if TYPE_CHECKING:
    from ingest.client import Client
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted

# The ports through which goods for Afghanistan come: country, and words by which the register may name them.
PORTS = {
    "Karachi": ("PAK", ("karachi",)),
    "Port Qasim": ("PAK", ("qasim",)),
    "Gwadar": ("PAK", ("gwadar", "gawadar")),
    "Bandar Abbas": ("IRN", ("abbas", "rajaee", "rajaei")),
    "Chabahar": ("IRN", ("chabahar", "chah bahar", "beheshti")),
}
SERVICE, REGISTER = "Daily_Ports_Data", "PortWatch_ports_database"
FIGURES: portwatch.Figures = {
    "vessels": ("portcalls_{}", "portcalls"),
    "import_tonnes": ("import_{}", "import"),
    "export_tonnes": ("export_{}", "export"),
}
PASSED_OVER = {
    "year",
    "month",
    "day",
    "country",
    "ISO3",
    "portcalls_cargo",
    "import_cargo",
    "export_cargo",
    "ObjectId",
}
scope = portwatch.scope
pieces = portwatch.pieces


def fetch(client: Client, source: Source, wanted: Wanted) -> Iterator[Answer]:
    """Every page of the ports' days, in order. BatchError where they are not all, or the register lacks a port."""
    found = register(client, source.address.replace(SERVICE, REGISTER))
    yield from portwatch.pages(client, source.address, found, wanted)


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:  # noqa: ARG001
    """The rows of one page in the columns of ``sea_transits``, six for each of the page, one a type of ship."""
    return portwatch.by_ship_type(content, contract, FIGURES, PASSED_OVER)


def register(client: Client, layer: str) -> list[str]:
    """PortWatch's ids of our ports, by its register. BatchError where it has none for one of them."""
    countries = sorted({country for country, _ in PORTS.values()})
    where = f"ISO3 IN ({', '.join(map(repr, countries))})"
    listed = [
        row for page in arcgis.pages(client, layer, where, "portid") for row in arcgis.rows(arcgis.read(page.content))
    ]
    found = {name: [str(row["portid"]) for row in listed if _is(name, row)] for name in PORTS}
    if lacking := [name for name, ids in found.items() if not ids]:
        there = ", ".join(sorted(str(row.get("portname")) for row in listed))
        raise BatchError(
            f"the register of ports has no {', '.join(lacking)} (it has {there}): mend PORTS in portwatch_ports.py"
        )
    return sorted({one for ids in found.values() for one in ids})


def _is(name: str, row: dict[str, object]) -> bool:
    country, words = PORTS[name]
    said = str(row.get("portname")).lower()
    return row.get("ISO3") == country and any(word in said for word in words)
