"""What was known on a day: every fact and every model has a macro ``<name>_as_of(day)`` and a view ``as_of.<name>``.

A macro asks the model's own query, with the facts known on that day in the place of all facts and the day in place of
today, so nothing is written twice. The view asks for the day that the session has set:
``SET VARIABLE as_of = DATE '2025-10-20'``. Macros that people ask (macros/*.sql) have the same two:
``closed_days_as_of(…, day)`` and ``as_of.closed_days(…)``.
"""

from __future__ import annotations

from warehouse import contracts
from warehouse.contracts import Contract
from warehouse.sql import Macro, Model, described, quoted, with_today

DAY = "as_of_day::DATE"
HIDDEN = ("superseded_at", "superseded_why")
OF_SESSION = "As known on the day in the variable as_of."
SESSION_DAY = """coalesce(
    getvariable('as_of')::DATE, error('no day is set: SET VARIABLE as_of = DATE ''2025-10-20''; then the question')
)"""


def of_dataset(contract: Contract, columns: dict[str, str]) -> str:
    """The script for the rows of a dataset."""
    return _script(contract.name, known_rows(contract), contract.description, columns)


def of_model(model: Model, models: dict[str, Model]) -> str:
    """The script for a model, with the models that it may read."""
    parts = [f"{name} AS MATERIALIZED ({_query(name, models)})" for name in needed(model, models)]
    # The model's own query stands in brackets: names of its own may be those of other tables.
    known = f"WITH {', '.join(parts)} " if parts else ""
    query = f"{known}SELECT * FROM ({with_today(model.query, DAY)})"
    return _script(model.name, query, model.description, model.columns)


def of_macro(macro: Macro) -> str:
    """The script for a macro that makes a table: the day is one more parameter, or that of the session."""
    given = ", ".join(macro.parameters)
    # What it reads is asked by macros of its own: a parameter here would be taken for every column of its name there.
    known = ", ".join(f"{name} AS (FROM {name}_as_of(as_of_day))" for name in sorted(macro.reads))
    query = f"WITH {known} SELECT * FROM ({with_today(macro.query, DAY)})"
    asked = f"FROM {macro.name}_as_of({given}, {SESSION_DAY})"
    return "\n".join(
        [
            _macro(f"{macro.name}_as_of", f"{given}, as_of_day", query, f"As known on as_of_day. {macro.comment}"),
            _macro(f"as_of.{macro.name}", given, asked, f"{OF_SESSION} {macro.comment}"),
        ]
    )


def known_rows(contract: Contract) -> str:
    """The query for the rows known on ``as_of_day`` by both clocks.

    By the world's: the page was out. By Serai's: of a row that was corrected or withdrawn, the version of that day;
    for the time before Serai had the row, its first version.
    """
    published = "true" if contract.register else f"known_from <= {DAY}"
    return f"""
        SELECT * EXCLUDE ({", ".join(HIDDEN)}) FROM facts.{contract.name}
        WHERE {published} AND (superseded_at IS NULL OR superseded_at >= {DAY} + INTERVAL 1 DAY)
        QUALIFY loaded_at < {DAY} + INTERVAL 1 DAY OR loaded_at = min(loaded_at) OVER (PARTITION BY row_key)"""


def needed(model: Model, models: dict[str, Model]) -> list[str]:
    """All that the model reads, directly or not, each once and after what it reads itself."""
    found: list[str] = []
    for name in sorted(model.reads):
        below = needed(models[name], models) if name in models else []
        found += [one for one in (*below, name) if one not in found]
    return found


def _query(name: str, models: dict[str, Model]) -> str:
    if name in models:
        return with_today(models[name].query, DAY)
    return known_rows(contracts.load(name))


def _script(name: str, query: str, description: str, columns: dict[str, str]) -> str:
    view = f"as_of.{name}"
    return "\n".join(
        [
            _macro(f"{name}_as_of", "as_of_day", query, f"As known on as_of_day. {description}"),
            f"CREATE OR REPLACE VIEW {view} AS FROM {name}_as_of({SESSION_DAY});",
            described("VIEW", view, f"{OF_SESSION} {description}", columns),
        ]
    )


def _macro(name: str, parameters: str, query: str, comment: str) -> str:
    return (
        f"CREATE OR REPLACE MACRO {name}({parameters}) AS TABLE {query};\n"
        f"COMMENT ON MACRO TABLE {name} IS {quoted(comment)};"
    )
