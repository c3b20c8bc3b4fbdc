"""Who counts as one voice: copies, services and magazines of one house, and whoever cites another."""

from __future__ import annotations

import pytest

from warehouse.connect import Reader

ONE_VOICE = {
    # Two texts from one page, the copy of a copy, and a headline printed by three.
    "The Express Tribune": ["p14-s-311", "p14-s-312", "p14-s-317", "p14-s-318", "p25-s0111", "p25-s0112"],
    # Services in other languages.
    "RFE/RL": ["lat-s001", "oth-s0088", "oth-s0234", "p14-s-035", "p14-s-129", "p25-s0386"],
    "Pakistan Today": ["p14-s-289", "p14-s-012", "p25-s0022"],
    # What the note of a row says, where its outlet has other rows of its own.
    "AFP": ["p25-s0043", "p25-s0044", "oth-s0233"],
    "IRNA": ["oth-s0052", "oth-s0207"],
    "IRIB News": ["oth-s0245", "oth-s0163"],
    "Fars News": ["oth-s0054"],
    # And their other rows stay theirs.
    "KabulNow": ["p25-s0002"],
    "Arab News": ["p25-s0072"],
    "Afghanistan International": ["oth-s0244"],
}


@pytest.mark.parametrize("voice", ONE_VOICE)
def test_copies_and_services_of_one_house_are_one_voice(warehouse: Reader, voice: str) -> None:
    query = "SELECT DISTINCT report_id, voice FROM crossing_reports WHERE report_id IN (SELECT unnest($1))"
    found = warehouse.cursor().execute(query, [ONE_VOICE[voice]]).fetchall()
    assert dict(found) == dict.fromkeys(ONE_VOICE[voice], voice)


def test_who_is_cited_is_spelt_as_the_outlet_is(warehouse: Reader) -> None:
    """Else one voice would count twice, under two names."""
    aliases = """
        SELECT p.publisher, p.agency FROM publishers AS p INNER JOIN publishers AS other ON other.publisher = p.agency
        WHERE other.outlet <> p.agency
    """
    assert warehouse.cursor().execute(aliases).fetchall() == []
