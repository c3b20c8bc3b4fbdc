"""PortWatch: pages that the server cuts, errors with 200, a day column that moves, vintages, ports by their names."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import arcgis, run, source
from ingest.csv_file import BatchError
from ingest.snapshots import Answer
from ingest.source import Wanted
from ingest.sources import portwatch
from tests.ingest import live
from tests.ingest.conftest import LIMITS, House
from tests.ingest.feature_layer import Layer
from tests.server import Question, Reply, Server
from warehouse import contracts

SERVICES = "/weJ1QsnbMYJlCHdG/arcgis/rest/services"
LAYER = f"{SERVICES}/Daily_Chokepoints_Data/FeatureServer/0"
PORTS = f"{SERVICES}/Daily_Ports_Data/FeatureServer/0"
REGISTER = f"{SERVICES}/PortWatch_ports_database/FeatureServer/0"
CONTRACT = contracts.load("sea_transits")
HELD = "SELECT count(*)::INT, min(day)::VARCHAR, max(day)::VARCHAR FROM sea_transits WHERE ship_type = 'all'"
TYPES = portwatch.SHIP_TYPES[:-1]
FIRST = dt.date(2026, 2, 1)
AT = dt.datetime(2026, 11, 25, tzinfo=dt.UTC).replace(tzinfo=None)
pytestmark = pytest.mark.usefixtures("few_rows")


def transit(place: str, day: dt.date, vessels: int = 2) -> dict[str, Any]:
    """A day of a chokepoint, with as many ships of each of the five types."""
    counts = {f"n_{ship}": vessels for ship in TYPES} | {"n_cargo": 4 * vessels, "n_total": 5 * vessels}
    capacity = {f"capacity_{ship}": 1000.5 * vessels for ship in TYPES}
    sums = {"capacity_cargo": 4002.0 * vessels, "capacity": 5002.5 * vessels}
    name = portwatch.CHOKEPOINTS.get(place, "Taiwan Strait")
    return {"date": day, "portid": place, "portname": name, **parts(day), **counts, **capacity, **sums}


def call(place: str, name: str, iso3: str, day: dt.date) -> dict[str, Any]:
    """A day of a port."""
    figures = {
        f"{kind}_{ship}": 3 for kind in ("portcalls", "import", "export") for ship in (*TYPES, "cargo")
    } | {"portcalls": 15, "import": 16, "export": 14}  # fmt: skip
    return {"date": day, "portid": place, "portname": name, "country": iso3, "ISO3": iso3, **parts(day), **figures}


def parts(day: dt.date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}


def days(count: int, *places: str) -> list[dict[str, Any]]:
    wanted = places or tuple(portwatch.CHOKEPOINTS)
    return [transit(place, FIRST + dt.timedelta(days=number)) for number in range(count) for place in wanted]


def all_ships(server: Server) -> pl.DataFrame:
    """What is fetched and read, without a warehouse: the rows of all ships."""
    one = source.load("portwatch")
    rows = pl.concat(one.parse(page.content, CONTRACT, LIMITS.parse) for page in live.fetched(server, "portwatch"))
    return rows.filter(rows["ship_type"] == "all")


@pytest.fixture
def sea(built_house: House, server: Server) -> House:
    built_house.visit(server, "portwatch", "portwatch_ports")
    Layer(days(3)).serve(server, LAYER)
    return built_house


def test_a_day_of_a_chokepoint_is_a_row_for_each_type_of_ship(sea: House) -> None:
    [run] = sea.ingest("portwatch").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 3 * 4 * 6, 0), run.reason
    found = sea.rows(
        """
        SELECT place_name, place_kind, ship_type, vessels, capacity_dwt, import_tonnes, known_from::VARCHAR AS known
        FROM sea_transits WHERE place_id = 'chokepoint6' AND day = '2026-02-02' AND ship_type IN ('all', 'tanker')
        ORDER BY ship_type
        """
    )
    # 2 February 2026 was a Monday: the week was out on the Tuesday after the Sunday that ended it.
    hormuz = ("Strait of Hormuz", "chokepoint")
    known = "2026-02-10"
    assert found.rows() == [
        (*hormuz, "all", 10, 10005, None, known), (*hormuz, "tanker", 2, 2001, None, known),
    ]  # fmt: skip


@pytest.mark.parametrize("cap", [1000, 700, 7])
def test_no_row_is_lost_where_the_server_sends_fewer_than_were_asked_for(server: Server, cap: int) -> None:
    """A client that asked for 2,000, got 1,000 and went on at 2,000 lost 27 September 2021 to 22 June 2024."""
    count = 520 if cap > 100 else 10
    Layer(days(count), cap).serve(server, LAYER)
    held = all_ships(server)
    assert (held.height, held["day"].n_unique()) == (4 * count, count)
    assert held["day"].max() == FIRST + dt.timedelta(days=count - 1)


@given(rows=st.integers(1, 60), cap=st.integers(1, 25))
def test_every_row_comes_once_whatever_the_server_sends_at_once(rows: int, cap: int) -> None:
    layer = Layer(days(rows, "chokepoint6"), cap)

    class Client:
        def get(self, url: str) -> Answer:
            parts = urlsplit(url)
            reply = layer.answer(Question(parts.path, dict(parse_qsl(parts.query)), {}))
            return live.answer(url, reply.body)

    pages = arcgis.pages(cast("Any", Client()), "https://example.org/0", "portid IN ('chokepoint6')", "date")
    numbers = [row["ObjectId"] for page in pages for row in arcgis.rows(arcgis.read(page.content))]
    assert numbers == list(range(1, rows + 1))


def test_pages_that_are_not_all_the_rows_are_refused(server: Server) -> None:
    layer = Layer(days(3))
    layer.serve(server, LAYER)

    def short(question: Question) -> Reply:
        said = json.loads(layer.answer(question).body)
        if "features" in said:
            said["features"].pop()
        return Reply(json.dumps(said).encode())

    server.routes[f"{LAYER}/query"] = short
    with pytest.raises(BatchError, match="the pages have 11 rows, the server counts 12: try again later"):
        live.fetched(server, "portwatch")


def test_a_row_that_comes_on_two_pages_means_that_the_table_moved(server: Server) -> None:
    layer = Layer(days(3), cap=5)
    layer.rows[6]["ObjectId"] = 1
    layer.serve(server, LAYER)
    with pytest.raises(BatchError, match="rows came twice: the table was updated while it was read"):
        live.fetched(server, "portwatch")


def test_a_chokepoint_short_of_days_is_a_table_being_rebuilt(server: Server) -> None:
    Layer([row for row in days(30) if row["portid"] != "chokepoint6" or row["day"] > 20]).serve(server, LAYER)
    with pytest.raises(BatchError, match="chokepoint6: 8 days, others have 30: the table is being rebuilt"):
        live.fetched(server, "portwatch")


def test_a_hole_between_days_is_warned_of(sea: House, server: Server) -> None:
    Layer([row for row in days(20) if row["portid"] != "chokepoint6" or row["day"] != 7]).serve(server, LAYER)
    sea.ingest("portwatch")
    warned = sea.rows("FROM ops.validations WHERE expectation = 'day.no_hole'").row(0, named=True)
    assert (warned["outcome"], warned["severity"]) == ("fail", "warning")
    assert "1 days before 2026-02-08" in warned["observed"]


@pytest.mark.parametrize(("kind", "name"), [("DateOnly", "date"), ("Date", "date_"), ("DateOnly", "date_")])
def test_the_day_is_read_whatever_its_column_is_called_and_of_which_type(
    server: Server, kind: str, name: str
) -> None:
    Layer(days(3)).serve(server, LAYER)
    before = all_ships(server)
    Layer(days(3), kind=kind, name=name).serve(server, LAYER)
    assert all_ships(server).equals(before)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"error": {"code": 400, "message": "Cannot perform query."}}, r"an error \(400: Cannot perform query.\)"),
        ({"objectIdFieldName": "ObjectId", "fields": [], "features": []}, "the answer has no features"),
    ],
    ids=["error with 200", "no rows with 200"],
)
def test_an_error_with_200_is_asked_again_and_refused_if_it_stays(
    server: Server, bad: dict[str, Any], words: str
) -> None:
    layer, left = Layer(days(3)), [2]
    layer.serve(server, LAYER)

    def under_load(question: Question) -> Reply:
        if "returnCountOnly" not in question.query and left[0]:
            left[0] -= 1
            return Reply(json.dumps(bad).encode())
        return layer.answer(question)

    server.routes[f"{LAYER}/query"] = under_load
    assert all_ships(server).height == 12
    left[0] = 1000
    with pytest.raises(BatchError, match=words):
        live.fetched(server, "portwatch")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"n_roro": "n_ro_ro"}, "missing: n_roro; unknown: n_ro_ro"),
        ({"year": "vintage"}, "missing: none; unknown: vintage"),
        ({"date": "observed"}, "missing: none; unknown: observed"),
    ],
    ids=["a figure", "one more", "the day"],
)
def test_another_column_is_refused_by_name(changed: dict[str, str], words: str) -> None:
    row = {changed.get(name, name): str(value) for name, value in transit("chokepoint6", FIRST).items()}
    fields = [{"name": name, "type": "esriFieldTypeString"} for name in row]
    page = json.dumps({"fields": fields, "features": [{"attributes": row}]}).encode()
    with pytest.raises(BatchError, match=words):
        source.load("portwatch").parse(page, CONTRACT, LIMITS.parse)


def test_a_figure_that_is_no_number_is_held_back_not_guessed(sea: House, server: Server) -> None:
    Layer([row | {"n_tanker": "many"} if row["day"] == 2 else row for row in days(3)]).serve(server, LAYER)
    [run] = sea.ingest("portwatch").runs
    assert (run.outcome, run.rows_quarantined) == ("loaded", 4), run.reason
    reasons = sea.rows("SELECT DISTINCT expectation FROM quarantine ORDER BY ALL").to_series().to_list()
    assert reasons == ["vessels.filled", "vessels.readable"]


def test_a_chokepoint_of_another_name_is_not_taken_for_ours(server: Server) -> None:
    Layer([row | {"portname": "Malacca Strait"} for row in days(1)]).serve(server, LAYER)
    with pytest.raises(BatchError, match="is called 'Malacca Strait': see what PortWatch renumbered"):
        live.fetched(server, "portwatch")


def test_the_same_again_changes_nothing(sea: House) -> None:
    live.check_unchanged(sea, "portwatch")


def test_a_revised_vintage_makes_new_versions_and_both_are_there(sea: House, server: Server) -> None:
    sea.ingest("portwatch")
    revised = [transit("chokepoint6", row["date"], 3) if row["portid"] == "chokepoint6" else row for row in days(4)]
    Layer(revised).serve(server, LAYER)
    loaded = sea.ingest("portwatch").runs[0].loaded
    assert (loaded.added, loaded.corrected, loaded.withdrawn, loaded.unchanged) == (24, 18, 0, 54)
    vintages = sea.rows(
        """
        SELECT place_id, days, vessels_before, vessels_after, vessels_ratio FROM sea_transit_revisions
        WHERE ship_type = 'all'
        """
    ).rows()
    assert vintages == [("chokepoint6", 3, 30, 45, 1.5)]
    old = sea.rows("SELECT vessels FROM sea_transits WHERE place_id = 'chokepoint6' AND ship_type = 'all'")
    assert set(old.to_series()) == {15}


def test_what_was_not_asked_for_is_not_withdrawn(sea: House, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the newest day held is of this month, only the last days are asked for: the older ones stay."""
    Layer(days(200)).serve(server, LAYER)
    sea.ingest("portwatch")
    newest = FIRST + dt.timedelta(days=199)
    monkeypatch.setattr(portwatch, "today", lambda: newest)
    Layer(days(200)[4 * 100 :]).serve(server, LAYER)
    [run] = sea.ingest("portwatch").runs
    assert run.outcome == "loaded", run.reason
    # 121 days were asked for, of which the source no longer has the first 21.
    assert (run.rows_seen, run.loaded.withdrawn, run.loaded.unchanged) == (100 * 24, 21 * 24, 100 * 24)
    assert sea.rows(HELD).row(0) == (4 * 179, "2026-02-01", str(newest))


def test_of_a_backfill_the_scope_is_the_days_that_were_asked_for(server: Server) -> None:
    Layer(days(20)).serve(server, LAYER)
    wanted = Wanted(dt.date(2026, 2, 20), FIRST + dt.timedelta(days=2), FIRST + dt.timedelta(days=5))
    answers = live.fetched(server, "portwatch", wanted)
    rows = pl.concat(portwatch.parse(answer.content, CONTRACT, LIMITS.parse) for answer in answers)
    assert (rows["day"].min(), rows["day"].max(), rows.height) == (wanted.first, wanted.last, 4 * 4 * 6)
    assert portwatch.scope(answers).values == {
        "places": list(portwatch.CHOKEPOINTS), "first": str(wanted.first), "last": str(wanted.last),
    }  # fmt: skip


def test_a_backfill_adds_its_days_and_leaves_the_others(sea: House, server: Server) -> None:
    Layer(days(20)).serve(server, LAYER)
    since, until = FIRST + dt.timedelta(days=2), FIRST + dt.timedelta(days=5)
    for last in (since, until):
        result = run.backfill(sea.places, ["portwatch"], (since, last), sea.limits, lambda *_: None)
        assert result.refused == []
    held = sea.rows("SELECT DISTINCT day FROM sea_transits ORDER BY 1")["day"].to_list()
    assert (held[0], held[-1], len(held)) == (since, until, 4)


@pytest.mark.parametrize(
    ("newest", "today", "first"),
    [
        (None, "2026-11-25", "2019-01-01"),
        ("2026-11-22", "2026-11-25", "2026-07-25"),
        ("2026-10-31", "2026-11-02", "2019-01-01"),
        ("2025-11-22", "2026-11-25", "2019-01-01"),
    ],
    ids=["nothing held", "within the month", "a month begins", "a year ago"],
)
def test_old_days_are_read_again_once_a_month(newest: str | None, today: str, first: str) -> None:
    wanted = Wanted(dt.date.fromisoformat(newest) if newest else None)
    assert portwatch.since(wanted, dt.date.fromisoformat(today)) == dt.date.fromisoformat(first)


def test_all_pages_are_replayed(sea: House, server: Server) -> None:
    sea.ingest("portwatch")
    Layer([transit(row["portid"], row["date"], 3) for row in days(3)], cap=5).serve(server, LAYER)
    live.check_replays(sea, server, "portwatch")


def test_every_bad_day_of_the_source_is_refused_and_changes_nothing(sea: House, server: Server) -> None:
    live.check_survives(sea, server, "portwatch", f"{LAYER}/query", "500")
    live.check_refuses_all(server, "portwatch", f"{LAYER}/query")


def test_ports_are_found_by_their_names_in_the_register(sea: House, server: Server) -> None:
    names = {
        "port10": ("Karachi", "PAK"), "port11": ("Muhammad Bin Qasim", "PAK"), "port12": ("Gwadar", "PAK"),
        "port107": ("Bandar Abbas", "IRN"), "port13": ("Chah Bahar", "IRN"), "port196": ("Bushehr", "IRN"),
    }  # fmt: skip
    register = [{"portid": one, "portname": name, "ISO3": iso3} for one, (name, iso3) in names.items()]
    Layer(register).serve(server, REGISTER)
    Layer([call(one, *names[one], FIRST) for one in names]).serve(server, PORTS)
    [run] = sea.ingest("portwatch_ports").runs
    assert (run.outcome, run.rows_quarantined) == ("loaded", 0), run.reason
    found = sea.rows(
        """
        SELECT place_name, country, place_kind, vessels, import_tonnes, export_tonnes, capacity_dwt
        FROM sea_transits WHERE ship_type = 'all' ORDER BY place_name
        """
    ).rows()
    assert [row[0] for row in found] == ["Bandar Abbas", "Chah Bahar", "Gwadar", "Karachi", "Muhammad Bin Qasim"]
    assert found[0][1:] == ("IRN", "port", 15, 16, 14, None)
    Layer(register[:2] + register[3:]).serve(server, REGISTER)
    [run] = sea.ingest("portwatch_ports").runs
    words = "the register of ports has no Gwadar (it has Bandar Abbas, Bushehr, Chah Bahar, Karachi, Muhammad"
    assert words in (run.reason or "")


def test_a_month_is_compared_with_the_same_months_before(sea: House, server: Server) -> None:
    years = {2023: 4, 2024: 2, 2025: 3, 2026: 1}
    rows = [
        transit("chokepoint6", dt.date(year, 3, day), count) for year, count in years.items() for day in range(1, 32)
    ]
    others = [
        row | {"portid": place, "portname": name} for row in rows for place, name in portwatch.CHOKEPOINTS.items()
    ]
    Layer(others[: -4 * 11]).serve(server, LAYER)
    [run] = sea.ingest("portwatch").runs
    assert run.outcome == "loaded", run.reason
    found = sea.rows(
        """
        SELECT month::VARCHAR AS month, days, whole, vessels_per_day, usual_vessels_per_day, usual_years,
            vessels_of_usual
        FROM sea_transit_months WHERE place_id = 'chokepoint6' AND ship_type = 'all' ORDER BY month
        """
    ).rows()
    assert found == [
        ("2023-03-01", 31, True, 20, None, None, None),
        ("2024-03-01", 31, True, 10, 20, 1, 0.5),
        ("2025-03-01", 31, True, 15, 15, 2, 1),
        ("2026-03-01", 20, False, 5, 15, 3, 0.333),
    ]


@live.real_file
def test_the_recorded_answer_is_read_to_the_last_day() -> None:
    content = live.sample("portwatch/arcgis_daily_chokepoints_taiwan_2023-01.json").read_bytes()
    rows = source.load("portwatch").parse(content, contracts.load("sea_transits"), LIMITS.parse)
    said = [feature["attributes"] for feature in json.loads(content)["features"]]
    all_ships = rows.filter(rows["ship_type"] == "all").sort("day")
    assert rows.height == 31 * 6
    assert all_ships["day"].to_list() == [dt.date(2023, 1, day) for day in range(1, 32)]
    assert all_ships["vessels"].to_list() == [row["n_total"] for row in sorted(said, key=lambda row: row["day"])]
    assert all_ships["capacity_dwt"].sum() == pytest.approx(sum(row["capacity"] for row in said))


@live.real_file
def test_hormuz_falls_in_march_2026_in_the_real_series(sea: House, server: Server) -> None:
    content = json.loads(live.sample("portwatch/wm_chokepoint_transit_2026-07.json").read_bytes())
    series = [(one["portwatchName"], one["history"]) for one in content["chokepoints"].values()]
    rows = [as_in_the_layer(name, day) for name, history in series for day in history]
    Layer(sorted(rows, key=lambda row: (row["date"], row["portid"]))).serve(server, LAYER)
    [run] = sea.ingest("portwatch").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 4 * 2757 * 6, 0), run.reason
    found = sea.rows(
        """
        SELECT round(vessels_per_day, 1), whole, vessels_of_usual < 0.1 AS hardly_any FROM sea_transit_months
        WHERE place_name = 'Strait of Hormuz' AND ship_type = 'all' AND strftime(month, '%m') IN ('02', '03', '07')
            AND year(month) = 2026
        ORDER BY month
        """
    ).rows()
    assert found == [(89.4, True, False), (4.8, True, True), (18.2, False, False)]
    assert sea.rows("SELECT expectation FROM ops.validations WHERE outcome <> 'pass'").rows() == []


def as_in_the_layer(name: str, day: dict[str, Any]) -> dict[str, Any]:
    """A day of the recorded series, in the words of the layer that it was read from."""
    words = dict(zip(("container", "dryBulk", "generalCargo", "roro", "tanker"), TYPES, strict=True))
    counts = {f"n_{theirs}": day[ours] for ours, theirs in words.items()}
    capacity = {f"capacity_{theirs}": day[f"cap{ours[0].upper()}{ours[1:]}"] for ours, theirs in words.items()}
    whole = sum(capacity.values())
    sums = {"n_total": day["total"], "capacity": whole, "capacity_cargo": whole - capacity["capacity_tanker"]}
    [place] = [one for one, known in portwatch.CHOKEPOINTS.items() if known == name]
    date = dt.date.fromisoformat(day["date"])
    return {"date": date, "portid": place, "portname": name, **counts, **capacity, "n_cargo": day["cargo"], **sums}
