"""Tables of analysis as pages ask them: those of now, or, where the page shows a day, what was worked out for it."""

from __future__ import annotations

import datetime as dt

from dashboards.queries import reader


def table(name: str) -> str:
    """What stands in the FROM of a query for ``analysis.<name>``: its rows as of the day that the page shows.

    Of a day that is not worked out there are none: ask ``lacking`` first.
    """
    day = reader.as_of()
    if day is None:
        return f"analysis.{name}"
    return f"(SELECT * EXCLUDE (as_of) FROM analysis_as_of.{name} WHERE as_of = DATE '{day}')"


def days() -> list[dt.date]:
    """The days that are worked out, in order."""
    found = reader.ask("SELECT as_of FROM analysis_as_of.days WHERE known <> '' ORDER BY as_of")
    return list(found["as_of"])


def lacking() -> dt.date | None:
    """The day that the page shows, where the analysis is not worked out for it; else None."""
    day = reader.as_of()
    return day if day and day not in days() else None
