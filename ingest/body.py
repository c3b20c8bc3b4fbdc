"""The body of one answer on its way to the disk: unpacked, counted, summed up, and looked at, part by part."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator

from ingest import unpack
from ingest.snapshots import Incoming

# What is looked at of a body to tell a web page and to quote an error.
HEAD = 4096


class Body:
    """What came: ``head`` has its first bytes, ``blank`` whether there was anything but white space."""

    def __init__(self, incoming: Incoming, checksum: str | None) -> None:
        self._incoming = incoming
        self._kind, _, self._given = (checksum or "").partition(":")
        # Not for safety but for damage: MD5 is what sources publish.
        self._sent = {"md5": hashlib.md5(usedforsecurity=False), "sha256": hashlib.sha256()}
        self._content = hashlib.new(self._kind, usedforsecurity=False) if self._kind else None
        self.head = b""
        self.blank = True

    def read(self, parts: Iterable[bytes], encoding: str, most: int) -> None:
        """Take in all parts as they were sent, packed or not. Raises BatchError where they unpack to too much."""
        sent = self._counted(parts)
        for part in unpack.gunzipped(sent, most) if encoding == "gzip" else sent:
            self._incoming.write(part)
            if self._content:
                self._content.update(part)
            self.head += part[: max(0, HEAD - len(self.head))]
            self.blank = self.blank and not part.strip()

    def _counted(self, parts: Iterable[bytes]) -> Iterator[bytes]:
        for part in parts:
            for each in self._sent.values():
                each.update(part)
            yield part

    def fits(self, headers: dict[str, str]) -> bool:
        """Whether the bytes have the checksums that the headers give, and the one that was asked for."""
        sent = {kind: base64.b64encode(each.digest()).decode() for kind, each in self._sent.items()}
        stated = ",".join(headers.get(name, "") for name in ("content-digest", "repr-digest"))
        said = [(sent["sha256"], given) for given in re.findall(r"sha-256=:([^:]+):", stated)]
        if given := headers.get("content-md5"):
            said.append((sent["md5"], given))
        if self._content:
            said.append((self._content.hexdigest(), self._given.lower()))
        return all(found == given for found, given in said)
