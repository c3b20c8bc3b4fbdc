"""Bad input never crashes, never half loads and never disappears: it is refused or held back, with the reason."""

from __future__ import annotations

import pytest

from tests.ingest.conftest import House

ROW_2 = "inc-2025-02-28-suicide-blast-in-darul-uloom-haqqania-no,2025-02-28"


@pytest.fixture
def house(built_house: House) -> House:
    return built_house


def refusal(house: House, name: str = "timeline") -> str:
    """Why the source was refused; nothing else may have come of it."""
    result = house.ingest(name)
    [one] = result.runs
    assert one.outcome == "refused"
    assert house.rows(f"FROM facts.{name}").is_empty()
    reason = one.reason or ""
    assert reason.startswith(f"curated/{name}.csv: ")
    assert house.rows("SELECT reason FROM ops.runs").item() == reason
    return reason


def held_back(house: House, name: str = "timeline") -> list[dict[str, object]]:
    """The quarantine after an ingest in which the other rows were loaded."""
    result = house.ingest(name)
    [one] = result.runs
    assert one.outcome == "loaded"
    assert one.loaded.added == one.rows_seen - one.rows_quarantined
    return house.rows('SELECT row_number, expectation, reason, "row" FROM quarantine ORDER BY row_number').to_dicts()


def test_a_missing_column_refuses_the_file(house: House) -> None:
    house.edit("timeline", lambda text: text.replace("event_date,", "", 1))
    assert "row 1 lacks the column event_date" in refusal(house)


def test_an_extra_column_refuses_the_file_and_says_where_to_describe_it(house: House) -> None:
    house.edit("timeline", lambda text: "\n".join(f"{line},x" for line in text.splitlines()))
    reason = refusal(house)
    assert "row 1 has the column x that the contract does not know" in reason
    assert "warehouse/contracts/timeline.yaml" in reason


def test_a_file_that_is_not_csv_refuses_itself(house: House) -> None:
    house.file("timeline").write_text("<!doctype html>\n<html><body>404 Not Found</body></html>\n")
    assert "row 1 is not the header of timeline, it begins with '<!doctype html>'" in refusal(house)


def test_another_datasets_file_is_refused(house: House) -> None:
    house.file("timeline").write_bytes(house.file("claims").read_bytes())
    assert "row 1 lacks the column event_id" in refusal(house)


def test_latin_1_bytes_refuse_the_file_and_say_how_to_mend_it(house: House) -> None:
    house.file("timeline").write_bytes(house.file("timeline").read_bytes().replace(b"Nowshera", b"Nowsh\xe9ra", 1))
    reason = refusal(house)
    assert "line 2 is not UTF-8 (byte 0xe9)" in reason
    assert "iconv" in reason


def test_a_nul_byte_refuses_the_file(house: House) -> None:
    house.file("timeline").write_bytes(house.file("timeline").read_bytes().replace(b"Nowshera", b"Now\0hera", 1))
    assert "line 2 holds a NUL byte" in refusal(house)


def test_a_field_of_ten_megabytes_holds_back_its_row(house: House) -> None:
    house.edit("timeline", lambda text: text.replace("Nowshera", "N" * 10_000_000, 1))
    [row] = held_back(house)
    assert (row["row_number"], row["expectation"]) == (2, "row.not_oversized")
    assert "oversized is title" in str(row["reason"])
    assert len(str(row["row"])) < 2_000


def test_a_duplicate_key_holds_back_both_rows(house: House) -> None:
    house.edit("timeline", lambda text: text + text.splitlines()[1] + "\n")
    rows = held_back(house)
    assert [row["row_number"] for row in rows] == [2, 561]
    assert {row["expectation"] for row in rows} == {"key.unique"}


def test_a_spreadsheet_with_another_name_is_refused_and_told_from_a_damaged_file(house: House) -> None:
    house.file("timeline").write_bytes(b"PK\x03\x04\x14\0\x06\0")
    assert "this is a spreadsheet or UTF-16, not CSV: save it as CSV in UTF-8" in refusal(house)


def test_infinity_is_no_number(house: House) -> None:
    house.edit("incident_counts", lambda text: text.replace("militant_attacks,44,", "militant_attacks,1e999,", 1))
    assert "here value is 1e999" in str([row["reason"] for row in held_back(house, "incident_counts")])


def test_a_date_is_written_with_all_its_digits(house: House) -> None:
    house.edit(
        "timeline", lambda text: text.replace(ROW_2, ROW_2.replace("2025-02-28,", "").rsplit(",")[0] + ",2025-2-8", 1)
    )
    assert "event_date is 2025-2-8" in str([row["reason"] for row in held_back(house)])


def test_an_empty_file_is_refused(house: House) -> None:
    house.file("timeline").write_bytes(b"")
    assert "the file is empty" in refusal(house)


def test_a_file_with_nothing_but_its_header_is_refused(house: House) -> None:
    house.edit("timeline", lambda text: text.splitlines()[0] + "\n")
    assert "at least 279 rows" in refusal(house)


def test_a_date_like_31_february_holds_back_its_row_with_the_text_as_it_came(house: House) -> None:
    house.edit(
        "timeline",
        lambda text: text.replace(ROW_2, ROW_2.replace("2025-02-28,", "").rsplit(",")[0] + ",2025-02-31", 1),
    )
    rows = held_back(house)
    assert {row["row_number"] for row in rows} == {2}
    assert {"event_date.readable", "event_date.filled"} == {row["expectation"] for row in rows}
    assert "event_date is 2025-02-31" in str([row["reason"] for row in rows])
    assert '"event_date": "2025-02-31"' in str(rows[0]["row"])


def test_a_number_with_thousands_separators_holds_back_its_row(house: House) -> None:
    house.edit("incident_counts", lambda text: text.replace("militant_attacks,44,", 'militant_attacks,"1,044",', 1))
    rows = held_back(house, "incident_counts")
    of_row_2 = {row["expectation"]: str(row["reason"]) for row in rows if row["row_number"] == 2}
    assert "here value is 1,044" in of_row_2["value.readable"]


def test_a_row_with_too_few_fields_refuses_the_file(house: House) -> None:
    house.edit("timeline", lambda text: text.replace(ROW_2 + ",attack,", ROW_2 + ",", 1))
    assert "row 2 has 8 fields, the header 9" in refusal(house)


def test_an_open_quote_refuses_the_file(house: House) -> None:
    house.edit("timeline", lambda text: text + '"never closed,2025-01-01,attack,,t,s,https://x.org/,,\n')
    assert "is not CSV" in refusal(house)


def test_a_file_that_is_gone_is_refused(house: House) -> None:
    house.file("timeline").unlink()
    assert "No such file" in refusal(house)


def test_a_file_cut_in_half_is_refused(house: House) -> None:
    house.edit("timeline", lambda text: "\n".join(text.splitlines()[:200]) + "\n")
    assert "at least 279 rows: fewer means that it was cut off (found: 199)" in refusal(house)


def test_a_file_of_mostly_bad_rows_is_refused_with_the_first_of_them(house: House) -> None:
    house.edit("timeline", lambda text: text.replace(",2025-", ",25-").replace(",2026-", ",26-"))
    reason = refusal(house)
    assert "rows are bad, most often: event_date" in reason
    assert "row 2)" in reason


def test_far_more_rows_than_expected_only_warn(house: House) -> None:
    def threefold(text: str) -> str:
        header, *rows = text.splitlines()
        return "\n".join([header, *(f"{n}-{row}" if n else row for n in range(4) for row in rows)]) + "\n"

    house.edit("timeline", threefold)
    [one] = house.ingest("timeline").runs
    assert (one.outcome, one.rows_quarantined, one.loaded.added) == ("loaded", 0, 4 * 559)
    outcome = house.rows("SELECT severity, outcome FROM ops.validations WHERE expectation = 'rows.not_too_many'")
    assert outcome.row(0) == ("warning", "fail")


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(house: House, ending: str) -> None:
    text = house.file("timeline").read_text(encoding="utf-8")
    house.file("timeline").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", ending).encode())
    assert house.ingest("timeline").runs[0].loaded.added == 559


@pytest.mark.usefixtures("few_rows")
def test_every_one_of_many_bad_rows_is_held_back(house: House) -> None:
    """Great Expectations names 200 rows of itself: of 480 rows that share their keys 280 would have gone on."""
    text = house.file("timeline").read_text(encoding="utf-8")
    header, *rows = text.splitlines()
    good = house.ingest("timeline").runs[0].rows_seen
    worse = [row.replace("inc-", f"inc-{number}-", 1) for number in range(20) for row in rows[:15]]
    spoilt = [row.replace(",20", ",19x", 1) for row in worse if row.startswith("inc-")]
    assert 200 < len(spoilt) < good + len(spoilt)
    house.file("timeline").write_text("\n".join([header, *rows, *spoilt]) + "\n", encoding="utf-8")
    [run] = house.ingest("timeline").runs
    assert (run.outcome, run.rows_quarantined) == ("loaded", len(spoilt)), run.reason
