"""Delivery: signed, tried again, given up, and never twice, whenever the process dies."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from alerts import deliver, record
from alerts.book import Alert
from alerts.channels import Email, Webhook, signature
from alerts.deliver import Post
from serai.settings import Settings
from tests.alerts.mailbox import Mailbox

SECRET = "whsec_" + base64.b64encode(b"a secret of ours").decode()
START = dt.datetime(2026, 11, 25, 12)  # noqa: DTZ001 - UTC, as the ledger
SOURCE = {
    "name": "Dawn", "url": "https://www.dawn.com/1", "source": "status_reports", "licence": "CC BY 4.0",
    "licence_url": "https://creativecommons.org/licenses/by/4.0/", "citation": "Serai shipped facts.",
}  # fmt: skip
ALERT = Alert("a" * 32, "crossing_state", "torkham", START.date(), "Torkham: open to exports", "One voice.",
              [{"dataset": "status_reports", "report_id": "r1"}], [SOURCE], START, "v1")  # fmt: skip
OTHER = replace(ALERT, alert_id="b" * 32, title="Chaman: closed to exports", compared_with="v2")


class Receiver(ThreadingHTTPServer):
    """A webhook's receiver on this machine: answers as told, 200 when nothing is, and keeps what it was sent."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Receives)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class _Receives(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        status = self.server.answers.pop(0) if self.server.answers else 200
        if status == 0:
            self.connection.close()  # taken, and no word
            return
        self.send_response(status)
        self.send_header("Location", self.server.address)
        self.end_headers()
        self.wfile.write(b"said " * 10_000)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


@dataclass
class Desk:
    """What a version has to tell, a post that delivers it, and a clock that is turned by hand."""

    post: Post
    alerts: list[Alert] = field(default_factory=list)
    now: dt.datetime = START

    def deliver(self) -> int:
        return deliver.deliver(self.post, Path("nowhere"), lambda: self.now)

    def later(self, **by: float) -> None:
        self.now += dt.timedelta(**by)

    def fate(self, alert: Alert = ALERT) -> record.Fate:
        return record.read(self.post.folder).fate(self.post.channels[0].key, alert.alert_id)


@pytest.fixture
def desk(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with one webhook, noted while there was nothing to tell; then one alert was raised."""
    hook = Webhook("newsroom", receiver.address, SECRET, "set it", seconds=5)
    made = Desk(Post(tmp_path, "http://127.0.0.1:8501", [hook], dt.timedelta(hours=72)))
    monkeypatch.setattr(deliver, "published", lambda _: made.alerts)
    deliver.prepare(made.post, Path("nowhere"), lambda: made.now)
    made.alerts = [ALERT]
    return made


def test_a_webhook_can_verify_what_it_gets(desk: Desk, receiver: Receiver) -> None:
    """As docs/running.md tells its owner to."""
    assert desk.deliver() == 1
    [(headers, body)] = receiver.got
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == ALERT.alert_id
    assert int(headers["webhook-timestamp"]) == int(START.replace(tzinfo=dt.UTC).timestamp())
    said = json.loads(body)
    assert said["type"] == "serai.alert.crossing_state"
    assert said["data"]["rows"] == ALERT.rows
    assert said["data"]["sources"] == ALERT.sources


def test_the_signature_is_that_of_the_convention() -> None:
    """The example that Standard Webhooks' own libraries are tested with."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_delivered_is_never_sent_again(desk: Desk, receiver: Receiver) -> None:
    assert [desk.deliver() for _ in range(3)] == [1, 0, 0]
    desk.later(days=30)
    assert desk.deliver() == 0
    assert len(receiver.got) == 1
    assert desk.fate().state == "sent"


def test_what_was_refused_is_tried_again_later_and_taken(desk: Desk, receiver: Receiver) -> None:
    receiver.answers = [500]
    assert desk.deliver() == 0
    assert desk.fate().reason.startswith("answered 500: said said")
    assert len(desk.fate().reason) < 300, "an answer is read no further than it is of use"
    assert desk.deliver() == 0
    assert len(receiver.got) == 1, "not before its time"
    desk.later(seconds=11)
    assert desk.deliver() == 1
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [ALERT.alert_id] * 2


def test_what_is_refused_for_days_is_given_up_and_said(desk: Desk, receiver: Receiver) -> None:
    receiver.answers = [500] * 100
    for _ in range(100):
        desk.deliver()
        desk.later(hours=7)
    assert desk.fate().state == "given_up"
    assert len(receiver.got) == 12
    assert deliver.undelivered(desk.post, desk.alerts)["webhook:newsroom"]["given_up"] == 1


@pytest.mark.parametrize(("answer", "state"), [(301, "failed"), (410, "given_up"), (0, "uncertain")])
def test_no_redirect_is_followed_gone_is_gone_and_silence_is_uncertain(
    desk: Desk, receiver: Receiver, answer: int, state: str
) -> None:
    receiver.answers = [answer]
    assert desk.deliver() == 0
    assert desk.fate().state == state
    assert len(receiver.got) == 1


def test_a_receiver_that_is_away_gets_it_when_it_is_back(desk: Desk) -> None:
    hook = desk.post.channels[0]
    assert isinstance(hook, Webhook)
    away = replace(desk.post, channels=[replace(hook, url="http://127.0.0.1:1/hook")])
    assert deliver.deliver(away, Path("nowhere"), lambda: desk.now) == 0
    assert desk.fate().state == "failed"
    desk.later(minutes=1)
    assert desk.deliver() == 1


@pytest.mark.parametrize(
    ("first", "state"),
    [
        (b"", "uncertain"),
        (b"HTTP/1.1 200 OK\r\n", "uncertain"),
        (b"HTTP/1.1 200 OK\r\n\r\n", "sent"),
        (b"HTTP/1.1 500 No\r\n\r\n", "failed"),
    ],
)
def test_a_receiver_that_drips_its_answer_has_no_longer_than_any_other(desk: Desk, first: bytes, state: str) -> None:
    class Drips(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            with contextlib.suppress(OSError):
                self.request.sendall(first)
                for _ in range(100):
                    time.sleep(0.1)
                    self.request.sendall(b"x")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Drips) as dripping:
        dripping.daemon_threads = True
        threading.Thread(target=dripping.serve_forever, args=(0.01,), daemon=True).start()
        hook = desk.post.channels[0]
        assert isinstance(hook, Webhook)
        slow = replace(hook, url=f"http://127.0.0.1:{dripping.server_address[1]}/", seconds=0.5)
        started = time.monotonic()
        deliver.deliver(replace(desk.post, channels=[slow]), Path("nowhere"), lambda: desk.now)
        assert time.monotonic() - started < 5, "measured 0.6 s; dripping takes 10"
        dripping.shutdown()
    assert desk.fate().state == state


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"secret": "whsec_%%%"}, "not base64"),
        ({"secret": "whsec_abcde"}, "not base64"),
        ({"secret": "whsec_"}, "not base64"),
        ({"url": "https://a..b/"}, "not reached: "),
        ({"url": "https://no such host/"}, "not reached: "),
        ({"url": "https://127.0.0.1:99999/"}, "not reached: "),
    ],
)
def test_what_broke_before_anything_was_sent_is_tried_again(
    desk: Desk, receiver: Receiver, wrong: dict[str, str], words: str
) -> None:
    hook = desk.post.channels[0]
    assert isinstance(hook, Webhook)
    broken = replace(hook, **wrong)  # type: ignore[arg-type]
    assert deliver.deliver(replace(desk.post, channels=[broken]), Path("nowhere"), lambda: desk.now) == 0
    assert desk.fate().state == "failed"
    assert words in desk.fate().reason
    assert receiver.got == []
    desk.later(minutes=1)
    assert desk.deliver() == 1


def test_a_test_says_what_is_wrong_with_a_channel_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SERAI_DATA", str(tmp_path))
    monkeypatch.setenv("SERAI_ALERT_WEBHOOKS", '{"newsroom": "https://a..b/"}')
    for secret, words in (("whsec_%%%", "not base64"), (SECRET, "not reached")):
        monkeypatch.setenv("SERAI_WEBHOOK_NEWSROOM_SECRET", secret)
        done = subprocess.run(
            [sys.executable, "-m", "serai", "alerts", "--test", "webhook:newsroom"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode != 0
        assert words in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("event", ["attempt", "sent"])
def test_a_kill_before_or_after_sending_never_sends_twice(desk: Desk, receiver: Receiver, event: str) -> None:
    """Killed once the attempt is on record and nothing is sent; and once it is sent and that is not on record."""
    child = os.fork()
    if child == 0:
        add = record.Book.add

        def dying(self: record.Book, channel: str, happened: str, *more: Any) -> None:
            if happened == "sent":
                os.kill(os.getpid(), signal.SIGKILL)
            add(self, channel, happened, *more)
            if happened == event:
                os.kill(os.getpid(), signal.SIGKILL)

        setattr(record.Book, "add", dying)  # noqa: B010 - mypy would not have it otherwise
        desk.deliver()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    sent = 1 if event == "sent" else 0
    assert len(receiver.got) == sent
    for _ in range(3):
        desk.later(hours=1)
        assert desk.deliver() == 0
    assert len(receiver.got) == sent
    assert desk.fate().state == "uncertain"
    desk.alerts = [OTHER, ALERT]
    assert desk.deliver() == 1, "what came after it goes its way"


def test_a_line_cut_off_by_a_power_cut_is_none(desk: Desk) -> None:
    with (desk.post.folder / record.FILE).open("ab") as file:
        file.write(b'{"at": "2026-11-25T12:00:00", "channel": "webhook:newsroom", "event": "se')
    assert desk.deliver() == 1
    assert desk.fate().state == "sent"


def test_two_deliverers_do_not_meet(desk: Desk, receiver: Receiver) -> None:
    with record.writing(desk.post.folder):
        assert desk.deliver() == 0
    assert receiver.got == []
    assert desk.deliver() == 1


def test_a_new_channel_is_not_sent_the_past(desk: Desk, receiver: Receiver) -> None:
    hook = desk.post.channels[0]
    assert isinstance(hook, Webhook)
    second = replace(desk.post, channels=[replace(hook, name="second")])
    assert deliver.deliver(second, Path("nowhere"), lambda: desk.now) == 0
    desk.alerts = [OTHER, ALERT]
    assert deliver.deliver(second, Path("nowhere"), lambda: desk.now) == 1
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [OTHER.alert_id]


def test_a_channel_that_breaks_fails_no_other_and_no_ingest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = desk.post.channels[0]
    assert isinstance(hook, Webhook)
    broken = replace(hook, name="broken")
    post = replace(desk.post, channels=[broken, hook])
    desk.alerts = []
    deliver.prepare(post, Path("nowhere"), lambda: desk.now)
    desk.alerts = [ALERT]
    send = Webhook.send

    def breaking(self: Webhook, *rest: Any) -> None:
        if self.name == "broken":
            raise ZeroDivisionError
        send(self, *rest)

    monkeypatch.setattr(Webhook, "send", breaking)
    assert deliver.deliver(post, Path("nowhere"), lambda: desk.now) == 1
    monkeypatch.setattr(deliver, "published", lambda _: 1 / 0)
    assert desk.deliver() == 0


def test_an_address_must_be_encrypted_or_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://example.org/hook", "ftp://127.0.0.1/", "https://", "http://127.0.0.1.example.org/"):
        with pytest.raises(ValidationError, match="this machine"):
            Settings(alert_webhooks={"newsroom": url})
    monkeypatch.setenv("SERAI_WEBHOOK_NEWSROOM_SECRET", SECRET)
    [hook] = Settings(alert_webhooks={"newsroom": "https://example.org/hook"}).post.channels
    assert SECRET not in repr(hook)


def test_rules_that_were_not_chosen_are_not_sent(desk: Desk, receiver: Receiver) -> None:
    desk.alerts = [OTHER, replace(ALERT, rule="ingest_refused")]
    desk.post = replace(desk.post, rules=frozenset({"ingest_refused"}))
    assert desk.deliver() == 1
    [(_, body)] = receiver.got
    assert json.loads(body)["type"] == "serai.alert.ingest_refused"
    assert sum(deliver.undelivered(desk.post, desk.alerts)["webhook:newsroom"].values()) == 1


def test_a_rule_that_nobody_knows_is_said_with_those_there_are() -> None:
    with pytest.raises(ValidationError, match="no rule is called gate: there are closure_passed, "):
        Settings(alert_rules=["gate"])
    assert Settings(alert_rules=["crossing_state"]).post.rules == {"crossing_state"}


def test_one_mail_a_publish_in_plain_text_tried_again_when_refused(tmp_path: Path, desk: Desk) -> None:
    with Mailbox() as box:
        threading.Thread(target=box.serve_forever, args=(0.01,), daemon=True).start()
        server = f"smtp://127.0.0.1:{box.server_address[1]}"
        mail = Email(server, "serai@example.org", ("desk@example.org",), "http://h", "", "", seconds=5)
        desk.post = replace(desk.post, folder=tmp_path / "mail", channels=[mail])
        desk.alerts = []
        deliver.prepare(desk.post, Path("nowhere"), lambda: desk.now)
        desk.alerts = [OTHER, replace(OTHER, alert_id="c" * 32, title="Third"), ALERT]
        box.refusal = "451 later"
        assert desk.deliver() == 1
        assert desk.fate().state == "failed"
        desk.later(seconds=11)
        assert desk.deliver() == 1
        box.shutdown()
    second, first = box.letters
    assert "Subject: Serai: Torkham: open to exports" in first
    assert "https://www.dawn.com/1" in first
    assert "text/plain" in first
    assert "and 1 more" in second
    assert "Third" in second
    assert "alerts not delivered" not in second
