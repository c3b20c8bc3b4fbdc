"""When a source is looked at: a cron expression in a time zone, and the moments that it names.

Only what every scheduler reads alike is taken (serai schedule --export hands it to others): five fields of numbers,
names, ranges, lists and steps; the day of the month or the day of the week, not both; Sunday is 0. Where clocks are
turned the moments are those of Debian's cron: one that the day does not have comes when the gap ends, one that it
has twice comes once, and what recurs within the hour goes on as time does.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
VALUE = r"([0-9]{1,2}|[A-Z]{3})"
TERM = rf"(\*(/[0-9]+)?|{VALUE}(-{VALUE}(/[0-9]+)?)?)"
FIELD = re.compile(rf"{TERM}(,{TERM})*")
# A moment to try an expression with: any would do.
SOME_DAY = dt.datetime(2026, 1, 1)  # noqa: DTZ001 (UTC without a zone)


class ScheduleError(ValueError):
    """A schedule that cannot be read, in words."""


@dataclass(frozen=True)
class Schedule:
    """The moments named by a cron expression in an IANA time zone. Raises ScheduleError for what cannot be read."""

    cron: str
    zone: str

    def __post_init__(self) -> None:
        _check_fields(self.cron)
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            raise ScheduleError(f"there is no time zone {self.zone!r}: write one like Europe/Stockholm") from None
        try:
            self.after(SOME_DAY)
        except CronSimError as error:
            raise ScheduleError(f"{self.cron!r} is no cron expression ({error})") from None

    def after(self, moment: dt.datetime) -> dt.datetime:
        """The first moment later than this one; both in UTC without a zone."""
        local = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(self.zone))
        # Asked in the second of two like hours, cronsim may answer with the first.
        for found in CronSim(self.cron, local):
            at = found.astimezone(dt.UTC).replace(tzinfo=None)
            if at > moment:
                return at
        raise ScheduleError(f"{self.cron!r} names no moment within fifty years")

    def fields(self) -> list[set[int]]:
        """The values of its five fields, spelt out."""
        sim = CronSim(self.cron, SOME_DAY)
        # cronsim knows Sunday as 7 too.
        return [*map(set, (sim.minutes, sim.hours, sim.days, sim.months)), {day for day in _days(sim) if day < 7}]


def _days(sim: CronSim) -> set[int]:
    return {day for day in sim.weekdays if isinstance(day, int)}


def _check_fields(cron: str) -> None:
    parts = cron.upper().split() if isinstance(cron, str) else []
    if len(parts) != len(FIELDS):
        raise ScheduleError(f"{cron!r} is no cron expression: it takes five fields ({', '.join(FIELDS)})")
    for name, part in zip(FIELDS, parts, strict=True):
        if not FIELD.fullmatch(part):
            raise ScheduleError(
                f"{part!r} is no {name} in {cron!r}: write numbers, ranges, lists and steps, as every cron reads them"
            )
    if parts[2] != "*" and parts[4] != "*":
        raise ScheduleError(
            f"{cron!r} names days of the month and of the week, which crons read in two ways: name one"
        )
    if re.search(r"(?<!/)\b7\b", parts[4]):
        raise ScheduleError(f"{cron!r} has 7 as a day of the week, which not every cron knows: write 0 for Sunday")
