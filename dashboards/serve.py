"""Serving the dashboard: the Streamlit app, validation reports, pages to print, and what machines ask (watch)."""

from __future__ import annotations

import functools
import signal
import socket
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
import uvicorn
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web import bootstrap

from dashboards import guard
from dashboards.watch import Watch
from serai import logs

if TYPE_CHECKING:
    from serai.settings import Settings

HERE = Path(__file__).resolve().parent
LOOK = HERE.parent / ".streamlit" / "config.toml"
WRONG_USE, NOT_READY = 2, 3
# Seconds that open browser tabs get to let go when the dashboard is stopped.
GRACE = 2
# The folder of the page's address is the server's, also behind a proxy that puts a prefix before it.
WHERE = (
    'const home = new URL(".", location.href).href;'
    "window.__streamlit = { BACKEND_BASE_URL: home, MAIN_PAGE_BASE_URL: home };"
)


def prepare(settings: Settings) -> socket.socket:
    """The socket to serve on. Exits in words: code 3 where the address cannot be had, 2 where nobody would guard it.

    It is bound here and not by ``st.App.run``, which ends with a code of its own where the port is in use, prints a
    banner of many lines, and finds the theme only in the folder it was started from.
    """
    listening = _listen(settings.host, settings.port)
    bootstrap.load_config_options(_options(settings))
    logs.adopt_streamlit()
    _guarded(settings, [])
    return listening


def serve(settings: Settings, listening: socket.socket | None = None) -> None:
    """Run the dashboard until Ctrl+C or SIGTERM, on a socket that was prepared before, if any."""
    listening = listening or prepare(settings)
    watch = Watch(settings)
    config = uvicorn.Config(
        app(settings, watch),
        ws="websockets-sansio",
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE,
    )
    print(f"dashboard   http://{_shown(settings.host)}:{settings.port}", flush=True)  # noqa: T201
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass  # the way to stop it
    finally:
        listening.close()
        watch.close()


def app(settings: Settings, watch: Watch) -> st.App:
    """The web application: pages at /, reports of Great Expectations at /reports, what machines ask beside them."""
    # A folder named pages/ beside the entry makes Streamlit list its files by itself until the first call of
    # st.navigation, and run them without the entry where a deep link comes first. st.navigation sets this too.
    PagesManager.uses_pages_directory = False

    def printed(request: Request) -> Response:
        # Read by then: before the server is there, Streamlit complains of what is to be cached in it.
        from dashboards import printed

        return printed.answer(request, settings)

    reports = StaticFiles(directory=settings.reports, html=True, check_dir=False)
    names = [page.stem for page in (HERE / "pages").glob("[!_]*.py")]
    pages = [Route(f"/{name}", _shell) for name in ("", *names)]
    routes = [*watch.routes, Route("/print/{kind}/{what}", printed), Mount("/reports", app=reports), *pages]
    return st.App(HERE / "app.py", routes=routes, **_guarded(settings, names))


def _guarded(settings: Settings, pages: list[str]) -> dict[str, Any]:
    """Sign-in and headers. Exits with code 2, in words, where nobody would guard what others reach."""
    try:
        return guard.means(settings, pages)
    except guard.RefusedToStartError as error:
        print(f"serai: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(WRONG_USE) from None


@functools.cache
def _first() -> str:
    """The page at the root. Read by then, as ``printed`` is."""
    from dashboards.app import page_files

    return page_files()[0].stem


def _shell(request: Request) -> Response:
    """Streamlit's HTML, told where its server is; the first page stands at the root, and its name leads there.

    Left to guess, a page opened by its own address first asks below that address, which fails with errors in the
    browser's console.
    """
    if request.url.path.rpartition("/")[2] == _first():
        return RedirectResponse("." + (f"?{request.url.query}" if request.url.query else ""))
    html = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    html = html.replace("<head>", f"<head><script>{WHERE}</script>", 1)
    html = html.replace("<title>Streamlit</title>", "<title>Serai</title>", 1)
    return HTMLResponse(html, headers={"Cache-Control": "no-cache"})


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        print(  # noqa: T201
            f"serai: cannot listen on {_shown(host)}:{port} ({error.strerror}): is another dashboard open? "
            "Stop it, or choose another port with SERAI_PORT",
            file=sys.stderr,
        )
        raise SystemExit(NOT_READY) from None


def _options(settings: Settings) -> dict[str, Any]:
    """Streamlit's options by dotted name: our look, and where we listen."""
    return {
        **_flat(tomllib.loads(LOOK.read_text(encoding="utf-8"))),
        "server.address": settings.host,
        "server.port": settings.port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
    }


def _flat(tree: dict[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{above}{name}.")
        else:
            flat[above + name] = value
    return flat


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
