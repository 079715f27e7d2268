"""Sessions: one a flow, or one a page that only reads."""

from sqlalchemy import Engine
from sqlmodel import Session

from tidings.db.engine import READ_ONLY
from tidings.failpoints import around


def open_session(engine: Engine) -> Session:
    """Return a session whose objects stay readable after a commit; use it in a ``with``."""
    return Session(engine, expire_on_commit=False)


def open_reader(engine: Engine) -> Session:
    """Return a session that never writes, and so waits for no writer on SQLite."""
    return Session(for_reading(engine), expire_on_commit=False)


def for_reading(engine: Engine) -> Engine:
    """Return the engine of sessions that never write; whoever opens many keeps it."""
    if engine.get_execution_options().get(READ_ONLY, False):
        return engine
    return engine.execution_options(**{READ_ONLY: True})


def commit(session: Session, name: str) -> None:
    """Commit; ``name`` says what is true afterwards, and names the failpoints on either side."""
    with around(name):
        session.commit()
