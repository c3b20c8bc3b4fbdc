"""The one HTTP client: it asks whether something changed, waits its turn, tries again, and stops at its limits.

What is wrong with an answer is a FetchError that says what, from which address and what to do. Bodies go to the disk
as they come and become snapshots; beside them ``cache`` remembers by what tag or date each address is asked whether
it changed, and may be deleted at any time. Credentials go onto the wire and nowhere else: to the source's own host.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from urllib.request import getproxies, proxy_bypass

import httpx
import stamina

from ingest import authority, credentials, snapshots, told
from ingest.body import Body
from ingest.csv_file import BatchError
from ingest.manners import LOOPBACK, Manners
from ingest.snapshots import KEPT_HEADERS, Answer, Incoming
from ingest.source import Source

# stamina's own line shows the arguments of a call, and there is none here.
stamina.instrumentation.set_on_retry_hooks([told.tried_in_vain])
AGENT = "serai (observatory of borders; polite; conditional requests)"
EXCERPT = 200
TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})
REMEDIES = {
    401: "the credential is missing, wrong or expired: {credential}",
    403: "access is refused: this may need a credential or a higher tier of it: {credential}",
    404: "nothing is there: see whether the publisher moved it, and mend address in {file}",
    410: "it was taken away for good: see what replaces it, and mend address in {file}",
    429: "too many requests: wait, and raise pause in {file} if it happens again",
}


class FetchError(BatchError):
    """An answer that cannot be used; ``where`` is its address without secrets.

    ``temporary`` = another try may help, ``after`` = not before so many seconds, ``said`` = the source's own words.
    """

    def __init__(
        self,
        where: str,
        message: str,
        *,
        temporary: bool = False,
        after: float | None = None,
        status: int = 0,
        said: str = "",
    ) -> None:
        super().__init__(message)
        self.said = said
        self.where = where
        self.temporary = temporary
        self.after = after
        self.status = status


@dataclass(frozen=True)
class Known:
    """What was last had from an address: its snapshot, and the headers that came with it."""

    sha256: str
    status: int
    headers: dict[str, str]

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for it only where it changed; none where the source gives nothing to ask by."""
        given = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
        return {ours: self.headers[theirs] for ours, theirs in given.items() if theirs in self.headers}


class Client:
    """A client for one source; use it as a context. ``asked`` has when each host was last asked, for all clients.

    Answers are kept in ``folder``, the folder of all snapshots.
    """

    def __init__(self, source: Source, manners: Manners, folder: Path, cache: Path, asked: dict[str, float]) -> None:
        self._source = source
        self._manners = manners
        self._folder = folder
        self._cache = cache / source.name
        polite = _Polite(source, manners, asked)
        self._authority = polite.authority
        self._http = httpx.Client(
            transport=polite,
            # Who stands between is asked to ask, too.
            headers={
                "User-Agent": AGENT,
                "Accept": source.accept or "*/*",
                "Accept-Encoding": "gzip",
                "Cache-Control": "no-cache",
            },
            timeout=httpx.Timeout(manners.read_seconds, connect=manners.connect_seconds),
            follow_redirects=True,
            max_redirects=5,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    @property
    def authorized(self) -> bool:
        """Whether the user has a credential for the source."""
        return self._authority is not None

    def get(self, url: str, *, checksum: str | None = None, tail: int | None = None) -> Answer:
        """What is at that address now, or no more than its last ``tail`` bytes where the server can give a part.

        ``checksum``, where the source publishes one: ``md5:<hex>``, ``sha256:<hex>``. Raises FetchError.
        """
        manners = self._manners
        for attempt in stamina.retry_context(
            on=self._try_again,
            attempts=manners.attempts,
            timeout=None,
            wait_initial=manners.first_wait_seconds,
            wait_max=manners.longest_wait_seconds,
            wait_jitter=manners.first_wait_seconds,
        ):
            with attempt:
                return self._once(url, checksum, tail)
        raise AssertionError("the last attempt returns or raises")

    def nothing_at(self, url: str, status: int = 404) -> Answer:
        """An empty answer, to note that the source has nothing there and that this is no error."""
        with Incoming(self._folder, self._source.name) as incoming:
            return Answer(credentials.shown(url), _now(), *snapshots.keep(incoming), status)

    def _try_again(self, error: Exception) -> bool | float:
        """Whether to try again, or after how many seconds the source wants to be asked."""
        if not isinstance(error, FetchError) or not error.temporary:
            return False
        if error.after is None:
            return True
        if error.after > self._manners.longest_wait_seconds:
            return False
        return error.after + random.uniform(0, self._manners.first_wait_seconds)  # noqa: S311 (no secret)

    def _once(self, url: str, checksum: str | None, tail: int | None) -> Answer:
        where = credentials.shown(url)
        part = {"Range": f"bytes=-{tail}", "Accept-Encoding": "identity"} if tail else {}
        # The address is hashed, for it may hold secrets.
        note = self._cache / f"{hashlib.sha256(f'{url} {tail}'.encode()).hexdigest()}.json"
        known = self._known(note)
        deadline = time.monotonic() + self._manners.whole_seconds
        try:
            with (
                Incoming(self._folder, self._source.name) as incoming,
                self._http.stream("GET", url, headers=part | (known.conditions if known else {})) as response,
            ):
                if known and response.status_code == httpx.codes.NOT_MODIFIED:
                    return self._confirmed(where, known, checksum)
                body = Body(incoming, checksum)
                self._read(body, response, where, deadline)
                self._check(body, response, where, partly=bool(tail))
                place, digest = snapshots.keep(incoming)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchError(where, _explained(error), temporary=isinstance(error, httpx.TransportError)) from None
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        _remember(note, Known(digest, response.status_code, headers))
        return Answer(where, _now(), place, digest, response.status_code, headers)

    def _known(self, note: Path) -> Known | None:
        """What was last had from there, if the snapshot is still there and itself."""
        try:
            known = Known(**json.loads(note.read_bytes()))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        return known if snapshots.is_whole(self._folder / self._source.name / known.sha256) else None

    def _confirmed(self, where: str, known: Known, checksum: str | None) -> Answer:
        """What was had before, as the source says that it did not change."""
        place = self._folder / self._source.name / known.sha256
        kind, _, given = (checksum or "").partition(":")
        if kind:
            with place.open("rb") as file:
                if hashlib.file_digest(file, kind).hexdigest() != given.lower():
                    raise _wrong_sum(where)
        return Answer(where, _now(), place, known.sha256, known.status, known.headers)

    def _read(self, body: Body, response: httpx.Response, where: str, deadline: float) -> None:
        """Take in the body, unpacked, within the limits of size and time."""
        encoding = response.headers.get("content-encoding", "identity").lower()
        if encoding not in ("identity", "gzip"):
            raise FetchError(
                where, f"the answer is packed with {encoding}, which was not asked for: tell the publisher"
            )
        try:
            body.read(self._parts(response, where, deadline), encoding, self._manners.most_bytes)
        except FetchError:
            raise
        except BatchError as error:
            raise FetchError(where, str(error), temporary="cut off" in str(error)) from None

    def _parts(self, response: httpx.Response, where: str, deadline: float) -> Iterator[bytes]:
        """The body as it is sent."""
        size = 0
        for part in response.iter_raw():
            size += len(part)
            if size > self._manners.most_bytes:
                most = f"{self._manners.most_bytes:,}"
                raise FetchError(
                    where, f"the answer has more than {most} bytes: raise SERAI_MAX_FILE_BYTES if that is right"
                )
            if time.monotonic() > deadline:
                took = f"{self._manners.whole_seconds:g}"
                raise FetchError(
                    where,
                    f"the answer was not whole after {took} s: try later, or raise SERAI_HTTP_WHOLE_SECONDS",
                    temporary=True,
                )
            yield part

    def _check(self, body: Body, response: httpx.Response, where: str, *, partly: bool) -> None:
        """Refuse an answer that is not what was asked for."""
        good = (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT) if partly else (httpx.codes.OK,)
        if response.status_code not in good:
            raise self._refused(response, where, body.head)
        if body.blank:
            raise FetchError(where, "the answer is empty (200, no content): try later", temporary=True)
        if title := _page(body.head):
            raise FetchError(
                where, f"a web page came where data were due ({title}): look at the address in a browser"
            )
        if not body.fits(dict(response.headers)):
            raise _wrong_sum(where)

    def _refused(self, response: httpx.Response, where: str, content: bytes) -> FetchError:
        return refused(self._source, self._authority, response, where, content)


class _Polite(httpx.BaseTransport):
    """What goes onto the wire: one request at a time for a host, credentials to the source's host alone."""

    def __init__(self, source: Source, manners: Manners, asked: dict[str, float]) -> None:
        self._source = source
        self._manners = manners
        self._pause = max(manners.pause_seconds, source.pause)
        self._asked = asked
        self._host = httpx.URL(source.address).host
        proxy = None if proxy_bypass(self._host) else getproxies().get("https")
        self._wire = httpx.HTTPTransport(proxy=None if self._host in LOOPBACK else proxy)
        self.authority = authority.of(source.credential)
        at = source.credential.at if source.credential else ""
        self._authority_host = httpx.URL(at or source.address).host
        if self.authority is None and source.credential and source.credential.required:
            raise FetchError(source.address, f"the source asks for a credential: {source.credential.remedy}")

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it when it is its turn, with the credential if it is for the host that wants it."""
        if not self.authority or request.url.host != self._authority_host:
            return self._send(request)
        try:
            response = self._send(_with(request, self.authority.header(self._send)))
            # A token that has run out is renewed once.
            if response.status_code == httpx.codes.UNAUTHORIZED and self.authority.renewed(self._send):
                response.close()
                response = self._send(_with(request, self.authority.header(self._send)))
        except authority.RefusedError as error:
            raise self._no_token(error) from None
        return response

    def _send(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        if request.url.scheme != "https" and not (host in LOOPBACK and self._host in LOOPBACK):
            raise FetchError(credentials.shown(str(request.url)), "this is not https: mend the address")
        wait = self._asked.get(host, float("-inf")) + self._pause - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        timeout = httpx.Timeout(self._manners.read_seconds, connect=self._manners.connect_seconds)
        request.extensions.setdefault("timeout", timeout.as_dict())
        try:
            return self._wire.handle_request(request)
        finally:
            self._asked[host] = time.monotonic()

    def _no_token(self, error: authority.RefusedError) -> FetchError:
        where = self._source.credential.at if self._source.credential else self._source.address
        response = httpx.Response(error.status)
        return refused(self._source, self.authority, response, credentials.shown(where), str(error).encode())

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()


def _with(request: httpx.Request, header: tuple[str, str]) -> httpx.Request:
    """The request with one header more; a copy, so that whoever keeps the first never sees it."""
    return httpx.Request(
        request.method,
        request.url,
        headers=[*request.headers.multi_items(), header],
        stream=request.stream,
        extensions=request.extensions,
    )


def refused(
    source: Source, by: authority.Authority | None, response: httpx.Response, where: str, content: bytes
) -> FetchError:
    """What an answer means that is not what was asked for: its words, and what to do."""
    status, text = response.status_code, _said(content, by)
    remedy = REMEDIES.get(status, "the source may be down: try later" if status >= 500 else "look at the address")
    wanted = source.credential.remedy if source.credential else credentials.remedy(source.token)
    remedy = remedy.format(credential=wanted, file=f"ingest/sources/{source.name}.yaml")
    after = _retry_after(response.headers.get("retry-after"))
    wait = f"; it asks to wait {after:.0f} s" if after is not None else ""
    excerpt = f" ({text[:EXCERPT]})" if text else ""
    return FetchError(
        where,
        f"the source answered {status} {response.reason_phrase}{excerpt}: {remedy}{wait}",
        temporary=status in TEMPORARY,
        after=after,
        status=status,
        said=text,
    )


def _remember(note: Path, known: Known) -> None:
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(asdict(known)), encoding="utf-8")


def _wrong_sum(where: str) -> FetchError:
    return FetchError(
        where, "the bytes do not have the checksum that the source gives: try later, else tell the publisher",
        temporary=True,
    )  # fmt: skip


def _page(content: bytes) -> str | None:
    """What a web page calls itself, or None where the bytes are none."""
    start = content.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if not re.match(r"(?i)<!doctype html|<html|<head|<body", start):
        return None
    title = re.search(r"(?is)<title[^>]*>(.*?)</title>", start)
    return " ".join(title[1].split())[:EXCERPT] if title else "without a title"


def _said(content: bytes, by: authority.Authority | None) -> str:
    """What an error's body says, without any credential that it repeats."""
    text = _page(content) or " ".join(content.decode("utf-8", "replace").split())
    for secret in by.words if by else ():
        text = text.replace(secret, credentials.HIDDEN)
    return text


def _retry_after(value: str | None) -> float | None:
    """The seconds that a Retry-After header asks for, given as seconds or as a date; None where it says neither."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        until = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    # A date without a zone is UTC by the standard.
    until = until if until.tzinfo else until.replace(tzinfo=dt.UTC)
    return max(0.0, (until - dt.datetime.now(dt.UTC)).total_seconds())


def _explained(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "the source did not answer in time: try later, or raise SERAI_HTTP_READ_SECONDS"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({error}): is this machine on the network?"
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return f"the connection was cut ({error}): try later"
    return f"it could not be fetched ({type(error).__name__}: {error}): try later"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
