"""What was known on a day: every fact and every model has a macro ``<name>_as_of(day)`` and a view ``as_of.<name>``.

A macro asks the model's own query, with the facts known on that day in the place of all facts and the day in place of
today, so nothing is written twice. The view asks for the day that the session has set:
``SET VARIABLE as_of = DATE '2025-10-20'``.
"""

from __future__ import annotations

from warehouse import contracts
from warehouse.contracts import Contract
from warehouse.sql import Model, described, with_today

HIDDEN = ("superseded_at", "superseded_why")


def of_dataset(contract: Contract, columns: dict[str, str]) -> str:
    """The script for the rows of a dataset."""
    return _script(contract.name, known_rows(contract), contract.description, columns)


def of_model(model: Model, models: dict[str, Model]) -> str:
    """The script for a model, with the models that it may read."""
    parts = [f"{name} AS MATERIALIZED ({_query(name, models)})" for name in needed(model, models)]
    # The model's own query stands in brackets: names of its own may be those of other tables.
    known = f"WITH {', '.join(parts)} " if parts else ""
    query = f"{known}SELECT * FROM ({with_today(model.query, 'as_of_day')})"
    return _script(model.name, query, model.description, model.columns)


def known_rows(contract: Contract) -> str:
    """The query for the rows known on ``as_of_day`` by both clocks.

    By the world's: the page was out. By Serai's: of a row that was corrected or withdrawn, the version of that day;
    for the time before Serai had the row, its first version.
    """
    published = "true" if contract.register else "known_from <= as_of_day"
    return f"""
        SELECT * EXCLUDE ({", ".join(HIDDEN)}) FROM facts.{contract.name}
        WHERE {published} AND (superseded_at IS NULL OR superseded_at >= as_of_day + INTERVAL 1 DAY)
        QUALIFY loaded_at < as_of_day + INTERVAL 1 DAY OR loaded_at = min(loaded_at) OVER (PARTITION BY row_key)"""


def needed(model: Model, models: dict[str, Model]) -> list[str]:
    """All that the model reads, directly or not, each once and after what it reads itself."""
    found: list[str] = []
    for name in sorted(model.reads):
        below = needed(models[name], models) if name in models else []
        found += [one for one in (*below, name) if one not in found]
    return found


def _query(name: str, models: dict[str, Model]) -> str:
    if name in models:
        return with_today(models[name].query, "as_of_day")
    return known_rows(contracts.load(name))


def _script(name: str, query: str, description: str, columns: dict[str, str]) -> str:
    view = f"as_of.{name}"
    return "\n".join(
        [
            f"CREATE OR REPLACE MACRO {name}_as_of(as_of_day) AS TABLE {query};",
            f"CREATE OR REPLACE VIEW {view} AS FROM {name}_as_of(getvariable('as_of')::DATE);",
            described("VIEW", view, f"As known on the day in the variable as_of. {description}", columns),
        ]
    )
