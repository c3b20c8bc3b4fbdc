"""Claims of lost trade beside the modelled loss of the same closure.

A claim is set against the closure of its border that shares most of its days, and at least half of them; a claim for
one crossing against a closure that shut it, of whose loss it bears its part of the capacity that was shut. Both are
by the day, since claims and months do not end together. What leaves Afghanistan is what the other side imports, and
the other side's figures are taken. Of trade both ways the ends of both intervals are added, which is rather too wide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
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
WEIGHTS = "SELECT border, crossing_id, flow, weight FROM crossing_weights WHERE weight IS NOT NULL ORDER BY ALL"
# Flow as crossings have it, as the other side's statistics have it.
SEEN = {"exports": ("import",), "imports": ("export",), "cargo": ("export", "import")}
OF_LOSS = ("loss", "loss_low_80", "loss_high_80", "loss_low_95", "loss_high_95", "actual", "without_closure")
Row = dict[str, Any]


def modelled(claims: pl.DataFrame, losses: Iterable[Row], weights: pl.DataFrame) -> Iterator[Row]:
    """The lines of analysis.losses_claims: each claim with each basis and method, or the reason why with none."""
    closures: dict[tuple[Any, ...], dict[str, Row]] = {}
    for line in losses:
        if line["reporter"] != "AFG" and line["scope"] == "route":
            key = (line["border"], line["started_on"], line["reporter"], line["basis"], line["method"])
            closures.setdefault(key, {})[line["flow"]] = line
    for claim in claims.iter_rows(named=True):
        best: dict[tuple[Any, ...], tuple[int, dict[str, Row]]] = {}
        for (_, _, *counted), flows in closures.items():
            shared = _shared_days(claim, flows)
            if shared > best.get(tuple(counted), (0, {}))[0]:
                best[tuple(counted)] = (shared, flows)
        same = {name: value for name, value in claim.items() if name != "border"}
        found = [_beside(claim, flows, weights) for _, flows in best.values()]
        lines = [line for line in found if line]
        yield from (same | line | {"border": claim["border"], "why_not": None} for line in lines)
        if not lines:
            yield same | {"border": claim["border"], "why_not": _why_not(claim)}


def _shared_days(claim: Row, flows: dict[str, Row]) -> int:
    """Days that the claim and a closure it may mean share; 0 where they are fewer than half of the claim's."""
    line = next(iter(flows.values()))
    if line["border"] != claim["border"] or not set(SEEN.get(claim["flow"], ("none",))) <= set(flows):
        return 0
    if claim["crossing_id"] and claim["crossing_id"][0] != "*" and claim["crossing_id"] not in line["crossings"]:
        return 0
    if claim["period_start"] is None:
        return 0
    first = max(claim["period_start"], line["started_on"])
    # Where no end of the claim is known it begins within the closure, or means another.
    claimed_until = claim["period_end"] or claim["period_start"]
    until = min(claimed_until, line["known_to"] - dt.timedelta(days=1))
    shared = (until - first).days + 1
    return shared if 2 * shared >= (claimed_until - claim["period_start"]).days + 1 else 0


def _beside(claim: Row, flows: dict[str, Row], weights: pl.DataFrame) -> Row | None:
    """The claim beside the modelled loss; None where its crossing's part of what was shut is not known."""
    lines = [flows[flow] for flow in SEEN[claim["flow"]]]
    first = lines[0]
    part = _part(claim, first["crossings"], weights)
    days = min(line["closed_days"] for line in lines)
    if part is None or days <= 0:
        return None
    whole = {name: sum(line[name] for line in lines) * part / days for name in OF_LOSS}
    claimed = claim["claimed_a_day"]
    return {name: first[name] for name in ("started_on", "reporter", "basis", "method")} | {
        "part": part,
        "closed_days": days,
        "modelled_a_day": whole["loss"],
        "modelled_low_80": whole["loss_low_80"],
        "modelled_high_80": whole["loss_high_80"],
        "modelled_low_95": whole["loss_low_95"],
        "modelled_high_95": whole["loss_high_95"],
        "modelled_of_normal": 1 - whole["actual"] / whole["without_closure"],
        "times_modelled": _times(claimed, whole["loss"]),
        "times_low_80": _times(claimed, whole["loss_high_80"]),
        "times_high_80": _times(claimed, whole["loss_low_80"]),
    }


def _times(claimed: float, loss: float) -> float | None:
    return claimed / loss if loss > 0 else None


def _part(claim: Row, crossings: list[str], weights: pl.DataFrame) -> float | None:
    """The crossing's part of the capacity that the closure shut; 1 where the claim is for the border."""
    if claim["crossing_id"] is None or claim["crossing_id"][0] == "*":
        return 1.0
    flows = ["exports", "imports"] if claim["flow"] == "cargo" else [claim["flow"]]
    shut = weights.filter(
        pl.col("border") == claim["border"], pl.col("flow").is_in(flows), pl.col("crossing_id").is_in(crossings)
    )
    own = float(shut.filter(pl.col("crossing_id") == claim["crossing_id"])["weight"].sum())
    return own / float(shut["weight"].sum()) if own else None


def _why_not(claim: Row) -> str:
    if claim["flow"] is None:
        return "whose exports or imports is not said"
    if claim["period_start"] is None:
        return "of when it speaks is not said"
    if claim["border"] == "AFG":
        return "it is for the country as a whole, for which no model has the months"
    return "no modelled closure has half of its days"
