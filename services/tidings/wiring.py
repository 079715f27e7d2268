"""Builds the real parts from the settings, for the command line, the site and the workers."""

from collections.abc import Generator
from contextlib import contextmanager

from pydantic import ValidationError
from sqlalchemy import Engine

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.errors import RejectedError
from tidings.reporter.client import ReporterClient
from tidings.upkeep.breaker import DatabaseBreaker
from tidings.upkeep.pacing import DatabasePacer

REPORTER = "reporter"
"""What its pace and its breaker are kept under."""


def read_settings() -> Settings:
    """Return the settings from the environment; RejectedError names each one that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"TIDINGS_{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
            for problem in error.errors()
        )
        raise RejectedError(f"the settings cannot be used: {wrong}") from error


def open_engine(settings: Settings) -> Engine:
    """Return the engine of the database in use."""
    return make_engine(settings.database)


@contextmanager
def open_reporter(settings: Settings, engine: Engine) -> Generator[ReporterClient]:
    """Give a client of RePORTER that shares its pace and its breaker with all processes."""
    with ReporterClient(
        settings.reporter_url,
        pacer=DatabasePacer(engine, settings.reporter_interval, name=REPORTER),
        breaker=DatabaseBreaker(engine, REPORTER),
        timeout=settings.reporter_timeout,
        contact=settings.contact,
    ) as client:
        yield client
