"""Pages to print: one crossing, or one week. Plain HTML that needs nothing else, light, for A4; as of a day too.

What sources wrote is text in them, and only addresses of the web are links.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from dashboards import as_of, parts, pictures, strips, texts
from dashboards.pages import crossings as page
from dashboards.queries import crossings, days, reader, week
from warehouse.connect import reading
from warehouse.publish import NothingPublishedError

if TYPE_CHECKING:
    from dashboards.charts import Drawing
    from serai.settings import Settings

CSS = Path(__file__).resolve().parent / "printed.css"
# As of a day the panel is worked out anew: so many pages at a time, and so long is waited for a place.
PLACES, PATIENCE = threading.BoundedSemaphore(2), 30.0
WEEK = dt.timedelta(days=7)
# So many reports of a crossing are printed, the newest; all of them where the address ends in all=1.
REPORTS = 60
# Days before a week that its strip shows too.
BEFORE = dt.timedelta(days=49)
NOT_SHOWN = {
    "crossing_id", "report_id", "row_key", "source_name", "source_url", "border_wide", "claimant_side", "known_from",
    "known_from_basis",
}  # fmt: skip


class NoSuchPageError(Exception):
    """The address names nothing that could be printed; the message says so in words."""


def answer(request: Request, settings: Settings) -> Response:
    """The page of a kind (`crossing`, `week`) and of what it is to tell; words with a code where there is none."""
    if not PLACES.acquire(timeout=PATIENCE):
        return _said("Others are printing: ask again in a moment.", 503)
    try:
        made = KINDS.get(request.path_params["kind"])
        if made is None:
            raise NoSuchPageError(f"only these can be printed: {', '.join(KINDS)}")
        day = _day(request.query_params.get(reader.AS_OF))
        with reading(settings.warehouse, settings.verify_minutes) as held, reader.outside(held, day):
            document = made(request.path_params["what"], settings.home, request.query_params.get("all") == "1")
        return HTMLResponse(document, headers={"Cache-Control": "no-store"})
    except NoSuchPageError as error:
        return _said(str(error), 404)
    except NothingPublishedError:
        return _said("Nothing is published yet.", 503)
    finally:
        PLACES.release()


def _said(text: str, code: int) -> Response:
    return PlainTextResponse(f"{text}\n", code, {"Cache-Control": "no-store"})


def _day(asked: str | None) -> dt.date | None:
    """The day that the address asks for. NoSuchPageError where it is none."""
    if not asked:
        return None
    if as_of.why_not(asked):
        raise NoSuchPageError(f"as_of is no day from {as_of.FIRST} to today: write it like 2025-10-20")
    return as_of.read(asked)


def of_crossing(chosen: str, home: str, every: bool) -> str:
    """What is known of one crossing, as a document; `every` report, or only the newest of them."""
    found = crossings.crossings().filter(pl.col("crossing_id") == chosen)
    if found.is_empty():
        raise NoSuchPageError(f"no crossing is called {chosen}")
    row, today = found.row(0, named=True), as_of.today()
    spans = days.spans(today, texts.FRESH_DAYS).filter(pl.col("crossing_id") == chosen)
    since = today - dt.timedelta(days=page.SPAN)
    rows = spans.with_columns(pl.col("flow").replace_strict(texts.TRAFFIC).alias("row"))
    now = parts.named_statuses(rows.filter(pl.col("until_day") > today)).select(
        pl.col("row").alias("for"), "status", "basis", "since", "last_report_day", "voices", "disputed",
        "source_name", "source_url",
    )  # fmt: skip
    drawing = strips.strip(_within(rows, since, today), list(texts.TRAFFIC.values()), since, today, step=page.HIGH)
    episodes = days.episodes().filter(pl.col("crossing_id") == chosen)
    reports = parts.named_statuses(crossings.reports(chosen)).drop(
        "reported_of", "voice", "known_from_basis", "goods"
    )
    spellings = (row["aliases"] or "none known").replace(";", ", ")
    border = texts.border(row["country_a"], row["country_b"])
    body = [
        _section(f"On {texts.day(today)}", now, "No state is known for it."),
        _figure(f"{texts.short(row['name'])}, {texts.day(since)} to {texts.day(today)}", drawing),
        _section("Closures, the newest first", _together(episodes), "No closure is among the facts."),
        _section("Losses claimed here or on the whole border", crossings.losses(chosen).drop("claim_id")),
        _section("What is or was normal here", crossings.capacity(chosen)),
        _section("Hours and costs measured here", crossings.performance(chosen)),
        _reports(reports, every, f"{home}/print/crossing/{chosen}?all=1{as_of.query()}"),
    ]
    lead = f"{border}; {texts.CATEGORIES[row['category']]}. Other spellings: {spellings}."
    nav = [("Back to the page", f"{home}/crossings?crossing={chosen}{as_of.query()}")]
    return _document(row["name"], lead, "".join(body), nav, f"{home}/print/crossing/{chosen}{'?all=1' * every}")


def _reports(rows: pl.DataFrame, every: bool, address: str) -> str:
    """The newest reports, and where to ask for the earlier ones; all of them where they are asked for or few."""
    earlier = 0 if every else max(rows.height - REPORTS, 0)
    if not earlier:
        return _section("Every report, the newest first", rows, "No report speaks of it: its state is unknown.")
    link = f'<a href="{escape(address)}">{escape(address)}</a>'
    shown = _section(f"The last {REPORTS} of {rows.height:,} reports, the newest first", rows.head(REPORTS))
    return f"{shown}<p>{earlier:,} earlier one{'s' * (earlier > 1)}: {link}</p>"


def of_week(asked: str, home: str) -> str:
    """What happened and what was published in the week of a day, as a document."""
    day = as_of.read(asked)
    if day is None or not as_of.FIRST <= day <= as_of.today():
        raise NoSuchPageError(f"no week is told of {asked[:40]}: name a day from {as_of.FIRST} on, like 2025-10-06")
    first = day - dt.timedelta(days=day.weekday())
    last = min(first + WEEK - dt.timedelta(days=1), as_of.today())
    closures = week.closures(first, last).with_columns(pl.col("how_ended").replace_strict(texts.HOW_ENDED))

    def shut(part: str) -> pl.DataFrame:
        return closures.filter(pl.col("part") == part).drop("part")

    labels = page.labelled(crossings.crossings())
    spans = days.spans(as_of.today(), texts.FRESH_DAYS).filter(pl.col("flow") == "exports")
    rows = _within(
        spans.with_columns(pl.col("crossing_id").replace_strict(labels).alias("row")), first - BEFORE, last
    )
    drawing = strips.strip(rows, list(labels.values()), first - BEFORE, last, step=page.LOW)
    body = [
        _section("What shut", shut(week.BEGAN), "No closure is known to have begun."),
        _section("What opened", shut(week.ENDED), "No closure is known to have ended."),
        _section("Shut before and on the last day", shut(week.WENT_ON), "Nothing that shut before."),
        _figure(f"Open or closed to exports, {texts.day(first - BEFORE)} to {texts.day(last)}", drawing),
        _section("What happened", week.events(first, last), "No dated event is among the facts."),
        _section("Claims", week.claims(first, last), "No claim is among the facts."),
        _section("Trade figures published", week.trade(first, last), "No page published one in this week."),
        _section("Reports on crossings", week.reports(first, last), "No report became known in this week."),
        _section("Our own corrections of what sources print", week.corrections(first, last), "None in this week."),
    ]
    near = [("The week before", first - WEEK), ("The week after", first + WEEK)]
    nav = [
        (words, f"{home}/print/week/{one}{_asked()}") for words, one in near if as_of.FIRST <= one <= as_of.today()
    ]
    title = f"The week of {texts.day(first)}"
    lead = (
        f"{texts.day(first)} to {texts.day(last)}: what is known of Afghanistan's borders, each line with its source."
    )
    return _document(title, lead, "".join(body), [("Serai", f"{home}/"), *nav], f"{home}/print/week/{first}")


def _together(episodes: pl.DataFrame) -> pl.DataFrame:
    """The closures that began and ended alike as one line, with the flows that they shut."""
    alike = ["started_on", "ended_on", "how_ended", "cause", "imposed_by"]
    return (
        episodes.group_by(alike, maintain_order=True)
        .agg(
            pl.col("flow").sort().alias("flows"),
            pl.col("days").max(),
            pl.col("voices").max(),
            pl.col("disputed").any(),
        )
        .with_columns(pl.col("how_ended").replace_strict(texts.HOW_ENDED))
    )


def _asked(address: str = "") -> str:
    """The day that is asked about, as the end of an address."""
    return as_of.query() if "?" in address else as_of.query().replace("&", "?", 1)


def _within(rows: pl.DataFrame, since: dt.date, until: dt.date) -> pl.DataFrame:
    return rows.filter((pl.col("from_day") <= until) & (pl.col("until_day") > since))


def _document(title: str, lead: str, body: str, nav: list[tuple[str, str]], address: str) -> str:
    known = f"{as_of.words()}. {as_of.left_out()} " if as_of.words() else ""
    links = "".join(f'<a href="{escape(to)}" target="_blank" rel="noopener">{escape(words)}</a>' for words, to in nav)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} - Serai</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{CSS.read_text("utf-8")}</style>'
        f"</head><body><nav>{links}</nav><main><h1>{escape(title)}</h1><p class=lead>{escape(lead)}</p>"
        f"<p class=quiet>{escape(known)}Unknown is not open, not closed and not zero; figures are what sources "
        f"printed, side by side, never averaged.</p>{body}</main>"
        f"<footer>Serai: an observatory of closed and open borders, warehouse version {reader.version()}. "
        f"{escape(address + _asked(address))} (printed on {texts.day(texts.today())}). "
        "Cite the sources of the figures beside it.</footer></body></html>"
    )


def _figure(title: str, drawing: Drawing) -> str:
    source = "Source: the reports below, weighed into days by the rules of the daily panel."
    return f"<figure>{pictures.svg(title, drawing, source)}</figure>"


def _section(title: str, rows: pl.DataFrame, empty: str = "") -> str:
    """Rows under a heading; where there are none, the words for that, or nothing at all."""
    if rows.is_empty():
        return f"<h2>{escape(title)}</h2><p>{escape(empty)}</p>" if empty else ""
    names = [name for name in rows.columns if name not in NOT_SHOWN and not rows[name].is_null().all()]
    sourced = "source_url" in rows.columns
    heads = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in names) + "<th>source</th>" * sourced
    lines = "".join(
        f"<tr>{''.join(_cell(name, row[name]) for name in names)}{_source(row) if sourced else ''}</tr>"
        for row in rows.iter_rows(named=True)
    )
    count = f"{rows.height:,} row{'s' * (rows.height != 1)}"
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
    return f'<h2>{escape(title)} <span class="quiet">({count})</span></h2><div class="scroll">{table}</div>'


def _flows(codes: list[str]) -> str:
    """Whom a closure shuts out, in words."""
    return "everybody" if len(codes) == len(texts.TRAFFIC) else ", ".join(texts.TRAFFIC[code] for code in codes)


def _cell(name: str, value: Any) -> str:
    if name == "flows":
        value = _flows(value)
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if isinstance(value, dt.date):
        return f'<td class="day">{value.isoformat()[:10]}</td>'
    if isinstance(value, (int, float)):
        return f'<td class="number">{value:,.10g}</td>'
    if isinstance(value, list):
        value = ", ".join(str(one) for one in value)
    return f"<td>{escape(_in_words(str(value))) if value is not None else ''}</td>"


def _in_words(text: str) -> str:
    """A code or a list of codes as words; what has spaces was written by somebody, and stays."""
    return text if " " in text else text.replace("_", " ").replace(";", ", ")


def _source(row: dict[str, Any]) -> str:
    """The source's name, as a link where its address is one of the web."""
    address = row["source_url"] or ""
    name = escape(row.get("source_name") or address or "no report")
    if not address.startswith(("http://", "https://")):
        return f"<td>{name}</td>"
    return f'<td><a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{name}</a></td>'


KINDS: dict[str, Callable[[str, str, bool], str]] = {
    "crossing": of_crossing,
    "week": lambda asked, home, _: of_week(asked, home),
}
