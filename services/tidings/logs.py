"""Logging: structlog for us and for the libraries, readable or JSON; never an address in it."""

import logging
import sys

import structlog

from tidings.config import Settings

CHATTY = (
    "httpx",
    "httpcore",
    "alembic",
    "_granian",
    "granian.access",
    "celery.worker.strategy",
    "celery.app.trace",
)
"""Libraries whose everyday messages say nothing that ours do not."""


def configure_logs(settings: Settings) -> None:
    """Send every log line to standard error, in the format that the settings name."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            pad_event_to=0,
            exception_formatter=structlog.dev.plain_traceback,  # no local variables: no addresses
        )
    )
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns of looks that it skips while one runs; the next look rings what they would have.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
