"""Engines for SQLite and PostgreSQL: the only place where the two differ at run time."""

from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from tidings.errors import RejectedError

BUSY_TIMEOUT_MS = (
    15_000  # waiting for a writer is unfair, so the longest wait is far above the mean
)

IDLE_MS = 60_000  # whoever is stopped in the middle of a transaction holds its locks no longer
KEEPALIVES = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A server that is gone without a word is noticed within a minute, not after two hours."""

READ_ONLY = "tidings_read_only"
"""The option of an engine whose sessions never write."""


def make_engine(url: str) -> Engine:
    """Return an engine for ``url``, with the settings that the guarantees need.

    Raises RejectedError for an address that is neither SQLite nor PostgreSQL, or a folder that
    cannot be written to.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise RejectedError(f"TIDINGS_DATABASE_URL cannot be read: {error}") from error
    if address.get_backend_name() == "sqlite":
        return _sqlite(url, address.database)
    if address.get_backend_name() == "postgresql":
        return _postgresql(address)
    raise RejectedError(f"Tidings needs SQLite or PostgreSQL, not {address.get_backend_name()}")


def _postgresql(address: URL) -> Engine:
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,  # a server that was started again costs no flow its connection
        connect_args=KEEPALIVES,
    )
    event.listen(engine, "connect", _on_postgresql_connect)
    return engine


def _on_postgresql_connect(connection: Any, _record: Any) -> None:
    connection.autocommit = True  # outside of any transaction, so that no rollback undoes it
    connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_MS}")
    connection.autocommit = False


def _sqlite(url: str, file: str | None) -> Engine:
    if file and file != ":memory:":
        try:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RejectedError(
                f"cannot make the data folder {Path(file).parent}: {error.strerror}; "
                "set TIDINGS_DATA_DIR to a folder you may write to"
            ) from error
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: SqliteConnection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see below
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a delivery that was recorded must survive a power cut
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_sqlite_begin(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once when another writer
    # came in between, whatever the timeout. Taking the write lock first waits instead. Sessions
    # that only read (db.session.open_reader) leave the lock to the writers.
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
