"""What an export says of itself: datapackage.json, croissant.json and README.md."""

from __future__ import annotations

from typing import Any

from warehouse import contracts, export_citation
from warehouse.export_citation import AUTHOR, LICENCE, LICENCE_ID, TITLE, Told
from warehouse.export_files import Written

NAME = "serai-export"
DESCRIPTION = (
    "What sources have reported about Afghanistan's land borders and the trade that depends on them: facts with "
    "every version of every row, what is derived from them, and what was worked out, with how sure it is. Sources "
    "that disagree are separate rows; unknown is never zero, open or closed."
)
LAYOUT = (
    "Each table is here as CSV and Parquet, those with coordinates as GeoParquet too (`.geo.parquet`: longitude, "
    "latitude, CRS84). `facts` are what sources printed, `models` what is derived from them, `analysis` what was "
    "worked out, `ops` what Serai did. `datapackage.json` (Frictionless) and `croissant.json` (Croissant 1.1) say "
    "what each column means, `CITATION.cff` how to cite it. `sha256sum -c SHA256SUMS` compares every file with its "
    "checksum."
)
CSV = (
    "CSV: UTF-8, RFC 4180; an empty field is unknown, times are UTC, lists are JSON. Text is as the sources print it "
    "and nothing is put before it: a spreadsheet takes a cell that begins with = or @ for a formula, so import the "
    "columns there as text."
)
WITHHELD = (
    "Models are worked out without the rows left out; tables of analysis were worked out from all, and repeat "
    "nobody's rows."
)
# Checksum and size of each file, by its path.
Sums = dict[str, tuple[str, int]]
# DuckDB's types as Table Schema and as Croissant have them.
TYPES = {
    "VARCHAR": ("string", "sc:Text"),
    "DOUBLE": ("number", "sc:Float"),
    "BIGINT": ("integer", "sc:Integer"),
    "INTEGER": ("integer", "sc:Integer"),
    "DATE": ("date", "sc:Date"),
    "TIMESTAMP": ("datetime", "sc:DateTime"),
    "BOOLEAN": ("boolean", "sc:Boolean"),
}
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


class ExportError(Exception):
    """An export cannot be made; the message says why and what to do."""


def package(written: list[Written], sums: Sums, told: Told, left_out: dict[str, str]) -> dict[str, Any]:
    """datapackage.json: a Frictionless data package of the CSV files, the other files of each table beside."""
    return {
        "profile": "tabular-data-package",
        "name": NAME,
        "title": TITLE,
        "description": DESCRIPTION,
        "version": told.version,
        "asOf": str(told.day) if told.day else None,
        "created": _at(told),
        "citation": export_citation.text(told),
        **({"homepage": told.url} if told.url else {}),
        "contributors": [{"title": AUTHOR, "role": "author"}],
        "licenses": [{"name": LICENCE_ID, "path": LICENCE, "title": "the compilation; facts stay their sources'"}],
        "sources": [_source(one) for one in told.sources],
        "leftOut": [{"name": name, "reason": reason} for name, reason in sorted(left_out.items())],
        "resources": [_resource(one, sums, told) for one in written],
    }


def described(told: Told) -> str:
    """What it is, and as of when."""
    return DESCRIPTION + (f" As known on {told.day}." if told.day else "")


def _at(told: Told) -> str | None:
    return told.published_at.strftime("%Y-%m-%dT%H:%M:%SZ") if told.published_at else None


def _source(one: dict[str, Any]) -> dict[str, Any]:
    address = {"path": one["address"]} if one["address"].startswith("https://") else {}
    return {"title": f"{one['publisher']}: {one['title']}", "citation": one["citation"]} | address


def _licences(sources: list[dict[str, Any]]) -> list[dict[str, str]]:
    found = {one["licence_url"]: one["licence"] for one in sources}
    return [{"title": title, "path": path} for path, title in found.items()]


def _resource(one: Written, sums: Sums, told: Told) -> dict[str, Any]:
    path = one.table.path
    sources = told.of(one.table.datasets)
    others = [end for end in (".parquet", ".geo.parquet") if path + end in sums]
    return {
        "profile": "tabular-data-resource",
        "name": path.replace("/", "."),
        "type": "table",
        "path": f"{path}.csv",
        "description": one.table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": sums[f"{path}.csv"][1],
        "hash": f"sha256:{sums[f'{path}.csv'][0]}",
        "rows": one.rows,
        "schema": _schema(one),
        **({"licenses": _licences(sources), "sources": [_source(source) for source in sources]} if sources else {}),
        "alternatives": [
            {"path": path + end, "bytes": sums[path + end][1], "hash": f"sha256:{sums[path + end][0]}"}
            for end in others
        ],
    }


def _schema(one: Written) -> dict[str, Any]:
    """The Table Schema: constraints from the contract, of a key only that which holds for all versions of a row."""
    contract = one.table.contract
    declared = {field["name"]: field for field in contracts.descriptor(contract.name)["fields"]} if contract else {}
    fields = []
    for name, kind in one.columns.items():
        field = {"name": name, "type": _type(kind)[0], "description": one.table.comments.get(name, "")}
        rules = {key: rule for key, rule in declared.get(name, {}).get("constraints", {}).items() if key != "unique"}
        fields.append(field | ({"constraints": rules} if rules else {}))
    key = {"primaryKey": ["row_key", "loaded_at"]} if contract else {}
    return {"fields": fields, "missingValues": [""]} | key


def _type(kind: str) -> tuple[str, str]:
    if kind.endswith("[]"):
        return "array", TYPES[kind.removesuffix("[]")][1]
    return TYPES[kind]


def croissant(written: list[Written], sums: Sums, told: Told) -> dict[str, Any]:
    """croissant.json: the Parquet files and their columns for who trains or explores, MLCommons Croissant 1.1."""
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": NAME,
        "description": described(told),
        "license": sorted({LICENCE, *(one["licence_url"] for one in told.sources)}),
        "citeAs": export_citation.text(told),
        "creator": {"@type": "sc:Organization", "name": AUTHOR},
        **({"url": told.url} if told.url else {}),
        "datePublished": _at(told),
        "version": _semantic(told),
        "isLiveDataset": False,
        "distribution": [_file(name, *sums[name]) for name in sorted(sums)],
        "recordSet": [_record_set(one) for one in written if one.rows],
    }


def _semantic(told: Told) -> str:
    """The version as three numbers, which Croissant asks for: its day and its time of day."""
    at = told.published_at
    return f"{at:%Y%m%d}.{int(f'{at:%H%M%S}')}.{at.microsecond}" if at else "0.0.0"


def _file(name: str, sha256: str, size: int) -> dict[str, Any]:
    kind = "text/csv" if name.endswith(".csv") else "application/x-parquet"
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{size} B",
        "encodingFormat": kind,
        "sha256": sha256,
    }


def _record_set(one: Written) -> dict[str, Any]:
    path = one.table.path
    fields = []
    for name, kind in one.columns.items():
        field: dict[str, Any] = {
            "@type": "cr:Field",
            "@id": f"{path}/{name}",
            "name": name,
            "description": one.table.comments.get(name) or name,
            "dataType": _type(kind)[1],
            "source": {"fileObject": {"@id": f"{path}.parquet"}, "extract": {"column": name}},
        }
        fields.append(field | ({"isArray": True, "arrayShape": "-1"} if kind.endswith("[]") else {}))
    return {"@type": "cr:RecordSet", "@id": path, "name": path, "description": one.table.description, "field": fields}


def readme(written: list[Written], told: Told, left_out: dict[str, str]) -> str:
    """README.md: what is here, under which licences, and how to read it."""
    known = f", as known on {told.day}" if told.day else ""
    formulas = sum(one.formulas for one in written)
    lines = [f"# {TITLE}", "", DESCRIPTION, "", f"Version {told.version}{known}.", "", LAYOUT, ""]
    lines += [f"{CSV} {formulas:,} cells here begin with = or @.", "", "## Citation and licences", ""]
    lines += [f"{export_citation.of_whole(told)} Name beside it the sources of the figures that you quote.", ""]
    lines += [f"The compilation is under [CC BY 4.0]({LICENCE}). Facts stay their sources': name these.", ""]
    lines += ["| source | licence | cite as |", "|---|---|---|"]
    lines += [
        f"| {one['source']} | [{one['licence']}]({one['licence_url']}) | {one['citation']} |" for one in told.sources
    ]
    if left_out:
        lines += ["", "## What is left out", "", *(f"- {name}: {why}" for name, why in sorted(left_out.items()))]
    if told.withheld:
        lines += ["", WITHHELD]
    lines += ["", "## Tables", "", "| table | rows | one row is |", "|---|---|---|"]
    lines += [f"| {one.table.path} | {one.rows:,} | {one.table.description} |" for one in written]
    return "\n".join([*lines, ""])
