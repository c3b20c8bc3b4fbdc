"""What is printed is text: nothing in a row speaks to the terminal, and progress does not fill a log."""

from __future__ import annotations

from serai import show


def test_where_no_terminal_looks_progress_is_a_line_a_step_and_not_one_a_file() -> None:
    said = list[str]()
    tell = show._lines(said.append)
    for done in range(3):
        tell("backing up", done, 3)
    tell("counting rows", 3, 3)
    assert said == ["[0/3] backing up", "[3/3] counting rows"]
    often = show._lines(said.append, seconds=0)
    for done in range(2):
        often("verifying", done, 2)
    assert said[2:] == ["[0/2] verifying", "[1/2] verifying"]


def test_what_a_terminal_takes_for_orders_is_shown_as_a_mark() -> None:
    printed = show.table([{"note": "a\x1b[2Jb\x07\x9b31mc"}])
    assert "a\ufffd[2Jb\ufffd\ufffd31mc" in printed
    assert "\x1b" not in printed
