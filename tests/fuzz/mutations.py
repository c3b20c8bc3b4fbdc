"""Ways to spoil an answer: of its bytes, its table, its JSON, its XML, its packing; all chance is the generator's."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

Mutation = Callable[[bytes, Random], bytes]
JUNK = (
    "", " ", "NaN", "inf", "-inf", "-1", "0", "-0", "1e308", "1e-400", "9" * 40, "9223372036854775808", "0x10",
    "12,5", "1 000", "١٢٣", "2025-13-45", "9999-12-31", "0000-00-00", "0001-01-01", "31/12/2025", "2025-W01", "true",
    "null", "None", "=1+1", "<script>alert(1)</script>", "'; DROP TABLE facts.claims; --", "\u202e", "💥",
    "é", "x" * 30_000, "[]", "{}", '"', "\\", "\t", "a\nb", "\u2028", "javascript:alert(1)", "../../etc/passwd",
    "AFG;PAK", "*", "\x7f",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    -1,
    0,
    10**40,
    1e308,
    "",
    "NaN",
    [],
    {},
    [[]],
    {"a": 1},
    [None],
    "x" * 30_000,
    "2025-02-30",
)
HTML = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>Back soon</body></html>"
LINE_ENDS = (b"\r\n", b"\r", b"\n\n", b"\x0b", b"\n\r")


def spoil(content: bytes, random: Random) -> tuple[str, bytes]:
    """The content spoilt in one way or two, and the names of these."""
    names = []
    for _ in range(random.choice((1, 1, 1, 2))):
        name, change = random.choice(ways(content))
        names.append(name)
        content = change(content, random)
    return " + ".join(names), content


def ways(content: bytes) -> list[tuple[str, Mutation]]:
    """The mutations that fit the content; what is in a zip or gzip is spoilt inside too."""
    fitting: list[tuple[str, Mutation]] = [(one.__name__, one) for one in OF_BYTES]
    if content.startswith((b"PK", b"\x1f\x8b")):
        return fitting + [("inside", inside)] * 2 * len(fitting)
    start = content.lstrip(b"\xef\xbb\xbf \r\n")[:1]
    of_kind = OF_JSON if start in (b"{", b"[") else OF_XML if start == b"<" else OF_TABLE
    return fitting + [(one.__name__, one) for one in of_kind] * 3


def flip(content: bytes, random: Random) -> bytes:
    spoilt = bytearray(content)
    for _ in range(random.choice((1, 2, 20)) if spoilt else 0):
        spoilt[random.randrange(len(spoilt))] ^= 1 << random.randrange(8)
    return bytes(spoilt)


def truncate(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content) + 1)]


def lose_part(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    return content[:start] + content[start + random.randrange(200) :]


def repeat_part(content: bytes, random: Random) -> bytes:
    start = random.randrange(len(content) + 1)
    part = content[start : start + random.randrange(2000)]
    return content[:start] + part * random.choice((2, 3, 50)) + content[start:]


def utf16(content: bytes, random: Random) -> bytes:
    return content.decode("utf-8", "replace").encode(random.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32")))


def latin1(content: bytes, _: Random) -> bytes:
    return content.decode("utf-8", "replace").replace(",", "é,", 3).encode("latin-1", "replace")


def nul(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content) + 1)
    return content[:at] + b"\0" * random.choice((1, 500)) + content[at:]


def bom(content: bytes, random: Random) -> bytes:
    return random.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf" * 2)) + content


def line_ends(content: bytes, random: Random) -> bytes:
    return content.replace(b"\n", random.choice(LINE_ENDS))


def html(content: bytes, random: Random) -> bytes:
    return random.choice((HTML, b"", b" \n", HTML + content, content + HTML))


def packed(content: bytes, random: Random) -> bytes:
    if random.random() < 0.5:
        return gzip.compress(content, mtime=0)
    return _zip({"x.csv": content})


def quotes(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content) + 1)
    return content[:at] + random.choice((b'"', b'""', b"'", b'",', b'"\n"')) + content[at:]


def inside(content: bytes, random: Random) -> bytes:
    """What is packed, spoilt and packed again."""
    try:
        if content.startswith(b"\x1f\x8b"):
            return gzip.compress(spoil(gzip.decompress(content), random)[1], mtime=0)
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            files = {name: pack.read(name) for name in pack.namelist()}
        name = random.choice(sorted(files))
        files[name] = spoil(files[name], random)[1]
        if random.random() < 0.2:
            del files[random.choice(sorted(files))]
        return _zip(files)
    except Exception:  # spoilt already
        return flip(content, random)


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, held in files.items():
            pack.writestr(zipfile.ZipInfo(name), held)
    return out.getvalue()


def table(change: Callable[[list[list[str]], Random], None]) -> Mutation:
    """A change of rows as a change of bytes."""

    def changed(content: bytes, random: Random) -> bytes:
        text = content.decode("utf-8", "replace")
        tabs = "\t" in text.partition("\n")[0]
        reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if tabs else ",")
        try:
            rows = [row for row in reader if row]
        except csv.Error:
            return flip(content, random)
        if not rows:
            return content
        change(rows, random)
        out = io.StringIO()
        csv.writer(out, delimiter="\t" if tabs else ",", lineterminator="\n").writerows(rows)
        return out.getvalue().encode("utf-8", "replace")

    changed.__name__ = change.__name__
    return changed


def drop_column(rows: list[list[str]], random: Random) -> None:
    at = random.randrange(len(rows[0]))
    for row in rows:
        del row[at : at + 1]


def rename_column(rows: list[list[str]], random: Random) -> None:
    at = random.randrange(len(rows[0]))
    rows[0][at] = random.choice((*JUNK[:25], rows[0][at].upper(), rows[0][at] + " ", rows[0][0], "new_column"))


def add_column(rows: list[list[str]], random: Random) -> None:
    at = random.randrange(len(rows[0]) + 1)
    for row in rows:
        row.insert(at, random.choice(JUNK[:20]))


def swap_columns(rows: list[list[str]], random: Random) -> None:
    one, other = random.randrange(len(rows[0])), random.randrange(len(rows[0]))
    for row in rows[random.choice((0, 1)) :]:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


def retype_column(rows: list[list[str]], random: Random) -> None:
    at, junk = random.randrange(len(rows[0])), random.choice(JUNK)
    for row in rows[1:]:
        row[at : at + 1] = [junk]


def junk_fields(rows: list[list[str]], random: Random) -> None:
    for _ in range(random.choice((1, 1, 3, 10))):
        row = random.choice(rows)
        row[random.randrange(len(row))] = random.choice(JUNK)


def lose_rows(rows: list[list[str]], random: Random) -> None:
    start = random.randrange(len(rows))
    del rows[start : start + random.choice((1, 5, 1000))]
    if not rows:
        rows.append([""])


def double_rows(rows: list[list[str]], random: Random) -> None:
    rows.extend(list(row) for row in random.choices(rows, k=random.choice((1, 5, 200))))


def shuffle_rows(rows: list[list[str]], random: Random) -> None:
    random.shuffle(rows)


def tree(change: Callable[[Any, Random], Any]) -> Mutation:
    """A change of a JSON document as a change of bytes."""

    def changed(content: bytes, random: Random) -> bytes:
        try:
            found = json.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return flip(content, random)
        try:
            return json.dumps(change(found, random)).encode()
        except RecursionError:
            return content

    changed.__name__ = change.__name__
    return changed


def _places(found: Any) -> list[tuple[Any, Any]]:
    """Every container and key below."""
    places = []
    waiting = [found]
    while waiting:
        one = waiting.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one)) if isinstance(one, list) else ()
        for key in keys:
            places.append((one, key))
            waiting.append(one[key])
    return places


def junk_values(found: Any, random: Random) -> Any:
    places = _places(found)
    for _ in range(random.choice((1, 1, 3, 10)) if places else 0):
        holder, key = random.choice(places)
        if not isinstance(holder, list) or key < len(holder):
            holder[key] = random.choice((random.choice(VALUES), random.choice(JUNK)))
    return found if places else random.choice(VALUES)


def lose_keys(found: Any, random: Random) -> Any:
    if places := _places(found):
        holder, key = random.choice(places)
        del holder[key]
    return found


def rename_keys(found: Any, random: Random) -> Any:
    named = [(holder, key) for holder, key in _places(found) if isinstance(holder, dict)]
    if named:
        holder, key = random.choice(named)
        holder[random.choice((key.upper(), key + "_", "new", ""))] = holder.pop(key)
    return found


def nest(found: Any, random: Random) -> Any:
    deep: Any = random.choice(VALUES)
    for _ in range(random.choice((1, 10, 400))):
        deep = [deep] if random.random() < 0.5 else {"a": deep}
    if places := _places(found):
        holder, key = random.choice(places)
        holder[key] = deep
        return found
    return deep


def numbers_as_text(found: Any, _: Random) -> Any:
    for holder, key in _places(found):
        if isinstance(holder[key], int | float):
            holder[key] = str(holder[key])
    return found


def double_items(found: Any, random: Random) -> Any:
    lists = [holder[key] for holder, key in _places(found) if isinstance(holder[key], list)]
    if lists:
        one = random.choice(lists)
        one.extend(random.choices(one, k=min(200, 3 * len(one))) if one else [1])
    return found


def deep(_: bytes, random: Random) -> bytes:
    depth = random.choice((900, 2_000, 200_000))
    return b"[" * depth + b"]" * depth


def junk_attributes(content: bytes, random: Random) -> bytes:
    found = list(re.finditer(rb'="([^"]*)"', content))
    if not found:
        return flip(content, random)
    one = random.choice(found)
    junk = random.choice(JUNK).encode()
    return content[: one.start(1)] + junk + content[one.end(1) :]


def lose_elements(content: bytes, random: Random) -> bytes:
    found = list(re.finditer(rb"<[^>]*>", content))
    if not found:
        return flip(content, random)
    one = random.choice(found)
    return content[: one.start()] + random.choice((b"", b"<a>", b"&x;", one[0] * 2)) + content[one.end() :]


def entities(content: bytes, _: Random) -> bytes:
    bomb = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;"><!ENTITY z "&y;&y;&y;&y;">]>'
    return re.sub(rb"(<\?xml[^>]*>)?", lambda one: one[0] + bomb, content, count=1)


OF_BYTES: tuple[Mutation, ...] = (
    flip, truncate, lose_part, repeat_part, utf16, latin1, nul, bom, line_ends, html, packed, quotes,
)  # fmt: skip
OF_TABLE = tuple(
    map(table, (drop_column, rename_column, add_column, swap_columns, retype_column, junk_fields, lose_rows,
                double_rows, shuffle_rows))
)  # fmt: skip
OF_JSON = (*map(tree, (junk_values, lose_keys, rename_keys, nest, numbers_as_text, double_items)), deep)
OF_XML: tuple[Mutation, ...] = (junk_attributes, lose_elements, entities)
