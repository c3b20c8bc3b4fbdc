"""Trade and diversion: which way is open, where the trade went, and what one country counts with another."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import streamlit as st

from dashboards import charts, diversion, parts, texts
from dashboards.queries import trade

TITLE = "Trade and diversion"
ICON = ":material/local_shipping:"
ORDER = 4

MIRROR = {"export": "import", "import": "export", "total": "total", "transit": "transit"}


@dataclass(frozen=True)
class Counted:
    """A flow as one country counts it."""

    reporter: str
    partner: str
    flow: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What the questions of trade ask for."""
        return self.reporter, self.partner, self.flow

    @property
    def words(self) -> str:
        """Pakistan's exports to Afghanistan."""
        return f"{texts.country(self.reporter)}'s {texts.WITH[self.flow]} {texts.country(self.partner)}"

    @property
    def mirror(self) -> Counted:
        """What the partner counts of the same flow: never the same number."""
        return Counted(self.partner, self.reporter, MIRROR[self.flow])


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
    own = chosen()
    years(own, "years", f"{own.words}, by twelve months")
    months(own)
    as_printed(own)
    st.markdown("#### The mirror")
    other = own.mirror
    years(other, "mirror", f"{other.words}, by twelve months, as {texts.country(other.reporter)} counts them")
    as_printed(other)


def chosen() -> Counted:
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
    return Counted(reporter, partner, flow)


def named(codes: pl.Series) -> dict[str, str]:
    return {code: texts.country(code) for code in codes.unique(maintain_order=True).to_list()}


def years(one: Counted, name: str, title: str) -> None:
    """The values of twelve months, or that there are none."""
    frame = worded(trade.trade_years(*one.key))
    if frame.is_empty():
        st.info(f"No figure for twelve months of {one.words} is among the facts.")
        return
    parts.chart(
        title,
        charts.trade_years(frame),
        printed(frame),
        name=name,
        behind=lambda: (trade.trade_years(*one.key), trade.rows_of_years(*one.key)),
    )
    parts.rows(frame, "trade_partner_years", label=f"Values of twelve months: {one.words}")


def months(one: Counted) -> None:
    """The values of single months, where there are any."""
    frame = worded(trade.trade_months(*one.key))
    if frame.is_empty():
        return
    parts.chart(
        f"{one.words}, by month",
        charts.trade_months(frame),
        f"{printed(frame)} Only what is printed for a single month: those that are the difference of printed figures "
        "stand on Losses and Relations.",
        name="months",
        behind=lambda: (trade.trade_months(*one.key), trade.rows_of_months(*one.key)),
    )
    parts.rows(frame, label=f"Values of single months: {one.words}")


def as_printed(one: Counted) -> None:
    """Every figure of the flow; nothing where nobody prints one."""
    figures = trade.trade_rows(*one.key)
    if figures.height:
        parts.rows(figures, "trade_flows", label=f"Every figure as printed, goods and tonnes too: {one.words}")


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


if __name__ == "__main__":
    show()
