"""The Atom feed (RFC 4287) of the newest alerts, with the sources and licence of each."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

from alerts.book import Alert

ATOM = "http://www.w3.org/2005/Atom"
# So many alerts a feed has.
MOST = 100
FILE = "feed.atom"
# Rules whose subject is a crossing, which has a page.
OF_CROSSINGS = ("crossing_state", "closure_passed")


def made(alerts: Sequence[Alert], home: str, now: dt.datetime) -> bytes:
    """The feed as a document. ``home`` is the dashboard's address; ids are the same wherever and whenever it is made.

    An empty feed is as new as ``now`` says.
    """
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed")
    _text(feed, "id", _id(home))
    _text(feed, "title", "Serai: alerts")
    _text(feed, "subtitle", "What changed at Afghanistan's borders, as sources report it. Unknown is an answer.")
    _text(feed, "updated", _time(max((one.raised_at for one in alerts), default=now)))
    author = ET.SubElement(feed, f"{{{ATOM}}}author")
    _text(author, "name", "Serai")
    _link(feed, "self", f"{home}/alerts.atom", "application/atom+xml")
    _link(feed, "alternate", f"{home}/runs", "text/html")
    _text(feed, "generator", "Serai")
    for alert in alerts[:MOST]:
        _entry(feed, alert, home)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def write(folder: Path, alerts: Sequence[Alert], home: str) -> Path:
    """Write the feed into the folder whole or not at all, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{FILE}-{os.getpid()}"
    fresh.write_bytes(made(alerts, home, dt.datetime.now(dt.UTC).replace(tzinfo=None)))
    return fresh.replace(folder / FILE)


def page_of(alert: Alert) -> str:
    """The dashboard's page, below its address, that shows what the alert speaks of."""
    if alert.rule in OF_CROSSINGS:
        return f"/crossings?crossing={quote(alert.subject)}"
    return "/commitments" if alert.rule == "commitment_restated" else "/runs"


def _entry(feed: ET.Element, alert: Alert, home: str) -> None:
    entry = ET.SubElement(feed, f"{{{ATOM}}}entry")
    _text(entry, "id", _id(alert.alert_id))
    _text(entry, "title", alert.title)
    for name in ("updated", "published"):
        _text(entry, name, _time(alert.raised_at))
    ET.SubElement(entry, f"{{{ATOM}}}category", {"term": alert.rule, "label": alert.rule.replace("_", " ")})
    _link(entry, "alternate", home + page_of(alert), "text/html")
    for url in dict.fromkeys(one["url"] for one in alert.sources if one["url"]):
        _link(entry, "via", url)
    for url in dict.fromkeys(one["licence_url"] for one in alert.sources):
        _link(entry, "license", url)
    cited = "; ".join(dict.fromkeys(f"{one['citation']} ({one['licence']})" for one in alert.sources))
    if cited:
        _text(entry, "rights", cited)
    printed = "\n".join(f"{one['name']}: {one['url']}" for one in alert.sources if one["url"])
    _text(entry, "content", alert.text + (f"\n\nSources:\n{printed}" if printed else "")).set("type", "text")


def _id(of: str) -> str:
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, of)}"


def _time(at: dt.datetime) -> str:
    return at.isoformat(timespec="seconds") + "Z"


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    one = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    # XML has no place for control characters, however they came into a page's words.
    one.text = "".join(char for char in text if char >= " " or char in "\t\n")
    return one


def _link(parent: ET.Element, rel: str, href: str, kind: str | None = None) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": href} | ({"type": kind} if kind else {}))
