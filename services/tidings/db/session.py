"""Sessions: one a flow, or one a page that only reads."""

from sqlalchemy import Engine
from sqlmodel import Session


def open_session(engine: Engine) -> Session:
    """Return a session whose objects stay readable after a commit; use it in a ``with``."""
    return Session(engine, expire_on_commit=False)


def open_reader(engine: Engine) -> Session:
    """Return a session that never writes, and so waits for no writer on SQLite."""
    return Session(engine.execution_options(tidings_read_only=True), expire_on_commit=False)
