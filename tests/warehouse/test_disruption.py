"""The disruption index on the shipped facts: what must hold on every day, and what is known to be shut."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.warehouse.test_disruption_rules import ROUNDING, behind_the_index
from warehouse import contracts, schema
from warehouse.connect import Reader


def asked(reader: Reader, query: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = reader.cursor().execute(query).fetchall()
    return found


def test_the_least_the_share_and_the_most_stand_in_that_order_on_every_day(warehouse: Reader) -> None:
    for table in ("disruption_index", "disruption_spans"):
        disordered = f"""
            SELECT * FROM {table}
            WHERE
                NOT (low BETWEEN 0 AND high AND high <= 1)
                OR NOT share_shut BETWEEN low - {ROUNDING} AND high + {ROUNDING}
                OR NOT weight_known BETWEEN 0 AND 1 + {ROUNDING}
        """
        assert asked(warehouse, disordered) == []


def test_every_day_has_one_row_for_each_border_and_one_for_afghanistan(warehouse: Reader) -> None:
    query = "SELECT count(*), count(DISTINCT day) FROM disruption_index GROUP BY border"
    counts = asked(warehouse, query)
    assert len(counts) == 7
    days = (dt.datetime.now(dt.UTC).date() - dt.date(2014, 1, 1)).days
    assert all(rows == seen and days <= rows <= days + 1 for rows, seen in counts)


def test_nearly_all_of_the_border_with_pakistan_has_been_shut_since_october_2025(warehouse: Reader) -> None:
    query = """
        SELECT min(exports_shut), min(share_shut), max(high) FROM disruption_index
        WHERE border = 'AFG-PAK' AND day BETWEEN DATE '2025-10-15' AND DATE '2026-03-10'
    """
    [(exports, cargo, most)] = asked(warehouse, query)
    assert exports > 0.9
    assert cargo > 0.9
    assert most == 1


def test_afghanistan_as_a_whole_lies_between_its_borders(warehouse: Reader) -> None:
    query = """
        WITH borders AS (
            SELECT day, min(low) AS least, max(high) AS most FROM disruption_index WHERE border <> 'AFG' GROUP BY day
        )
        SELECT count(*) FROM disruption_index AS whole INNER JOIN borders USING (day)
        WHERE border = 'AFG' AND (whole.high > most + 1e-5 OR whole.low < least - 1e-5)
    """
    assert asked(warehouse, query) == [(0,)]
    [(low, high)] = asked(
        warehouse, "SELECT low, high FROM disruption_index WHERE border = 'AFG' AND day = '2025-12-01'"
    )
    assert 0 < low < high < 1, "one border is shut, the others are not"


def test_the_weights_of_what_is_known_add_up_to_one_for_each_border(warehouse: Reader) -> None:
    sums = asked(warehouse, "SELECT border, sum(weight) FROM crossing_weights WHERE weight > 0 GROUP BY border")
    assert {border for border, _ in sums} >= {"AFG-PAK", "AFG-IRN", "AFG-UZB", "AFG-TKM", "AFG-TJK"}
    assert all(abs(total - 1) < ROUNDING for _, total in sums)


def test_every_weight_leads_to_its_rows_and_no_weight_is_nought(warehouse: Reader) -> None:
    for table, facts in (("crossing_weights", "crossing_capacity"), ("border_weights", "trade_flows")):
        keys = f"SELECT unnest(row_keys) AS row_key FROM {table}"
        assert asked(warehouse, f"SELECT count(*) FROM ({keys}) ANTI JOIN {facts} USING (row_key)") == [(0,)]
        bad = f"SELECT count(*) FROM {table} WHERE normal <= 0 OR (normal IS NULL) <> (len(row_keys) = 0)"
        assert asked(warehouse, bad) == [(0,)]
        outside = f"SELECT count(*) FROM {table} WHERE NOT normal BETWEEN lowest AND highest"
        assert asked(warehouse, outside) == [(0,)]


def test_no_figure_of_what_is_normal_was_taken_while_the_crossing_was_shut_all_the_time(warehouse: Reader) -> None:
    query = """
        SELECT count(*)
        FROM (SELECT crossing_id, flow, unnest(row_keys) AS row_key FROM crossing_weights) AS w
        INNER JOIN crossing_capacity AS f USING (row_key)
        INNER JOIN crossing_spans AS s ON w.crossing_id = s.crossing_id AND w.flow = s.flow
        WHERE s.status = 'closed' AND s.from_day <= f.period_start AND s.to_day > f.period_end
    """
    assert asked(warehouse, query) == [(0,)]


def test_afghanistan_has_no_trade_crossing_with_china_and_so_no_share(warehouse: Reader) -> None:
    query = "SELECT DISTINCT share_shut, low, high, crossings FROM disruption_index WHERE border = 'AFG-CHN'"
    assert asked(warehouse, query) == [(None, None, None, 0)]


@pytest.mark.parametrize("day", ["2019-03-01", "2025-10-20"])
def test_as_of_a_day_the_index_is_the_one_built_from_what_was_known_that_day(
    published: Path, warehouse: Reader, day: str
) -> None:
    as_of_day = asked(warehouse, f"FROM disruption_index_as_of(DATE '{day}') ORDER BY ALL")
    with duckdb.connect() as con:
        schema.create(con)
        con.execute(f"ATTACH '{published / 'warehouse' / 'serai.duckdb'}' AS all_known (READ_ONLY)")
        for name in contracts.names():
            known = "true" if contracts.load(name).register else f"known_from <= DATE '{day}'"
            con.execute(
                f"INSERT INTO facts.{name} FROM all_known.facts.{name} WHERE {known} AND superseded_at IS NULL"
            )
        for model in behind_the_index():
            query = model.query.replace("current_date", f"DATE '{day}'")
            con.execute(f"CREATE {model.kind} {model.name} AS {query}")
        assert con.execute("FROM disruption_index ORDER BY ALL").fetchall() == as_of_day
    assert as_of_day
