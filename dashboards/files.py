"""Rows as files: CSV, Parquet and Excel. Each is made when somebody asks for it, and not before."""

from __future__ import annotations

import io
from collections.abc import Callable

import polars as pl

from dashboards.queries import asking

# Rows of an Excel sheet, its head left out.
EXCEL_ROWS = 1_048_575
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def parquet(frame: pl.DataFrame) -> bytes:
    """The rows as a Parquet file, with the types that they have."""
    made = io.BytesIO()
    frame.write_parquet(made)
    return made.getvalue()


def excel(frame: pl.DataFrame) -> bytes:
    """The rows as an Excel file; lists with ; between, text as text, never a formula or a link."""
    import xlsxwriter

    made = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(made, {"in_memory": True, **safe}) as book:
        asking.flat(frame.head(EXCEL_ROWS)).write_excel(book, worksheet="rows", autofit=frame.height < 5_000)
    return made.getvalue()


# By the format's name: how a file's name ends, its type, and what makes it.
FORMATS: dict[str, tuple[str, str, Callable[[pl.DataFrame], bytes]]] = {
    "CSV": ("csv", "text/csv", asking.csv),
    "Parquet": ("parquet", "application/vnd.apache.parquet", parquet),
    "Excel": ("xlsx", EXCEL, excel),
}
