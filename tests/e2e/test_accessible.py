"""Every page in a real Chromium by axe's rules for WCAG 2.2 AA: light and dark, wide and narrow; and by keyboard."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.browser import TOO_WIDE
from tests.e2e.conftest import Opened

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-rules")]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
# Colours do not depend on the width, nor the layout on colours: two looks stand for four.
LOOKS: tuple[tuple[Literal["light", "dark"], int, int], ...] = (("light", 1280, 900), ("dark", 390, 844))
# What Streamlit and Vega make and we cannot mend: the rule, what its HTML has in it, and why.
NOT_OURS = [
    ("scrollable-region-focusable", '<pre class="st-emotion-cache', "st.code of a height scrolls but takes no focus"),
    ("svg-img-alt", 'mark container"></g>', "a layer in which no row is drawn, empty; the chart itself has its text"),
    ("svg-img-alt", "_brush", "Vega's brush has no name of its own; the chart has its text"),
]
# What shows that something has the focus: the outline, shadow and border of a control, of what lies about it, and of
# its label, where the control itself is invisible. Half-way through a transition none of them would have changed.
SEEN = """one => {
    const about = [...(one.closest('label')?.querySelectorAll('*') ?? [])];
    for (let at = one; at && at.dataset.testid !== 'stMain'; at = at.parentElement) about.push(at);
    const looks = about.map(each => getComputedStyle(each));
    return looks.map(look => [look.outline, look.boxShadow, look.borderWidth, look.borderStyle, look.borderColor])
        .join('|');
}"""
STILL = "*, ::before, ::after { transition: none !important; animation: none !important }"
# The controls of a page that Tab must reach, numbered; the tools of a picture or text show under the mouse alone.
CONTROLS = f"""() => {{
    const all = [...document.querySelectorAll(
        'main :is(input, button, summary, textarea, [role=combobox], [role=tab]), [data-testid=stMain] a[href]')];
    const shown = all.filter(one => one.checkVisibility() && !one.disabled && one.tabIndex >= 0
        && !one.closest('[kind=elementToolbar], [data-testid=stElementToolbar]')
        && !one.closest('[data-testid=stDataFrame], [role=radiogroup], .vega-embed'));
    document.activeElement?.blur();
    window.seen = {SEEN};
    window.unfocused = shown.map(window.seen);
    shown.forEach((one, at) => one.dataset.control = at);
    return shown.map(one => one.outerHTML.slice(0, 120));
}}"""
# The number of the control that has the focus, and whether that shows.
FOCUSED = """() => {
    const one = document.activeElement, at = one?.dataset?.control;
    return at === undefined ? null : [Number(at), window.seen(one) !== window.unfocused[at]];
}"""


def found(page: Page) -> list[str]:
    """What axe finds on the page and is not known to be theirs: a line for each rule and element."""
    violations = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in violations
        for node in one["nodes"]
        if not any(one["id"] == rule and sign in node["html"] for rule, sign, _ in NOT_OURS)
    ]


def test_a_page_keeps_the_rules_for_all_readers(opened: Opened) -> None:
    page = opened.page
    for scheme, width, height in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"{TOO_WIDE} <= 0")
        page.wait_for_timeout(300)
        assert (scheme, width, found(page)) == (scheme, width, [])
    assert opened.watch.wrong == []


def test_the_keyboard_reaches_every_control_and_shows_where_it_is(opened: Opened) -> None:
    page = opened.page
    page.set_viewport_size({"width": 1280, "height": 900})
    page.add_style_tag(content=STILL)
    page.wait_for_timeout(300)
    controls = page.evaluate(CONTROLS)
    assert controls
    reached: dict[int, bool] = {}
    # Some have several stops of their own: a date has three, a table one more.
    for _ in range(5 * len(controls) + 60):
        page.keyboard.press("Tab")
        if (found_at := page.evaluate(FOCUSED)) is not None:
            at, shows = found_at
            reached[at] = reached.get(at, False) or shows
        if len(reached) == len(controls):
            break
    assert [control for at, control in enumerate(controls) if at not in reached] == []
    assert [controls[at] for at, shows in sorted(reached.items()) if not shows] == []
