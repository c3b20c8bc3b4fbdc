"""Trade and diversion: which way is open, where the trade went, and what one country counts with another."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import charts, diversion, parts, texts
from dashboards.queries import trade

TITLE = "Trade and diversion"
ICON = ":material/local_shipping:"
ORDER = 4

MIRROR = {"export": "import", "import": "export", "total": "total", "transit": "transit"}


def show() -> None:
    parts.heading(
        "Trade and diversion",
        "Which way is open, what closures add to it, where the trade went, and who counts what.",
    )
    diversion.show()
    st.markdown("#### What one country counts with another")
    st.markdown(
        "Balance of payments and customs are two series, never to be mixed; fiscal years differ, so every value is "
        "drawn over the twelve months it covers."
    )
    reporter, partner, flow = chosen()
    series(reporter, partner, flow)
    mirror(reporter, partner, flow)


def chosen() -> tuple[str, str, str]:
    """Reporter, partner and flow, each among those that are counted."""
    pairs = trade.trade_pairs()
    one, two, three = st.columns(3)
    with one:
        reporter = parts.choose("Counted by", named(pairs["reporter"]), "reporter", default="PAK")
    pairs = pairs.filter(pl.col("reporter") == reporter)
    with two:
        partner = parts.choose("With", named(pairs["partner"]), "partner", default="AFG")
    flows = pairs.filter(pl.col("partner") == partner)["flow"].to_list()
    with three:
        flow = parts.choose("Flow", {code: texts.FLOWS[code] for code in flows}, "flow")
    return reporter, partner, flow


def named(codes: pl.Series) -> dict[str, str]:
    return {code: texts.country(code) for code in codes.unique(maintain_order=True).to_list()}


def series(reporter: str, partner: str, flow: str) -> None:
    what = f"{texts.country(reporter)}'s {texts.WITH[flow]} {texts.country(partner)}"
    all_rows = trade.trade_rows(reporter, partner, flow)
    years = worded(trade.trade_years(reporter, partner, flow))
    if years.is_empty():
        st.info(f"No figure for twelve months of {what} is among the facts.")
    else:
        parts.chart(
            f"{what}, by twelve months",
            charts.trade_years(years),
            printed(years),
            name="years",
            behind=lambda: (
                trade.trade_years(reporter, partner, flow),
                trade.rows_of_years(reporter, partner, flow),
            ),
        )
        parts.rows(years, "trade_partner_years", label="Values of twelve months")
    months = worded(trade.trade_months(reporter, partner, flow))
    if not months.is_empty():
        parts.chart(
            f"{what}, by month",
            charts.trade_months(months),
            printed(months),
            name="months",
            behind=lambda: (
                trade.trade_months(reporter, partner, flow),
                trade.rows_of_months(reporter, partner, flow),
            ),
        )
        parts.rows(months, label="Values of single months")
    parts.rows(all_rows, "trade_flows", label="Every figure as printed, goods and tonnes too")


def worded(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with basis and kind of year in words."""
    frame = frame.with_columns(
        pl.col("basis").replace_strict(texts.BASES, default=pl.col("basis"), return_dtype=pl.String)
    )
    if "year_kind" not in frame.columns:
        return frame
    return frame.with_columns(
        pl.col("year_kind").replace_strict(texts.YEARS, return_dtype=pl.String).alias("year")
    ).drop("year_kind")


def printed(frame: pl.DataFrame) -> str:
    """How many pages stand behind a chart, and how to read it."""
    return (
        f"{int(frame['pages'].sum())} pages, listed below with their publishers; current prices. A vertical line "
        "is the range printed; the point is the figure that stands: final before to date, exact before about, "
        "then what most pages print."
    )


def mirror(reporter: str, partner: str, flow: str) -> None:
    """What the partner counts of the same flow: never the same number."""
    frame = worded(trade.trade_years(partner, reporter, MIRROR[flow]))
    st.markdown("#### The mirror")
    what = f"{texts.country(partner)}'s {texts.WITH[MIRROR[flow]]} {texts.country(reporter)}"
    if frame.is_empty():
        st.markdown(f"{what} are not among the facts for any twelve months.")
        return
    parts.chart(
        f"{what}, by twelve months, as {texts.country(partner)} counts them",
        charts.trade_years(frame),
        printed(frame),
        name="mirror",
        behind=lambda: (
            trade.trade_years(partner, reporter, MIRROR[flow]),
            trade.rows_of_years(partner, reporter, MIRROR[flow]),
        ),
    )
    parts.rows(frame, "trade_partner_years", label="Values of the mirror")
    parts.rows(
        trade.trade_rows(partner, reporter, MIRROR[flow]),
        "trade_flows",
        label="Every figure of the mirror as printed",
    )


if __name__ == "__main__":
    show()
