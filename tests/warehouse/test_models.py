"""Models: built in the order that their SQL asks for, and right where the answer is known."""

from __future__ import annotations

import graphlib
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.conftest import HOUSE
from warehouse import models, schema
from warehouse.connect import Reader
from warehouse.models import ordered
from warehouse.sql import read_model


def rows(reader: Reader, query: str) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = reader.cursor().execute(query).fetchall()
    return found


def test_each_model_stands_behind_those_that_it_reads() -> None:
    seen: set[str] = set()
    models = ordered()
    for model in models:
        assert model.reads & {other.name for other in models} <= seen
        seen.add(model.name)


def test_models_that_read_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("-- a\nSELECT n -- n\nFROM b")
    (tmp_path / "b.sql").write_text("-- b\nSELECT n -- n\nFROM a")
    with pytest.raises(graphlib.CycleError):
        ordered(tmp_path)


def test_a_column_without_a_comment_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("-- a\nSELECT\n    1 AS n, -- a number\n    2 AS m\n")
    with pytest.raises(ValueError, match="no comment behind the column m"):
        read_model(tmp_path / "a.sql")


@pytest.mark.parametrize(
    ("publisher", "metric", "value"),
    [
        ("PIPS", "militant_attacks", 699),
        ("GTI-IEP", "militant_attacks", 1045),
        ("PICSS", "militant_attacks", 1063),
        ("ISPR", "violent_incidents", 5397),
    ],
)
def test_pakistan_2025_by_publisher(warehouse: Reader, publisher: str, metric: str, value: float) -> None:
    query = (
        "SELECT value FROM incident_years WHERE geography = 'PAK' AND year = 2025 AND counting = 'cnt' "
        f"AND publisher = '{publisher}' AND metric = '{metric}'"
    )
    assert rows(warehouse, query) == [(value,)]


def test_a_year_that_nobody_gives_is_the_sum_of_its_twelve_months(published: Path) -> None:
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{published / 'warehouse' / 'serai.duckdb'}' AS old (READ_ONLY)")
        con.execute("CREATE TABLE voices AS FROM old.voices")
        con.execute("CREATE TABLE incident_counts AS FROM old.incident_counts WHERE series_id NOT LIKE '%-y'")
        for model in ordered():
            if model.name.startswith("incident_"):
                con.execute(f"CREATE VIEW {model.name} AS {model.query}")
        query = """
            SELECT value, derivation, months_known, len(row_keys) >= 12 FROM incident_years
            WHERE publisher = 'PICSS' AND metric = 'militant_attacks' AND year = $year AND geography = 'PAK'
        """
        assert con.execute(query, {"year": 2022}).fetchall() == [(380, "summed_from_months", 12, True)]
        eleven = "DELETE FROM incident_counts WHERE period_start = '2022-05-01' AND metric = 'militant_attacks'"
        con.execute(eleven)
        assert con.execute(query, {"year": 2022}).fetchall() == [], "eleven months are not a year"


def test_every_value_of_a_year_leads_to_its_rows(warehouse: Reader) -> None:
    for model, fact in (("incident_years", "incident_counts"), ("trade_partner_years", "trade_flows")):
        lost = (
            f"SELECT count(*) FROM (SELECT unnest(row_keys) AS row_key FROM {model}) ANTI JOIN {fact} USING (row_key)"
        )
        assert rows(warehouse, lost) == [(0,)]
        assert rows(warehouse, f"SELECT count(*) FROM {model} WHERE coalesce(len(row_keys), 0) = 0") == [(0,)]


def test_a_value_lies_between_the_lowest_and_the_highest_printed(warehouse: Reader) -> None:
    for model in ("incident_years", "trade_partner_years"):
        assert rows(warehouse, f"SELECT count(*) FROM {model} WHERE NOT value BETWEEN lowest AND highest") == [(0,)]


@pytest.mark.parametrize(
    ("basis", "flow", "value"),
    [
        ("balance_of_payments", "export", 773.89),
        ("balance_of_payments", "import", 25.89),
        ("customs", "export", 1391.0),
        ("customs", "import", 607.0),
    ],
)
def test_pakistans_trade_of_fiscal_2025_by_basis(warehouse: Reader, basis: str, flow: str, value: float) -> None:
    query = (
        "SELECT value FROM trade_partner_years WHERE reporter = 'PAK' AND partner = 'AFG' AND start_year = 2024 "
        f"AND year_kind = 'july' AND basis = '{basis}' AND flow = '{flow}'"
    )
    assert rows(warehouse, query) == [(value,)]


def test_the_five_billion_target(warehouse: Reader) -> None:
    [pace] = rows(
        warehouse,
        """
        SELECT latest_year, latest, latest_lowest, latest_highest, share_reached, growth_needed, reached_in
        FROM commitment_pace WHERE commitment_id = 'uzb_afg_trade_5bn'
        """,
    )
    assert pace == (2025, 1700.0, 1600.0, 1700.0, 0.34, None, 2033)


def test_a_pace_says_how_thin_its_base_is_and_how_far_printed_figures_stretch_it(warehouse: Reader) -> None:
    """Kazakhstan's 2024 is 545.2 million in two places and "under 1.3 billion" in a third, which is a bound."""
    found = rows(
        warehouse,
        """
        SELECT DISTINCT
            pair, latest, pace_years, pace_figures, growth_lowest, growth_held, growth_highest,
            reached_earliest, reached_in, reached_latest
        FROM commitment_pace
        WHERE (pair, target_value) IN (('AFG-KAZ', 3000), ('AFG-RUS', 3000), ('AFG-UZB', 5000), ('AFG-PAK', 5000))
            AND measured_by_turnover
        ORDER BY pair
        """,
    )
    assert found == [
        ("AFG-KAZ", 545.2, 2, 3, -0.2616, -0.2616, 0.1471, 2031, None, None),
        ("AFG-PAK", 1766.0, 1, 2, -0.2824, -0.2824, 2.532, 2026, None, None),
        ("AFG-RUS", 1000.0, 2, 3, 1.4254, 1.4254, 1.4254, 2026, 2026, 2026),
        ("AFG-UZB", 1700.0, 5, 5, 0.1487, 0.1627, 0.1627, 2033, 2033, 2034),
    ]


def test_what_is_held_lies_between_what_the_printed_figures_allow(warehouse: Reader) -> None:
    outside = """
        SELECT * FROM commitment_pace
        WHERE
            NOT growth_held BETWEEN growth_lowest AND growth_highest
            OR (growth_held IS NULL) <> (pace_years IS NULL)
            OR reached_earliest > coalesce(reached_in, reached_earliest)
            OR reached_latest < coalesce(reached_in, reached_latest)
            OR (reached_in IS NULL AND reached_latest IS NOT NULL)
    """
    assert rows(warehouse, outside) == []


def test_growth_needed_from_the_latest_year_reaches_the_target(warehouse: Reader) -> None:
    paths = rows(
        warehouse,
        """
        SELECT latest * pow(1 + growth_needed, year(target_date) - latest_year), target_value
        FROM commitment_pace WHERE growth_needed > 0
        """,
    )
    assert paths
    assert all(reached == pytest.approx(target, rel=0.005) for reached, target in paths)


def test_torkham_is_closed_to_cargo_by_the_last_report(warehouse: Reader) -> None:
    query = """
        SELECT status, since::VARCHAR, reported_on::VARCHAR FROM crossing_latest
        WHERE crossing_id = 'torkham' AND flow = 'cargo'
    """
    assert rows(warehouse, query) == [("closed", "2025-10-12", "2026-10-04")]


def test_a_crossing_without_any_report_is_unknown_and_not_open(warehouse: Reader) -> None:
    unreported = rows(
        warehouse,
        """
        SELECT status FROM crossing_latest AS l
        WHERE NOT EXISTS (FROM crossing_reports AS r WHERE r.crossing_id = l.crossing_id)
        """,
    )
    assert unreported
    assert set(unreported) == {("unknown",)}


def test_a_report_on_all_crossings_holds_for_the_formal_ones_of_its_border_only(warehouse: Reader) -> None:
    categories = rows(
        warehouse,
        """
        SELECT DISTINCT c.category, c.country_b FROM crossing_reports AS r
        INNER JOIN crossings AS c USING (crossing_id) WHERE r.reported_of = '*AFG-PAK'
        """,
    )
    assert categories == [("formal_trade", "PAK")]


def test_ten_papers_with_one_agencys_text_are_one_voice(warehouse: Reader) -> None:
    of_afp = rows(
        warehouse, "SELECT count(*), count(DISTINCT voice), any_value(voice) FROM voices WHERE agency = 'AFP'"
    )
    [(names, voices, voice)] = of_afp
    assert (voices, voice) == (1, "AFP")
    assert isinstance(names, int)
    assert names > 10


def test_what_an_older_serai_derived_and_this_one_does_not_is_dropped_with_its_macro() -> None:
    with duckdb.connect() as con:
        schema.create(con)
        con.execute("CREATE TABLE flow_changes AS SELECT 1 AS day")
        con.execute("CREATE MACRO flow_changes_as_of(day) AS TABLE SELECT 1")
        con.execute("CREATE VIEW as_of.flow_changes AS FROM flow_changes_as_of(1)")
        models.build(con)
        left = """
            SELECT table_name FROM information_schema.tables WHERE table_name = 'flow_changes'
            UNION ALL SELECT function_name FROM duckdb_functions() WHERE function_name = 'flow_changes_as_of'
        """
        assert con.execute(left).fetchall() == []


def test_the_order_of_the_models_is_the_same_in_every_process() -> None:
    """Else each ingest would take them for other models, and make all of them with all their comments."""
    code = "from warehouse import models; print(models._made_by(models.ordered()))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, cwd=HOUSE,
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(found) == 1


def test_a_second_build_keeps_comments_and_takes_new_facts() -> None:
    with duckdb.connect() as con:
        schema.create(con)
        first = models.build(con)
        comments = "SELECT count(*) FROM duckdb_columns() WHERE comment IS NOT NULL"
        before = con.execute(comments).fetchall()
        con.execute(
            """
            INSERT INTO facts.publishers
                (publisher, outlet, kind, basis, source_url, row_key, known_from_basis, source, run_id, loaded_at)
            VALUES ('A paper', 'A paper', 'newspaper', 'name', 'u', 'k', 'unknown', 's', 'r', '2026-01-01')
            """
        )
        assert models.build(con)["voices"] == first["voices"] + 1
        assert con.execute(comments).fetchall() == before
