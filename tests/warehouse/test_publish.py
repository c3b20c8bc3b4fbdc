"""Publishing: one switch, nobody's version taken away, nobody's lock in the way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from warehouse import publish
from warehouse.connect import Reader, reading


def put_out(folder: Path, number: int, keep: int = 2) -> str:
    """Publish a warehouse that holds one number."""
    with publish.writing(folder), publish.building(folder) as private:
        with duckdb.connect(str(private)) as con:
            con.execute(f"CREATE OR REPLACE TABLE t AS SELECT {number} AS n")
        return publish.publish(folder, private, keep)


def number_of(reader: Reader) -> int:
    [(number,)] = reader.cursor().execute("SELECT n FROM t").fetchall()
    return int(number)


def test_a_reader_keeps_its_version_and_a_new_one_sees_the_newest(tmp_path: Path) -> None:
    put_out(tmp_path, 1)
    with reading(tmp_path) as old:
        put_out(tmp_path, 2)
        with reading(tmp_path) as new:
            assert (number_of(old), number_of(new)) == (1, 2)


def test_old_versions_go_but_never_one_in_use(tmp_path: Path) -> None:
    first = put_out(tmp_path, 1)
    with reading(tmp_path) as held:
        versions = [put_out(tmp_path, number) for number in range(2, 6)]
        left = {path.name for path in (tmp_path / "versions").iterdir()}
        assert left == {first, *versions[-2:]}
        assert number_of(held) == 1
    put_out(tmp_path, 6)
    assert first not in {path.name for path in (tmp_path / "versions").iterdir()}


def test_a_version_open_in_a_shell_is_not_pruned(tmp_path: Path) -> None:
    first = put_out(tmp_path, 1)
    with shell(tmp_path) as process:
        for number in range(2, 6):
            put_out(tmp_path, number)
        assert (tmp_path / "versions" / first).exists()
        process.kill()


def test_what_a_shell_writes_stays_in_its_own_copy(tmp_path: Path) -> None:
    put_out(tmp_path, 1)
    with duckdb.connect(str(tmp_path / "serai.duckdb")) as con:
        con.execute("UPDATE t SET n = 99")
    with reading(tmp_path) as reader:
        assert number_of(reader) == 1
    put_out(tmp_path, 2)
    with duckdb.connect(str(tmp_path / "serai.duckdb"), read_only=True) as con:
        assert con.execute("SELECT n FROM t").fetchall() == [(2,)]


def test_a_shell_killed_with_its_log_unmerged_does_not_harm_the_next_version(tmp_path: Path) -> None:
    put_out(tmp_path, 1)
    with shell(tmp_path, "con.execute('CREATE TABLE mine AS SELECT 1')") as process:
        logs = list((tmp_path / "versions").rglob("*.wal"))
        assert [log.name for log in logs] == ["shell.duckdb.wal"], "DuckDB writes its log beside the version's copy"
        put_out(tmp_path, 2)
        process.kill()
        process.wait()
    with duckdb.connect(str(tmp_path / "serai.duckdb")) as con:
        assert con.execute("SELECT n FROM t").fetchall() == [(2,)]


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    holder = (
        "import sys, pathlib, time\n"
        "from warehouse import publish\n"
        "with publish.writing(pathlib.Path(sys.argv[1])):\n"
        "    print('in', flush=True)\n"
        "    time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(publish.IngestRunningError, match=f"process {process.pid}"), publish.writing(tmp_path):
            pass
        process.kill()
    with publish.writing(tmp_path), publish.building(tmp_path) as private:
        assert private.exists(), "a dead writer's lock is nobody's lock"


def test_what_a_dead_writer_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / "building" / "123.duckdb"
    left.parent.mkdir()
    left.write_bytes(b"half a database")
    put_out(tmp_path, 1)
    assert list((tmp_path / "building").iterdir()) == []


def test_a_version_half_made_is_never_the_published_one_and_goes_at_the_next_prune(tmp_path: Path) -> None:
    put_out(tmp_path, 1)
    half = tmp_path / "versions" / "00000000T000000Z-000000"
    half.mkdir()
    (half / "serai.duckdb").write_bytes(b"half")
    put_out(tmp_path, 2)
    put_out(tmp_path, 3)
    assert not half.exists()


def test_nothing_published_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(publish.NothingPublishedError, match="run `serai ingest` first"), reading(tmp_path):
        pass


def test_the_published_file_can_be_opened_by_shells_of_older_versions(tmp_path: Path) -> None:
    put_out(tmp_path, 1)
    shell_of_1_5 = Path(sys.executable).with_name("duckdb")
    found = subprocess.run(
        [shell_of_1_5, tmp_path / "serai.duckdb", "-csv", "SELECT n, version() FROM t"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "1,v1.5" in found.stdout


def shell(folder: Path, also: str = "pass") -> subprocess.Popen[str]:
    """Another process with the published file open for writing, as a DuckDB shell opens it."""
    code = (
        "import duckdb, sys, time\n"
        "con = duckdb.connect(sys.argv[1])\n"
        f"{also}\n"
        "print('open', flush=True)\n"
        "time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder / "serai.duckdb")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process
