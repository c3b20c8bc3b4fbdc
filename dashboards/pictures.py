"""A chart as a picture that stands alone: its title, key, source and address are drawn into it. Light, as paper."""

from __future__ import annotations

import re
import textwrap
from html import escape
from typing import Any

from dashboards.charts import Drawing, Sign

SVG = "http://www.w3.org/2000/svg"
WIDTH, MARGIN = 900, 24
# Names of fonts that are on most machines; the signs of the keys need one that has them.
FONT = "DejaVu Sans, Liberation Sans, Arial, sans-serif"
INK, FAINT, LINE = "#0d0f12", "#4a4f57", "#d9d4ca"
TITLE, KEY, SMALL = 17, 12, 11
# Room that a line takes, and how wide a letter is, as shares of its size; by DejaVu, the widest of them.
LEADING, LETTER = 1.45, 0.6
SIZE = re.compile(r'<svg[^>]*?\bwidth="(?P<width>[\d.]+)"[^>]*?\bheight="(?P<height>[\d.]+)"')
# Twice the size of the screen's points, for print.
SCALE = 2


class NoFontError(Exception):
    """This machine has no font to write with; the message says what to install."""


def svg(title: str, drawing: Drawing, below: str) -> str:
    """The picture as SVG: the chart under its title and key, below it the words of source and address."""
    chart = _chart(drawing.chart)
    size = SIZE.search(chart)
    wide, high = (float(size["width"]), float(size["height"])) if size else (WIDTH, 400.0)
    whole = max(WIDTH, wide + 2 * MARGIN)
    head, top = _lines(title, MARGIN + TITLE, TITLE, INK, whole, weight="bold")
    key, top = _key(drawing.key, top + 4, whole)
    foot, bottom = _lines(below, top + high + 12 + SMALL, SMALL, FAINT, whole)
    height = bottom + MARGIN / 2
    return (
        f'<svg xmlns="{SVG}" xmlns:xlink="http://www.w3.org/1999/xlink" width="{whole:.0f}" '
        f'height="{height:.0f}" viewBox="0 0 {whole:.0f} {height:.0f}" font-family="{FONT}">'
        f'<title>{escape(title)}</title><rect width="100%" height="100%" fill="#ffffff"/>'
        f'{head}{key}<g transform="translate({MARGIN},{top:.0f})">{chart}</g>{foot}</svg>'
    )


def png(title: str, drawing: Drawing, below: str) -> bytes:
    """The same picture as PNG. NoFontError where the machine has no font: it would be without any word."""
    import vl_convert

    letter = f'<text y="15" font-family="{FONT}">M</text>'
    empty, written = (f'<svg xmlns="{SVG}" width="20" height="20">{what}</svg>' for what in ("", letter))
    if vl_convert.svg_to_png(empty) == vl_convert.svg_to_png(written):
        raise NoFontError("this machine has no font: install one (fonts-dejavu-core), or take the SVG")
    made: bytes = vl_convert.svg_to_png(svg(title, drawing, below), scale=SCALE)
    return made


def _chart(chart: Any) -> str:
    """The chart alone as SVG, as wide as the picture where it says no width of its own."""
    import vl_convert

    spec = chart.to_dict()
    if not {"hconcat", "vconcat", "concat", "facet"} & set(spec) and spec.get("width") in (None, "container"):
        spec |= {"width": WIDTH - 2 * MARGIN, "autosize": {"type": "fit-x", "contains": "padding"}}
    written = {"font": FONT, "background": "#ffffff", "view": {"stroke": None}}
    axis = {"labelColor": FAINT, "titleColor": INK, "gridColor": "#eceae4", "domainColor": LINE, "tickColor": LINE}
    spec["config"] = {**written, "axis": axis, **spec.get("config", {}), "font": FONT}
    made: str = vl_convert.vegalite_to_svg(spec)
    return made


def _lines(text: str, top: float, size: int, colour: str, width: float, weight: str = "normal") -> tuple[str, float]:
    """The text in lines that fit, and where the next may begin."""
    most = int((width - 2 * MARGIN) / (size * LETTER))
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, most, break_long_words=True)]
    step = size * LEADING
    written = "".join(
        f'<text x="{MARGIN}" y="{top + at * step:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}">'
        f"{escape(line)}</text>"
        for at, line in enumerate(lines)
    )
    return written, top + len(lines) * step - size * 0.4


def _key(signs: list[Sign], top: float, width: float) -> tuple[str, float]:
    """The key in rows that fit, and where the chart may begin."""
    if not signs:
        return "", top
    written, x, y = [], float(MARGIN), top + KEY
    for sign, colour, words in signs:
        room = (len(words) + 4) * KEY * LETTER
        if x > MARGIN and x + room > width - MARGIN:
            x, y = float(MARGIN), y + KEY * LEADING
        coloured = f'<tspan fill="{colour}">{escape(sign)}</tspan> {escape(words)}'
        written.append(f'<text x="{x:.0f}" y="{y:.1f}" font-size="{KEY}" fill="{INK}">{coloured}</text>')
        x += room
    return "".join(written), y + KEY
