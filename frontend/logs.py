"""Logs for operators: lines of text, or JSON; ids, never names; the request's id on each."""

import logging
from typing import Any

import structlog

from events.core.journal import request_id
from events.core.settings import settings


def _with_request(_logger: Any, _name: str, line: dict[str, Any]) -> dict[str, Any]:
    if request_id.get() and "id" not in line:
        line["id"] = request_id.get()
    return line


def set_up_logs() -> None:
    """Send everything, the standard library's logs included, through one formatter to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_request,
    ]
    readable = structlog.dev.ConsoleRenderer(colors=False)
    last: Any = structlog.processors.JSONRenderer() if settings().log_json else readable
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                last,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings().log_level.upper())
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    logging.getLogger("engineio").setLevel(logging.WARNING)
    logging.getLogger("socketio").setLevel(logging.WARNING)
