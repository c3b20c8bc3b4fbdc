"""A server on this machine that behaves as sources do, on good days and bad.

A test gives it routes: a path and what is answered there, one Reply, several in turn (the last stays), or a function
of the question. A Reply with ``etag`` answers 304 to who has it. ``FAULTS`` are the bad days that every source must
survive.
"""

from __future__ import annotations

import contextlib
import email.utils
import gzip
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Question:
    """One request as it arrived; ``form`` is what was posted."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """One answer. ``drip`` is the pause between its bytes, ``cut`` how many are sent before the line goes dead."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None
    drip: float = 0
    cut: int | None = None


Route = Reply | list[Reply] | Callable[[Question], Reply]
HTML = b"<!DOCTYPE html>\n<html><head><title>Scheduled maintenance</title></head><body>Back soon.</body></html>"
# Each with the words that a refusal must hold.
FAULTS: dict[str, tuple[Reply, str]] = {
    "429, come back in an hour": (Reply(b"slow down", 429, {"Retry-After": "3600"}), "it asks to wait 3600 s"),
    "500": (Reply(b"oops", 500), "the source answered 500 Internal Server Error (oops): the source may be down"),
    "slow drip": (Reply(b"x" * 1000, drip=0.05), "the answer was not whole after 2 s"),
    "silence": (Reply(b"x" * 10, drip=30), "the source did not answer in time"),
    "cut connection": (Reply(b"x" * 1000, cut=100), "the connection was cut"),
    "HTML with 200": (Reply(HTML), "a web page came where data were due (Scheduled maintenance)"),
    "400 with HTML": (Reply(HTML, 400), "the source answered 400 Bad Request (Scheduled maintenance)"),
    "wrong checksum": (Reply(b"x", headers={"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}), "do not have the checksum"),
    "401": (Reply(b"token expired", 401), "401 Unauthorized (token expired): the credential is missing, wrong"),
    "403": (Reply(b"no tier", 403), "403 Forbidden (no tier): access is refused: this may need a credential"),
    "404": (
        Reply(status=404),
        "404 Not Found: nothing is there: see whether the publisher moved it, and mend address",
    ),
    "410": (Reply(b"decommissioned", 410), "410 Gone (decommissioned): it was taken away for good"),
    "empty 200": (Reply(), "the answer is empty (200, no content): try later"),
    "truncated gzip": (
        Reply(gzip.compress(b"x" * 100_000)[:60], headers={"Content-Encoding": "gzip"}),
        "the gzip ends early",
    ),
    "gzip bomb": (
        Reply(gzip.compress(bytes(70_000_000)), headers={"Content-Encoding": "gzip"}),
        "it unpacks to more than 60,000,000 bytes",
    ),
}


def in_seconds(seconds: float) -> str:
    """A Retry-After header as a date."""
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


class Server:
    """The running server; ``asked`` has every question, in order."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[Question] = []
        handler = type("Handler", (_Handler,), {"server_of_test": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()

    def reply(self, question: Question) -> Reply:
        """What is answered, by the routes."""
        self.asked.append(question)
        route = self.routes.get(question.path, Reply(b"no such route in the test", 404))
        if isinstance(route, list):
            return route.pop(0) if len(route) > 1 else route[0]
        return route if isinstance(route, Reply) else route(question)


class _Handler(BaseHTTPRequestHandler):
    server_of_test: ClassVar[Server]
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        posted = self.rfile.read(int(headers.get("content-length", 0))).decode()
        question = Question(unquote(parts.path), dict(parse_qsl(parts.query)), headers, dict(parse_qsl(posted)))
        reply = self.server_of_test.reply(question)
        if reply.etag and headers.get("if-none-match") == reply.etag:
            reply = Reply(status=304, etag=reply.etag)
        self.send_response(reply.status)
        for name, value in (reply.headers | ({"ETag": reply.etag} if reply.etag else {})).items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # the client may have had enough
            self._send(reply)

    do_POST = do_GET  # noqa: N815 (the name is the base class's)

    def _send(self, reply: Reply) -> None:
        if reply.drip:
            for byte in reply.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(reply.drip)
            return
        self.wfile.write(reply.body[: reply.cut])
        if reply.cut is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""
