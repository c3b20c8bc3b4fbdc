from __future__ import annotations

from serai.front import app


@app.command()
def dashboard() -> None:
    """Open the dashboard on the published warehouse."""
    from dashboards.serve import serve
    from serai import logs
    from serai.settings import settings
    from warehouse.connect import reading

    logs.start(settings())
    with reading(settings().warehouse, settings().verify_minutes):
        pass  # say at once that nothing is published, rather than on a page
    serve(settings())
