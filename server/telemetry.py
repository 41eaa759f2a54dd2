"""Logs as JSON lines, written to standard error. Ids, never text or tokens: a traceback shows no local variables."""

import logging
import sys
import time
from collections.abc import Callable, Hashable

import structlog

QUIET_SECONDS = 1.0
KINDS_MAX = 1_000
"""Kinds that are remembered; a line made with its numbers in it is a kind of its own."""


def _without_the_pools_traceback(record: logging.LogRecord) -> bool:
    """Keep the line and drop the traceback where SQLAlchemy's pool throws a dead connection away, which it is there for."""
    if record.name.startswith("sqlalchemy.pool"):
        record.exc_info = record.exc_text = None
    return True


class OneLineEach(logging.Filter):
    """Lets through one line a kind and second; the next one of the kind says how many were left out (`unsaid`).

    A kind is the logger, the level, what is said without what it is about (by which `rule`, where one is named), and the type of
    the error. What strangers do wrong can then fill no disk and hide nothing else.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._kinds: dict[Hashable, tuple[float, int]] = {}
        """When the last line of the kind was let through, and how many were not since then."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be written."""
        now, kind = self._monotonic(), _kind_of(record)
        said_at, unsaid = self._kinds.get(kind, (float("-inf"), 0))
        if now - said_at < QUIET_SECONDS:
            self._kinds[kind] = (said_at, unsaid + 1)
            return False
        if len(self._kinds) >= KINDS_MAX:
            self._kinds.clear()
        self._kinds[kind] = (now, 0)
        if unsaid and isinstance(record.msg, dict):
            record.msg = {**record.msg, "unsaid": unsaid + record.msg.get("unsaid", 0)}
        elif unsaid:
            record.msg, record.args = f"{record.getMessage()} (and {unsaid} more)", ()
        return True


def _kind_of(record: logging.LogRecord) -> Hashable:
    told = record.msg if isinstance(record.msg, dict) else {"event": record.msg}
    error = record.exc_info[0] if record.exc_info else None
    return record.name, record.levelno, str(told.get("event")), told.get("rule"), error


def set_up_logging(*, level: str = "INFO", json: bool = True) -> None:
    """Send structlog and the standard library's loggers to standard error as one JSON object a line (or for people, coloured)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(_without_the_pools_traceback)
    handler.addFilter(OneLineEach())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "alembic", "sqlalchemy.engine"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
