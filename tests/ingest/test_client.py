"""The HTTP client is polite, bounded, and keeps secrets; each test asks the server on this machine."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingest import credentials, source, unpack
from ingest.client import Client, FetchError
from ingest.csv_file import BatchError
from ingest.manners import Manners
from ingest.snapshots import Answer
from ingest.source import Credential, Source
from tests.ingest.conftest import MANNERS
from tests.server import FAULTS, Question, Reply, Server, in_seconds

DATA = b"a,b\n1,2\n"


class Asking:
    """A client's get on the test server."""

    def __init__(self, server: Server, data: Path) -> None:
        self.source: Source = replace(source.load("bts"), address=f"{server.address}/data.csv")
        self.manners: Manners = MANNERS
        self._data = data
        self._asked: dict[str, float] = {}

    def get(self, path: str = "", checksum: str | None = None) -> Answer:
        with Client(self.source, self.manners, self._data / "snapshots", self._data / "cache", self._asked) as client:
            return client.get(path or self.source.address, checksum=checksum)


@pytest.fixture
def asking(server: Server, tmp_path: Path) -> Asking:
    return Asking(server, tmp_path)


def test_what_did_not_change_is_not_sent_again(server: Server, asking: Asking) -> None:
    server.routes["/data.csv"] = Reply(DATA, etag='"v1"')
    first, again = asking.get(), asking.get()
    assert first.content == again.content == DATA
    assert [one.headers.get("if-none-match") for one in server.asked] == [None, '"v1"']


def test_a_date_of_change_serves_as_well_as_a_tag(server: Server, asking: Asking) -> None:
    server.routes["/data.csv"] = Reply(DATA, headers={"Last-Modified": "Sat, 01 Nov 2025 00:00:00 GMT"})
    asking.get()
    asking.get()
    assert server.asked[1].headers["if-modified-since"] == "Sat, 01 Nov 2025 00:00:00 GMT"


def test_what_changed_is_sent(server: Server, asking: Asking) -> None:
    server.routes["/data.csv"] = [Reply(DATA, etag='"v1"'), Reply(b"new", etag='"v2"')]
    assert asking.get().content == DATA
    assert asking.get().content == b"new"


@pytest.mark.parametrize("header", [lambda: "1", lambda: in_seconds(1.9)], ids=["seconds", "date"])
def test_retry_after_is_waited_for(server: Server, asking: Asking, header: Callable[[], str]) -> None:
    server.routes["/data.csv"] = [Reply(status=429, headers={"Retry-After": header()}), Reply(DATA)]
    started = time.monotonic()
    assert asking.get().content == DATA
    assert 0.8 < time.monotonic() - started < 4


def test_a_wait_that_is_too_long_is_not_waited_for(server: Server, asking: Asking) -> None:
    server.routes["/data.csv"] = Reply(status=503, headers={"Retry-After": "3600"})
    with pytest.raises(FetchError, match="it asks to wait 3600 s"):
        asking.get()
    assert len(server.asked) == 1


def test_what_may_pass_is_tried_again_so_often_and_no_oftener(
    server: Server, asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    server.routes["/data.csv"] = [Reply(status=500), Reply(DATA)]
    assert asking.get().content == DATA
    [line] = [str(record.msg) for record in caplog.records]
    assert "'event': 'tried again'" in line
    assert "answered 500" in line
    assert "callable" not in line
    server.routes["/data.csv"] = Reply(status=502)
    with pytest.raises(FetchError, match="502"):
        asking.get()
    assert len(server.asked) == 2 + MANNERS.attempts


@pytest.mark.parametrize("fault", ["401", "403", "404", "410", "400 with HTML", "HTML with 200", "gzip bomb"])
def test_what_will_not_pass_is_asked_once(server: Server, asking: Asking, fault: str) -> None:
    server.routes["/data.csv"] = FAULTS[fault][0]
    with pytest.raises(FetchError):
        asking.get()
    assert len(server.asked) == 1


def test_one_host_is_asked_no_faster_than_the_source_says(server: Server, asking: Asking) -> None:
    server.routes["/data.csv"] = Reply(DATA)
    asking.source = replace(asking.source, pause=0.3)
    started = time.monotonic()
    for _ in range(3):
        asking.get()
    assert time.monotonic() - started > 0.6


def test_a_packed_answer_is_unpacked(server: Server, asking: Asking) -> None:
    server.routes["/data.csv"] = Reply(gzip.compress(DATA), headers={"Content-Encoding": "gzip"}, etag='"v1"')
    assert asking.get().content == DATA
    assert asking.get().content == DATA


def test_an_answer_beyond_the_limit_is_refused(server: Server, asking: Asking) -> None:
    server.routes["/data.csv"] = Reply(DATA * 100)
    asking.manners = replace(MANNERS, most_bytes=100)
    with pytest.raises(FetchError, match="more than 100 bytes: raise SERAI_MAX_FILE_BYTES"):
        asking.get()


def test_a_checksum_that_the_source_publishes_is_held_to(server: Server, asking: Asking) -> None:
    of_body = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
    server.routes["/data.csv"] = Reply(DATA, headers={"Content-Digest": f"sha-256=:{of_body}:"})
    assert asking.get(checksum=f"md5:{hashlib.md5(DATA).hexdigest().upper()}").content == DATA
    with pytest.raises(FetchError, match="checksum"):
        asking.get(checksum="md5:00000000000000000000000000000000")


def test_a_damaged_answer_is_not_confirmed_by_a_later_304(server: Server, asking: Asking) -> None:
    server.routes["/data.csv"] = Reply(DATA, headers={"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, etag='"v1"')
    with pytest.raises(FetchError):
        asking.get()
    server.routes["/data.csv"] = Reply(b"whole", etag='"v1"')
    assert asking.get().content == b"whole"


def test_a_credential_goes_to_its_source_and_nowhere_else(
    server: Server, asking: Asking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SERAI_BTS_TOKEN", "s3cr3t-value")
    caplog.set_level(0)
    elsewhere = server.address.replace("127.0.0.1", "localhost")
    server.routes["/data.csv"] = Reply(status=302, headers={"Location": f"{elsewhere}/moved.csv"})
    server.routes["/moved.csv"] = Reply(DATA, etag='"v1"')
    answer = asking.get()
    assert [one.headers.get("x-app-token") for one in server.asked] == ["s3cr3t-value", None]
    server.routes["/data.csv"] = Reply(b"bad token s3cr3t-value", 401)
    with pytest.raises(FetchError) as refused:
        asking.get()
    assert "SERAI_BTS_TOKEN" in str(refused.value)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for said in (str(refused.value), repr(refused.value), repr(answer), caplog.text, kept.decode("latin-1")):
        assert "s3cr3t-value" not in said


def test_a_credential_for_another_host_goes_there_and_not_to_the_sources_own(
    server: Server, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERAI_SHARED_TOKEN", "s3cr3t-value")
    api = server.address.replace("127.0.0.1", "localhost") + "/api"
    asking.source = replace(asking.source, credential=Credential("shared_token", at=api, header="X-Token"))
    server.routes |= {"/data.csv": Reply(DATA), "/api": Reply(DATA)}
    asking.get()
    asking.get(api)
    assert [one.headers.get("x-token") for one in server.asked] == [None, "s3cr3t-value"]


def test_a_source_that_needs_a_credential_says_how_to_set_it(asking: Asking) -> None:
    asking.source = replace(asking.source, credential=Credential("bts_token", header="X-Token", required=True))
    with pytest.raises(FetchError, match="set SERAI_BTS_TOKEN, or run `keyring set serai bts_token`"):
        asking.get()


def test_an_address_is_shown_without_its_secrets() -> None:
    shown = credentials.shown("https://me:pass@host.org/a?app_identifier=eHl6&from=2025&api_key=123#part")
    assert shown == "https://host.org/a?app_identifier=***&from=2025&api_key=***"


def test_plain_http_is_for_this_machine_only(asking: Asking) -> None:
    asking.source = replace(asking.source, address="http://data.example.org/data.csv")
    with pytest.raises(FetchError, match="this is not https"):
        asking.get()


def test_a_page_that_asks_twice_gets_what_its_question_asks(server: Server, asking: Asking) -> None:
    def page(question: Question) -> Reply:
        return Reply(question.query["page"].encode(), etag=f'"{question.query["page"]}"')

    server.routes["/pages"] = page
    address = f"{server.address}/pages?page="
    assert [asking.get(address + n).content for n in ("1", "2", "1", "2")] == [b"1", b"2", b"1", b"2"]


def most_memory(work: Callable[[], object]) -> int:
    """The most bytes that the work held at once beyond what was there before."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_memory_does_not_grow_with_the_answer(server: Server, asking: Asking, encoding: str) -> None:
    body = b"a,b\n" + bytes(40_000_000)
    sent = gzip.compress(body, 1) if encoding == "gzip" else body
    server.routes["/data.csv"] = Reply(sent, headers={"Content-Encoding": encoding}, etag='"v1"')
    for _ in range(2):
        assert most_memory(asking.get) < 12_000_000
    assert asking.get().place.stat().st_size == len(body)


def test_a_snapshot_that_is_damaged_is_fetched_again(server: Server, asking: Asking) -> None:
    server.routes["/data.csv"] = Reply(DATA, etag='"v1"')
    place = asking.get().place
    place.chmod(0o644)
    place.write_bytes(b"damaged!")
    assert asking.get().content == DATA
    assert [one.headers.get("if-none-match") for one in server.asked] == [None, None]


def test_what_was_not_kept_leaves_nothing_behind(server: Server, asking: Asking, tmp_path: Path) -> None:
    server.routes["/data.csv"] = FAULTS["wrong checksum"][0]
    with pytest.raises(FetchError):
        asking.get()
    assert [path for path in (tmp_path / "snapshots").rglob("*") if path.is_file()] == []


def packed(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_is_unpacked_up_to_the_limit() -> None:
    assert unpack.unzip(packed(a=b"1", b=b"22"), 3) == {"a": b"1", "b": b"22"}
    with pytest.raises(BatchError, match="unpacks to more than 1,000 bytes"):
        unpack.unzip(packed(a=bytes(600), b=bytes(600)), 1000)


@pytest.mark.parametrize(
    "damage", [b"PK\x03\x04 nonsense", packed(a=bytes(5000))[:60], b""], ids=["nonsense", "cut off", "empty"]
)
def test_a_damaged_zip_is_refused(damage: bytes) -> None:
    with pytest.raises(BatchError, match="this is no zip that can be read"):
        unpack.unzip(damage, 1000)


def test_large_zips_and_gzips_are_read_as_streams(tmp_path: Path) -> None:
    content = bytes(range(256)) * 150_000
    files = {"a.zip": packed(a=content, b=b"22"), "a.gz": gzip.compress(content, 1)}
    for name, data in files.items():
        place = tmp_path / name
        place.write_bytes(data)

        def read(place: Path = place) -> None:
            sizes = []
            for _, stream in unpack.opened(place, len(content) + 2):
                size = 0
                while part := stream.read(65_536):
                    size += len(part)
                sizes.append(size)
            assert sizes[0] == len(content)

        assert most_memory(read) < 12_000_000
        with pytest.raises(BatchError, match="unpacks to more than 1,000 bytes"):
            [stream.read() for _, stream in unpack.opened(place, 1000)]
        with unpack.extracted(place, len(content) + 2) as found:
            assert found[0][1].read_bytes() == content
        assert not found[0][1].exists()


def test_a_gzip_of_several_members_is_read_whole() -> None:
    assert unpack.gunzip(gzip.compress(b"one,") + gzip.compress(b"two"), 100) == b"one,two"
