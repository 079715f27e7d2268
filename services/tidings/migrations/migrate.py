"""Bring a database to its newest revision, or say whether it is there."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from tidings.db.session import for_reading
from tidings.errors import RejectedError
from tidings.failpoints import around

LOCK_NUMBER = 7_151_923
"""Names our advisory lock on PostgreSQL, so that two processes that start at once take turns."""


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to ``revision``; does nothing when it is there.

    One transaction under a lock: two that start at once do it once, and one that dies half-way
    leaves nothing behind. Raises RejectedError when the database cannot be opened.
    """
    with _locked(engine) as connection:
        command.upgrade(_config(connection), revision)
        _check_references(connection)
        with around("database.migrated"):
            connection.commit()


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the database back to ``revision``."""
    with _locked(engine) as connection:
        command.downgrade(_config(connection), revision)
        _check_references(connection)
        with around("database.taken_back"):
            connection.commit()


def write_revision(engine: Engine, message: str) -> None:
    """Write the revision that leads from the database's tables to those of the code."""
    with _locked(engine) as connection:
        command.revision(_config(connection), message, autogenerate=True)


def check(engine: Engine) -> None:
    """Raise alembic's CommandError, which lists them, when tables and revisions differ."""
    with _locked(engine) as connection:
        command.check(_config(connection))


def is_current(engine: Engine) -> bool:
    """Say whether the database is at its newest revision."""
    with for_reading(engine).connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        return found == ScriptDirectory.from_config(_config(connection)).get_current_head()


@contextmanager
def _locked(engine: Engine) -> Generator[Connection]:
    """Give a connection in a transaction that no other migration shares."""
    with _connected(engine) as connection:
        try:
            yield connection
        finally:
            connection.rollback()
            if engine.dialect.name == "sqlite":
                connection.invalidate()  # the next one gets its pragmas anew


def _connected(engine: Engine) -> Connection:
    try:
        connection = engine.connect()
        if engine.dialect.name == "sqlite":
            # A table that is made anew is dropped first: references to it must not be looked at
            # until it is there again, and inside of a transaction this setting does nothing.
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF").close()
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK_NUMBER})"))
        else:
            connection.execute(text("SELECT 1"))  # begins, and BEGIN IMMEDIATE is the lock
    except OperationalError as error:
        raise RejectedError(
            f"cannot open the database {engine.url.render_as_string()}: {error.orig}"
        ) from error
    return connection


def _check_references(connection: Connection) -> None:
    """Raise LookupError when a row points at one that is not there; PostgreSQL looks by itself."""
    if connection.dialect.name == "sqlite":
        lost = connection.execute(text("PRAGMA foreign_key_check")).all()
        if lost:
            raise LookupError(f"rows point at rows that are not there: {lost[:5]}")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
