from __future__ import annotations

from serai.front import Json, app


@app.command()
def status(as_json: Json = False) -> None:
    """What is loaded, how fresh it is, the last runs, and what is in quarantine."""
    from serai import show
    from serai.settings import settings
    from warehouse.connect import reading

    with reading(settings().warehouse, settings().verify_minutes) as reader:
        print(show.status_json(reader) if as_json else show.status(reader, settings()))  # noqa: T201
