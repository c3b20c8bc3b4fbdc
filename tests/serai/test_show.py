"""What is printed is text: nothing in a row speaks to the terminal."""

from __future__ import annotations

from serai import show


def test_what_a_terminal_takes_for_orders_is_shown_as_a_mark() -> None:
    printed = show.table([{"note": "a\x1b[2Jb\x07\x9b31mc"}])
    assert "a\ufffd[2Jb\ufffd\ufffd31mc" in printed
    assert "\x1b" not in printed
