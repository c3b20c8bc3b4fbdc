"""The files of one table: Parquet and CSV from one pass over its rows, and GeoParquet where it has places.

Rows come in the order of the table's key, in row groups of one size, so that the same rows give the same bytes.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.export_tables import Table

ROWS = 65_536
POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")])
# What Arrow and Frictionless know, for what DuckDB has beside it.
CASTS = {"HUGEINT": "BIGINT", "JSON": "VARCHAR"}


@dataclass
class Written:
    """What was written of a table: its columns with DuckDB's types, its rows, its files, and its places' bounds."""

    table: Table
    columns: dict[str, str]
    files: list[Path]
    rows: int = 0
    formulas: int = 0
    bounds: list[float] = field(default_factory=list)


def write(cursor: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> Written:
    """Write a table's files into the folder, and return what they are."""
    columns = {name: kind for name, kind, *_ in cursor.execute(f"DESCRIBE {table.rows}").fetchall()}
    told = ", ".join(f'"{name}"::{CASTS[kind]} AS "{name}"' if kind in CASTS else f'"{name}"'
                     for name, kind in columns.items())  # fmt: skip
    columns = {name: CASTS.get(kind, kind) for name, kind in columns.items()}
    place = folder / table.path
    place.parent.mkdir(parents=True, exist_ok=True)
    parquet, csv, geo = (place.with_name(f"{place.name}{end}") for end in (".parquet", ".csv", ".geo.parquet"))
    is_located = {"lat", "lon"} <= columns.keys()
    found = Written(table, columns, [csv, parquet, *([geo] if is_located else [])])
    reader = cursor.sql(f"SELECT {told} FROM ({table.rows}) ORDER BY {table.order}").to_arrow_reader(ROWS)
    with contextlib.ExitStack() as opened:
        plain = opened.enter_context(pq.ParquetWriter(parquet, reader.schema, compression="zstd"))
        text = opened.enter_context(csv.open("wb"))
        located = opened.enter_context(_geo_writer(geo, reader.schema, found)) if is_located else None
        text.write((",".join(columns) + "\r\n").encode())
        for batch in _even(reader):
            plain.write_table(batch, row_group_size=ROWS)
            _write_csv(text, batch, found)
            if located is not None:
                located.write_table(_with_geometry(batch, found), row_group_size=ROWS)
            found.rows += batch.num_rows
    return found


def _even(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """The rows in parts of one size but for the last, however they come."""
    waiting, count = list[pa.RecordBatch](), 0
    for batch in reader:
        waiting.append(batch)
        count += batch.num_rows
        while count >= ROWS:
            whole = pa.Table.from_batches(waiting)
            yield whole.slice(0, ROWS).combine_chunks()
            rest = whole.slice(ROWS)
            waiting, count = rest.to_batches(), rest.num_rows
    if count:
        yield pa.Table.from_batches(waiting).combine_chunks()


def _write_csv(out: IO[bytes], batch: pa.Table, found: Written) -> None:
    """Rows as RFC 4180 has them, dates as ISO 8601 has them; empty = unknown, lists are JSON, text is as it came."""
    frame = pl.DataFrame(pl.from_arrow(batch))
    texts = [pl.col(name) for name, kind in frame.schema.items() if kind == pl.String]
    if texts:
        formulas = pl.sum_horizontal(one.str.contains(r"^[=@\t\r]").fill_null(value=False).sum() for one in texts)
        found.formulas += int(frame.select(formulas).item())
    lists = [name for name, kind in frame.schema.items() if kind.is_nested()]
    # Polars writes JSON of structs alone: {"v":[…]}
    packed = {name: pl.struct(pl.col(name).alias("v")).struct.json_encode() for name in lists}
    frame = frame.with_columns(
        pl.when(pl.col(name).is_not_null()).then(one.str.slice(5, one.str.len_chars() - 6)).alias(name)
        for name, one in packed.items()
    )
    frame.write_csv(out, include_header=False, line_terminator="\r\n", datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")


@contextlib.contextmanager
def _geo_writer(path: Path, schema: pa.Schema, found: Written) -> Iterator[pq.ParquetWriter]:
    """A writer of GeoParquet 1.1 in longitude and latitude (OGC:CRS84, which is what no crs means)."""
    names = [name for name in schema.names if name != "geometry"]
    kept = pa.schema([schema.field(name) for name in names]).append(pa.field("geometry", pa.binary()))
    with pq.ParquetWriter(path, kept, compression="zstd") as writer:
        yield writer
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": [] if _has_shapes(schema) else ["Point"]}
        if found.bounds:
            column["bbox"] = found.bounds
        said = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
        writer.add_key_value_metadata({"geo": json.dumps(said)})


def _has_shapes(schema: pa.Schema) -> bool:
    return "geometry" in schema.names


def _with_geometry(batch: pa.Table, found: Written) -> pa.Table:
    """The rows with their shape, or their point, as well-known binary; none where a coordinate is unknown."""
    if _has_shapes(batch.schema):
        import shapely

        shapes = shapely.from_wkt(batch["geometry"].to_numpy(zero_copy_only=False))
        _widen(found, shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan))
        return batch.drop_columns(["geometry"]).append_column(
            "geometry", pa.array(shapely.to_wkb(shapes), pa.binary())
        )
    lat, lon = (batch[name].to_numpy(zero_copy_only=False).astype(float) for name in ("lat", "lon"))
    known = ~(np.isnan(lat) | np.isnan(lon))
    points = np.zeros(len(lat), POINT)
    points["order"], points["kind"], points["lon"], points["lat"] = 1, 1, lon, lat
    packed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(POINT.itemsize), len(points), [None, pa.py_buffer(points.tobytes())]
    ).cast(pa.binary())
    if known.any():
        _widen(found, np.array([lon[known].min(), lat[known].min(), lon[known].max(), lat[known].max()]))
    return batch.append_column("geometry", pc.if_else(pa.array(known), packed, pa.scalar(None, pa.binary())))


def _widen(found: Written, more: Any) -> None:
    if np.isnan(more).any():
        return
    if not found.bounds:
        found.bounds = [float(one) for one in more]
        return
    pairs = zip(found.bounds, map(float, more), (min, min, max, max), strict=True)
    found.bounds = [choose(old, new) for old, new, choose in pairs]
