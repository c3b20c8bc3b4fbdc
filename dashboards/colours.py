"""Colours and shapes, the same on every page: Okabe and Ito's palette, which colour-blind readers can tell apart.

Nothing is told by colour alone: each status has a shape and a glyph too, and unknown is hollow.
"""

from __future__ import annotations

STATUS = {"closed": "#d55e00", "restricted": "#e69f00", "open": "#009e73", "unknown": "#8a8f98"}
STATUS_SHAPE = {"closed": "square", "restricted": "diamond", "open": "circle", "unknown": "stroke"}
STATUS_GLYPH = {"closed": "✕", "restricted": "◆", "open": "●", "unknown": "○"}

BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, GREY = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#d55e00",
    "#cc79a7",
    "#56b4e9",
    "#8a8f98",
)
# For those that count seldom; from Paul Tol's muted palette.
MORE = ["#999933", "#aa4499", "#44aa99", "#b07a5c", GREY]
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"]
# The shapes as letters, for the keys of charts.
SIGNS = {
    "circle": "●",
    "square": "■",
    "triangle-up": "▲",
    "diamond": "◆",
    "cross": "✚",
    "triangle-down": "▼",
    "triangle-right": "▶",
    "triangle-left": "◀",
}
# A publisher has one colour wherever it stands.
PUBLISHERS = {
    "PICSS": BLUE,
    "PIPS": ORANGE,
    "GTI-IEP": GREEN,
    "ISPR": VERMILLION,
    "CRSS": PURPLE,
    "UNAMA": SKY,
}
PROMISES = {
    "missed": (VERMILLION, "cross"),
    "met": (GREEN, "circle"),
    "operational": (GREEN, "square"),
    "under_construction": (BLUE, "triangle-up"),
    "agreed": (SKY, "diamond"),
    "announced": (ORANGE, "triangle-down"),
    "stalled": (PURPLE, "triangle-left"),
    "suspended": (PURPLE, "triangle-right"),
}

# What became of a day promised; passed without a word is told apart from passed and unmet.
OUTCOMES = {
    "met": (GREEN, "circle"),
    "met late": (GREEN, "square"),
    "to come": (ORANGE, "triangle-down"),
    "passed unmet": (VERMILLION, "cross"),
    "passed, outcome unknown": (GREY, "diamond"),
}


def rgb(colour: str) -> list[int]:
    """Red, green and blue, 0 to 255."""
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def publishers(names: list[str]) -> list[str]:
    """A colour for each publisher: its own, or one of the spare ones in turn."""
    seldom = [name for name in names if name not in PUBLISHERS]
    return [PUBLISHERS.get(name) or MORE[seldom.index(name) % len(MORE)] for name in names]
