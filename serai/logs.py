"""Where logs go: to standard error as text or JSON lines, and those of each run to data/logs/<run_id>.jsonl.

Other libraries' lines go the same way. Nothing secret does: every value is looked through before it is written.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.stdlib import ProcessorFormatter

from ingest import credentials

if TYPE_CHECKING:
    from serai.settings import Settings

# Those who tell much that is nobody's concern here: every request, every expectation.
LOUD = {"httpx": logging.WARNING, "httpcore": logging.WARNING, "great_expectations": logging.ERROR}
RUN_ID = re.compile(r"[0-9A-Za-z-]+")
# Every publish leaves a line here too, with how long it took.
PUBLISHES = "publishes.jsonl"
DAY = 86_400
# So much of that file is read for the newest line, bytes.
END = 20_000
OURS = "serai"


def start(settings: Settings) -> None:
    """Let this process log as the settings say; what an earlier call said is forgotten."""
    terminal = logging.StreamHandler(sys.stderr)
    terminal.setLevel(settings.log_level.upper())
    terminal.setFormatter(_formatter(_json if settings.log_format == "json" else _text()))
    runs = RunFiles(settings.logs)
    runs.setFormatter(_formatter(_json))
    root = logging.getLogger()
    for handler in [one for one in root.handlers if one.name == OURS]:
        root.removeHandler(handler)
    for ours in (terminal, runs):
        ours.name = OURS
        ours.addFilter(_not_too_loud)
        root.addHandler(ours)
    logging.getLogger("serai").setLevel(min(logging.INFO, terminal.level))
    if "streamlit" in sys.modules:
        adopt_streamlit()


def _not_too_loud(record: logging.LogRecord) -> bool:
    """Whether a line is worth it; the loggers' own levels do not help, for some of theirs set levels of their own."""
    return record.levelno >= LOUD.get(record.name.partition(".")[0], 0)


def adopt_streamlit() -> None:
    """Let Streamlit's loggers, and uvicorn's that it takes, log as all others do: each has a handler of its own."""
    from streamlit import logger as of_streamlit

    def adopted(logger: logging.Logger) -> None:
        own = getattr(logger, "streamlit_console_handler", None)
        if own:
            logger.removeHandler(own)
        logger.propagate = True

    of_streamlit.setup_formatter = adopted
    of_streamlit.update_formatter()


def sweep(settings: Settings) -> None:
    """Remove the logs of runs, and the lines of publishes, that are older than is kept."""
    oldest = time.time() - settings.log_days * DAY
    for path in settings.logs.glob("*.jsonl"):
        if path.name != PUBLISHES and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
    first_day = time.strftime("%Y-%m-%d", time.gmtime(oldest))
    lines = publishes(settings.logs)
    kept = [line for line in lines if str(line.get("timestamp", "")) >= first_day]
    if len(kept) < len(lines):
        fresh = settings.logs / f".{PUBLISHES}-{os.getpid()}"
        fresh.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept), encoding="utf-8")
        fresh.replace(settings.logs / PUBLISHES)


def lines(folder: Path, run_id: str) -> list[dict[str, Any]]:
    """The lines of a run's log, the oldest first; none where it is not kept any more."""
    if not RUN_ID.fullmatch(run_id):
        return []
    return list(_lines(folder / f"{run_id}.jsonl"))


def publishes(folder: Path) -> list[dict[str, Any]]:
    """Every publish that is on record, the oldest first: timestamp, version, seconds, runs."""
    return list(_lines(folder / PUBLISHES))


def last_publish(folder: Path) -> dict[str, Any]:
    """The newest publish on record; empty where there is none. Reads the end of the file alone."""
    found = list(_lines(folder / PUBLISHES, END))
    return found[-1] if found else {}


def _lines(path: Path, end: int | None = None) -> Iterator[dict[str, Any]]:
    """The lines of a file, or of so many bytes at its end; one that a dying process left half is passed over."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - end) if end else 0)
            content = file.read()
    except OSError:
        return
    for line in content.decode("utf-8", "replace").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


class RunFiles(logging.Handler):
    """Adds each line that belongs to a run (run_id, or several in run_ids) to that run's file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.INFO)
        self._folder = folder

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line. A full disk costs the log and not the run."""
        said = {**get_contextvars(), **(record.msg if isinstance(record.msg, dict) else {})}
        files = [f"{one}.jsonl" for one in (said.get("run_id"), *said.get("run_ids", ())) if one]
        if said.get("event") == "published":
            files.append(PUBLISHES)
        if not files:
            return
        try:
            line = self.format(record) + "\n"
            self._folder.mkdir(parents=True, exist_ok=True)
            for name in files:
                with (self._folder / name).open("a", encoding="utf-8") as file:
                    file.write(line)
        except OSError:
            self.handleError(record)


def hide(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor: the event without secrets, wherever they stand in it."""
    hidden: dict[str, Any] = _hidden(dict(event))
    return hidden


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {credentials.hidden(str(name)): _hidden(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(one) for one in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return credentials.hidden(str(value))


def _formatter(render: Callable[..., Any]) -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=[
            merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
        ],
        processors=[ProcessorFormatter.remove_processors_meta, hide, render],
    )


_json = structlog.processors.JSONRenderer(ensure_ascii=False)


def _text() -> Callable[..., str]:
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
