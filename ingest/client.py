"""The one HTTP client: it asks whether something changed, waits its turn, tries again, and stops at its limits.

What is wrong with an answer is a FetchError that says what, from which address and what to do. Credentials go onto
the wire and nowhere else: below the cache, to the source's own host only.
"""

from __future__ import annotations

import base64
import datetime as dt
import email.utils
import hashlib
import random
import re
import time
from pathlib import Path
from types import TracebackType
from urllib.request import getproxies, proxy_bypass

import hishel
import hishel.httpx
import httpx
import stamina

from ingest import authority, credentials, unpack
from ingest.csv_file import BatchError
from ingest.manners import LOOPBACK, Manners
from ingest.snapshots import KEPT_HEADERS, Answer
from ingest.source import Source

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


class Client:
    """A client for one source; use it as a context. ``asked`` has when each host was last asked, for all clients."""

    def __init__(self, source: Source, manners: Manners, cache: Path, asked: dict[str, float]) -> None:
        self._source = source
        self._manners = manners
        self._storage = hishel.SqliteStorage(database_path=cache / "http.db")
        polite = _Polite(source, manners, asked)
        self._authority = polite.authority
        self._http = httpx.Client(
            transport=hishel.httpx.CacheTransport(polite, self._storage, rfc=hishel.CacheOptions(shared=False)),
            # An ingest always asks: without this the cache guesses how long an answer without a date holds.
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

    def get(self, url: str, *, checksum: str | None = None) -> Answer:
        """What is at that address now. ``checksum``, where the source publishes one: ``md5:<hex>``, ``sha256:<hex>``.

        Raises FetchError.
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
                return self._once(url, checksum)
        raise AssertionError("the last attempt returns or raises")

    def _try_again(self, error: Exception) -> bool | float:
        """Whether to try again, or after how many seconds the source wants to be asked."""
        if not isinstance(error, FetchError) or not error.temporary:
            return False
        if error.after is None:
            return True
        if error.after > self._manners.longest_wait_seconds:
            return False
        return error.after + random.uniform(0, self._manners.first_wait_seconds)  # noqa: S311 (no secret)

    def _once(self, url: str, checksum: str | None) -> Answer:
        where = credentials.shown(url)
        key = hashlib.sha256(url.encode()).hexdigest()
        deadline = time.monotonic() + self._manners.whole_seconds
        try:
            with self._http.stream("GET", url, extensions={"caching": {"key": key}}) as response:
                raw = self._read(response, where, deadline)
            content = self._judged(response, where, raw, checksum)
        except FetchError:
            self._forget(key)
            raise
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._forget(key)
            raise FetchError(where, _explained(error), temporary=isinstance(error, httpx.TransportError)) from None
        headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
        at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        return Answer(where, at, content, response.status_code, headers)

    def _read(self, response: httpx.Response, where: str, deadline: float) -> bytes:
        """The body as it was sent, within the limits of size and time."""
        found = bytearray()
        for chunk in response.iter_raw():
            found += chunk
            if len(found) > self._manners.most_bytes:
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
        return bytes(found)

    def _judged(self, response: httpx.Response, where: str, raw: bytes, checksum: str | None) -> bytes:
        """The body, unpacked, of an answer that is what was asked for."""
        content = _unpacked(response, where, raw, self._manners.most_bytes)
        if response.status_code != httpx.codes.OK:
            raise self._refused(response, where, content)
        _check_sums(response, where, raw, content, checksum)
        if not content.strip():
            raise FetchError(where, "the answer is empty (200, no content): try later", temporary=True)
        if title := _page(content):
            raise FetchError(
                where, f"a web page came where data were due ({title}): look at the address in a browser"
            )
        return content

    def _refused(self, response: httpx.Response, where: str, content: bytes) -> FetchError:
        return refused(self._source, self._authority, response, where, content)

    def _forget(self, key: str) -> None:
        """Drop what the cache has there, so that a damaged answer is not confirmed by the next 304."""
        for entry in self._storage.get_entries(key):
            self._storage.remove_entry(entry.id)


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


def _unpacked(response: httpx.Response, where: str, raw: bytes, most: int) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding == "identity" or not raw:
        return raw
    if encoding != "gzip":
        raise FetchError(where, f"the answer is packed with {encoding}, which was not asked for: tell the publisher")
    try:
        return unpack.gunzip(raw, most)
    except BatchError as error:
        raise FetchError(where, str(error), temporary="cut off" in str(error)) from None


def _check_sums(response: httpx.Response, where: str, raw: bytes, content: bytes, checksum: str | None) -> None:
    """What the source says of its bytes, in headers or where ``checksum`` was read, must be so."""
    # Not for safety but for damage: MD5 is what sources publish.
    said = []
    if given := response.headers.get("content-md5"):
        said.append((base64.b64encode(hashlib.md5(raw).digest()).decode(), given))  # noqa: S324
    stated = ",".join(response.headers.get(name, "") for name in ("content-digest", "repr-digest"))
    of_raw = base64.b64encode(hashlib.sha256(raw).digest()).decode()
    said += [(of_raw, given) for given in re.findall(r"sha-256=:([^:]+):", stated)]
    if checksum:
        kind, _, given = checksum.partition(":")
        said.append((hashlib.new(kind, content, usedforsecurity=False).hexdigest(), given.lower()))
    if any(is_so != expected for is_so, expected in said):
        raise FetchError(
            where, "the bytes do not have the checksum that the source gives: try later, else tell the publisher",
            temporary=True,
        )  # fmt: skip


def _page(content: bytes) -> str | None:
    """What a web page calls itself, or None where the bytes are none."""
    start = content[:4096].decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if not re.match(r"(?i)<!doctype html|<html|<head|<body", start):
        return None
    title = re.search(r"(?is)<title[^>]*>(.*?)</title>", start)
    return " ".join(title[1].split())[:EXCERPT] if title else "without a title"


def _said(content: bytes, by: authority.Authority | None) -> str:
    """What an error's body says, without any credential that it repeats."""
    text = _page(content) or " ".join(content[: 20 * EXCERPT].decode("utf-8", "replace").split())
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
