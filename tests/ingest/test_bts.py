"""US border crossings: one file by download, a month in words, ports that share a name, keys that come twice."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from tests.ingest import live
from tests.ingest.conftest import House
from tests.server import Reply, Server

PATH = "/api/views/keg4-3bc2/rows.csv"
HEADER = "Port Name,State,Port Code,Border,Date,Measure,Value,Latitude,Longitude,Point"
# Built in the shape of the real file, with both Eastports and a key that comes twice.
ROWS = """\
Jackman,Maine,0104,US-Canada Border,Jan 2024,Trucks,6556,45.806,-70.397,POINT (-70.396722 45.805661)
Jackman,Maine,0104,US-Canada Border,Feb 2024,Trucks,6100,45.806,-70.397,POINT (-70.396722 45.805661)
San Luis,Arizona,2608,US-Mexico Border,Apr 2024,Buses,10,32.485,-114.782,POINT (-114.7822222 32.485)
Eastport,Maine,0103,US-Canada Border,Jan 2024,Personal Vehicle Passengers,5,44.904,-66.980,POINT (-66.98 44.904)
Eastport,Idaho,3302,US-Canada Border,Jan 2024,Personal Vehicle Passengers,7000,49.000,-116.180,POINT (-116.18 49)
Sasabe,Arizona,2606,US-Mexico Border,Feb 2021,Bus Passengers,0,31.483,-111.544,POINT (-111.544 31.483)
Sasabe,Arizona,2606,US-Mexico Border,Feb 2021,Bus Passengers,2175,31.483,-111.544,POINT (-111.544 31.483)
Sasabe,Arizona,2606,US-Mexico Border,Mar 2021,Rail Containers Empty,0,31.483,-111.544,POINT (-111.544 31.483)
"""
pytestmark = pytest.mark.usefixtures("few_rows")


def file(change: tuple[str, str] = ("", ""), header: str = HEADER) -> Reply:
    text = f"{header}\n{ROWS.replace(*change, 1) if change[0] else ROWS}"
    return Reply(text.encode(), headers={"Content-Type": "text/csv"}, etag=f'"{hash(text)}"')


@pytest.fixture
def ports(built_house: House, server: Server) -> House:
    built_house.visit(server, "bts")
    server.routes[PATH] = file()
    return built_house


def test_the_file_is_loaded_in_serais_terms(ports: House) -> None:
    [run] = ports.ingest("bts").runs
    assert (run.outcome, run.rows_seen, run.loaded.added) == ("loaded", 8, 6)
    first = ports.rows(
        """
        SELECT entering, coming_from, port_code, admin1, measure, period_start::VARCHAR AS since,
            period_end::VARCHAR AS until, value, lat, known_from::VARCHAR AS known
        FROM crossing_counts WHERE port_name = 'Jackman' ORDER BY period_start DESC LIMIT 1
        """
    ).row(0)
    since, until = "2024-02-01", "2024-02-29"
    assert first == ("USA", "CAN", "0104", "Maine", "trucks", since, until, 6100, 45.806, until)


def test_a_key_that_comes_twice_is_held_back_by_name(ports: House) -> None:
    ports.ingest("bts")
    held = ports.rows("SELECT expectation, row_number, reason FROM quarantine ORDER BY row_number").rows()
    assert [line[:2] for line in held] == [("key.unique", 7), ("key.unique", 8)]
    assert "port_code is 2606, measure is bus_passengers, period_start is 2021-02-01" in held[0][2]


def test_two_ports_of_one_name_are_warned_of_by_name(ports: House) -> None:
    ports.ingest("bts")
    warned = ports.rows("FROM ops.validations WHERE expectation = 'port_name.one_port'").row(0, named=True)
    assert (warned["severity"], warned["outcome"], warned["rows_failed"]) == ("warning", "fail", 2)
    assert "Eastport (0103 Maine, 3302 Idaho)" in warned["observed"]


def test_the_same_file_again_changes_nothing(ports: House, server: Server) -> None:
    live.check_unchanged(ports, "bts")
    assert "if-none-match" in server.asked[1].headers


def test_a_revised_month_is_a_new_version_and_a_month_gone_is_marked(ports: House, server: Server) -> None:
    ports.ingest("bts")
    server.routes[PATH] = file(("6556", "6600"))
    loaded = ports.ingest("bts").runs[0].loaded
    assert (loaded.added, loaded.corrected, loaded.withdrawn, loaded.unchanged) == (0, 1, 0, 5)
    server.routes[PATH] = file((ROWS.splitlines()[2] + "\n", ""))
    assert ports.ingest("bts").runs[0].loaded.withdrawn == 1


def test_all_that_was_ever_taken_in_is_replayed_with_its_times(ports: House, server: Server) -> None:
    ports.ingest("bts")
    server.routes[PATH] = file(("6556", "6600"))
    live.check_replays(ports, server, "bts")
    assert ports.rows("SELECT count(*) FROM facts.crossing_counts WHERE superseded_why = 'corrected'").item() == 1


@pytest.mark.slow
def test_bad_days_of_the_source_change_nothing(ports: House, server: Server) -> None:
    live.check_survives_all(ports, server, {"bts": PATH})


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (file(header=HEADER.replace("Value", "Count")), "missing: Value; unknown: Count"),
        (Reply(file().body.replace(b"\n", b",x\n")), "missing: none; unknown: x"),
        (Reply(b"not,a\nsingle\nrow,of,it\n"), "this is not CSV as the bureau writes it"),
        (Reply(f"{HEADER}\n".encode()), "the batch has at least 1 rows"),
    ],
    ids=["renamed column", "extra column", "no CSV", "header alone"],
)
def test_a_file_of_another_shape_is_refused(ports: House, server: Server, reply: Reply, words: str) -> None:
    live.check_refused(ports, server, "bts", PATH, reply, words)


def test_a_new_border_or_measure_is_held_back_not_guessed(ports: House, server: Server) -> None:
    server.routes[PATH] = file(("US-Mexico Border,Apr 2024,Buses", "US-Atlantis Border,Apr 2024,Airships"))
    ports.ingest("bts")
    found = ports.rows("SELECT expectation FROM quarantine WHERE row_number = 4 ORDER BY ALL").to_series().to_list()
    assert found == ["coming_from.spelt", "measure.in_set"]


def test_a_month_is_compared_with_the_same_months_before_and_measures_are_not_mixed(
    ports: House, server: Server
) -> None:
    counts = {
        ("0104", "Trucks"): {2017: 90, 2018: 120, 2019: 100, 2020: 80},
        ("0104", "Pedestrians"): {2018: 40, 2019: 60, 2020: 1},
        ("0105", "Trucks"): {2020: 500},
        ("0106", "Trucks"): {2019: 0, 2020: 3},
    }
    rows = [
        f"Port {code},Maine,{code},US-Canada Border,Apr {year},{measure},{value},45,-70,POINT (-70 45)"
        for (code, measure), values in counts.items()
        for year, value in values.items()
    ]
    server.routes[PATH] = Reply("\n".join([HEADER, *rows, ""]).encode())
    ports.ingest("bts")
    of_2020 = ports.rows(
        """
        SELECT port_code, measure, value, usual, usual_years, of_usual, below_all_before FROM crossing_count_changes
        WHERE month = '2020-04-01' ORDER BY ALL
        """
    ).rows()
    assert of_2020 == [
        ("0104", "pedestrians", 1, 50, 2, 0.02, True),
        ("0104", "trucks", 80, 100, 3, 0.8, True),
        # Nothing is known of the years before, and of nought there is no share.
        ("0105", "trucks", 500, None, 0, None, None),
        ("0106", "trucks", 3, 0, 1, None, False),
    ]
    border = ports.rows(
        """
        SELECT measure, ports, value, ports_compared, value_compared, usual, of_usual FROM border_count_changes
        WHERE month = '2020-04-01' ORDER BY measure
        """
    ).rows()
    assert border == [("pedestrians", 1, 1, 1, 1, 50, 0.02), ("trucks", 3, 583, 2, 83, 100, 0.83)]


@live.real_file
def test_the_real_file_is_loaded_whole_but_for_its_eleven_double_keys(
    built_house: House, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the file is not of few rows
    house = built_house
    house.limits = replace(house.limits, manners=replace(house.limits.manners, whole_seconds=60, read_seconds=30))
    content = gzip.decompress(live.sample("bts/Border_Crossing_Entry_Data.csv.gz").read_bytes())
    house.visit(server, "bts")
    server.routes[PATH] = Reply(content, headers={"Content-Type": "text/csv"})
    [run] = house.ingest("bts").runs
    assert (run.outcome, run.rows_seen, run.rows_quarantined) == ("loaded", 399_406, 22), run.reason
    assert run.loaded.added == 399_406 - 22
    twice = """
        SELECT "row"->>'port_code' AS code, "row"->>'period_start' AS month, "row"->>'measure' AS measure
        FROM quarantine WHERE expectation = 'key.unique' GROUP BY ALL HAVING count(*) = 2 ORDER BY ALL
    """
    keys = house.rows(twice).rows()
    assert len(keys) == 11
    assert [key for key in keys if key[1] != "2019-06-01"] == [("2606", "2021-02-01", "bus_passengers")]
    warned = house.rows("SELECT observed FROM ops.validations WHERE expectation = 'port_name.one_port'").item()
    assert "Eastport (0103 Maine, 3302 Idaho)" in warned
    trucks = """
        SELECT sum(value)::INT FROM crossing_counts
        WHERE coming_from = 'CAN' AND measure = 'trucks' AND period_start IN ('2020-01-01', '2020-04-01')
        GROUP BY period_start ORDER BY period_start
    """
    # The closure of 2020, as the bureau's own table has it: shut to passengers, and not to trucks.
    shut = """
        SELECT measure, of_usual < 0.05 AS hardly_any, of_usual > 0.6 AS most FROM border_count_changes
        WHERE coming_from = 'CAN' AND month = '2020-04-01'
            AND measure IN ('pedestrians', 'personal_vehicle_passengers', 'trucks')
        ORDER BY measure
    """
    assert house.rows(shut).rows() == [
        ("pedestrians", True, False), ("personal_vehicle_passengers", True, False), ("trucks", False, True),
    ]  # fmt: skip
    assert house.rows(trucks).to_series().to_list() == [457_339, 316_002]
    assert house.rows("SELECT count(DISTINCT port_code) FROM crossing_counts").item() == 117
