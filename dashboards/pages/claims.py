"""Claims: who asserts and who denies, who counts how many, and what is said to be lost beside what there was."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import streamlit as st

from dashboards import claim_charts, parts, texts
from dashboards.queries import claims, incidents

TITLE = "Claims"
ICON = ":material/record_voice_over:"
ORDER = 5.5

ALL = "all"
# Sides that are no country, or that have a name only here.
SIDES = texts.COUNTRIES | {"KWT": "Kuwait", "UN": "United Nations", "both": "both sides"}
MEASURES = {"trade_lost": "trade", "exports_lost": "exports", "imports_lost": "imports"}
# Words of codes that are names.
NAMES = {
    **{name.lower(): name for name in texts.COUNTRIES.values()},
    **{name.lower(): name for name in ("Afghan", "Baloch", "Tajik", "Uzbek", "ISKP", "TAPI", "TTP", "US")},
}
# So many characters of a claimant fit beside the chart of losses.
FITTING = 32
METRICS = ["militant_attacks", "violent_incidents"]


def show() -> None:
    parts.heading(
        "Claims",
        "Who asserts and who denies; who counts how many, and by what definition; what is said to be lost, beside "
        "what normally passes. Claims stand beside each other as made: none is judged, added up or averaged.",
    )
    asserted()
    counted()
    lost()


def asserted() -> None:
    """What the sides assert and deny, topic by topic."""
    every = claims.claims()
    if every.is_empty():
        st.info("No claim is among the facts known on this day.")
        return
    topics = {ALL: "all topics", **{code: words(code) for code in every["topic"].unique().sort().to_list()}}
    topic = parts.choose("Topic", topics, "topic")
    chosen = every if topic == ALL else every.filter(pl.col("topic") == topic)
    shown = chosen.with_columns(
        pl.struct("topic", "metric").map_elements(titled, return_dtype=pl.String).alias("row"),
    ).with_columns(
        pl.col("row").str.replace("\n", ": ", literal=True).alias("what"),
        pl.col("claimant_side").replace(SIDES).fill_null("no side").alias("side"),
        pl.col("claimed_on").dt.strftime("%-d %B %Y").alias("on"),
        figure().alias("says"),
    )
    read_in = parts.verbatim("; ".join(chosen["source_name"].unique().sort()))
    one_page(every)
    rival = chosen.filter((pl.col("asserting") > 0) & (pl.col("denying") > 0))
    parts.chart(
        f"Who asserts and who denies: {topics[topic]}",
        claim_charts.stances(
            shown.select("row", "what", "side", "stance", "claimant", "says", "note", "on", "source_name")
        ),
        f"claims, as read in: {read_in}. {different(rival)} of {different(chosen)} claims have somebody who denies "
        "them among the facts; that nobody denies the others says nothing of whether they are true.",
        name="stances",
        rows=chosen,
        behind=claims.claims,
    )
    parts.table(
        shown.select(
            "what", "stance", "claimant", "side", "says", "claimed_on", "note", "source_name", "source_url",
            "published_on",
        ),
        "claims",
    )  # fmt: skip


def titled(row: dict[str, str]) -> str:
    """What is claimed in two lines, the topic and the claim; in one where the claim names its topic."""
    topic, claim = words(row["topic"]), words(row["metric"])
    return claim if claim.startswith(f"{topic} ") else f"{topic}\n{claim}"


def words(code: str) -> str:
    """A code as words, the month that it ends in told apart: Air strikes (2026-02)."""
    said = " ".join(NAMES.get(word, word) for word in re.sub(r"_(\d{4})_(\d{2})$", r"_(\1-\2)", code).split("_"))
    return said[:1].upper() + said[1:]


def one_page(every: pl.DataFrame) -> None:
    """Says so where all claims were read on one page: what sides are said to hold is only quoted there."""
    if every["source_url"].n_unique() > 1:
        return
    page = parts.verbatim(every["source_name"][0])
    st.info(
        f"**All {every.height} rows come from one page**: {page}. What governments and others are said to assert or "
        "deny is as quoted there; none of it was read at the claimant's own source.",
        icon=":material/info:",
    )


def figure() -> pl.Expr:
    """The figure claimed, with how it is worded and its unit; words where none is."""
    worded = pl.col("qualifier").replace("exact", "").fill_null("")
    # As written: 70 persons, 4.4 of what is counted in parts.
    value = pl.col("value").cast(pl.String).str.strip_suffix(".0")
    number = pl.format("{} {} {}", worded, value, pl.col("unit").str.replace_all("_", " ")).str.strip_chars()
    return pl.when(pl.col("value").is_null()).then(pl.lit("no figure")).otherwise(number)


def different(frame: pl.DataFrame) -> int:
    """How many different things are claimed."""
    return frame.select("topic", "metric").unique().height


def counted() -> None:
    """Publishers' counts of one year side by side, with their definitions."""
    st.markdown("#### Who counts how many")
    years = claims.years(METRICS)
    if years.is_empty():
        st.info("No publisher's count of a year is among the facts known on this day.")
        return
    options = {
        f"{row['geography']}-{row['year']}": f"{texts.country(row['geography'])}, {row['year']} "
        f"({row['publishers']} publisher{'s' * (row['publishers'] != 1)})"
        for row in years.iter_rows(named=True)
    }
    widest = years.sort("publishers", "year", descending=True).row(0, named=True)
    code = parts.choose("Place and year", options, "count", default=f"{widest['geography']}-{widest['year']}")
    place, _, year = code.partition("-")
    found = claims.counts(place, int(year), METRICS)
    shown = found.with_columns(
        pl.format("{}: {}", "publisher", pl.col("metric").replace_strict(texts.METRICS)).alias("label")
    )
    low, high = min(found["value"].to_list()), max(found["value"].to_list())
    parts.chart(
        f"Attacks and incidents in {options[code].partition(' (')[0]}, by publisher: {low:,.0f} to {high:,.0f}",
        claim_charts.counts(shown),
        f"incident_years, {int(found['pages'].sum())} pages, below. Publishers count different things, as their "
        "definitions say: the spread is no error bar, and the figures are never to be added.",
        name="counts",
        rows=found,
        behind=lambda: claims.counts(place, int(year), METRICS),
    )
    parts.table(found.drop("row_keys"), "incident_years")
    keys = [key for keys in found["row_keys"] for key in keys]
    parts.rows(incidents.incident_rows_by_key(keys), "incident_counts", label="Every figure as printed")


def lost() -> None:
    """Claimed losses by claimant beside the normal trade of a day."""
    st.markdown("#### What is said to be lost")
    every = claims.losses()
    weighed = every.filter(pl.col("factor").is_not_null())
    if weighed.is_empty():
        st.info("No claim of lost trade known on this day can be weighed against normal trade.")
    else:
        beside_normal(weighed)
    parts.rows(
        every.filter(pl.col("factor").is_null()),
        "loss_claims_weighed",
        label="Claims that cannot be weighed, and why",
    )
    parts.rows(claims.other_losses(), "loss_claims", label="Claims of revenue, trucks, people and prices")


def beside_normal(weighed: pl.DataFrame) -> None:
    years = weighed["period_start"].dt.year().unique().sort(descending=True).to_list()
    options = {ALL: "all years", **{str(one): str(one) for one in years}}
    year = parts.choose("Closures of", options, "year", default=str(years[0]))
    chosen = weighed if year == ALL else weighed.filter(pl.col("period_start").dt.year() == int(year))
    figures(chosen)
    shown = chosen.with_columns(
        pl.struct("claimant", "crossing_id", "border", "measure", "period_start")
        .map_elements(labelled, return_dtype=pl.String)
        .alias("name"),
        pl.struct("crossing_id", "border").map_elements(where, return_dtype=pl.String).alias("of"),
        pl.when(pl.col("claimant_side").is_in(list(claim_charts.SIDES)))
        .then(pl.col("claimant_side"))
        .otherwise(pl.lit(claim_charts.OTHER))
        .alias("by"),
    )
    # The same claimant may claim twice of one month: each claim has its row.
    again = pl.col("name").cum_count().over("name")
    shown = shown.with_columns(
        pl.when(again > 1).then(pl.format("{}, {}", "name", again)).otherwise(pl.col("name")).alias("claim")
    )
    drawn = ("claim", "claimant", "of", "by", "claimed_a_day", "normal_a_day", "normal_lowest", "normal_highest")
    parts.chart(
        "Loss claimed for a day, by claimant, beside what normally passes in a day",
        claim_charts.losses(shown.select(*drawn, "factor", "source_name")),
        f"loss_claims_weighed: {chosen.height} claims on {chosen['source_url'].n_unique()} pages, below. A claim of "
        "a total is divided by its days; rupees are turned into dollars only where a rate of the time is known. "
        "Normal is what is traded in a year, over 365, by the lowest and the highest yearly figure; at a crossing "
        "its share of trucks or tonnes.",
        name="losses",
        rows=chosen,
        behind=claims.losses,
    )
    parts.rows(chosen, "loss_claims_weighed", label="Claims beside normal trade")


def figures(chosen: pl.DataFrame) -> None:
    """The lowest and the highest claim with their claimants, how many go beyond normal, or the best year."""
    one, two, three = st.columns(3)
    least, most = chosen.sort("claimed_a_day").row(0, named=True), chosen.sort("claimed_a_day").row(-1, named=True)
    with one:
        parts.figure(
            "Claimed for a day",
            f"{a_day(least['claimed_a_day'])} to {a_day(most['claimed_a_day'])}",
            f"lowest: {named(least)}; highest: {named(most)}. Different closures and goods: no sum of them means "
            "anything.",
            chosen,
            "loss_claims_weighed",
        )
    beyond = chosen.filter(pl.col("factor") > 1)
    with two:
        parts.figure(
            "Claims above the normal trade there",
            f"{beyond.height} of {chosen.height}",
            f"by {several(beyond)}." if beyond.height else "none claims more than normally passes.",
            beyond,
            "loss_claims_weighed",
        )
    beyond = chosen.filter(pl.col("exceeds_all"))
    with three:
        parts.figure(
            "Claims above the border's best year on record, over 365",
            f"{beyond.height} of {chosen.height}",
            f"by {several(beyond)}. That is a mean, no maximum of a day: so much can hardly be lost day after day, "
            "unless goods already stranded, prices or the trade of others are counted too."
            if beyond.height
            else "none claims more than passed the whole border in its best year on record, over 365 (a mean, no "
            "maximum of a day).",
            beyond,
            "loss_claims_weighed",
        )


def named(row: dict[str, Any]) -> str:
    """A claimant with the crossing or border and the month."""
    return f"{parts.verbatim(row['claimant'])} ({where(row)}, {row['period_start']:%B %Y})"


def where(row: dict[str, Any]) -> str:
    """The crossing of a claim, or the countries of its border."""
    crossing = row["crossing_id"]
    if crossing and not crossing.startswith("*"):
        return str(crossing.replace("_", " ").title())
    return " and ".join(map(texts.country, sides(row)))


def labelled(row: dict[str, Any]) -> str:
    """Two lines beside a chart: month, place and goods of a claim; who claims it, as much of the name as fits."""
    crossing = row["crossing_id"]
    at_one = crossing and not crossing.startswith("*")
    place = where(row) if at_one else "whole border" if len(sides(row)) > 1 else "all borders"
    who = row["claimant"]
    if len(who) > FITTING:
        who = who[:FITTING].rsplit(" ", 1)[0].rstrip(" ,(") + " …"
    return f"{row['period_start']:%b %Y}, {place}, {MEASURES[row['measure']]}\n{who}"


def sides(row: dict[str, Any]) -> list[str]:
    codes: list[str] = row["border"].split("-")
    return codes


def a_day(millions: float) -> str:
    """$0.013 m, $2.5 m, $118 m."""
    return f"${millions:,.0f} m" if millions >= 10 else f"${millions:.2g} m"


def several(frame: pl.DataFrame) -> str:
    """The claimants of the rows, three of them by name."""
    names = [parts.verbatim(name) for name in frame["claimant"].unique(maintain_order=True)]
    more = f"; and {len(names) - 3} more" if len(names) > 3 else ""
    return "; ".join(names[:3]) + more


if __name__ == "__main__":
    show()
