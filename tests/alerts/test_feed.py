"""The feed: what RFC 4287 asks of every feed, and the same ids for ever."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from alerts import feed
from tests.alerts.test_delivery import ALERT, OTHER, START

HOME = "https://serai.example.org"
NS = {"a": feed.ATOM}
# RFC 3339 as RFC 4287 wants it.
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def read(*alerts: object, now: dt.datetime = START) -> ET.Element:
    return ET.fromstring(feed.made([*alerts], HOME, now))  # type: ignore[list-item]


def test_a_feed_has_what_the_standard_asks_for() -> None:
    root = read(OTHER, ALERT)
    assert root.tag == f"{{{feed.ATOM}}}feed"
    for parent in (root, *root.findall("a:entry", NS)):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"a:{name}", NS)) == 1
        assert TIME.fullmatch(parent.findtext("a:updated", "", NS))
        assert re.match("urn:uuid:[0-9a-f-]{36}$", parent.findtext("a:id", "", NS))
        alternates = [one.get("type") for one in parent.findall("a:link[@rel='alternate']", NS)]
        assert len(alternates) == len(set(alternates)) == 1, "one alternate of each kind"
    assert root.findtext("a:author/a:name", "", NS)
    assert [one.get("href") for one in root.findall("a:link[@rel='self']", NS)] == [f"{HOME}/alerts.atom"]


def test_an_entry_carries_its_rule_sources_and_licence() -> None:
    entry = read(ALERT).find("a:entry", NS)
    assert entry is not None
    assert [one.get("term") for one in entry.findall("a:category", NS)] == ["crossing_state"]
    assert [one.get("href") for one in entry.findall("a:link[@rel='via']", NS)] == [ALERT.sources[0]["url"]]
    licence = entry.find("a:link[@rel='license']", NS)
    assert licence is not None
    assert licence.get("href") == ALERT.sources[0]["licence_url"]
    assert "Serai shipped facts." in entry.findtext("a:rights", "", NS)
    assert ALERT.text in entry.findtext("a:content", "", NS)
    assert entry.find("a:link[@rel='alternate']", NS).get("href") == f"{HOME}/crossings?crossing=torkham"  # type: ignore[union-attr]


def test_ids_stay_and_nothing_in_a_title_breaks_it() -> None:
    odd = replace(ALERT, title="a <b> & \x00\x1b[1m", sources=[])
    first, again = read(odd), read(OTHER, ALERT, now=START + dt.timedelta(days=9))
    ids = [root.findall("a:entry", NS)[-1].findtext("a:id", "", NS) for root in (first, again)]
    assert ids[0] == ids[1]
    assert first.findtext("a:id", "", NS) == again.findtext("a:id", "", NS)
    assert first.findtext("a:entry/a:title", "", NS) == "a <b> & [1m"


def test_it_is_written_whole_and_never_longer_than_it_may_be(tmp_path: Path) -> None:
    many = [replace(ALERT, alert_id=f"{number:032}") for number in range(feed.MOST + 5)]
    path = feed.write(tmp_path, many, HOME)
    assert len(ET.fromstring(path.read_bytes()).findall("a:entry", NS)) == feed.MOST
    assert [one.name for one in tmp_path.iterdir()] == ["feed.atom"]
