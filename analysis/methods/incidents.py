"""Do attacks, clashes and strikes near a border raise the chance that it closes in the days after?

An event study with two placebos, and a discrete-time hazard. The window of a week was chosen before looking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from analysis import closures
from analysis.refresh import Tables, TooLittleError

TITLE = "Do incidents raise the chance that a border closes?"
VERSION = 1
REFERENCE = (
    "MacKinlay 1997, Journal of Economic Literature 35:13 (event studies); Singer & Willett 1993, Journal of "
    "Educational Statistics 18:155 (hazard); Cameron & Miller 2015, J. of Human Resources 50:317 (grouped errors)"
)
READS = ("timeline", "closure_episodes", "crossing_days", "crossings", "events_near_crossings")
KINDS = ("clash", "attack", "air_strike")
WINDOWS = (1, 3, 7, 14)
LAGS = range(-30, 31)
FEWEST = 10
PLACEBOS = 1000
SEED = 20251011
Days = npt.NDArray[np.bool_]
NEVER = np.array([], dtype="datetime64[D]")
# The timeline has incidents of a border, of which both sides are actors; the others lie in a crossing's catchment.
INCIDENTS = """
    SELECT 'AFG-' || side AS place, 'timeline' AS counted_by, kind, event_date AS day
    FROM timeline
    CROSS JOIN (SELECT unnest(['PAK', 'IRN', 'TJK', 'UZB', 'TKM']) AS side)
    WHERE
        kind IN ('clash', 'attack', 'air_strike')
        AND list_has_any(string_split(actors, ';'), ['AFG', 'Taliban'])
        AND list_contains(string_split(actors, ';'), side)
    UNION ALL
    SELECT crossing_id, provider, 'all', day
    FROM events_near_crossings
    WHERE catchment = 'in' AND date_precision = 'day'
"""


# Where all is shut, nothing can close: only days after one on which something was open are looked at.
OPEN = """
    SELECT DISTINCT p.place, d.day + 1 AS day
    FROM crossing_days AS d
    INNER JOIN crossings AS c ON d.crossing_id = c.crossing_id
    CROSS JOIN LATERAL (
        SELECT unnest([d.crossing_id, array_to_string(list_sort([c.country_a, c.country_b]), '-')])
    ) AS p (place)
    WHERE d.flow IN ('exports', 'imports') AND d.status IN ('open', 'restricted')
"""


@dataclass(frozen=True)
class Series:
    """One place's days: which could see a closure begin, on which incidents happened, on which a closure began, and
    the quarter of each. Incidents on days that could not are left out.
    """

    place: str
    counted_by: str
    first: np.datetime64
    open: Days
    incidents: dict[str, Days]
    begun: Days
    quarter: npt.NDArray[np.int64]


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    """The days of incidents, the first days of closures, and the days on which something was open, by place."""
    rows = closures.cargo(con)
    border = rows.group_by("event").agg(place=pl.col("border").first(), day=pl.col("started_on").min())
    begun = pl.concat([border.select("place", "day"), rows.select(place="crossing_id", day="started_on")])
    places = ["place", "counted_by", "kind", "day"]
    return {
        "incidents": con.sql(INCIDENTS).pl().sort(places),
        "begun": begun.unique().sort("place", "day"),
        "open": con.sql(OPEN).pl().sort("place", "day"),
    }


def work_out(gathered: Tables) -> Tables:
    """The tables incidents, incidents_profile and incidents_hazard. Raises TooLittleError where none has enough."""
    found = list(series(gathered))
    if not found:
        raise TooLittleError(f"no border or crossing has {FEWEST} days with incidents and {FEWEST} closures")
    effects = [line for one in found for kind in one.incidents for line in effect(one, kind)]
    profiles = [line for one in found for line in profile(one)]
    hazards = [line for one in found for line in hazard(one)]
    tables = {"incidents": effects, "incidents_profile": profiles, "incidents_hazard": hazards}
    return {name: pl.DataFrame(lines, infer_schema_length=None) for name, lines in tables.items()}


def series(gathered: Tables) -> Iterator[Series]:
    """The days of each place with at least ten days of incidents and ten closures."""
    days = {name: _by_place(gathered[name]) for name in ("begun", "open")}
    for (place, counted_by), lines in gathered["incidents"].group_by(["place", "counted_by"], maintain_order=True):
        starts, opened = (days[name].get(str(place), NEVER) for name in ("begun", "open"))
        happened = lines["day"].to_numpy().astype("datetime64[D]")
        if not len(starts) or not len(happened):
            continue
        # Years in which nobody wrote incidents down are no years without incidents.
        first, last = max(happened.min(), starts.min()) - 60, max(happened.max(), starts.max()) + 60
        span = np.arange(first, last + 1)
        could = np.isin(span, opened)
        kinds = sorted(set(lines["kind"]))
        of_kind = {kind: could & np.isin(span, happened[(lines["kind"] == kind).to_numpy()]) for kind in kinds}
        every = could & np.isin(span, happened)
        chosen = {"all": every} | {kind: days for kind, days in of_kind.items() if days.sum() >= FEWEST}
        starting = np.isin(span, starts)
        if every.sum() >= FEWEST and starting.sum() >= FEWEST:
            quarter = span.astype("datetime64[M]").astype(np.int64) // 3
            yield Series(str(place), str(counted_by), first, could, chosen, starting, quarter)


def _by_place(rows: pl.DataFrame) -> dict[str, npt.NDArray[np.datetime64]]:
    return {
        str(place): lines["day"].to_numpy().astype("datetime64[D]") for (place,), lines in rows.group_by(["place"])
    }


def within(begun: Days, days: int) -> Days:
    """Whether a closure begins on each day or in the days after, ``days`` days in all."""
    padded = np.concatenate([begun, np.zeros(days - 1, bool)])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, days).any(axis=1))


def effect(one: Series, kind: str) -> Iterator[dict[str, object]]:
    """The lines of analysis.incidents for one place and kind."""
    incidents, chance = one.incidents[kind], np.random.default_rng(SEED)
    for window in WINDOWS:
        follows, precedes = within(one.begun, window), np.roll(within(one.begun[::-1], window)[::-1], 1)
        share = float(follows[incidents].mean())
        low, high = _resampled(follows, incidents, one.quarter, chance)
        moved = np.array([follows[np.roll(incidents, by) & one.open].mean() for by in _shifts(one, kind, chance)])
        shuffled = _shuffled(follows, incidents, np.where(one.open, one.quarter, -1), chance)
        # Days whose window has no incident, nor lies in the wake of one.
        apart = one.open & ~within(incidents, window) & ~_ago(incidents, 0, window - 1)
        other = float(follows[apart].mean()) if apart.any() else 0.0
        yield {
            "place": one.place,
            "counted_by": one.counted_by,
            "kind": kind,
            "window_days": window,
            "incident_days": int(incidents.sum()),
            "followed": int(follows[incidents].sum()),
            "share_followed": share,
            "share_low": low,
            "share_high": high,
            "share_other": other,
            "ratio": share / other if other else None,
            "placebo_share": float(moved.mean()),
            "placebo_high": float(np.quantile(moved, 0.95)),
            "p_placebo": _p(moved, share),
            "p_shuffled": _p(shuffled, share),
            "share_before": float(precedes[incidents].mean()),
            "closures": int(one.begun.sum()),
            "first_day": one.first.item(),
            "last_day": (one.first + len(one.begun) - 1).item(),
        }


def _p(placebos: npt.NDArray[np.float64], share: float) -> float:
    # The figure itself is one of the ways the days could have fallen (Davison & Hinkley 1997, 4.2).
    return float((np.sum(placebos >= share) + 1) / (len(placebos) + 1))


def _shifts(one: Series, kind: str, chance: np.random.Generator) -> npt.NDArray[np.int64]:
    """By how many days to move: not so little that a window meets its own incident, nor onto days all shut."""
    incidents = one.incidents[kind]
    shifts = np.arange(60, max(len(incidents) - 60, 61))
    enough = [by for by in shifts if (np.roll(incidents, by) & one.open).sum() >= incidents.sum() / 2]
    return chance.choice(np.array(enough or shifts), PLACEBOS)


def _resampled(
    follows: Days, incidents: Days, quarter: npt.NDArray[np.int64], chance: np.random.Generator
) -> tuple[float, float]:
    """The 95 % interval of the share, incidents of a quarter drawn together."""
    groups = quarter[incidents] - quarter.min()
    hits = np.bincount(groups, weights=follows[incidents])
    sizes = np.bincount(groups)
    present = np.flatnonzero(sizes)
    drawn = chance.choice(present, (PLACEBOS, len(present)))
    shares = hits[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)


def _shuffled(
    follows: Days, incidents: Days, quarter: npt.NDArray[np.int64], chance: np.random.Generator
) -> npt.NDArray[np.float64]:
    """The share where each incident day is drawn anew within its quarter, no day twice."""
    total = np.zeros(PLACEBOS)
    for one in np.unique(quarter[incidents]):
        days = np.flatnonzero(quarter == one)
        count = int(incidents[days].sum())
        order = np.argsort(chance.random((PLACEBOS, len(days))), axis=1)[:, :count]
        total += follows[days][order].sum(axis=1)
    return np.asarray(total / incidents.sum())


def profile(one: Series) -> Iterator[dict[str, object]]:
    """The lines of analysis.incidents_profile for one place."""
    incidents, chance = one.incidents["all"], np.random.default_rng(SEED)
    shifts = _shifts(one, "all", chance)
    days = np.flatnonzero(incidents)
    placebo_days = (days[None, :] + shifts[:, None]) % len(incidents)
    for lag in LAGS:
        at = days + lag
        inside = (at >= 0) & (at < len(one.begun))
        hits = int(one.begun[at[inside]].sum())
        moved = one.begun[(placebo_days + lag) % len(incidents)].mean(axis=1)
        yield {
            "place": one.place,
            "counted_by": one.counted_by,
            "lag": lag,
            "incident_days": len(days),
            "closures": hits,
            "share": hits / len(days),
            "placebo": float(moved.mean()),
            "placebo_high": float(np.quantile(moved, 0.95)),
        }


def hazard(one: Series) -> Iterator[dict[str, object]]:
    """The lines of analysis.incidents_hazard for one place; none where the estimate does not converge."""
    from statsmodels.discrete.discrete_model import Logit

    incidents = one.incidents["all"]
    terms = {
        "days_0_to_2": _ago(incidents, 0, 2),
        "days_3_to_6": _ago(incidents, 3, 6),
        "days_7_to_13": _ago(incidents, 7, 13),
        "closed_lately": _ago(one.begun, 1, 30),
    }
    begun = one.begun & one.open
    # Where no closure began with it, no odds can be told.
    terms = {name: days for name, days in terms.items() if begun[days].any()}
    years = (one.quarter // 4)[:, None] == np.unique(one.quarter // 4)
    # A year without a closure says nothing of its days; with it the estimate has no end.
    told = (years & begun[:, None]).any(axis=0)
    kept = years[:, told].any(axis=1) & one.open
    design = np.column_stack([*terms.values(), years[:, told]])[kept].astype(float)
    try:
        result = Logit(begun[kept].astype(float), design).fit(
            disp=False, maxiter=100, warn_convergence=False, cov_type="cluster",
            cov_kwds={"groups": one.quarter[kept]},
        )  # fmt: skip
    except np.linalg.LinAlgError:
        return  # the terms cannot be told from one another
    if not result.mle_retvals["converged"]:
        return
    limits = result.conf_int()
    for place, term in enumerate(terms):
        yield {
            "place": one.place,
            "counted_by": one.counted_by,
            "term": term,
            "odds_ratio": float(np.exp(result.params[place])),
            "low": float(np.exp(limits[place][0])),
            "high": float(np.exp(limits[place][1])),
            "days": int(kept.sum()),
            "closures": int(begun[kept].sum()),
        }


def _ago(happened: Days, least: int, most: int) -> Days:
    """Whether it happened ``least`` to ``most`` days before each day."""
    found = np.zeros(len(happened), bool)
    for days in range(least, most + 1):
        found[days:] |= happened[: len(happened) - days]
    return found
