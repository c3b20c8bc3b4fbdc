"""The upper half of Commitments: turnover against a target, what is ahead, and in which year it is met."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import streamlit as st

from dashboards import as_of, pace_charts, parts, texts
from dashboards.pace_charts import Ahead
from dashboards.queries import commitments

# So far ahead the pace held is drawn where there is no band.
MOST_YEARS = 20
# Fewer figures than that make an interval weak in words too.
FEW = 10
BAND = ("low_95", "low_80", "value", "high_80", "high_95")


def show(row: dict[str, Any], figures: pl.DataFrame, every: pl.DataFrame) -> None:
    """The chart of a target, then what the paces held so far say of the year in which it is met.

    `row` is its statement in commitment_pace, `every` are all statements.
    """
    pair, target = row["pair"], row["target_value"]
    shown = as_of.analysis_shown()
    found = commitments.paces(pair, target) if shown else pl.DataFrame()
    line = found.row(0, named=True) if found.height else None
    of_pair = every.filter(pl.col("pair") == pair)
    parts.chart(
        f"Turnover of {texts.border(*pair.split('-'))} against the target of {texts.dollars(target)}",
        pace_charts.turnover(figures, target, stated(of_pair), ahead(row, line)),
        f"{counted(figures['source_url'], 'page')} of {counted(figures['source_name'], 'publisher')}, listed below; "
        f"the target as stated by {row['source_name']}. Where pages differ, and where the two sides count "
        f"differently, a year has several points. {how_sure(row, line)} Targets whose day of statement is not known "
        "are in the table alone.",
        name="turnover",
        rows=figures,
        behind=lambda: (commitments.pace(), commitments.turnover(pair), commitments.paths(pair, target)),
    )
    if line:
        st.markdown(parts.plain(in_words(line)))
        parts.rows(found, "analysis.commitments", label="Paces held, and the year in which they meet the target")
        parts.rows(commitments.paths(pair, target), "analysis.commitments_paths", label="The band year by year")
    elif shown and row["latest"] < target:
        st.markdown("**In which year it is met** is not worked out: fewer than four years have a figure.")


def counted(values: pl.Series, name: str) -> str:
    """How many different ones there are, in words."""
    many = values.n_unique()
    return f"{many} {name}{'s' * (many != 1)}"


def side(row: dict[str, Any]) -> str:
    """Whose figures the pace is worked out from."""
    return (
        f"{texts.country(row['counted_by'])}'s figures" if row["counted_by"] else "the figures told with the target"
    )


def stated(of_pair: pl.DataFrame) -> pl.DataFrame:
    """When the two countries stated which target, by year: year, value, until, said, told, label."""
    known = of_pair.drop_nulls("stated_on").with_columns(pl.col("stated_on").dt.year().alias("year"))
    return (
        known.group_by("year", pl.col("target_value").alias("value"))
        .agg(
            pl.col("target_date").dt.year().max().alias("until"),
            pl.col("stated_on").min().cast(pl.String).alias("said"),
            pl.len().alias("told"),
        )
        .sort("year", "value")
        .with_columns(
            pl.when(pl.col("year") == pl.col("year").min().over("value"))
            .then(pl.col("value").map_elements(texts.dollars, return_dtype=pl.String))
            .alias("label")
        )
    )


def ahead(row: dict[str, Any], line: dict[str, Any] | None) -> Ahead:
    """What is ahead of the latest figure: the band where it is worked out, else where the pace held would lead."""
    first, latest = row["latest_year"], row["latest"]
    needed = Ahead()
    if row["growth_needed"] is not None:
        needed = Ahead(needed=grown(first, latest, row["growth_needed"], row["target_date"].year))
    if line is None:
        last = min(row["reached_in"] or first, first + MOST_YEARS)
        return replace(needed, pace=grown(first, latest, row["growth_held"], last))
    paths = commitments.paths(row["pair"], row["target_value"])
    last = line["met_high_80"] or paths["year"].max()
    start = {"year": line["latest_year"], **dict.fromkeys(BAND, line["latest"])}
    band = pl.concat([pl.DataFrame([start]).cast({"year": paths.schema["year"]}), paths.select(*start)])
    found = replace(needed, band=band.filter(pl.col("year") <= last))
    if line["met_low_80"] is None:
        return found
    met = {"low": line["met_low_80"], "year": line["met"], "high": last, "value": row["target_value"]}
    return replace(found, met=pl.DataFrame([met]))


def grown(first: int, value: float, rate: float, last: int) -> pl.DataFrame:
    """Year and value from one year to another at a growth a year; none where that is the other way round."""
    years = list(range(first, last + 1))
    values = [value * (1 + rate) ** (year - first) for year in years]
    return pl.DataFrame({"year": years, "value": values}, schema={"year": pl.Int64, "value": pl.Float64})


def how_sure(row: dict[str, Any], line: dict[str, Any] | None) -> str:
    """What stands ahead of the latest figure, and how sure it is."""
    if line is None:
        return (
            f"The pace is that of {side(row)}; the dotted line continues it from {row['latest_year']} as it was "
            f"since {row['pace_from_year']}: arithmetic, not a forecast."
        )
    return (
        f"The band is analysis.commitments_paths: {line['figures']} yearly figures, {side(row)}, that go on with "
        "the growth and the swings that they had. It leaves the chart where it is wider than that."
    )


def in_words(line: dict[str, Any]) -> str:
    """The paces held so far, the year in which each meets the target, and how weak that is."""
    weak = f" **Weak**: {line['figures']} figures carry all of it." if line["figures"] < FEW else ""
    high = line["met_high_80"] or "not within 30 years"
    met = f"in **{line['met']}**" if line["met"] else "**not within 30 years**"
    return (
        f"**In which year it is met.** Turnover by {line['figures']} yearly figures up to {line['latest_year']}: "
        f"{texts.growth(line['growth'])} on average; fastest {texts.growth(line['fastest'])} "
        f"({met_by(line['met_fastest'])}), slowest {texts.growth(line['slowest'])} ({met_by(line['met_slowest'])}), "
        f"last {texts.growth(line['latest_growth'])} ({met_by(line['met_latest'])}). If it goes on with such growth "
        f"and such swings, {texts.dollars(line['target_value'])} are first met {met} (80 %: "
        f"{line['met_low_80'] or 'not within 30 years'} to {high}); in {texts.share(line['share_never'])} of draws "
        f"not within 30 years.{weak} A gate that shuts, a new tariff or another way of counting is not in it."
    )


def met_by(year: int | None) -> str:
    """In which year a pace that is held meets the target."""
    return f"held, it meets the target in {year}" if year else "held, it never does"
