"""Overpass: answers that break off with status 200; and what the map says of the places of crossings."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from expectations.references import References
from expectations.suites import crossings
from ingest import source
from ingest.csv_file import BatchError
from tests.ingest import live
from tests.ingest.conftest import LIMITS, House
from tests.server import Reply, Server
from warehouse import contracts

PATH = "/api/interpreter"
CONTROL = {"barrier": "border_control"}
pytestmark = pytest.mark.usefixtures("few_rows")


def node(number: int, lat: float, lon: float, **tags: str) -> dict[str, Any]:
    spelt = {name.replace("__", ":"): value for name, value in tags.items()}
    return {"type": "node", "id": number, "lat": lat, "lon": lon, "tags": spelt}


# Torkham's gate as a way with a centre, a post without a name, two of one name, a pass, and one on another border.
POSTS = [
    {"type": "way", "id": 7, "center": {"lat": 34.1247, "lon": 71.0944},
     "tags": {**CONTROL, "name": "تورخم", "name:en": "Torkham Border Crossing", "alt_name": "Turkham Gate"}},
    node(1, 33.829, 69.966, **CONTROL),
    node(2, 31.25, 66.98, **CONTROL, name="Badini Gate"),
    node(3, 31.3, 67.0, amenity="customs", name="Badini customs"),
    node(4, 34.92, 71.23, mountain_pass="yes", name="Ghākhi Pass"),
    node(5, 30.92, 66.35, **CONTROL, name__en="Chaman border"),
    node(6, 35.5, 62.0, **CONTROL, name="Torkham"),
    node(8, 24.9, 67.0, office="customs", name="Custom House Karachi"),
]  # fmt: skip


def overpass(elements: list[dict[str, Any]], **more: Any) -> Reply:
    said = {
        "version": 0.6,
        "generator": "Overpass API",
        "osm3s": {"timestamp_osm_base": "2026-11-25T12:00:00Z", "copyright": "made available under ODbL."},
        "elements": elements,
        **more,
    }
    return Reply(json.dumps(said).encode(), headers={"Content-Type": "application/json"})


@pytest.fixture
def mapped(built_house: House, server: Server) -> House:
    built_house.visit(server, "osm_crossings")
    server.routes[PATH] = overpass(POSTS)
    return built_house


def test_a_post_has_its_names_its_place_and_the_border_that_it_lies_at(mapped: House, server: Server) -> None:
    [run] = mapped.ingest("osm_crossings").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 8, 0), run.reason
    assert '"barrier"="border_control"' in server.asked[0].query["data"]
    found = mapped.rows(
        """
        SELECT post_id, kind, name, name_en, other_names, border FROM border_posts
        WHERE post_id IN ('way/7', 'node/4', 'node/8') ORDER BY post_id
        """
    ).rows()
    assert found == [
        ("node/4", "mountain_pass", "Ghākhi Pass", None, None, "AFG-PAK"),
        ("node/8", "customs", "Custom House Karachi", None, None, None),
        ("way/7", "border_control", "تورخم", "Torkham Border Crossing", "Turkham Gate", "AFG-PAK"),
    ]


def test_distances_to_the_border_are_those_by_which_crossings_are_judged(mapped: House) -> None:
    mapped.ingest("osm_crossings")
    with duckdb.connect() as con:
        refs = References(con, mapped.places.geometry)
        for border, lat, lon, km in mapped.rows(
            "SELECT border, lat, lon, km_to_border FROM border_posts WHERE border IS NOT NULL"
        ).rows():
            a, b = border.split("-")
            assert km == pytest.approx(crossings._distance(refs, a, b, lat, lon), rel=0.02, abs=0.02)


def test_places_are_checked_and_proposed_and_the_register_stays_as_it_is(mapped: House) -> None:
    mapped.ingest("publishers", "crossings")
    before = mapped.rows("FROM facts.crossings ORDER BY ALL")
    mapped.ingest("osm_crossings")
    found = mapped.rows(
        """
        SELECT crossing_id, finding, named_post, named_km, nearest_post, proposed_lat, proposed_lon
        FROM crossing_coordinates ORDER BY crossing_id
        """
    )
    said = {row["crossing_id"]: row for row in found.rows(named=True)}
    torkham = said["torkham"]
    # The post of that name on the border with Turkmenistan is another one.
    assert (torkham["finding"], torkham["named_post"], torkham["named_km"]) == ("agrees", "way/7", 1.4)
    assert (said["chaman"]["finding"], said["chaman"]["named_km"]) == ("differs", 9.0)
    kharlachi = said["kharlachi"]
    assert (kharlachi["finding"], kharlachi["named_post"], kharlachi["nearest_post"]) == ("near", None, "node/1")
    ghakhi = said["ghakhi_pass"]
    assert (ghakhi["finding"], ghakhi["proposed_lat"], ghakhi["proposed_lon"]) == ("proposed", 34.92, 71.23)
    badini = said["badini"]
    assert (badini["finding"], badini["proposed_lat"]) == ("ambiguous", None)
    assert (said["gursal"]["finding"], said["gursal"]["proposed_lat"]) == ("nothing", None)
    assert mapped.rows("FROM facts.crossings ORDER BY ALL").equals(before)


def test_the_same_again_changes_nothing_and_a_moved_post_is_a_new_version(mapped: House, server: Server) -> None:
    live.check_unchanged(mapped, "osm_crossings")
    server.routes[PATH] = overpass([{**POSTS[1], "lat": 33.83}, *POSTS[2:]])
    live.check_replays(mapped, server, "osm_crossings")
    gone = mapped.rows(
        "SELECT post_id, superseded_why FROM facts.border_posts WHERE superseded_at IS NOT NULL ORDER BY 1"
    )
    assert gone.rows() == [("node/1", "corrected"), ("way/7", "withdrawn")]


def test_a_post_without_a_place_or_of_another_kind_is_held_back(mapped: House, server: Server) -> None:
    server.routes[PATH] = overpass(
        [*POSTS, {"type": "relation", "id": 9, "tags": CONTROL}, node(10, 34, 71, shop="x")]
    )
    [run] = mapped.ingest("osm_crossings").runs
    assert (run.outcome, run.rows_quarantined) == ("loaded", 2), run.reason
    reasons = mapped.rows("SELECT row_number, expectation FROM quarantine ORDER BY ALL").rows()
    assert reasons == [(9, "km_to_border.filled"), (9, "lat.filled"), (9, "lon.filled"), (10, "kind.filled")]


def test_every_bad_day_of_the_source_is_refused_and_changes_nothing(mapped: House, server: Server) -> None:
    live.check_survives(mapped, server, "osm_crossings", PATH, "429, come back in an hour")
    live.check_refuses_all(server, "osm_crossings", PATH)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (overpass(POSTS[:2], remark='runtime error: Query timed out in "query" at line 2.'), "Overpass broke off"),
        (Reply(b"<?xml version='1.0'?><osm/>"), "this is no JSON"),
        (Reply(b'{"features": []}'), "the JSON has no list of elements"),
        (Reply(b"[]"), "the JSON has no list of elements"),
    ],
    ids=["broke off", "XML", "another API", "a list"],
)
def test_an_answer_of_another_shape_is_refused(reply: Reply, words: str) -> None:
    with pytest.raises(BatchError, match=words):
        source.load("osm_crossings").parse(reply.body, contracts.load("border_posts"), LIMITS.parse)
