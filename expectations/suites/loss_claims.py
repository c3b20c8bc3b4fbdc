"""Loss claims: no daily loss beyond ten times all that the corridor trades in a day."""

from __future__ import annotations

import great_expectations.expectations as gxe
import polars as pl

from expectations.promise import promise
from expectations.references import References
from expectations.rules import in_order, not_published_before

TIMES_DAILY_TRADE = 10
# Rupees are turned into dollars only to bound them. The dearest rupee that the claims themselves state: Rs 150
# million called 854,000 dollars at Chaman in October 2021 (claim p14-l-037); later rates are lower.
USD_PER_PKR = 854_000 / 150_000_000
USD_PER_UNIT = {
    "USD": 1.0,
    "USD_million": 1e6,
    "PKR": USD_PER_PKR,
    "PKR_million": USD_PER_PKR * 1e6,
}
EXPECTATIONS = [
    in_order("period_start", "period_end"),
    not_published_before("period_start"),
    promise(
        gxe.ExpectColumnValuesToBeBetween,
        "value.below_trade",
        f"a daily loss lies under the corridor's whole daily trade times {TIMES_DAILY_TRADE}",
        column="times_daily_trade",
        max_value=TIMES_DAILY_TRADE,
    ),
]


def measure(rows: pl.DataFrame, refs: References) -> pl.DataFrame:
    """Adds times_daily_trade: the daily claim over the best year's trade of its two countries, a day.

    Null where the claim is not daily, not money, or names no crossing of a pair whose trade is known.
    """
    crossings = refs.rows("crossings").select("crossing_id", border=_pair("country_a", "country_b"))
    at = rows.select("row_number", "crossing_id", "value", "unit", "per").join(
        crossings, on="crossing_id", how="left"
    )
    whole_border = pl.col("crossing_id").str.strip_prefix("*").str.split("-")
    border = pl.coalesce("border", whole_border.list.sort().list.join("-"))
    daily = at.with_columns(border=border).join(daily_trade(refs.rows("trade_flows")), on="border", how="left")
    dollars = pl.col("value") * pl.col("unit").replace_strict(USD_PER_UNIT, default=None, return_dtype=pl.Float64)
    times = daily.select(
        "row_number", times_daily_trade=pl.when(pl.col("per") == "day").then(dollars / pl.col("usd_a_day"))
    )
    return rows.join(times, on="row_number", how="left", maintain_order="left")


def daily_trade(trade: pl.DataFrame) -> pl.DataFrame:
    """Columns border ('AFG-PAK', alphabetical) and usd_a_day: the largest year's trade that anybody gives, by 365.

    The larger of the best turnover and the two directions' best years together; a direction's export and its mirror,
    the other side's import, are one flow.
    """
    first = pl.concat_list("reporter", "partner").list.min()
    leaves_first = (pl.col("flow") == "export") == (pl.col("reporter") == first)
    whole_years = trade.filter(
        (pl.col("commodity") == "total")
        & (pl.col("unit") == "USD_million")
        & ((pl.col("period_end") - pl.col("period_start")).dt.total_days() > 360)
    ).with_columns(border=_pair("reporter", "partner"), leaves_first=leaves_first)

    def largest(rows: pl.Expr) -> pl.Expr:
        return pl.col("value").filter(rows).max().fill_null(0)

    one_way = pl.col("flow").is_in(["export", "import"])
    directions = largest(one_way & pl.col("leaves_first")) + largest(one_way & ~pl.col("leaves_first"))
    return whole_years.group_by("border").agg(
        usd_a_day=pl.max_horizontal(largest(pl.col("flow") == "total"), directions) * 1e6 / 365
    )


def _pair(a: str, b: str) -> pl.Expr:
    return pl.concat_list(a, b).list.sort().list.join("-")
