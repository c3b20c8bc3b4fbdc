"""When a fact could be known: the page's date, its address, or the end of what it speaks of."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import contracts
from warehouse.knowledge import address_day, with_knowledge

REPORTS = contracts.load("status_reports")


def dated(address: str) -> dt.date | None:
    found: dt.date | None = pl.DataFrame({"a": [address]}).select(address_day(pl.col("a"))).item()
    return found


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("https://propakistani.pk/2023/02/02/january-2023", "2023-02-02"),
        ("https://nation.com.pk/26-Oct-2022/pakistan", "2022-10-26"),
        ("https://timesofislamabad.com/31-Oct-2017/chabahar", "2017-10-31"),
        ("https://x.org/news/2025-10-12/story", "2025-10-12"),
        ("https://afghanan.press/2025/02/story", None),
        ("https://x.org/2024/13/45/story", None),
        ("https://www.dawn.com/news/2027305", None),
        ("https://x.org/1876016/2025", None),
    ],
)
def test_the_date_in_an_address(address: str, day: str | None) -> None:
    assert dated(address) == (dt.date.fromisoformat(day) if day else None)


def knowledge(published: str | None, address: str, start: str, end: str | None) -> tuple[str, str]:
    day = dt.date.fromisoformat
    row = {
        "published_on": day(published) if published else None,
        "source_url": address,
        "valid_from": day(start),
        "valid_to": day(end) if end else None,
    }
    frame = pl.DataFrame([row], schema_overrides={"published_on": pl.Date, "valid_to": pl.Date})
    known, basis = with_knowledge(REPORTS, frame).select("known_from", "known_from_basis").row(0)
    return str(known), basis


def test_the_pages_own_date_comes_first() -> None:
    assert knowledge("2025-10-13", "https://x.org/2025/10/20/a", "2025-10-12", None) == ("2025-10-13", "published")


def test_an_undated_page_is_dated_by_its_address() -> None:
    assert knowledge(None, "https://x.org/2025/10/20/a", "2025-10-12", None) == ("2025-10-20", "address")


def test_a_month_in_the_address_counts_as_its_last_day_and_says_so() -> None:
    assert knowledge(None, "https://x.org/2025/02/a", "2025-02-12", None) == ("2025-02-28", "address_month")


def test_without_either_nobody_knew_before_the_end_that_the_page_names() -> None:
    assert knowledge(None, "https://x.org/a", "2025-02-21", "2025-03-19") == ("2025-03-19", "not_before")


def test_an_address_older_than_its_subject_is_a_folders_date() -> None:
    assert knowledge(None, "https://x.org/2020/01/01/a", "2025-10-12", None) == ("2025-10-12", "not_before")


@given(st.dates(dt.date(1950, 1, 1), dt.date(2049, 12, 31)))
def test_every_day_in_an_address_is_read_as_that_day(day: dt.date) -> None:
    assert dated(f"https://x.org/{day:%Y/%m/%d}/a") == day
    assert dated(f"https://x.org/{day:%d-%b-%Y}/a") == day
