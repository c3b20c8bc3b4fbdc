"""Known errors of a source: dropped, overridden or flagged with both values kept, and loud once they are mended."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest import corrections, source
from tests.ingest.conftest import House
from warehouse.connect import reading

ENTRY = """
- action: {action}
  row: {{claim_id: seed-c008}}
  expect: {{value: {value}}}
  {more}
  decided_on: 2026-11-22
  reason: The page prints 5,000 for 500.
  read_at: https://example.org/the-other-page
"""
LOADED = "SELECT value FROM claims WHERE claim_id = 'seed-c008'"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The declared sources without their corrections, in a folder of their own."""
    folder = tmp_path / "sources"
    shutil.copytree(source.HERE, folder, ignore=shutil.ignore_patterns("*.corrections.yaml"))
    monkeypatch.setattr(source, "HERE", folder)
    return folder


@pytest.fixture
def house(built_house: House) -> House:
    return built_house


def write(sources: Path, action: str, value: str = "5000", more: str = "") -> None:
    (sources / "claims.corrections.yaml").write_text(ENTRY.format(action=action, value=value, more=more))


def refused(house: House) -> str:
    """Why the claims were refused; nothing of them may have been loaded."""
    [run] = house.ingest("claims").runs
    assert run.outcome == "refused"
    assert house.rows("FROM facts.claims").is_empty()
    assert house.rows("FROM ops.corrections").is_empty()
    return run.reason or ""


def test_a_dropped_row_is_not_loaded_and_is_kept_as_it_came(house: House, sources: Path) -> None:
    write(sources, "drop")
    [run] = house.ingest("claims").runs
    assert (run.outcome, run.loaded.added) == ("loaded", 27)
    assert house.rows(LOADED).is_empty()
    [found] = house.rows("SELECT action, field, printed, loaded, row->>'claim_id' AS claim FROM corrections").rows()
    assert found == ("drop", "value", "5000.0", None, "seed-c008")


def test_an_overridden_row_is_loaded_otherwise_and_both_values_are_kept(house: House, sources: Path) -> None:
    write(sources, "override", more="set: {value: 500}")
    house.ingest("claims")
    assert house.rows(LOADED).item() == 500
    query = """
        SELECT printed, loaded, c.value, reason, read_at, decided_on::VARCHAR, "row"->>'value'
        FROM corrections INNER JOIN claims AS c USING (row_key)
    """
    [found] = house.rows(query).rows()
    evidence = ("The page prints 5,000 for 500.", "https://example.org/the-other-page", "2026-11-22")
    assert found == ("5000.0", "500.0", 500.0, *evidence, "5000.0")


def test_a_flagged_row_is_loaded_as_printed_with_its_warning(house: House, sources: Path) -> None:
    write(sources, "flag")
    house.ingest("claims")
    assert house.rows(LOADED).item() == 5000
    [found] = house.rows("SELECT action, printed, loaded FROM corrections INNER JOIN claims USING (row_key)").rows()
    assert found == ("flag", "5000.0", "5000.0")


def test_what_cannot_be_read_can_be_overridden(house: House, sources: Path) -> None:
    house.edit("claims", lambda text: text.replace(",5000,", ',"5,000",', 1))
    write(sources, "override", value="'5,000'", more="set: {value: 5000}")
    [run] = house.ingest("claims").runs
    assert (run.outcome, run.rows_quarantined) == ("loaded", 0)
    assert house.rows(LOADED).item() == 5000
    assert house.rows("SELECT printed, loaded FROM corrections").rows() == [("5,000", "5000.0")]


def test_a_source_that_has_mended_its_error_is_refused_until_the_correction_goes(house: House, sources: Path) -> None:
    house.edit("claims", lambda text: text.replace(",5000,", ",500,", 1))
    write(sources, "override", more="set: {value: 500}")
    reason = refused(house)
    assert "claims.corrections.yaml, entry 1: value is expected to be 5000.0, found 500.0 in row 9" in reason
    assert "the source has mended it: remove this correction" in reason
    (sources / "claims.corrections.yaml").unlink()
    assert house.ingest("claims").runs[0].outcome == "loaded"
    assert house.rows("FROM corrections").is_empty()


def test_a_correction_that_finds_no_row_is_refused(house: House, sources: Path) -> None:
    house.edit("claims", lambda text: text.replace("seed-c008", "seed-c800", 1))
    write(sources, "drop")
    assert "entry 1: no row has claim_id seed-c008; the source has mended it" in refused(house)


def test_a_correction_that_finds_several_rows_is_refused(house: House, sources: Path) -> None:
    write(sources, "flag")
    path = sources / "claims.corrections.yaml"
    path.write_text(path.read_text().replace("{claim_id: seed-c008}", "{stance: asserts}"))
    assert "name more columns under row" in refused(house)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- action: [", "claims.corrections.yaml is no YAML"),
        ("action: drop", "claims.corrections.yaml holds no list of corrections"),
        ("- drop", "entry 1: it is no mapping"),
        (ENTRY.format(action="erase", value=1, more=""), "entry 1: action is 'erase'"),
        (ENTRY.format(action="override", value=1, more=""), "entry 1: set is missing or empty"),
        (ENTRY.format(action="drop", value=1, more="set: {value: 2}"), "entry 1: set has no meaning in a drop"),
        (ENTRY.format(action="flag", value=1, more="remark: x"), "entry 1: remark has no meaning in a flag"),
        (ENTRY.format(action="override", value=1, more="set: {valu: 2}"), "set names valu, which claims does not"),
        (ENTRY.format(action="override", value=1, more="set: {value: two}"), "value = 'two', which is no number"),
        (ENTRY.format(action="override", value=1, more="set: {topic: x}"), "so expect must say"),
        (ENTRY.format(action="override", value=1, more="set: {value: 1}"), "the value that expect has already"),
        (
            ENTRY.format(action="flag", value=1, more="").replace("2026-11-22", "yesterday"),
            "decided_on is 'yesterday'",
        ),
        (
            ENTRY.format(action="flag", value=1, more="").replace("The page prints 5,000 for 500.", ""),
            "reason is miss",
        ),
        (ENTRY.format(action="flag", value=5000, more="") * 2, "entry 2: row 9 has entry 1 already"),
    ],
)
def test_a_malformed_file_is_refused_by_its_name_and_entry(
    house: House, sources: Path, text: str, message: str
) -> None:
    (sources / "claims.corrections.yaml").write_text(text)
    reason = refused(house)
    assert "claims.corrections.yaml" in reason
    assert message in reason


def test_an_edited_corrections_file_takes_the_same_bytes_in_again(house: House, sources: Path) -> None:
    house.ingest("claims")
    write(sources, "override", more="set: {value: 500}")
    [run] = house.ingest("claims").runs
    assert (run.outcome, run.loaded.corrected, run.loaded.unchanged) == ("loaded", 1, 27)
    write(sources, "flag")
    assert house.ingest("claims").runs[0].loaded.corrected == 1
    assert house.rows(LOADED).item() == 5000


def test_a_correction_changes_nothing_when_it_runs_again(house: House, sources: Path) -> None:
    write(sources, "override", more="set: {value: 500}")
    house.ingest("claims")
    before = house.rows("FROM facts.claims ORDER BY row_key")
    known = house.rows("FROM corrections")
    [again] = house.ingest("claims").runs
    assert (again.outcome, again.loaded.unchanged) == ("unchanged", 28)
    assert house.rows("FROM facts.claims ORDER BY row_key").equals(before)
    assert house.rows("FROM corrections").equals(known)


def test_what_was_loaded_before_a_correction_stays_in_the_history(house: House, sources: Path) -> None:
    house.ingest("claims")
    write(sources, "override", more="set: {value: 500}")
    house.ingest("claims")
    versions = "SELECT value, superseded_why FROM facts.claims WHERE claim_id = 'seed-c008' ORDER BY loaded_at"
    assert house.rows(versions).rows() == [(5000.0, "corrected"), (500.0, None)]
    # Of the time before Serai had the row its first version is told, as of any corrected row.
    early = "SELECT value FROM claims_as_of(DATE '2026-03-01') WHERE claim_id = 'seed-c008'"
    assert house.rows(early).item() == 5000
    assert house.rows(early.replace("DATE '2026-03-01'", "current_date + 1")).item() == 500


def test_a_corrected_figure_that_is_part_of_the_key_is_one_figure_corrected(house: House, sources: Path) -> None:
    house.ingest("incident_counts")
    shipped = Path(corrections.__file__).with_name("sources") / "incident_counts.corrections.yaml"
    shutil.copy(shipped, sources)
    loaded = house.ingest("incident_counts").runs[0].loaded
    # And a count that is moved to the months that it is of is gone from the one series and new in the other.
    assert (loaded.added, loaded.corrected, loaded.withdrawn) == (1, 1, 1)


# The shipped corrections.


def test_each_corrections_file_belongs_to_a_source() -> None:
    files = {path.name.removesuffix(".corrections.yaml") for path in source.HERE.glob("*.corrections.yaml")}
    assert files
    assert files <= set(source.names())


def test_every_shipped_correction_says_why_and_where_that_was_read() -> None:
    for name in source.names():
        for one in corrections.load(source.load(name)):
            assert len(one.reason) > 20
            assert one.read_at.startswith("http")


def test_the_misprint_294_for_194_is_loaded_as_194_and_kept_as_294(published: Path) -> None:
    query = """
        SELECT action, printed, loaded, value FROM corrections INNER JOIN incident_counts USING (row_key)
        WHERE printed = '294.0'
    """
    with reading(published / "warehouse") as reader:
        assert reader.cursor().execute(query).fetchall() == [("override", "294.0", "194.0", 194.0)]


def test_parts_that_do_not_add_up_are_told_of_and_not_changed(published: Path) -> None:
    # What these entries change is the measure: the figures are what usually passes.
    query = """
        SELECT field, value FROM corrections INNER JOIN loss_claims USING (row_key)
        WHERE reason LIKE '%add up to 830%' ORDER BY value
    """
    with reading(published / "warehouse") as reader:
        found = reader.cursor().execute(query).fetchall()
    assert found == [("measure", value) for value in (250, 580, 850)]


def test_every_shipped_correction_found_a_row_and_every_row_still_leads_to_it(published: Path) -> None:
    written = sum(len(corrections.load(source.load(name))) for name in source.shipped())
    with reading(published / "warehouse") as reader:
        [(met,)] = reader.cursor().execute("SELECT count(DISTINCT (source, entry)) FROM ops.corrections").fetchall()
        for name in source.shipped():
            lost = f"SELECT count(*) FROM corrections ANTI JOIN {name} USING (row_key) WHERE source = '{name}'"
            assert reader.cursor().execute(lost).fetchall() == [(0,)], name
    assert met == written
