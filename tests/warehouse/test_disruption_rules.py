"""The rules of the disruption index, each on a small world: a few gates on one border, capacities and reports."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.empty import empty
from tests.warehouse.test_day_rules import CROSSINGS, REPORTS, crossing, day_of, put, report
from warehouse import as_of, contracts, models
from warehouse.sql import Model

CAPACITY = contracts.load("crossing_capacity")
TRADE = contracts.load("trade_flows")
# Shares are rounded to six digits.
ROUNDING = 1e-5


Index = dict[str, dict[str, Any]]
GATES = {"big": 300, "small": 100}


def index(
    reports: list[dict[str, Any]],
    capacity: list[dict[str, Any]] | None = None,
    *,
    gates: tuple[str, ...] = ("big", "small"),
    opened: dict[str, str] | None = None,
) -> Index:
    """The index of one border by these facts: day → row. The gates big and small have 300 and 100 trucks a day."""
    usual = [trucks(gate, GATES[gate]) for gate in gates if gate in GATES]
    con = world(reports, usual if capacity is None else capacity, gates=gates, opened=opened)
    rows = con.sql("FROM disruption_index WHERE border = 'AFG-PAK'").pl()
    return {str(row["day"]): row for row in rows.iter_rows(named=True)}


def world(
    reports: list[dict[str, Any]],
    capacity: list[dict[str, Any]],
    *,
    gates: tuple[str, ...],
    opened: dict[str, str] | None = None,
    trade: list[dict[str, Any]] | None = None,
) -> duckdb.DuckDBPyConnection:
    """A warehouse of these facts alone, with the index and all that it is made of; the next world replaces it."""
    con = empty("index")
    for contract in (CROSSINGS, REPORTS, CAPACITY, TRADE):
        con.execute(f"DELETE FROM facts.{contract.name}")
    put(con, CROSSINGS, [crossing((opened or {}).get(gate)) | {"crossing_id": gate} for gate in gates])
    put(con, REPORTS, [report(number, **_without_gate(one)) | _gate(one) for number, one in enumerate(reports)])
    put(con, CAPACITY, capacity)
    put(con, TRADE, trade or [])
    for model in behind_the_index():
        con.execute(f"CREATE OR REPLACE {model.kind} {model.name} AS {model.query}")
    return con


@functools.cache
def behind_the_index() -> list[Model]:
    """The index and the models that it reads, in order."""
    by_name = {model.name: model for model in models.ordered()}
    wanted = {*as_of.needed(by_name["disruption_index"], by_name), "disruption_index"}
    return [model for name, model in by_name.items() if name in wanted]


def _without_gate(one: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if key not in ("gate", "scope")}


def _gate(one: dict[str, Any]) -> dict[str, Any]:
    return {"crossing_id": one.get("gate", "big"), "scope": one.get("scope", "cargo")}


def trucks(gate: str, value: float, **more: Any) -> dict[str, Any]:
    return {
        "crossing_id": gate,
        "measure": more.get("measure", "truck_crossings"),
        "value": float(value),
        "unit": "trucks",
        "per": more.get("per", "day"),
        "period_start": day_of(more.get("start")),
        "period_end": day_of(more.get("end")),
        "direction": more.get("direction", "both"),
        "qualifier": "exact",
        "source_name": "A paper",
        "source_url": more.get("page", f"https://example.org/{gate}"),
        "published_on": dt.date(2013, 1, 1),
    }


SHUT = {"status": "closed", "start": "2024-03-01", "end": "2024-04-01", "published": "2024-04-01"}


def shares(row: dict[str, Any]) -> tuple[float | None, float, float]:
    return (row["share_shut"], row["low"], row["high"])


def test_nothing_is_shut_where_nothing_is_reported() -> None:
    days = index([])
    assert shares(days["2024-03-10"]) == (0, 0, 0)
    assert days["2024-03-10"]["weight_reported"] == 0, "open is assumed, not reported"


def test_a_shut_crossing_counts_by_what_normally_passes_it() -> None:
    days = index([SHUT])
    assert shares(days["2024-02-29"]) == (0, 0, 0)
    assert shares(days["2024-03-01"]) == (0.75, 0.75, 0.75)
    assert shares(days["2024-04-01"]) == (0, 0, 0)
    assert (days["2024-03-01"]["crossings"], days["2024-03-01"]["crossings_shut"]) == (2, 1)
    assert days["2024-03-01"]["weighed_by"] == "truck_crossings"


def test_all_shut_is_one() -> None:
    assert shares(index([SHUT, SHUT | {"gate": "small"}])["2024-03-05"]) == (1, 1, 1)


def test_one_way_shut_is_half_of_a_crossing_that_nobody_counted_by_way() -> None:
    row = index([SHUT | {"scope": "exports"}])["2024-03-05"]
    assert row["share_shut"] == 0.375
    assert (row["exports_shut"], row["imports_shut"]) == (0.75, 0)


def test_a_dispute_widens_the_bounds_and_leaves_the_share() -> None:
    voices = [SHUT | {"paper": f"Paper {letter}"} for letter in "abc"]
    other = {"status": "open", "start": "2024-03-05", "end": "2024-03-08", "published": "2024-03-08"}
    days = index([*voices, other])
    assert shares(days["2024-03-06"]) == (0.75, 0, 0.75)
    assert days["2024-03-06"]["crossings_disputed"] == 1
    assert shares(days["2024-03-20"]) == (0.75, 0.75, 0.75)


def test_an_unknown_state_counts_as_open_for_the_least_and_as_shut_for_the_most() -> None:
    days = index([SHUT, {"gate": "small", "status": "closed", "start": "2024-02-01"}])
    assert days["2024-03-10"]["crossings_unknown"] == 1
    assert shares(days["2024-03-10"]) == (1, 0.75, 1), "of what is known, all is shut"


def test_where_more_than_half_is_unknown_there_is_no_share() -> None:
    row = index([{"status": "closed", "start": "2024-02-01"}])["2024-03-10"]
    assert shares(row) == (None, 0, 0.75)
    assert row["weight_known"] == 0.25


def test_restricted_is_neither_open_nor_shut() -> None:
    row = index([{**SHUT, "gate": "small", "status": "restricted"}])["2024-03-10"]
    assert shares(row) == (0, 0, 0.25)


def test_a_crossing_weighs_nothing_before_it_opened() -> None:
    small = SHUT | {"gate": "small", "start": "2019-03-01", "end": "2024-04-01"}
    days = index([small], opened={"small": "2020-06-01"})
    assert shares(days["2020-05-31"]) == (0, 0, 0)
    assert days["2020-05-31"]["crossings"] == 1
    assert days["2020-06-01"]["share_shut"] == 0.25


def test_a_crossing_that_nobody_counted_is_in_the_bounds_only_and_weighs_at_most_the_least_counted() -> None:
    three = ("big", "small", "third")
    shut = index([SHUT | {"gate": "third"}], gates=three)["2024-03-05"]
    assert shares(shut) == (0, 0, 0.2)
    assert shut["crossings_unweighed"] == 1
    assert shut["weight_known"] == 0.8
    others = index([SHUT, SHUT | {"gate": "small"}], gates=three)["2024-03-05"]
    assert shares(others) == (1, 0.8, 1)


def test_the_only_crossing_of_a_border_needs_no_figure() -> None:
    days = index([SHUT | {"gate": "third"}], gates=("third",))
    assert shares(days["2024-03-05"]) == (1, 1, 1)
    assert shares(days["2024-05-05"]) == (0, 0, 0)


def test_figures_of_a_closure_and_of_the_queue_after_it_are_not_normal() -> None:
    usual = [trucks("big", 300), trucks("small", 100)]
    shut = trucks("big", 10, start="2024-03-10", end="2024-03-20", page="https://example.org/shut")
    queue = trucks("big", 900, start="2024-04-03", end="2024-04-03", page="https://example.org/queue")
    later = trucks("big", 400, start="2024-06-01", end="2024-06-30", page="https://example.org/later")
    assert index([SHUT], [*usual, shut, queue])["2024-03-05"]["share_shut"] == 0.75
    assert index([SHUT], [*usual, shut, queue, later])["2024-03-05"]["share_shut"] == pytest.approx(
        350 / 450, abs=ROUNDING
    )


def test_a_page_is_one_voice_however_often_it_repeats_its_figure() -> None:
    page = "https://example.org/page"
    often = [trucks("big", value, page=page) for value in (300, 301, 299)]
    other = trucks("big", 500, page="https://example.org/other")
    assert index([SHUT], [*often, other, trucks("small", 100)])["2024-03-05"]["share_shut"] == pytest.approx(
        400 / 500, abs=ROUNDING
    )


def test_figures_for_each_way_weigh_each_way() -> None:
    out = trucks("big", 100, direction="out_of_afg")
    into = trucks("big", 200, direction="into_afg")
    row = index([SHUT | {"scope": "imports"}], [out, into, trucks("small", 100)])["2024-03-05"]
    assert row["share_shut"] == pytest.approx(200 / 400, abs=ROUNDING)


def test_a_figure_for_five_months_is_one_for_each_of_their_days() -> None:
    row = index([SHUT], [trucks("big", 300 * 5 * 365.25 / 12, per="5 months"), trucks("small", 100)])["2024-03-05"]
    assert row["share_shut"] == pytest.approx(0.75)


STATES = st.lists(
    st.tuples(
        st.sampled_from(["big", "small", "third"]),
        st.sampled_from(["open", "closed", "restricted"]),
        st.sampled_from(["cargo", "exports", "imports", "transit"]),
        st.integers(1, 27),
    ),
    max_size=6,
)


@settings(max_examples=15, deadline=None)
@given(states=STATES)
def test_whatever_is_reported_the_bounds_hold_the_share(states: list[tuple[str, str, str, int]]) -> None:
    reports = [
        {"gate": gate, "status": status, "scope": scope, "start": f"2024-03-{day:02}", "published": "2024-03-29"}
        for gate, status, scope, day in states
    ]
    usual = [trucks(gate, normal) for gate, normal in GATES.items()]
    con = world(reports, usual, gates=("big", "small", "third"), trade=[traded("PAK", 2018, 100)])
    spans = con.sql("FROM disruption_spans WHERE crossings > 0").pl()
    assert set(spans["border"]) == {"AFG-PAK", "AFG"}
    for row in spans.iter_rows(named=True):
        least, most, share = row["low"], row["high"], row["share_shut"]
        assert -ROUNDING <= least <= most <= 1 + ROUNDING, row
        assert share is None or least - ROUNDING <= share <= most + ROUNDING, row
        assert most == 0 or any(status != "open" for _, status, _, _ in states)


# The weights of borders.


def traded(partner: str, year: int, value: float, flow: str = "total", basis: str | None = None) -> dict[str, Any]:
    return {
        "reporter": "AFG",
        "partner": partner,
        "flow": flow,
        "commodity": "total",
        "basis": basis,
        "period_start": dt.date(year, 1, 1),
        "period_end": dt.date(year, 12, 31),
        "value": value,
        "unit": "USD_million",
        "qualifier": "exact",
        "source_name": "A ministry",
        "source_url": f"https://example.org/{partner}{year}{flow}{basis}",
        "published_on": dt.date(year + 1, 2, 1),
    }


def border_weights(trade: list[dict[str, Any]], reports: list[dict[str, Any]]) -> pl.DataFrame:
    con = world(reports, [trucks("big", 300)], gates=("big",), trade=trade)
    weights: pl.DataFrame = con.sql("FROM border_weights WHERE flow = 'cargo' ORDER BY valid_from").pl()
    return weights


def test_a_border_weighs_what_was_traded_in_the_years_before() -> None:
    weights = border_weights([traded("PAK", 2018, 100), traded("PAK", 2019, 300), traded("PAK", 2020, 200)], [])
    assert weights["normal"].to_list() == [100, 200, 200]
    assert [str(day) for day in weights["valid_from"]] == ["2014-01-01", "2020-01-01", "2021-01-01"]
    assert weights["carried_back"].to_list() == [True, False, False]


def test_a_year_in_which_the_border_was_shut_is_no_measure_of_what_is_normal() -> None:
    shut = {"status": "closed", "start": "2019-03-01", "end": "2019-06-01", "published": "2019-06-01"}
    weights = border_weights([traded("PAK", 2018, 100), traded("PAK", 2019, 10)], [shut])
    assert weights["normal"].to_list() == [100]


def test_money_paid_is_not_goods_moved() -> None:
    assert border_weights([traded("PAK", 2018, 100, basis="balance_of_payments")], []).is_empty()


def test_exports_and_imports_of_one_year_make_a_turnover() -> None:
    weights = border_weights([traded("PAK", 2018, 100, "export"), traded("PAK", 2018, 300, "import")], [])
    assert weights["normal"].to_list() == [400]
