"""The day whose knowledge the whole dashboard shows: a control on every page, ``?as_of=2025-10-20`` in the address.

Empty is now. The control belongs to the app and not to a page, so that Streamlit keeps its day from page to page.
"""

from __future__ import annotations

import datetime as dt

import streamlit as st

from dashboards import texts
from dashboards.queries import analysed, reader
from dashboards.queries.reader import AS_OF

# The daily panel begins here.
FIRST = dt.date(2014, 1, 1)
# What the address was refused for, and on which page it is said.
REFUSED = "as_of_refused"
# As Streamlit's date control reads them: what is refused here must be what it does not take.
WRITTEN = ("%Y-%m-%d", "%Y/%m/%d")
# So much of a wrong address is repeated.
LONGEST = 40


def today() -> dt.date:
    """The day that pages take for today: ages are counted from it, and nothing later is known."""
    return reader.as_of() or texts.today()


def words() -> str:
    """As known on 20 October 2025; nothing where all that is known now is shown."""
    day = reader.as_of()
    return f"As known on {texts.day(day)}" if day else ""


def left_out() -> str:
    """What is not shown as of a day, and how far that can be told."""
    return (
        "What was published or corrected later is left out; a page without a date counts from the last day that it "
        "tells of, and may be of later."
    )


def query() -> str:
    """What an address of another page needs so that it shows the same day."""
    day = reader.as_of()
    return f"&{AS_OF}={day}" if day else ""


def control(page: str, *, of_now: bool) -> None:
    """The date control, and a banner where a day is asked for. A page of_now shows the present whatever the day."""
    asked = [why_not(text) for text in st.query_params.get_all(AS_OF) if text]
    refused = next((why for why in asked if why), None)
    if refused:
        st.session_state[REFUSED] = (page, refused)
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        banner = st.container(width="stretch")
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            st.markdown("As known on", width="content")
            day = st.date_input(
                "As known on (empty: now)",
                value=None,
                min_value=FIRST,
                max_value=texts.today(),
                format="YYYY-MM-DD",
                key=AS_OF,
                bind="query-params",
                label_visibility="collapsed",
                width=170,
            )
    with banner:
        if day:
            st.session_state.pop(REFUSED, None)
            _banner(day, of_now=of_now)
        elif st.session_state.get(REFUSED, ("", ""))[0] == page:
            st.warning(st.session_state[REFUSED][1], icon=":material/event_busy:")


def why_not(asked: str) -> str | None:
    """Why that text in an address is no day to ask for, in words for who followed it; None where it is one."""
    # In a code span nothing is read as a link or picture.
    shown = "`" + " ".join(asked.replace("`", "'").split())[:LONGEST] + "`"
    day = read(asked)
    if day is None:
        why = "which is not a day (write it like `2025-10-20`)"
    elif day > texts.today():
        why = "a day still to come"
    elif day < FIRST:
        why = f"but the daily record begins on {texts.day(FIRST)}"
    else:
        return None
    return f"The address asks for what was known on {shown}, {why}. Shown is what is known now."


def read(asked: str) -> dt.date | None:
    """The day that an address writes; None where it writes none."""
    for form in WRITTEN:
        try:
            return dt.datetime.strptime(asked, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _banner(day: dt.date, *, of_now: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if of_now:
            st.warning(
                "**This page is as of now**: the ledger of runs has no earlier state. The other pages show what was "
                f"known on {texts.day(day)}.",
                icon=":material/history_toggle_off:",
            )
        else:
            st.info(
                f"**{words()}.** {left_out()} Ages are counted to that day.",
                icon=":material/history:",
            )
        st.button("Back to now", icon=":material/update:", on_click=_back)


def analysis_shown() -> bool:
    """Whether there is analysis to show for the day; where not, says so, and which days there are.

    A page that reads ``analysed.table`` asks this before it draws from it.
    """
    day = analysed.lacking()
    if day is None:
        return True
    there = analysed.days()
    st.info(
        f"**The analysis is not worked out for {texts.day(day)}.** To have it: `serai analyse --as-of {day}`. "
        + ("It is worked out for:" if there else "It is worked out for no day yet; now it is."),
        icon=":material/history_toggle_off:",
    )
    with st.container(horizontal=True):
        for one in reversed(there):
            st.button(texts.day(one), on_click=_show, args=(one,), key=f"analysis_of_{one}")
    return False


def _back() -> None:
    _show(None)


def _show(day: dt.date | None) -> None:
    st.session_state[AS_OF] = day
