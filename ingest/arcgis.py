"""Feature layers of an ArcGIS server, read whole: the columns first, then the count, then pages until it is reached.

A server sends fewer rows than are asked for, so pages go on by the rows that came. It says an error with status 200,
and under load answers without rows: both are asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ingest import json_answer
from ingest.csv_file import BatchError

if TYPE_CHECKING:
    from ingest.client import Client
    from ingest.snapshots import Answer

PAGE_ROWS = 1000
TRIES = 3
Fields = dict[str, str]


def columns(client: Client, layer: str) -> Fields:
    """The layer's columns with their types (esriFieldTypeString and so on), as they are now."""
    _, said = _asked(client, f"{layer}?f=json", "fields")
    return fields(said)


def pages(client: Client, layer: str, where: str, order: str) -> Iterator[Answer]:
    """The pages with all rows for which ``where`` holds, in an order that must be of one row each.

    Raises BatchError where there are none, or others than the server counts.
    """
    asked = {"where": where, "f": "json"}
    _, said = _asked(client, f"{layer}/query?{urlencode({**asked, 'returnCountOnly': 'true'})}", "count")
    count, read = int(said["count"]), set[object]()
    if not count:
        raise BatchError(f"the layer has no rows where {where}: look at what is asked for")
    more = {"outFields": "*", "orderByFields": order, "returnGeometry": "false", "resultRecordCount": PAGE_ROWS}
    while len(read) < count:
        answer, page = _asked(client, f"{layer}/query?{urlencode({**asked, **more, 'resultOffset': len(read)})}")
        yield answer
        numbers = [row.get(page.get("objectIdFieldName", "ObjectId")) for row in rows(page)]
        if read & set(numbers) or len(set(numbers)) < len(numbers):
            raise BatchError("rows came twice: the table was updated while it was read: try again")
        read |= set(numbers)
        if not page.get("exceededTransferLimit") and len(read) != count:
            raise BatchError(f"the pages have {len(read):,} rows, the server counts {count:,}: try again later")


def read(content: bytes) -> dict[str, Any]:
    """The JSON of an answer. Raises BatchError where it is none, or is an error in the server's words."""
    said = json_answer.read(content)
    if not isinstance(said, dict):
        raise BatchError("the JSON is not that of a feature layer: see what the server changed")
    if wrong := said.get("error"):
        words = f"{wrong.get('code')}: {wrong.get('message')}" if isinstance(wrong, dict) else wrong
        raise BatchError(f"the server answers with an error ({words}): try again later, then look at the question")
    return said


def fields(said: dict[str, Any]) -> Fields:
    """The columns that a layer or page names, with their types. Raises BatchError."""
    try:
        return {str(field["name"]): field["type"] for field in said["fields"]}
    except (KeyError, TypeError) as error:
        raise _other_shape(error) from None


def rows(page: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a page. Raises BatchError."""
    try:
        return json_answer.flat([feature["attributes"] for feature in page["features"]])
    except (KeyError, TypeError) as error:
        raise _other_shape(error) from None


def _asked(client: Client, url: str, part: str = "features") -> tuple[Answer, dict[str, Any]]:
    """The answer that has that part, with something in it, and its JSON; after some tries the refusal."""
    for attempt in range(1, TRIES + 1):
        answer = client.get(url)
        try:
            said = read(answer.content)
            if said.get(part) in (None, []):
                raise BatchError(f"the answer has no {part}, and there should be some: try again later")
        except BatchError:
            if attempt == TRIES:
                raise
        else:
            return answer, said
    raise AssertionError("the last try returns or raises")


def _other_shape(error: Exception) -> BatchError:
    return BatchError(
        f"the answer is not that of a feature layer ({type(error).__name__}: {error}): see what the server changed"
    )
