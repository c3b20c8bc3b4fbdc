"""IMF PortWatch, chokepoints: a feature layer, in which each place and day is a row with every type of ship.

The column with the day changed its name and its type within days, so both are asked for first. History is revised,
so the scope of a batch is all that was asked for, and once a month that is everything.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import polars as pl

from ingest import arcgis
from ingest.csv_file import BatchError, ParseLimits, typed, unreadable
from ingest.pieces import by_year
from warehouse.contracts import Contract
from warehouse.load import Scope

if TYPE_CHECKING:
    from ingest.client import Client
    from ingest.snapshots import Answer
    from ingest.source import Source, Wanted

# PortWatch's ids, with the names that it has for them.
CHOKEPOINTS = {
    "chokepoint1": "Suez Canal",
    "chokepoint4": "Bab el-Mandeb Strait",
    "chokepoint6": "Strait of Hormuz",
    "chokepoint7": "Cape of Good Hope",
}
SHIP_TYPES = ("container", "dry_bulk", "general_cargo", "roro", "tanker", "all")
# What a figure is called for one type of ship, and for all.
Figures = dict[str, tuple[str, str]]
FIGURES: Figures = {"vessels": ("n_{}", "n_total"), "capacity_dwt": ("capacity_{}", "capacity")}
# The day in parts, sums over some of the types, and the server's number of the row: nothing that we lack.
PASSED_OVER = {"year", "month", "day", "n_cargo", "capacity_cargo", "ObjectId"}
DAY_NAMES = ("date", "date_")
PAGE = "https://portwatch.imf.org/"
FIRST_DAY = dt.date(2019, 1, 1)
# The last months are revised from week to week, what is older now and then.
REVISED_DAYS = 120
# A table that is being rebuilt is short of days; a real hole would be small.
LEAST_SHARE = 0.9
pieces = by_year


def fetch(client: Client, source: Source, wanted: Wanted) -> Iterator[Answer]:
    """Every page of the chokepoints' days, in order. BatchError where they are not all, or of other places."""
    days: dict[str, int] = dict.fromkeys(CHOKEPOINTS, 0)
    for answer in pages(client, source.address, CHOKEPOINTS, wanted):
        for row in arcgis.rows(arcgis.read(answer.content)):
            place, name = str(row.get("portid")), row.get("portname")
            if CHOKEPOINTS.get(place) != name:
                raise BatchError(
                    f"{place} is called {name!r}: see what PortWatch renumbered, mend CHOKEPOINTS in portwatch.py"
                )
            days[place] += 1
        yield answer
    if short := [place for place, count in days.items() if count < LEAST_SHARE * max(days.values())]:
        raise BatchError(
            f"{', '.join(short)}: {min(days.values()):,} days, others have {max(days.values()):,}: the table is "
            "being rebuilt or was cut, try again later"
        )


def parse(content: bytes, contract: Contract, limits: ParseLimits) -> pl.DataFrame:  # noqa: ARG001
    """The rows of one page in the columns of ``sea_transits``, six for each of the page, one a type of ship."""
    return by_ship_type(content, contract, FIGURES, PASSED_OVER)


def scope(answers: list[Answer]) -> Scope:
    """The places and days that the addresses ask for."""
    [where] = {parse_qs(urlsplit(answer.url).query)["where"][0] for answer in answers}
    first, last = (re.search(rf"{sign} \w+ '(\d{{4}}-\d\d-\d\d)", where) for sign in (">=", "<="))
    return Scope(
        "list_contains($places, place_id) AND day BETWEEN $first::DATE AND $last::DATE",
        {
            "places": re.findall(r"'([a-z]+\d+)'", where),
            "first": first[1] if first else str(FIRST_DAY),
            "last": last[1] if last else "9999-12-31",
        },
    )


def pages(client: Client, layer: str, places: Iterable[str], wanted: Wanted) -> Iterator[Answer]:
    """The pages with all days of these places that are wanted. Raises BatchError."""
    columns = arcgis.columns(client, layer)
    day = _day_column(columns)
    kind, midnight = ("DATE", "") if columns[day] == "esriFieldTypeDateOnly" else ("timestamp", " 00:00:00")
    ids = ", ".join(f"'{place}'" for place in places)
    where = f"portid IN ({ids}) AND {day} >= {kind} '{since(wanted, today())}{midnight}'"
    if wanted.last:
        where += f" AND {day} <= {kind} '{wanted.last}{midnight}'"
    yield from arcgis.pages(client, layer, where, f"{day},portid")


def since(wanted: Wanted, today: dt.date) -> dt.date:
    """The first day to ask for: the last 120 held, and once a month everything, for old days are revised too.

    Everything until the newest day held is one of this month.
    """
    newest = wanted.newest
    if wanted.first:
        return max(wanted.first, FIRST_DAY)
    if newest is None or (newest.year, newest.month) != (today.year, today.month):
        return FIRST_DAY
    return dt.date(newest.year, newest.month, newest.day) - dt.timedelta(days=REVISED_DAYS)


def today() -> dt.date:
    """The day by UTC."""
    return dt.datetime.now(dt.UTC).date()


def by_ship_type(content: bytes, contract: Contract, figures: Figures, passed_over: set[str]) -> pl.DataFrame:
    """The rows of a page, a row a type of ship, in the contract's columns. Raises BatchError."""
    page = arcgis.read(content)
    names = list(arcgis.fields(page))
    _check_columns(names, figures, passed_over)
    said = [{name: _text(row.get(name)) for name in names} for row in arcgis.rows(page)]
    places = _places(pl.DataFrame(said, schema=dict.fromkeys(names, pl.String)), names)
    types = pl.concat(_of_type(places, number, figures) for number in range(len(SHIP_TYPES)))
    lacking = [pl.lit(None, pl.String).alias(name) for name in contract.columns if name not in types.columns]
    return (
        types.sort("row_number")
        .with_columns(*lacking)
        .select(
            "row_number",
            *(typed(field) for field in contract.fields),
            *(unreadable(field) for field in contract.fields if field.type != "string"),
        )
    )


def _of_type(places: pl.DataFrame, number: int, figures: Figures) -> pl.DataFrame:
    """The rows of one type of ship, numbered so that the six of a place and day keep together."""
    ship = SHIP_TYPES[number]
    names = {ours: whole if ship == "all" else each.format(ship) for ours, (each, whole) in figures.items()}
    return places.select(
        (pl.int_range(pl.len(), dtype=pl.Int64) * len(SHIP_TYPES) + number + 1).alias("row_number"),
        pl.col("^our_.*$").name.replace("^our_", ""),
        pl.lit(ship).alias("ship_type"),
        *(pl.col(theirs).alias(ours) for ours, theirs in names.items()),
    )


def _places(said: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """What is one for all types of ship, in our words."""
    text = pl.col(_day_column(names))
    # Milliseconds since 1970 or a date; other text stays, for the judges to see.
    of_number = pl.from_epoch(text.cast(pl.Int64, strict=False), "ms").dt.to_string("%Y-%m-%d")
    day = of_number.fill_null(text)
    date = day.str.to_date("%Y-%m-%d", strict=False)
    at_sea = pl.col("portid").str.starts_with("chokepoint")
    return said.with_columns(
        our_place_id=pl.col("portid"),
        our_place_name=pl.col("portname"),
        our_place_kind=pl.when(at_sea).then(pl.lit("chokepoint")).otherwise(pl.lit("port")),
        our_country=pl.col("ISO3") if "ISO3" in names else pl.lit(None, pl.String),
        our_day=day,
        # The week ends on Sunday and is out on the Tuesday after.
        our_due_on=date.dt.offset_by(pl.format("{}d", 9 - date.dt.weekday())).dt.to_string("%Y-%m-%d"),
        our_source_name=pl.lit("IMF PortWatch"),
        our_source_url=pl.lit(PAGE),
    )


def _check_columns(names: list[str], figures: Figures, passed_over: set[str]) -> None:
    needed = {each.format(ship) for each, _ in figures.values() for ship in SHIP_TYPES if ship != "all"}
    needed |= {"portid", "portname", *(whole for _, whole in figures.values())}
    missing = ", ".join(sorted(needed - set(names))) or "none"
    unknown = ", ".join(sorted(set(names) - needed - passed_over - set(DAY_NAMES))) or "none"
    if missing != "none" or unknown != "none":
        raise BatchError(
            f"the layer has other columns (missing: {missing}; unknown: {unknown}): see what PortWatch changed, "
            "then mend portwatch.py"
        )


def _day_column(names: Iterable[str]) -> str:
    [*found] = set(names) & set(DAY_NAMES)
    if len(found) != 1:
        raise BatchError(
            f"the layer has no column date (it has {', '.join(sorted(names))}): see what PortWatch renamed it to, "
            "then mend DAY_NAMES in portwatch.py"
        )
    return found[0]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
