"""The command line. Heavy packages are imported by the command that needs them, so that --help is quick.

Each command is a file in serai/commands; what they share, the exit codes too, is in serai.front.
"""

from __future__ import annotations

import importlib
import pkgutil
import re

from serai import commands
from serai.front import DISK, NOT_READY, REFUSED, app, stop

__all__ = ["app", "main"]

for _found in pkgutil.iter_modules(commands.__path__):
    importlib.import_module(f"{commands.__name__}.{_found.name}")


def main() -> None:
    """Run the command line, with errors in words."""
    try:
        app()
    except Exception as error:
        _explain(error)
        raise


def _explain(error: Exception) -> None:
    """Stop in words where the error is one that a user can mend; else return."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from ingest.bring import BackfillError, ReplayError
    from ingest.cron import ScheduleError
    from warehouse import disk
    from warehouse.backup import BackupError
    from warehouse.export_words import ExportError
    from warehouse.publish import IngestRunningError, NoGoodVersionError, NothingPublishedError, NotPublishedError
    from warehouse.schema import NewerSchemaError

    if isinstance(error, NothingPublishedError | IngestRunningError):
        stop(str(error), NOT_READY)
    if isinstance(error, BackfillError | ReplayError | BackupError | ExportError):
        stop(str(error), REFUSED)
    if isinstance(error, ScheduleError):
        stop(str(error), 2)
    if isinstance(error, NoGoodVersionError | NotPublishedError):
        stop(str(error), DISK)
    if isinstance(error, NewerSchemaError):
        stop(str(error), NOT_READY)
    if words := disk.words(error):
        stop(words, DISK)
    if isinstance(error, SettingsError):
        stop(f"a setting is wrong: {_no_json(error)}", 2)
    if isinstance(error, ValidationError):
        wrong = "; ".join(f"SERAI_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
        stop(f"a setting is wrong: {wrong}", 2)


def _no_json(error: Exception) -> str:
    """Which setting could not be read, and what form it wants."""
    from serai.settings import Settings

    found = re.search(r'field "(\w+)"', str(error))
    if not found:
        return str(error)
    name = f"SERAI_{found[1].upper()}"
    if str(Settings.model_fields[found[1]].annotation).startswith("dict"):
        return f"""{name} takes a JSON object: '{{"name": "value"}}'"""
    example = "shipped" if found[1] == "schedule_sources" else "value"
    return f"""{name} takes a JSON list: '["{example}"]'"""
