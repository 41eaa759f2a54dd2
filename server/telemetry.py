"""Logs as JSON lines, written to standard error. Ids, never text or tokens: a traceback shows no local variables."""

import logging
import sys

import structlog


def _without_the_pools_traceback(record: logging.LogRecord) -> bool:
    """Keep the line and drop the traceback where SQLAlchemy's pool throws a dead connection away, which it is there for."""
    if record.name.startswith("sqlalchemy.pool"):
        record.exc_info = record.exc_text = None
    return True


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
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "alembic", "sqlalchemy.engine"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
