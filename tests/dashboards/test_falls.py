"""Falls in counts on Disruption: how to load counts where there are none, each fall beside what would have been."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from analysis.methods import count_changes
from analysis.refresh import Tables
from dashboards.pages import _falls
from dashboards.queries import disruption
from tests.analysis.test_count_changes import counts
from tests.dashboards.conftest import Open
from tests.dashboards.test_pages import said

FIRST, FELL = dt.date(2010, 1, 1), dt.date(2020, 1, 1)


def counted() -> pl.DataFrame:
    """Fourteen years of months at one border, a year of which lost most."""
    values = counts(1)
    values[120:132] *= 0.2
    months = pl.date_range(FIRST, dt.date(2023, 12, 1), "1mo", eager=True)
    assert len(months) == len(values)
    key = {"entering": "USA", "coming_from": "CAN", "ports": "all", "measure": "trucks"}
    return pl.DataFrame({"month": months, "value": values}).with_columns(
        *(pl.lit(value).alias(name) for name, value in key.items())
    )


@pytest.fixture(scope="module")
def found() -> Tables:
    return count_changes.work_out({"counts": counted()})


def test_where_nothing_is_counted_it_says_how_to_load_it(open_page: Open) -> None:
    words = said(open_page("disruption"))
    assert "Not worked out: no entries are counted. `serai ingest bts` takes in" in words


def test_the_months_of_a_fall_add_up_to_its_line(found: Tables) -> None:
    [line], months = found["count_changes"].to_dicts(), found["count_changes_months"]
    assert line["started"] == FELL
    assert months["month"].to_list() == pl.date_range(FELL, dt.date(2020, 12, 1), "1mo", eager=True).to_list()
    assert months["actual"].sum() == pytest.approx(line["actual"])
    assert months["without_fall"].sum() == pytest.approx(line["without_fall"], rel=0.05)
    for ends in ("80", "95"):
        assert (months[f"low_{ends}"] < months["without_fall"]).all()
        assert (months[f"high_{ends}"] > months["without_fall"]).all()
    # What was made: four fifths lost.
    assert line["share_lost_low_95"] < 0.8 < line["share_lost_high_95"]


def test_a_fall_that_is_loaded_is_drawn_and_its_address_kept(
    open_page: Open, found: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disruption, "falls", lambda: found["count_changes"].drop("ports"))
    monkeypatch.setattr(disruption, "fall_months", lambda _: found["count_changes_months"])
    monkeypatch.setattr(disruption, "counted", lambda *_: counted().select("month", actual="value"))
    app = open_page("disruption", fall="USA-CAN-trucks-2020-01-01")
    assert not app.exception
    words = said(app)
    assert "Trucks from Canada into the United States by month, as counted" in words
    assert "Lost in the 12 months counted of its first year: 80 %" in words
    assert app.query_params["fall"] == "USA-CAN-trucks-2020-01-01"


def test_what_is_not_sure_is_called_weak() -> None:
    lost = {"share_lost": 0.2, "share_lost_low_80": 0.1, "share_lost_high_80": 0.3}
    row = lost | {"times_far": 1.1, "months_counted": 1, "share_lost_low_95": -0.1, "share_lost_high_95": 0.4}
    words = _falls.how_deep(row)
    assert "Just found (1.1 times what counts as far)" in words
    assert "Nought lies within the 95 %: weak" in words
    assert "is not known" in _falls.how_deep(row | {"share_lost": None})
