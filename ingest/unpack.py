"""Unpacking what sources pack, up to a limit: a small file that unpacks to the size of a disk is refused.

``opened`` and ``extracted`` read a zip or gzip of any size from its file without holding it in memory; ``unzip`` and
``gunzip`` are for small ones.
"""

from __future__ import annotations

import contextlib
import io
import lzma
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, BinaryIO

from ingest.csv_file import BatchError

GZIP = 31
GZIP_MAGIC = b"\x1f\x8b"
PART = 1 << 20
# How a gzip, a zlib stream, a zip and a zstandard frame begin.
PACKED = (GZIP_MAGIC, b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"PK\x03\x04", b"\x28\xb5\x2f\xfd")
# What zipfile raises for what is not as it should be: a header may say anything.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError,
    IndexError, OverflowError,
)  # fmt: skip


def gunzip(content: bytes, most: int) -> bytes:
    """The bytes in the gzip. Raises BatchError where it is damaged, ends early or unpacks to more than ``most``."""
    return b"".join(gunzipped([content], most))


def gunzipped(parts: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The same from parts to parts, as they come."""
    member, left, begun = zlib.decompressobj(wbits=GZIP), most, False
    for part in parts:
        begun = True
        rest: bytes | None = part
        while rest is not None:
            if member.eof:
                member = zlib.decompressobj(wbits=GZIP)
            try:
                found = member.decompress(rest, PART)
            except zlib.error as error:
                raise BatchError(f"the gzip is damaged ({error}): fetch it again later") from None
            left -= len(found)
            if left < 0:
                raise _too_large(most)
            yield found
            rest = _rest(member, full=len(found) == PART)
    if begun and not member.eof:
        raise BatchError("the gzip ends early, the download was cut off: fetch it again later")


def _rest(member: zlib._Decompress, *, full: bool) -> bytes | None:
    """What is still to be unpacked: perhaps nothing but what zlib holds back; None = no more."""
    if member.eof:
        return member.unused_data or None
    return member.unconsumed_tail if full or member.unconsumed_tail else None


def unzip(content: bytes, most: int) -> dict[str, bytes]:
    """The files in the zip by name. Raises BatchError where it is damaged or they are more than ``most`` bytes."""
    return {name: file.read() for name, file in _unzipped(io.BytesIO(content), most)}


def opened(place: Path, most: int) -> Iterator[tuple[str, BinaryIO]]:
    """Each file in a zip with its name, or what is in a gzip, as a stream to be read before the next is asked for.

    Reading raises BatchError where it is damaged or all files together are more than ``most`` bytes.
    """
    with place.open("rb") as file:
        if file.read(2) == GZIP_MAGIC:
            file.seek(0)
            parts = iter(lambda: file.read(PART), b"")
            yield place.name, io.BufferedReader(_Stream(gunzipped(parts, most)), PART)
        else:
            yield from _unzipped(file, most)


@contextlib.contextmanager
def extracted(place: Path, most: int) -> Iterator[list[tuple[str, Path]]]:
    """The same as files in a folder of their own, gone when the block ends; for readers that want a path."""
    with tempfile.TemporaryDirectory(prefix="serai-") as folder:
        found = []
        for number, (name, stream) in enumerate(opened(place, most)):
            # Under a number: the name in a zip may point anywhere.
            path = Path(folder) / str(number)
            with path.open("wb") as file:
                while part := stream.read(PART):
                    file.write(part)
            found.append((name, path))
        yield found


def check_text(content: bytes) -> None:
    """Raise BatchError for what is packed once more where text is due: Polars would unpack it, to whatever size."""
    if content.startswith(PACKED):
        raise BatchError("this is packed where plain text was due: see what the source changed")


def _unzipped(file: IO[bytes], most: int) -> Iterator[tuple[str, BinaryIO]]:
    left = [most]
    try:
        with zipfile.ZipFile(file) as packed:
            for entry in packed.infolist():
                with packed.open(entry) as stream:
                    yield entry.filename, io.BufferedReader(_Stream(_bounded(stream, left, most)), PART)
    except DAMAGED as error:
        raise _no_zip(error) from None


def _bounded(stream: IO[bytes], left: list[int], most: int) -> Iterator[bytes]:
    """The parts of a stream, as long as something is left; the caller's ``left`` goes on to the next file."""
    try:
        # What the entry says of its own size may be a lie: what was read counts.
        while part := stream.read(min(PART, left[0] + 1)):
            left[0] -= len(part)
            if left[0] < 0:
                raise _too_large(most)
            yield part
    except DAMAGED as error:
        raise _no_zip(error) from None


class _Stream(io.RawIOBase):
    """Parts, read as a file."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what io gives is one
        """The next bytes, as many as there is room for; 0 at the end."""
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = memoryview(part)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _no_zip(error: Exception) -> BatchError:
    return BatchError(f"this is no zip that can be read ({error}): fetch it again later")


def _too_large(most: int) -> BatchError:
    return BatchError(f"it unpacks to more than {most:,} bytes: raise SERAI_MAX_FILE_BYTES if that is right")
