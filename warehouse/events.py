"""What Serai does, as events: a name and its circumstances.

They go where the program sends its logs (serai.logs); a program that says nothing of logs hears of warnings alone.
What is bound (``with bound(run_id=…)``) belongs to every event of the block, other libraries' log lines too.
"""

from __future__ import annotations

import logging
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars as bound
from structlog.contextvars import merge_contextvars

__all__ = ["bound", "log"]

log: Any = structlog.wrap_logger(
    logging.getLogger("serai"),
    processors=[
        structlog.stdlib.filter_by_level,
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
)
