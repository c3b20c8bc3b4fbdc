"""Claims of lost trade beside the modelled loss of the same closure, each as a share of its own measure.

A claim is set against the closure of its border that has nine tenths of its days; of two, the shorter; a claim for
one crossing against a closure that shut it. Claimants count goods as customs does, series may count payments: dollars
of the two are not compared. A claim is a share of what normally passes on its route in a day, a modelled loss a share
of what by the model was at stake on the closed days; the factor is the one by the other. It takes the shut crossings
to lose alike. What leaves Afghanistan is what the other side imports, and the other side's figures are taken. There
is no factor where the loss may be none, is more than was at stake, or belongs to other closures too.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

CLAIMS = """
    SELECT
        claim_id, row_key, claimant, claimant_side, border, crossing_id, measure, flow, period_start, period_end,
        claimed_a_day, normal_a_day, factor AS of_normal, exceeds_all
    FROM loss_claims_weighed
    WHERE claimed_a_day IS NOT NULL
    ORDER BY claim_id, row_key
"""
# Flow as crossings have it, as the other side's statistics have it.
SEEN = {"exports": ("import",), "imports": ("export",), "cargo": ("export", "import")}
SHARES = {
    "modelled": "loss",
    **{f"modelled_{end}": f"loss_{end}" for end in ("low_80", "high_80", "low_95", "high_95")},
}
# Of the days of a claim, those that must lie in the closure, and in months that are known.
SHARED = 0.9
Row = Mapping[str, Any]
Key = tuple[str, str, str]


def modelled(claims: pl.DataFrame, events: Iterable[Row], lines: Iterable[Row]) -> Iterator[dict[str, object]]:
    """The lines of analysis.losses_claims: each claim with each basis and method of its closure, or why with none.

    ``events`` as in closures.lasting_events; ``lines``: of analysis.losses and of analysis.losses_left_out.
    """
    events, of_closure = list(events), _by_closure(lines)
    for claim in claims.iter_rows(named=True):
        event, why_not = _meant(claim, events)
        found = of_closure.get((event["border"], event["started_on"]), {}) if event else {}
        for key, flows in sorted(found.items()):
            named = dict(zip(("reporter", "basis", "method"), key, strict=True)) | {"started_on": flows["started_on"]}
            why = _why_no_factor(claim, [flows.get(flow) for flow in SEEN[claim["flow"]]])
            yield claim | named | ({"why_not": why} if why else _beside(claim, flows))
        if not found:
            yield claim | {"why_not": why_not or "no series of trade on this border carries a model"}


def _by_closure(lines: Iterable[Row]) -> dict[tuple[str, dt.date], dict[Key, dict[str, Any]]]:
    """The lines of routes as the other side counts them: by closure, then basis and method, then flow."""
    found: dict[tuple[str, dt.date], dict[Key, dict[str, Any]]] = {}
    for line in lines:
        if line["reporter"] != "AFG" and line["scope"] == "route":
            key = (line["reporter"], line["basis"], line["method"])
            of_closure = found.setdefault((line["border"], line["started_on"]), {})
            of_closure.setdefault(key, {"started_on": line["started_on"]})[line["flow"]] = line
    return found


def _meant(claim: Row, events: list[Row]) -> tuple[Row | None, str | None]:
    """The closure that a claim means, or why none is found."""
    if why_not := _why_not(claim):
        return None, why_not
    days = (claim["period_end"] - claim["period_start"]).days + 1
    own = claim["crossing_id"] if claim["crossing_id"] and claim["crossing_id"][0] != "*" else None
    found = [
        (shared, (event["started_on"] - event["until"]).days, at)
        for at, event in enumerate(events)
        if event["border"] == claim["border"]
        and (own is None or own in event["crossings"])
        and (shared := _shared(claim, event["started_on"], event["until"])) >= SHARED * days
    ]
    if not found:
        return None, f"no closure of seven days and more has {SHARED * 100:.0f} % of its days"
    return events[max(found)[2]], None


def _shared(claim: Row, first: dt.date, after: dt.date) -> int:
    """The days of a claim from first on before after."""
    until: dt.date = min(claim["period_end"] + dt.timedelta(days=1), after)
    since: dt.date = max(claim["period_start"], first)
    return max((until - since).days, 0)


def _why_not(claim: Row) -> str | None:
    """What the claim itself lacks to be set beside a model."""
    if claim["flow"] is None:
        return "whose exports or imports is not said"
    if claim["period_start"] is None or claim["period_end"] is None:
        return "of which days it speaks is not said"
    if claim["border"] == "AFG":
        return "it is for the country as a whole, for which no model has the months"
    if claim["of_normal"] is None:
        return "what is normal there is not known"
    return None


def _why_no_factor(claim: Row, lines: list[Row | None]) -> str | None:
    """Why the modelled losses, one for each flow, are no yardstick for the claim."""
    for line in lines:
        if line is None:
            return "no series of trade has that flow"
        which = f"Loss of the {line['reporter']} {line['flow']}s: "
        if "why_not" in line:
            return f"{which}{line['why_not']}"
        if line["doubts"]:
            return which + "; ".join(line["doubts"])
        last = line["last_month"]
        known_to = last.replace(day=calendar.monthrange(last.year, last.month)[1])
        shared = _shared(claim, line["started_on"], known_to + dt.timedelta(days=1))
        if line["months_known"] < line["months"] or claim["period_end"] > known_to:
            return f"{which}trade is not known in all the months of which the claim speaks"
        if 2 * shared < line["closed_days"]:
            return f"it speaks of {shared} of the {line['closed_days']} closed days over which the loss is known"
    return None


def _beside(claim: Row, flows: Row) -> dict[str, Any]:
    """The claim beside the modelled loss of its flows, as shares; ends of intervals are added: rather too wide."""
    lines = [flows[flow] for flow in SEEN[claim["flow"]]]
    stake = sum(line["at_stake"] for line in lines)
    shares = {name: sum(line[of] for line in lines) / stake for name, of in SHARES.items()}
    return shares | {
        "times_modelled": claim["of_normal"] / shares["modelled"],
        "times_low_80": claim["of_normal"] / shares["modelled_high_80"],
        "times_high_80": claim["of_normal"] / shares["modelled_low_80"],
    }
