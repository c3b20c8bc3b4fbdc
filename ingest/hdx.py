"""The Humanitarian Data Exchange: where the files of one of its datasets are, as its CKAN catalogue says."""

from __future__ import annotations

import json
import re
from typing import Any

from ingest.csv_file import BatchError


def file(package: bytes, name: str) -> str:
    """The address of the dataset's one file of that name; raises BatchError where it has none or several."""
    found = files(package, name)
    if len(found) != 1:
        raise BatchError(f"{len(found)} files are called {name}, not one: see what HDX changed in this dataset")
    return found[0]


def files(package: bytes, pattern: str) -> list[str]:
    """The addresses of the dataset's files whose name is that pattern, in the order of their names.

    ``package`` is what ``package_show`` answers. Raises BatchError with the catalogue's words where there is none.
    """
    try:
        said = json.loads(package)
    except (ValueError, RecursionError):
        raise BatchError("the catalogue of HDX does not answer in JSON: try later") from None
    match said:
        case {"success": True, "result": {"resources": list(resources)}}:
            named = {_name(one): str(one["url"]) for one in resources if isinstance(one, dict) and one.get("url")}
            return [named[name] for name in sorted(named) if re.fullmatch(pattern, name)]
        case {"success": False, "error": error}:
            words = error.get("message", error) if isinstance(error, dict) else error
            raise BatchError(f"the catalogue of HDX says: {words}: look at the address in the YAML file")
    raise BatchError("this is no answer of HDX's catalogue (package_show): the API changed, mend ingest/hdx.py")


def _name(resource: dict[str, Any]) -> str:
    return str(resource["url"]).partition("?")[0].rpartition("/")[2]
