"""A batch judged in slices comes to the same as one judged whole, and nothing of it is seen before all is judged."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from expectations import judge
from expectations.promise import promise
from expectations.suites import claims as claims_suite
from ingest import slices, source
from ingest.csv_file import ParseLimits
from ingest.snapshots import Answer
from tests.ingest.conftest import House
from warehouse.contracts import Contract

LEDGER = "SELECT expectation, severity, outcome, rows_judged, rows_failed, observed FROM ops.validations ORDER BY ALL"
HELD = 'SELECT row_number, expectation, reason, "row" FROM quarantine ORDER BY ALL'


def in_slices(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Claims are judged so many rows at a time."""
    monkeypatch.setattr(claims_suite, "ROW_BY_ROW", True, raising=False)
    monkeypatch.setattr(slices, "ROWS", rows)


def spoil(built_house: House) -> None:
    """A bad row in the first slice and one in the last, and a key of the first that comes again in the last."""
    built_house.edit("claims", lambda text: text.replace(",asserts,", ",swears,", 1))
    built_house.edit("claims", lambda text: text + text.splitlines()[4] + "\n")
    built_house.edit(
        "claims", lambda text: text + text.splitlines()[5].replace("2026-", "2026.").replace("seed", "new", 1) + "\n"
    )


def test_in_slices_or_whole_the_same_rows_are_held_back_for_the_same_reasons(
    built_house: House, without_facts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(built_house)
    [whole] = built_house.ingest("claims").runs
    before = built_house.rows(LEDGER), built_house.rows(HELD), built_house.rows("FROM claims ORDER BY claim_id")
    shutil.rmtree(built_house.places.warehouse)
    shutil.copytree(without_facts, built_house.places.warehouse, symlinks=True)
    in_slices(monkeypatch, 8)
    [sliced] = built_house.ingest("claims").runs
    assert (sliced.outcome, sliced.rows_seen, sliced.rows_quarantined) == ("loaded", 30, whole.rows_quarantined)
    assert built_house.rows(LEDGER).equals(before[0])
    assert built_house.rows(HELD).equals(before[1])
    columns = [name for name in before[2].columns if name not in ("run_id", "loaded_at")]
    assert built_house.rows("FROM claims ORDER BY claim_id").select(columns).equals(before[2].select(columns))
    doubles = built_house.rows("SELECT row_number FROM quarantine WHERE expectation = 'key.unique' ORDER BY 1")
    assert doubles["row_number"].to_list() == [5, 30]


def test_a_batch_refused_for_its_last_slice_leaves_nothing_of_the_first(
    built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_slices(monkeypatch, 8)
    header, *rows = built_house.file("claims").read_text(encoding="utf-8").splitlines()
    bad = [row.replace(",20", ",x20", 1) for row in rows[9:]]
    built_house.file("claims").write_text("\n".join([header, *rows[:9], *bad]) + "\n", encoding="utf-8")
    [run] = built_house.ingest("claims").runs
    assert run.outcome == "refused"
    assert "of 28 rows are bad" in (run.reason or "")
    assert built_house.rows("FROM facts.claims").is_empty()
    assert built_house.rows("FROM ops.quarantine").is_empty()


def test_an_expectation_that_raises_in_one_slice_is_an_error_of_the_batch(
    built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(rows: pl.DataFrame, _: object) -> pl.DataFrame:
        return rows if rows["row_number"].min() == 2 else rows.drop("claimant")

    in_slices(monkeypatch, 15)
    monkeypatch.setattr(claims_suite, "measure", measure, raising=False)
    [run] = built_house.ingest("claims").runs
    assert run.outcome == "error"
    assert "claimant.filled could not be judged" in (run.reason or "")


def test_a_suite_that_compares_rows_cannot_say_that_it_goes_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    import great_expectations.expectations as gxe

    comparing = promise(gxe.ExpectColumnValuesToBeUnique, "note.once", "no note comes twice", column="note")
    monkeypatch.setattr(claims_suite, "ROW_BY_ROW", True, raising=False)
    monkeypatch.setattr(claims_suite, "EXPECTATIONS", [comparing])
    with pytest.raises(ValueError, match="ExpectColumnValuesToBeUnique compares rows"):
        judge.is_row_by_row("claims")


def frames(monkeypatch: pytest.MonkeyPatch, sizes: list[int], rows: int | None) -> list[pl.DataFrame]:
    """The slices made of answers of so many rows each, parsed three rows at a time."""

    def parse(answer: Answer, _: Contract, __: ParseLimits) -> Iterator[pl.DataFrame]:
        yield from pl.DataFrame({"row_number": pl.int_range(2, int(answer.url) + 2, eager=True)}).iter_slices(3)

    monkeypatch.setattr(source.Source, "parse_slices", property(lambda _: parse))
    at = dt.datetime(2026, 1, 1)  # noqa: DTZ001 (UTC without a zone)
    answers = [Answer(str(size), at, Path(), "") for size in sizes]
    limits = ParseLimits(file_bytes=1, field_characters=1)
    return list(slices.of_batch(source.load("claims"), answers, limits, rows))


def test_slices_are_of_one_size_and_rows_are_numbered_on_from_answer_to_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = frames(monkeypatch, [7, 1, 5], 4)
    assert [frame.height for frame in found] == [4, 4, 4, 1]
    assert pl.concat(found)["row_number"].to_list() == [2, 3, 4, 5, 6, 7, 8, 10, 12, 13, 14, 15, 16]
    assert [frame.height for frame in frames(monkeypatch, [7, 1, 5], None)] == [13]
