"""The rules that lead from reports to days, each in a small world: one crossing, a few reports."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import duckdb
import polars as pl

from tests.warehouse.empty import empty
from warehouse import as_of, contracts, models
from warehouse.load import Delivery, load

CROSSINGS = contracts.load("crossings")
REPORTS = contracts.load("status_reports")

Days = dict[str, tuple[str, str, bool]]


def panel(reports: list[dict[str, Any]], *, opened_on: str | None = None, flow: str = "exports") -> Days:
    """The days of one formal crossing by these reports: day → status, basis, disputed."""
    con = empty("panel")
    con.execute("TRUNCATE facts.crossings; TRUNCATE facts.status_reports")
    put(con, CROSSINGS, [crossing(opened_on)])
    put(con, REPORTS, [report(number, **one) for number, one in enumerate(reports)])
    for statement in panel_models():
        con.execute(statement)
    query = "SELECT day::VARCHAR, status, basis, disputed FROM crossing_days WHERE flow = ?"
    rows = con.execute(query, [flow]).fetchall()
    return {day: (status, basis, disputed) for day, status, basis, disputed in rows}


@functools.cache
def panel_models() -> list[str]:
    """The statements that make crossing_days and what it reads; all other models are left out."""
    by_name = {model.name: model for model in models.ordered()}
    wanted = [*as_of.needed(by_name["crossing_days"], by_name), "crossing_days"]
    return [
        f"CREATE OR REPLACE {by_name[name].kind} {name} AS {by_name[name].query}"
        for name in wanted
        if name in by_name
    ]


def put(con: duckdb.DuckDBPyConnection, contract: contracts.Contract, rows: list[dict[str, Any]]) -> None:
    own = {"date": pl.Date(), "number": pl.Float64()}
    types = {field.name: own.get(field.type, pl.String()) for field in contract.fields}
    frame = pl.DataFrame(rows, schema=types)
    at = dt.datetime(2026, 11, 22)  # noqa: DTZ001 (the warehouse keeps UTC without a zone)
    load(con, contract, frame, present=frame, by=Delivery("test", "r", at))


def crossing(opened_on: str | None) -> dict[str, Any]:
    return {
        "crossing_id": "gate",
        "name": "Gate",
        "country_a": "AFG",
        "country_b": "PAK",
        "category": "formal_trade",
        "opened_on": day_of(opened_on),
        "source_name": "A register",
        "source_url": "https://example.org/r",
    }


def report(number: int, status: str, start: str, **more: str) -> dict[str, Any]:
    """A report on cargo, published on its first day by a paper of its own, unless said otherwise."""
    return {
        "report_id": f"r{number}",
        "crossing_id": more.get("of", "gate"),
        "valid_from": day_of(start),
        "valid_to": day_of(more.get("end")),
        "status": status,
        "scope": more.get("scope", "cargo"),
        "goods": more.get("goods"),
        "weekdays": more.get("weekdays"),
        "cause": more.get("cause", "other"),
        "date_precision": "day",
        "source_name": more.get("paper", f"Paper {number}"),
        "source_url": "https://example.org/p",
        "published_on": day_of(more.get("published", start)),
    }


def day_of(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def test_between_two_reports_of_one_day_the_one_with_more_voices_holds_and_the_day_is_disputed() -> None:
    days = panel(
        [
            {"status": "closed", "start": "2024-03-01"},
            {"status": "open", "start": "2024-03-01"},
            {"status": "closed", "start": "2024-03-01"},
        ]
    )
    assert days["2024-03-01"] == ("closed", "reported", True)


def test_ten_papers_with_one_text_do_not_outweigh_two_that_say_it_stayed_shut() -> None:
    reprints = [{"status": "open", "start": "2024-03-10", "paper": "One paper"} for _ in range(10)]
    still_shut = [{"status": "closed", "start": "2024-03-01", "published": f"2024-03-2{n}"} for n in range(2)]
    days = panel([*still_shut, *reprints])
    assert days["2024-03-15"][0] == "closed"


def test_an_end_years_before_the_next_start_leaves_the_crossing_open_between() -> None:
    days = panel(
        [
            {"status": "closed", "start": "2015-01-10", "end": "2015-01-20", "published": "2015-01-20"},
            {"status": "closed", "start": "2022-06-01", "end": "2022-06-05", "published": "2022-06-05"},
        ]
    )
    assert days["2015-01-19"][:2] == ("closed", "reported")
    assert days["2015-01-20"][:2] == ("open", "carried")
    assert days["2020-01-01"][:2] == ("open", "carried")
    assert days["2022-06-01"][:2] == ("closed", "reported")


def test_29_february_is_a_day_like_any_other() -> None:
    days = panel([{"status": "closed", "start": "2024-02-28", "end": "2024-03-01", "published": "2024-03-01"}])
    assert days["2024-02-29"][:2] == ("closed", "reported")
    assert days["2024-03-01"][:2] == ("open", "carried")


def test_before_a_crossing_opened_nothing_is_known_of_it() -> None:
    days = panel([{"status": "closed", "start": "2021-05-01"}], opened_on="2020-09-22")
    assert days["2020-09-21"] == ("unknown", "unknown", False)
    assert days["2020-09-22"][:2] == ("open", "assumed")


def test_before_any_report_a_formal_crossing_is_assumed_open() -> None:
    assert panel([{"status": "closed", "start": "2021-05-01"}])["2014-01-01"] == ("open", "assumed", False)


def test_an_announced_reopening_that_did_not_happen_opens_nothing() -> None:
    days = panel(
        [
            {"status": "closed", "start": "2024-03-01"},
            {"status": "open", "start": "2024-03-10", "published": "2024-03-08"},
            {"status": "closed", "start": "2024-03-01", "published": "2024-03-20"},
        ]
    )
    assert days["2024-03-10"] == ("closed", "reported", False)
    assert days["2024-03-20"] == ("closed", "reported", False)


def test_an_announced_reopening_that_nobody_denies_is_carried_and_not_reported() -> None:
    days = panel(
        [
            {"status": "closed", "start": "2024-03-01"},
            {"status": "open", "start": "2024-03-05", "published": "2024-03-04"},
        ]
    )
    assert days["2024-03-05"][:2] == ("open", "carried")


def test_a_closure_that_nobody_mentions_again_becomes_unknown_not_endless() -> None:
    days = panel([{"status": "closed", "start": "2024-03-01"}])
    assert days["2024-03-01"][:2] == ("closed", "reported")
    assert days["2024-03-31"][:2] == ("closed", "carried")
    assert days["2024-04-01"][:2] == ("unknown", "unknown")
    assert days["2024-12-31"][:2] == ("unknown", "unknown")


def test_between_a_closure_that_lapsed_and_the_next_the_crossing_is_assumed_open() -> None:
    """Whoever says that it closed on a day says that it had been open."""
    days = panel([{"status": "closed", "start": "2024-03-01"}, {"status": "closed", "start": "2024-12-01"}])
    assert days["2024-03-31"][:2] == ("closed", "carried")
    assert days["2024-04-01"][:2] == ("open", "assumed")
    assert days["2024-11-30"][:2] == ("open", "assumed")
    assert days["2025-02-01"][:2] == ("unknown", "unknown")


def test_a_closure_long_asserted_is_carried_for_ninety_days_at_most() -> None:
    days = panel([{"status": "closed", "start": "2023-03-01", "published": "2024-02-29"}])
    assert days["2024-05-29"][:2] == ("closed", "carried")
    assert days["2024-05-30"][:2] == ("unknown", "unknown")


def test_a_report_on_single_goods_never_closes_a_flow() -> None:
    assert panel([{"status": "closed", "start": "2024-03-01", "goods": "fuel"}])["2024-03-01"][0] == "restricted"


def test_a_report_with_weekdays_holds_on_those_days_only() -> None:
    days = panel([{"status": "closed", "start": "2024-03-01", "weekdays": "sat;sun", "end": "2024-03-31"}])
    assert [days[f"2024-03-{day:02}"][0] for day in range(1, 5)] == ["open", "closed", "closed", "open"]


def test_a_weekly_regime_that_names_no_end_lasts_until_something_else_begins() -> None:
    weekly = {"status": "restricted", "start": "2024-03-01", "weekdays": "sat;sun", "published": "2024-03-03"}
    days = panel([weekly, {"status": "closed", "start": "2024-03-20", "published": "2024-04-30"}])
    assert days["2024-03-03"][:2] == ("restricted", "reported")
    assert days["2024-03-16"][:2] == ("restricted", "carried")
    assert days["2024-03-23"][:2] == ("closed", "reported")


def test_cargo_says_nothing_of_people_on_foot() -> None:
    assert panel([{"status": "closed", "start": "2024-03-01"}], flow="pedestrians")["2024-03-01"][1] == "assumed"


# As of a day.


def test_an_announced_closure_that_nobody_denies_is_carried_from_its_first_day() -> None:
    days = panel(
        [
            {"status": "open", "start": "2019-01-01"},
            {"status": "closed", "start": "2019-09-27", "end": "2019-09-29", "published": "2019-09-25"},
        ]
    )
    assert days["2019-09-26"][:2] == ("open", "carried")
    assert days["2019-09-28"][:2] == ("closed", "carried")
    assert days["2019-09-29"][:2] == ("open", "carried")


def test_two_voices_on_the_crossing_itself_are_not_outweighed_by_any_number_on_its_border() -> None:
    shut = [{"status": "closed", "start": "2016-06-01", "published": f"2018-03-0{n}"} for n in (1, 2)]
    reopened = [{"status": "open", "start": "2017-03-20", "of": "*AFG-PAK"} for _ in range(5)]
    assert panel([*shut, *reopened])["2017-06-01"] == ("closed", "reported", False)
    assert panel([shut[0], *reopened])["2017-06-01"] == ("open", "carried", True)


def test_a_voice_that_a_reopening_has_refuted_keeps_no_later_closure_shut() -> None:
    """The page of December knows only of February's closure: the one of September ends all the same."""
    days = panel(
        [
            {"status": "closed", "start": "2025-02-21", "published": "2025-12-12"},
            {"status": "open", "start": "2025-03-19"},
            {"status": "open", "start": "2025-03-19"},
            {"status": "closed", "start": "2025-09-20", "end": "2025-09-30", "published": "2025-09-30"},
        ]
    )
    assert days["2025-09-25"][:2] == ("closed", "reported")
    assert days["2025-10-05"][:2] == ("open", "carried")


def test_an_end_that_as_many_deny_as_give_is_none() -> None:
    days = panel(
        [
            {"status": "closed", "start": "2025-10-12", "end": "2025-11-01", "published": "2025-11-01"},
            {"status": "closed", "start": "2025-10-12", "published": "2025-12-01"},
        ]
    )
    assert days["2025-11-15"][:2] == ("closed", "reported")


def test_one_days_passage_does_not_end_a_restriction_that_others_report() -> None:
    days = panel(
        [
            {"status": "closed", "start": "2025-10-12", "published": "2025-10-12"},
            {"status": "restricted", "start": "2025-10-14", "end": "2025-10-15", "published": "2025-10-15"},
            {"status": "restricted", "start": "2025-10-14"},
        ]
    )
    assert days["2025-10-20"][:2] == ("restricted", "carried")


def test_some_let_through_are_let_through_for_a_week_while_others_call_the_gate_shut() -> None:
    shut = {"status": "closed", "start": "2025-12-03", "published": "2026-02-20"}
    days = panel([{"status": "restricted", "start": "2025-12-04"}, shut | {"scope": "all"}])
    assert days["2025-12-11"][:2] == ("restricted", "carried")
    assert days["2025-12-12"][:2] == ("closed", "reported")
    days = panel([{"status": "restricted", "start": "2025-12-04"}, shut])
    assert days["2025-12-05"][:2] == ("closed", "reported"), "cargo is shut by name"


def test_who_calls_the_border_shut_does_not_deny_what_is_told_of_a_flow_by_name() -> None:
    shut = [
        {"status": "closed", "start": "2025-10-12", "published": "2026-02-20", "scope": "all", "of": "*AFG-PAK"}
        for _ in range(3)
    ]
    aid = {"status": "restricted", "start": "2025-12-04", "published": "2025-12-20", "scope": "humanitarian"}
    assert panel([*shut, aid], flow="humanitarian")["2025-12-10"] == ("restricted", "reported", True)
    denied = [one | {"scope": "humanitarian"} for one in shut[:2]]
    assert panel([*denied, aid], flow="humanitarian")["2025-12-10"][0] == "closed"


def test_a_closure_begins_when_half_as_many_say_so_as_give_the_day_given_most() -> None:
    later = [{"status": "closed", "start": "2025-10-12"} for _ in range(4)]
    early = {"status": "closed", "start": "2025-10-11"}
    assert panel([*later, early, early])["2025-10-11"][:2] == ("closed", "reported")
    assert panel([*later, early])["2025-10-11"][0] == "open", "a lone early voice begins nothing"


def test_a_reopening_begins_on_the_day_given_most() -> None:
    shut = {"status": "closed", "start": "2025-02-21", "published": "2025-03-10"}
    ordered = [{"status": "open", "start": "2025-03-19"} for _ in range(2)]
    seen = [{"status": "open", "start": "2025-03-20"} for _ in range(3)]
    days = panel([shut, *ordered, *seen])
    assert (days["2025-03-19"][0], days["2025-03-20"][0]) == ("closed", "open")


def test_a_change_has_one_day_for_all_the_traffic_of_a_gate() -> None:
    everything = [{"status": "closed", "start": "2025-10-11", "scope": "all"} for _ in range(3)]
    on_foot = [{"status": "closed", "start": "2025-10-12", "scope": "pedestrians"} for _ in range(4)]
    for flow in ("exports", "pedestrians"):
        assert panel([*everything, *on_foot], flow=flow)["2025-10-11"][0] == "closed"


def test_of_two_states_that_began_on_one_day_the_one_still_asserted_holds() -> None:
    """In May 2024 one paper said that freight went on; days later another told that the gate had been shut."""
    days = panel(
        [
            {"status": "open", "start": "2024-05-17"},
            {
                "status": "closed",
                "start": "2024-05-17",
                "end": "2024-05-20",
                "published": "2024-05-20",
                "scope": "all",
            },
        ]
    )
    assert [days[f"2024-05-{day}"][:2] for day in (17, 18, 20)] == [
        ("open", "reported"),
        ("closed", "reported"),
        ("open", "carried"),
    ]


def test_when_what_shut_the_gate_is_over_a_restriction_of_that_cause_is_too() -> None:
    blackout = {"start": "2025-09-29", "cause": "infrastructure"}
    days = panel(
        [
            blackout | {"status": "restricted"},
            blackout | {"status": "closed", "end": "2025-10-02", "published": "2025-10-02"},
        ]
    )
    assert days["2025-10-02"][:2] == ("open", "carried")


def test_snow_is_not_carried_on_for_a_month() -> None:
    days = panel([{"status": "closed", "start": "2024-02-01", "cause": "weather"}])
    assert days["2024-02-08"][:2] == ("closed", "carried")
    assert days["2024-02-10"][:2] == ("unknown", "unknown")


def test_what_is_only_announced_for_the_border_leaves_what_this_crossing_reports() -> None:
    """Pakistan closed its western border from 12 April 2020, and let cargo through at Torkham from the 10th."""
    days = panel(
        [
            {"status": "restricted", "start": "2020-04-10"},
            {"status": "closed", "start": "2020-04-12", "published": "2020-04-08", "of": "*AFG-PAK"},
        ]
    )
    assert days["2020-04-15"][:2] == ("restricted", "carried")


def test_a_voice_that_nobody_believes_keeps_no_closure_from_lapsing() -> None:
    """A page of 2025 has the bridge shut for four years; trains were seen meanwhile."""
    days = panel(
        [
            {"status": "closed", "start": "2021-08-15", "published": "2025-12-01"},
            {"status": "open", "start": "2021-08-20", "published": "2021-08-24"},
            {"status": "closed", "start": "2021-08-30"},
        ]
    )
    assert days["2021-09-15"][0] == "closed"
    assert days["2022-06-01"][:2] == ("unknown", "unknown")
