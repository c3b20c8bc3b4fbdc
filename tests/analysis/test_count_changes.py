"""Falls in counts are found where they were made, and in the real table of US border crossings where they were."""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import polars as pl
import pytest

from analysis import drops
from analysis.counterfactual import Array
from analysis.methods import count_changes
from analysis.refresh import Tables, TooLittleError
from tests.ingest import live

# The table as its source's parser would have it, without the checks and the keys that stand twice.
REAL = """
    CREATE TABLE crossing_counts AS
    SELECT
        'USA' AS entering, 'CAN' AS coming_from, "Port Code" AS port_code,
        lower(replace("Measure", ' ', '_')) AS measure,
        strptime("Date", '%b %Y')::DATE AS period_start,
        last_day(period_start) AS period_end,
        sum("Value")::DOUBLE AS value
    FROM read_csv($file, types = {'Port Code': 'VARCHAR'})
    WHERE "Border" = 'US-Canada Border' AND "Measure" IN ('Trucks', 'Personal Vehicle Passengers', 'Pedestrians')
    GROUP BY ALL
"""
MARCH, APRIL, JUNE = dt.date(2020, 3, 1), dt.date(2020, 4, 1), dt.date(2020, 6, 1)


def counts(seed: int, months: int = 168) -> Array:
    """Counts with a season, a trend and noise."""
    chance, at = np.random.default_rng(seed), np.arange(months)
    return np.asarray(np.exp(9 + 0.002 * at + 0.3 * np.sin(at / 6 * np.pi) + chance.normal(0, 0.05, months)))


def test_a_fall_is_found_in_its_month_and_ends_in_its_month() -> None:
    values = counts(1)
    values[120:133] *= 0.3
    [found] = drops.drops(values)
    assert (found.first, found.after) == (120, 133)


def test_a_fall_to_nought_is_found() -> None:
    values = counts(2)
    values[120:] = 0
    [found] = drops.drops(values)
    assert (found.first, found.after) == (120, None)


def test_a_month_that_is_not_known_is_no_fall() -> None:
    values = counts(3)
    values[120:125] = np.nan
    assert drops.drops(values) == []


def test_where_nothing_fell_hardly_anything_is_found() -> None:
    """60 series of eleven years in which a fall could be found."""
    assert sum(len(drops.drops(counts(seed))) for seed in range(100, 160)) <= 1


def test_nothing_counted_is_too_little() -> None:
    with pytest.raises(TooLittleError, match="serai ingest bts"):
        count_changes.work_out({"counts": pl.DataFrame()})


@pytest.fixture(scope="module")
def real() -> Tables:
    with duckdb.connect() as con:
        con.execute(REAL, {"file": str(live.sample("bts/Border_Crossing_Entry_Data.csv.gz"))})
        return count_changes.work_out(count_changes.gather(con))


@live.real_file
def test_the_closing_of_the_us_to_travellers_from_canada_is_found_in_its_month(real: Tables) -> None:
    """From 21 March 2020 (85 FR 16548) only essential travel by land; trade was not to be interrupted."""
    lines = {row["measure"]: row for row in of_2020(real).iter_rows(named=True)}
    people, walkers, trucks = (lines[name] for name in ("personal_vehicle_passengers", "pedestrians", "trucks"))
    assert people["started"] == walkers["started"] == MARCH
    assert people["deepest"] == APRIL
    assert people["share_lost_low_95"] > 0.88
    assert people["share_lost_deepest"] > 0.94
    assert (trucks["started"], trucks["ended"]) == (APRIL, JUNE)
    assert trucks["share_lost_high_95"] < 0.4


@live.real_file
def test_forecasts_of_the_real_counts_hold_the_truth_near_their_rate(real: Tables) -> None:
    lines = real["count_changes_backtest"].filter(horizon_months=3)
    for nominal, held in lines.group_by("nominal").agg(pl.col("held").sum() / pl.col("trials").sum()).iter_rows():
        assert held == pytest.approx(nominal, abs=0.08)


def of_2020(real: Tables) -> pl.DataFrame:
    """The falls at all ports that began in 2020."""
    return real["count_changes"].filter(pl.col("started").dt.year() == 2020, ports="all")
