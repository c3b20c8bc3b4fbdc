from __future__ import annotations

from serai.front import Json, app


@app.command()
def status(as_json: Json = False) -> None:
    """What is loaded, how fresh it is, what is overdue, paused or damaged, the last runs, and the quarantine."""
    from serai import condition, show
    from serai.settings import settings
    from warehouse.connect import reading

    with reading(settings().warehouse, settings().verify_minutes) as reader:
        found = condition.status(reader, settings())
    print(show.status_json(found) if as_json else show.status(found, settings()))  # noqa: T201
