"""What every source gives on a good day, small, as the tests of each build it: the inputs that are spoilt.

Live sources are asked through their own fetching, on the test server; shipped ones are their files, the longer ones
cut to their first rows and those that corrections speak of. Where the real sample files are, parts of them too.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from ingest import corrections, hapi, source
from ingest.snapshots import Answer
from tests.conftest import CURATED
from tests.ingest import (
    conftest,
    live,
    test_acled,
    test_bts,
    test_comtrade,
    test_gdelt,
    test_hapi,
    test_imts,
    test_natural_earth,
    test_osm_crossings,
    test_portwatch,
    test_ucdp_api,
    test_wfp,
    test_worldbank,
)
from tests.ingest.feature_layer import Layer
from tests.server import Server

# Rows of a shipped file that is longer.
ROWS = 40
# The folder of real files: the first bytes of each stand for an answer of the source.
REAL = {
    "bts": "bts/Border_Crossing_Entry_Data.csv.gz",
    "ucdp_candidate": "ucdp/GEDEvent_v26_0_1.csv",
    "wfp_afg": "wfp/wfp_food_prices_afg.csv",
    "wfp_pak": "wfp/wfp_food_prices_pak.csv",
    "imts": "imf/imts_sdmx30_sample.xml",
}
REAL_BYTES = 20_000


def wrapped(fixture: Any) -> Any:
    """The function of a fixture."""
    return fixture.__wrapped__


class Nobody:
    """Stands for the house of a fixture that only wants to be visited."""

    def visit(self, *_: Any) -> None:
        """Nothing: the seeds are fetched without a warehouse."""


def answers(server: Server, folder: Path, patch: pytest.MonkeyPatch) -> dict[str, list[list[Answer]]]:
    """Every source with the batches that it may give. The patches must stay while they are parsed."""
    found = {name: [[live.answer(f"curated/{name}.csv", cut(name))]] for name in source.shipped()}
    for name, batch in _live(server, folder, patch):
        found.setdefault(name, []).append(batch)
    for name, path in REAL.items():
        if (live.SAMPLES / path).exists():
            found[name].append([_real(found[name][0][0], live.SAMPLES / path)])
    return found


def cut(name: str) -> bytes:
    """The shipped file's first rows, and those that its corrections name."""
    text = (CURATED / f"{name}.csv").read_text(encoding="utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    named = [one.row for one in corrections.load(source.load(name))]
    kept = [
        row for number, row in enumerate(rows) if number < ROWS or _named(dict(zip(header, row, strict=False)), named)
    ]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *kept])
    return out.getvalue().encode()


def _named(row: dict[str, str], named: list[dict[str, Any]]) -> bool:
    return any(all(_is(row.get(key, ""), value) for key, value in one.items()) for one in named)


def _is(text: str, value: Any) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return text != "" and float(text) == value
    return text == ("" if value is None else str(value).lower() if isinstance(value, bool) else str(value))


def _real(like: Answer, place: Path) -> Answer:
    with place.open("rb") as file:
        content = file.read()
    if place.suffix == ".gz":
        import gzip

        content = gzip.decompress(content)
    content = content[:REAL_BYTES]
    if place.suffix != ".xml":
        content = content[: content.rindex(b"\n") + 1]
    return live.answer(like.url, content)


def _live(server: Server, folder: Path, patch: pytest.MonkeyPatch) -> Any:
    """Each live source with what its fetching gives, by file and, where it has one, by its API."""
    for name in ("SERAI_HAPI_TOKEN", "SERAI_COMTRADE_TOKEN", "SERAI_UCDP_TOKEN"):
        patch.delenv(name, raising=False)
    nobody: Any = Nobody()

    def set_up(fixture: Any, *arguments: Any) -> None:
        wrapped(fixture)(*arguments)

    test_acled.Acled(server)
    set_up(test_acled.account, nobody, server, patch)
    set_up(test_bts.ports, nobody, server)
    set_up(test_comtrade.nations, nobody, server, patch)
    set_up(test_gdelt.bucket, server)
    set_up(test_imts.fund, nobody, server)
    set_up(test_natural_earth.atlas, nobody, server, folder)
    square = test_natural_earth.province("AFG-1", "Nangarhar", "AFG", "AF-NAN")
    server.routes[test_natural_earth.PROVINCES] = test_natural_earth.zipped(folder / "provinces", [square])
    set_up(test_osm_crossings.mapped, nobody, server)
    set_up(test_portwatch.sea, nobody, server)
    _ports(server)
    set_up(conftest.uppsala, nobody, server, patch)
    set_up(test_worldbank.bank, nobody, server)
    # Both have the same catalogue.
    of_wfp = {"wfp_afg", "wfp_pak", "wfp_rates"}
    for fixture, names in ((test_wfp.markets, of_wfp), (test_hapi.exchange, set(source.names()) - of_wfp)):
        set_up(fixture, *(nobody, server, patch)[: wrapped(fixture).__code__.co_argcount])
        for name in sorted(names - set(source.shipped())):
            yield name, live.fetched(server, name)
    set_up(test_ucdp_api.api, nobody, server, patch)
    patch.setenv("SERAI_HAPI_TOKEN", test_hapi.IDENTIFIER)
    patch.setattr(hapi, "COUNTRIES", ("AFG", "PAK"))
    server.routes[test_hapi.EVENTS] = test_hapi.of_country(test_hapi.page_rows())
    for name in ("ucdp_ged", "ucdp_candidate", "hapi_conflict"):
        yield name, live.fetched(server, name)


def _ports(server: Server) -> None:
    names = {
        "port10": ("Karachi", "PAK"), "port11": ("Muhammad Bin Qasim", "PAK"), "port12": ("Gwadar", "PAK"),
        "port107": ("Bandar Abbas", "IRN"), "port13": ("Chah Bahar", "IRN"),
    }  # fmt: skip
    register = [{"portid": one, "portname": name, "ISO3": iso3} for one, (name, iso3) in names.items()]
    Layer(register).serve(server, test_portwatch.REGISTER)
    Layer([test_portwatch.call(one, *names[one], test_portwatch.FIRST) for one in names]).serve(
        server, test_portwatch.PORTS
    )
