"""How an export is cited: a dataset with its version, day and sources, as text and as CITATION.cff (CFF 1.2)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import yaml

AUTHOR = "The Serai founders"
TITLE = "Serai: an observatory of closed and open borders"
LICENCE, LICENCE_ID = "https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"
MESSAGE = "If you use these data, cite them together with the sources of the figures that you quote (references)."
KEYWORDS = ["Afghanistan", "Pakistan", "border crossings", "trade", "open data"]


@dataclass(frozen=True)
class Told:
    """What is known of the whole: version, when it was published, the day, sources in it, and what is withheld.

    ``url`` is where others reach it, empty where nowhere.
    """

    version: str
    published_at: dt.datetime | None
    day: dt.date | None
    sources: list[dict[str, Any]]
    withheld: dict[str, str]
    url: str = ""

    def of(self, datasets: frozenset[str]) -> list[dict[str, Any]]:
        """The sources of these datasets."""
        return [one for one in self.sources if one["dataset"] in datasets]


def text(told: Told) -> str:
    """How to cite the whole, and then, in their own words, the sources that are in it."""
    named = "; ".join(dict.fromkeys(one["citation"].rstrip(".") for one in told.sources))
    return of_whole(told) + (f" With data of: {named}." if named else "")


def of_whole(told: Told) -> str:
    """As DataCite recommends it: creator (year): title. Version. Type. Address."""
    year = f" ({told.published_at.year})" if told.published_at else ""
    parts = [f"{AUTHOR}{year}: {TITLE}", f"Version {told.version}{_known(told)}", "Dataset", told.url]
    return f"{'. '.join(part for part in parts if part)}."


def cff(told: Told, description: str) -> str:
    """CITATION.cff: the dataset, and each of its sources as a reference with the words it wants to be cited by."""
    said: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": MESSAGE,
        "type": "dataset",
        "title": TITLE + (f" (as known on {told.day})" if told.day else ""),
        "authors": [{"name": AUTHOR}],
        "version": told.version,
        "license": LICENCE_ID,
        "abstract": description,
        "keywords": KEYWORDS,
    }
    if told.published_at:
        said["date-released"] = f"{told.published_at:%Y-%m-%d}"
    if told.url:
        said["url"] = told.url
    if told.sources:
        said["references"] = [_reference(one) for one in told.sources]
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110)


def _known(told: Told) -> str:
    """When it was published and, of a day gone by, as of when it is known."""
    published = f", published {told.published_at:%Y-%m-%d}" if told.published_at else ""
    return published + (f", as known on {told.day}" if told.day else "")


def _reference(one: dict[str, Any]) -> dict[str, Any]:
    address = {"url": one["address"]} if one["address"].startswith("https://") else {}
    return {
        "type": "data",
        "title": one["title"],
        "authors": [{"name": one["publisher"]}],
        "notes": one["citation"],
        "license-url": one["licence_url"],
    } | address
