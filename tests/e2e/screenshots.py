"""Pictures of every page, light, dark and narrow, by ``python -m tests.e2e.screenshots``, in build/screenshots.

Shows the published warehouse of the settings (SERAI_DATA); names of pages after it take only those. Overview and
Crossings are taken as of a day too.
"""

from __future__ import annotations

import sys
from typing import Literal

from playwright.sync_api import Browser

from dashboards.app import page_files
from serai.settings import settings
from tests.e2e.browser import HOUSE, browser, chromium, dashboard, open_page, path_of

OUT = HOUSE / "build" / "screenshots"
WIDE, NARROW = (1400, 900), (390, 844)
DAY = "2025-10-20"


def main() -> None:
    """Take them all."""
    if chromium() is None:
        sys.exit("no Chromium: as root, apt-get install chromium")
    OUT.mkdir(parents=True, exist_ok=True)
    names = sys.argv[1:] or [path.stem for path in page_files()]
    with dashboard(settings().data) as address, browser() as opened:
        for name in names:
            for scheme in ("light", "dark"):
                take(opened, f"{address}{path_of(name)}", scheme, WIDE, f"{name}-{scheme}")
            take(opened, f"{address}{path_of(name)}", "light", NARROW, f"{name}-narrow")
        for name in {"overview", "crossings"} & set(names):
            page = f"{address}{path_of(name)}"
            take(opened, f"{page}?as_of={DAY}", "light", WIDE, f"{name}-as-of")
            take(opened, f"{page}?as_of={DAY}", "dark", NARROW, f"{name}-as-of-narrow")


def take(
    opened: Browser, address: str, scheme: Literal["light", "dark"] | str, size: tuple[int, int], name: str
) -> None:
    """One page: what the window shows (<name>.png), and the whole of it (<name>-whole.png)."""
    page = opened.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if scheme == "dark" else "light"
    )
    open_page(page, address)
    page.wait_for_timeout(2500)
    page.screenshot(path=OUT / f"{name}.png")
    # Streamlit scrolls inside the window, so a window as tall as the page shows all of it.
    height = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
    page.set_viewport_size({"width": size[0], "height": int(height) + 20})
    page.wait_for_timeout(2500)
    page.screenshot(path=OUT / f"{name}-whole.png")
    page.close()
    print(OUT / f"{name}.png")  # noqa: T201


if __name__ == "__main__":
    main()
