"""Webhooks, signed as Standard Webhooks has it, and e-mail. Each sends once and says what came of it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

from alerts.book import Alert

LOOPBACK = ("127.0.0.1", "::1", "localhost")
# So much of an answer is read, bytes.
MOST_BYTES = 4000


class RefusedError(Exception):
    """It was not taken, and may be tried again. ``final`` where the receiver wants no more."""

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


class UncertainError(Exception):
    """It went out and nobody knows whether it arrived."""


class Channel(Protocol):
    """Where alerts are delivered to; ``key`` names it in the record, and does not change with its secrets."""

    @property
    def key(self) -> str:
        """webhook:<name>, or email."""

    @property
    def lacks(self) -> str:
        """What must be set before anything can be sent; empty where nothing is lacking."""

    def batches(self, alerts: Sequence[Alert]) -> list[list[Alert]]:
        """The alerts, the oldest first, in the portions in which they are sent."""

    def send(self, alerts: Sequence[Alert], now: dt.datetime) -> None:
        """Send one portion. Raises RefusedError or UncertainError."""


def why_unsafe(url: str) -> str | None:
    """Why nothing may be sent to that address; None where it may."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return None
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return None
    return "alerts go to https:// addresses only, or to this machine"


@dataclass(frozen=True)
class Webhook:
    """An address that is POSTed one alert at a time, as JSON, signed with a secret that its owner shares."""

    name: str
    url: str
    secret: str = field(repr=False)
    remedy: str
    seconds: float

    @property
    def key(self) -> str:
        """webhook:<name>."""
        return f"webhook:{self.name}"

    @property
    def lacks(self) -> str:
        """How to set the secret, where there is none."""
        return "" if self.secret else f"no secret to sign with: {self.remedy}"

    def batches(self, alerts: Sequence[Alert]) -> list[list[Alert]]:
        """One by one."""
        return [[one] for one in alerts]

    def send(self, alerts: Sequence[Alert], now: dt.datetime) -> None:
        """POST one alert."""
        for alert in alerts:
            with _nothing_sent():
                body = json.dumps(
                    {"type": f"serai.alert.{alert.rule}", "data": alert.told()}, ensure_ascii=False
                ).encode()
                headers = self._headers(alert.alert_id, body, now)
            self._post(body, headers)

    def _headers(self, message_id: str, body: bytes, now: dt.datetime) -> dict[str, str]:
        stamp = str(int(now.replace(tzinfo=dt.UTC).timestamp()))
        return {
            "content-type": "application/json",
            "user-agent": "Serai",
            "webhook-id": message_id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self.secret, message_id, stamp, body),
        }

    def _post(self, body: bytes, headers: dict[str, str]) -> None:
        heard = _Heard()
        try:
            asyncio.run(self._exchange(body, headers, heard))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError, OverflowError, ExceptionGroup) as error:
            late = isinstance(error, TimeoutError)
            words = f"no answer within {self.seconds:g} seconds" if late else str(error) or type(error).__name__
            if isinstance(error, ExceptionGroup):
                words = str(error.exceptions[0])
            if not heard.sending or isinstance(error, httpx.LocalProtocolError):
                raise RefusedError(f"not reached: {words}") from None
            if heard.status is None:
                raise UncertainError(f"sent, and no answer: {type(error).__name__} {words}") from None
        if heard.status is not None:
            _judge(heard.status, bytes(heard.said))

    async def _exchange(self, body: bytes, headers: dict[str, str], heard: _Heard) -> None:
        """POST, and note what is heard until that is all or enough; the time is one for the whole of it."""

        async def trace(event: str, _: dict[str, Any]) -> None:
            heard.sending = heard.sending or event.endswith("send_request_headers.started")

        async with (
            asyncio.timeout(self.seconds),
            httpx.AsyncClient(timeout=None, follow_redirects=False, trust_env=False) as client,  # noqa: S113
            client.stream("POST", self.url, content=body, headers=headers, extensions={"trace": trace}) as answer,
        ):
            heard.status = answer.status_code
            async for piece in answer.aiter_raw():
                heard.said += piece
                if len(heard.said) >= MOST_BYTES:
                    return


@dataclass
class _Heard:
    """How far an exchange came: a status that was heard counts, whether or not its words came to an end."""

    sending: bool = False
    status: int | None = None
    said: bytearray = field(default_factory=bytearray)


@contextlib.contextmanager
def _nothing_sent() -> Iterator[None]:
    """What breaks in the block breaks before anything goes out: it may be tried again."""
    try:
        yield
    except RefusedError:
        raise
    except Exception as error:
        raise RefusedError(f"not sent: {type(error).__name__} {error}") from None


def _judge(status: int, said: bytes) -> None:
    """Nothing where the answer says that it was taken. Raises RefusedError."""
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise RefusedError(f"answered {status}: redirects are not followed, set the final address")
    words = " ".join(said[:200].decode("utf-8", "replace").split())
    raise RefusedError(f"answered {status}: {words}".rstrip(": "), final=status == httpx.codes.GONE)


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The header webhook-signature: v1, and the HMAC-SHA256 of id.timestamp.body in base64.

    A secret that begins with whsec_ is base64; any other is taken as its bytes. Raises RefusedError where it is not.
    """
    key = secret.encode()
    if secret.startswith("whsec_"):
        try:
            key = base64.b64decode(secret.removeprefix("whsec_").strip(), validate=True)
        except ValueError:
            key = b""
        if not key:
            raise RefusedError("not sent: the secret begins with whsec_, and what comes after is not base64")
    signed = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed.digest()).decode()}"


@dataclass(frozen=True)
class Email:
    """A mailbox, or several, that get one plain text a publish."""

    server: str
    sender: str
    recipients: tuple[str, ...]
    home: str
    user: str
    password: str = field(repr=False)
    seconds: float

    @property
    def key(self) -> str:
        """Email: there is one."""
        return "email"

    @property
    def lacks(self) -> str:
        """Which setting is empty."""
        return "" if self.sender and self.recipients else "set SERAI_ALERT_EMAIL_FROM and SERAI_ALERT_EMAIL_TO"

    def batches(self, alerts: Sequence[Alert]) -> list[list[Alert]]:
        """One portion for each publish."""
        by_publish: dict[str, list[Alert]] = {}
        for one in alerts:
            by_publish.setdefault(one.compared_with, []).append(one)
        return list(by_publish.values())

    def send(self, alerts: Sequence[Alert], now: dt.datetime) -> None:
        """Send one digest."""
        with _nothing_sent():
            message = self._message(alerts, now)
        try:
            connection = self._connect()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise RefusedError(f"not reached: {error}") from None
        try:
            refused = connection.send_message(message)
        except (
            smtplib.SMTPResponseException,
            smtplib.SMTPRecipientsRefused,
            smtplib.SMTPNotSupportedError,
            ValueError,
        ) as error:
            raise RefusedError(f"not taken: {error}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise UncertainError(f"sent, and no answer: {type(error).__name__} {error}") from None
        finally:
            connection.close()
        if refused:
            raise UncertainError(f"taken for some, refused for {', '.join(refused)}")

    def _connect(self) -> smtplib.SMTP:
        """A connection that is encrypted, unless it stays on this machine, and knows us."""
        parts = urlsplit(self.server)
        host, trusted = parts.hostname or "", ssl.create_default_context()
        if parts.scheme == "smtps":
            return self._known(smtplib.SMTP_SSL(host, parts.port or 465, timeout=self.seconds, context=trusted))
        connection = smtplib.SMTP(host, parts.port or 587, timeout=self.seconds)
        if host not in LOOPBACK:
            connection.starttls(context=trusted)
        return self._known(connection)

    def _known(self, connection: smtplib.SMTP) -> smtplib.SMTP:
        """The connection, once the server knows who we are."""
        if self.user:
            connection.login(self.user, self.password)
        return connection

    def _message(self, alerts: Sequence[Alert], now: dt.datetime) -> EmailMessage:
        message = EmailMessage()
        more = f" and {len(alerts) - 1} more" if len(alerts) > 1 else ""
        message["Subject"] = " ".join(f"Serai: {alerts[0].title}{more}".split())
        message["From"], message["To"] = self.sender, ", ".join(self.recipients)
        message["Date"] = now.replace(tzinfo=dt.UTC)
        named = hashlib.sha256("".join(one.alert_id for one in alerts).encode()).hexdigest()[:32]
        message["Message-ID"] = f"<{named}@{self.sender.rpartition('@')[2]}>"
        message.set_content("\n\n".join([*map(digest, alerts), f"All alerts: {self.home}/runs"]) + "\n")
        return message


def digest(alert: Alert) -> str:
    """An alert in plain text, with the pages behind it."""
    pages = [f"  {one['name']}: {one['url']}" for one in alert.sources if one["url"]]
    cited = dict.fromkeys(f"  {one['citation']} Licence: {one['licence']}" for one in alert.sources)
    return "\n".join([alert.title, alert.text, *(["Sources:"] if pages else []), *pages, *cited])
