"""When will it open: time to reopening by cause, extent and days already shut, scored by leaving events out."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from analysis import closures
from analysis.hazard import Array, Hazards, Lasting, fit
from analysis.refresh import Tables, TooLittleError

TITLE = "When will a closed crossing open?"
VERSION = 2
REFERENCE = (
    "Singer & Willett 1993, Journal of Educational Statistics 18:155 (discrete-time hazards); "
    "Hess & Persson 2012, Empirical Economics 43:1083 (ties); Kaplan & Meier 1958; "
    "Gneiting & Raftery 2007, JASA 102:359 (scores)"
)
READS = ("closure_episodes", "crossings")
KINDS = ("fighting", "dispute", "pandemic", "election", "regime_change")
HORIZONS = (7, 30, 90, 180, 365)
SCORED = (7, 30, 90)
FURTHEST = 365
FEWEST_EVENTS = 20
RESAMPLES = 200
SEED = 20251011
CURVE_DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365)


def gather(con: duckdb.DuckDBPyConnection) -> Tables:
    """The closures to goods."""
    return {"closures": closures.cargo(con)}


def work_out(gathered: Tables) -> Tables:
    """The tables reopening, reopening_curves and reopening_scores. Raises TooLittleError below 20 events."""
    rows = gathered["closures"]
    known = rows.filter("ended")
    if (events := known["event"].n_unique()) < FEWEST_EVENTS:
        raise TooLittleError(f"{events} events have closures whose end is known: {FEWEST_EVENTS} are needed")
    draws = list(resampled(rows))
    return {
        "reopening": _shut_today(rows, draws),
        "reopening_curves": _curves(rows, draws),
        "reopening_scores": scores(rows),
    }


def lasting(rows: pl.DataFrame) -> Lasting:
    """The closures for the model: what is known of each is its kind and how many crossings its event shut."""
    features = np.stack([features_of(kind, n) for kind, n in rows.select("kind", "crossings").iter_rows()])
    end = np.where(rows["ended"], np.where(rows["how_ended"] == "exemption", 2, 1), 0)
    return Lasting(rows["days"].to_numpy(), end, features)


def features_of(kind: str, crossings: int) -> Array:
    """What the model knows of a closure: one of the kinds (none = other), and the logarithm of its extent."""
    return np.array([*(float(kind == one) for one in KINDS), np.log(crossings)])


def resampled(rows: pl.DataFrame) -> Iterator[Hazards]:
    """The model as fitted, then to samples of the events with replacement, for its intervals."""
    every, event = lasting(rows), rows["event"].to_numpy()
    yield fit(every)
    places = [np.flatnonzero(event == one) for one in np.unique(event)]
    chance = np.random.default_rng(SEED)
    for _ in range(RESAMPLES):
        drawn = chance.integers(0, len(places), len(places))
        yield fit(every.part(np.concatenate([places[one] for one in drawn])))


def _chances(draws: list[Hazards], features: Array, already: int, days: tuple[int, ...]) -> dict[str, list[float]]:
    """The chances by each of the days, with the 80 % interval of opening over the samples."""
    at = np.array(days) - 1
    curves = np.stack([one.ended_by(features, already, max(days))[:, at] for one in draws])
    low, high = np.quantile(curves[1:, 0], [0.1, 0.9], axis=0)
    middle = curves[0, 0]
    return {
        "p_open": middle.tolist(),
        "p_open_low": np.minimum(low, middle).tolist(),
        "p_open_high": np.maximum(high, middle).tolist(),
        "p_partly": curves[0, 1].tolist(),
    }


def _shut_today(rows: pl.DataFrame, draws: list[Hazards]) -> pl.DataFrame:
    found = []
    for one in rows.filter("still_shut").to_dicts():
        others = rows.filter(pl.col("event") != one["event"])
        km = kaplan_meier(others["days"].to_numpy(), others["ended"].to_numpy())
        features = features_of(one["kind"], one["crossings"])
        chances = _chances(draws, features, one["days"], HORIZONS)
        same = {name: one[name] for name in ("crossing_id", "flows", "started_on")} | {"days_shut": one["days"]}
        same |= {"closures": rows.height, "events": rows["event"].n_unique()}
        same |= {"lasted_longer": others.filter(pl.col("days") > one["days"]).height}
        found += [
            same
            | {"horizon_days": horizon, "p_km": given(km, one["days"], horizon)}
            | {name: values[place] for name, values in chances.items()}
            for place, horizon in enumerate(HORIZONS)
        ]
    return pl.DataFrame(found, infer_schema_length=None)


def _curves(rows: pl.DataFrame, draws: list[Hazards]) -> pl.DataFrame:
    found = []
    km = kaplan_meier(rows["days"].to_numpy(), rows["ended"].to_numpy())
    for kind in (*KINDS, "other"):
        of_kind = rows.filter(pl.col("kind") == kind)
        for crossings in (1, 5):
            for already in (0, 7, 30):
                chances = _chances(draws, features_of(kind, crossings), already, CURVE_DAYS)
                same = {"kind": kind, "crossings": crossings, "days_shut": already}
                counts = {"closures": of_kind.height, "ended": of_kind["ended"].sum()}
                alike = pl.Series([given(km, already, day) for day in CURVE_DAYS], dtype=pl.Float64)
                found.append(pl.DataFrame({"day": CURVE_DAYS, "p_km": alike} | chances).with_columns(
                    **{name: pl.lit(value) for name, value in (same | counts).items()}
                ))  # fmt: skip
    return pl.concat(found)


def kaplan_meier(days: npt.NDArray[np.int64], ended: npt.NDArray[np.bool_]) -> Array:
    """The chance to have ended by each day from 1 on, up to the longest; the last values hold where nothing ends."""
    last = int(days.max())
    ends = np.bincount(days[ended], minlength=last + 1)[1:]
    at_risk = np.array([(days >= day).sum() for day in range(1, last + 1)])
    return np.asarray(1 - np.cumprod(1 - ends / at_risk))


def given(km: Array, already: int, horizon: int) -> float | None:
    """The chance to end within the horizon given the days already; None beyond what was seen."""
    gone = km[already - 1] if already else 0.0
    if already >= len(km) or gone >= 1:
        return None
    by_then = km[min(already + horizon, len(km)) - 1]
    return float((by_then - gone) / (1 - gone))


def forecasts(rows: pl.DataFrame) -> Iterator[tuple[int, dict[str, Array]]]:
    """Each closure's place, and the chance to have ended by each day up to a year by every forecaster.

    All closures of an event are left out together. A closure that has none before it on its border has no last one,
    and is passed over.
    """
    every, event = lasting(rows), rows["event"].to_numpy()
    border, started, ended = rows["border"].to_numpy(), rows["started_on"].to_numpy(), rows["ended"].to_numpy()
    for one in np.unique(event):
        others = event != one
        model, km = fit(every.part(others)), kaplan_meier(every.days[others], ended[others])
        for place in np.flatnonzero(~others):
            before = others & ended & (border == border[place]) & (started < started[place])
            if not before.any():
                continue
            last = every.days[np.flatnonzero(before)[np.argmax(started[before])]]
            yield (
                int(place),
                {
                    "hazard": model.ended_by(every.features[place], 0, FURTHEST).sum(axis=0),
                    "kaplan_meier": np.pad(km, (0, FURTHEST), mode="edge")[:FURTHEST],
                    "last_one": (np.arange(1, FURTHEST + 1) >= last).astype(float),
                },
            )


def scores(rows: pl.DataFrame) -> pl.DataFrame:
    """Brier scores, CRPS and coverage of each forecaster. Columns as analysis.reopening_scores."""
    lines = []
    for place, chances in forecasts(rows):
        days, ended = rows["days"][place], rows["ended"][place]
        of = {"event": rows["event"][place]}
        lines += [of | line for name, curve in chances.items() for line in scored(name, curve, days, ended)]
    found = pl.DataFrame(lines).group_by("forecaster", "score", "horizon_days").agg(
        value=pl.col("value").mean(), closures=pl.len(), events=pl.col("event").n_unique()
    )  # fmt: skip
    km = found.filter(pl.col("forecaster") == "kaplan_meier").select("score", "horizon_days", km="value")
    skill = pl.when(pl.col("score") != "coverage").then(1 - pl.col("value") / pl.col("km"))
    return found.join(km, on=["score", "horizon_days"]).with_columns(skill=skill).drop("km")


def scored(forecaster: str, curve: Array, days: int, ended: bool) -> list[dict[str, object]]:
    """The scores of one forecast of one closure; what an unknown end leaves open is not scored."""
    at = np.arange(1, FURTHEST + 1)
    came = (at >= days) & ended
    # An end that nobody told of came after the days that are known: until then the outcome is known, too.
    known = at <= FURTHEST if ended else at < days
    found: list[dict[str, object]] = [
        {"score": "brier", "horizon_days": day, "value": float((curve[day - 1] - came[day - 1]) ** 2)}
        for day in SCORED
        if known[day - 1]
    ]
    if ended:
        found.append({"score": "crps", "horizon_days": FURTHEST, "value": float(np.sum((curve - came) ** 2))})
        low, high = (int(np.searchsorted(curve, share)) + 1 for share in (0.1, 0.9))
        found.append({"score": "coverage", "horizon_days": FURTHEST, "value": float(low <= days <= high)})
    return [{"forecaster": forecaster} | one for one in found]
