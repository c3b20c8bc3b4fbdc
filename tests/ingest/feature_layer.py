"""A feature layer as an ArcGIS server has it: fewer rows than were asked for, a day of several kinds and names."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from tests.server import Question, Reply, Server


class Layer:
    """A feature layer as the server has it: at most ``cap`` rows an answer, the day as this kind under this name."""

    def __init__(self, rows: list[dict[str, Any]], cap: int = 1000, kind: str = "Date", name: str = "date") -> None:
        self.rows = [{**row, "ObjectId": number} for number, row in enumerate(rows, start=1)]
        self.cap, self.kind, self.name = cap, kind, name

    def serve(self, server: Server, path: str) -> None:
        server.routes[path] = Reply(json.dumps({"fields": self.fields(), "maxRecordCount": self.cap}).encode())
        server.routes[f"{path}/query"] = self.answer

    def fields(self) -> list[dict[str, str]]:
        types = {"date": f"esriFieldType{self.kind}"}
        names = {"date": self.name}
        return [
            {"name": names.get(name, name), "type": types.get(name, "esriFieldTypeString")} for name in self.rows[0]
        ]

    def answer(self, question: Question) -> Reply:
        rows = [row for row in self.rows if self.holds(row, question.query["where"])]
        if "returnCountOnly" in question.query:
            return Reply(json.dumps({"count": len(rows)}).encode())
        start, asked = int(question.query["resultOffset"]), int(question.query["resultRecordCount"])
        page = rows[start : start + min(self.cap, asked)]
        said: dict[str, Any] = {"objectIdFieldName": "ObjectId", "fields": self.fields()}
        said["features"] = [{"attributes": self.shown(row)} for row in page]
        # True or not there at all, never false.
        if start + len(page) < len(rows):
            said["exceededTransferLimit"] = True
        return Reply(json.dumps(said).encode())

    def holds(self, row: dict[str, Any], where: str) -> bool:
        word = "DATE" if self.kind == "DateOnly" else "timestamp"
        first, last = (re.search(rf"{self.name} {sign} {word} '([0-9-]+)", where) for sign in (">=", "<="))
        named = {row.get("portid"), row.get("ISO3")} & set(re.findall(r"'(\w+)'", where))
        return (
            bool(named)
            and (first is None or row["date"] >= dt.date.fromisoformat(first[1]))
            and (last is None or row["date"] <= dt.date.fromisoformat(last[1]))
        )

    def shown(self, row: dict[str, Any]) -> dict[str, Any]:
        if "date" not in row:
            return row
        at = dt.datetime.combine(row["date"], dt.time(), dt.UTC).timestamp() * 1000
        day = int(at) if self.kind == "Date" else row["date"].isoformat()
        return {self.name if name == "date" else name: value for name, value in {**row, "date": day}.items()}
