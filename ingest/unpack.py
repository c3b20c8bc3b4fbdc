"""Unpacking what sources pack, up to a limit: a small file that unpacks to the size of a disk is refused."""

from __future__ import annotations

import io
import zipfile
import zlib

from ingest.csv_file import BatchError

GZIP = 31


def gunzip(content: bytes, most: int) -> bytes:
    """The bytes in the gzip. Raises BatchError where it is damaged, ends early or unpacks to more than ``most``."""
    found, rest = bytearray(), content
    while rest:
        member = zlib.decompressobj(wbits=GZIP)
        try:
            found += member.decompress(rest, most + 1 - len(found))
        except zlib.error as error:
            raise BatchError(f"the gzip is damaged ({error}): fetch it again later") from None
        if len(found) > most:
            raise _too_large(most)
        if not member.eof:
            raise BatchError("the gzip ends early, the download was cut off: fetch it again later")
        rest = member.unused_data
    return bytes(found)


def unzip(content: bytes, most: int) -> dict[str, bytes]:
    """The files in the zip by name. Raises BatchError where it is damaged or they are more than ``most`` bytes."""
    found: dict[str, bytes] = {}
    left = most
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for entry in packed.infolist():
                with packed.open(entry) as file:
                    data = file.read(left + 1)
                # What the entry says of its own size may be a lie: what was read counts.
                if len(data) > left:
                    raise _too_large(most)
                left -= len(data)
                found[entry.filename] = data
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise BatchError(f"this is no zip that can be read ({error}): fetch it again later") from None
    return found


def _too_large(most: int) -> BatchError:
    return BatchError(f"it unpacks to more than {most:,} bytes: raise SERAI_MAX_FILE_BYTES if that is right")
