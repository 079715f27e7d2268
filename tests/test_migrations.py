"""Every revision goes up, down and up again on both databases, with rows in every table."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from filling import Rows, common, constraint_names, fill, stored
from sqlalchemy import Engine, inspect, text

import tidings.migrations
from tidings.db.engine import make_engine
from tidings.db.word_index import is_word_index
from tidings.errors import RejectedError
from tidings.migrations.migrate import check, downgrade, is_current, migrate
from tidings.tables import metadata

REVISIONS = [
    script.revision
    for script in ScriptDirectory(str(Path(tidings.migrations.__file__).parent)).walk_revisions()
][::-1]
"""Oldest first."""

MIGRATE = """
import sys
from tidings.db.engine import make_engine
from tidings.migrations.migrate import migrate
migrate(make_engine(sys.argv[1]))
"""


@pytest.fixture
def sqlite_bare(tmp_path: Path) -> Generator[Engine]:
    """Give a SQLite database without a single table."""
    engine = make_engine(f"sqlite:///{tmp_path / 'bare.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgresql_bare(postgresql_engine: Engine) -> Generator[Engine]:
    """Give a PostgreSQL database without a single table."""
    with postgresql_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS bare WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE bare"))
    url = postgresql_engine.url.set(database="bare").render_as_string(hide_password=False)
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest) -> Engine:
    """Give a database without a single table, of both kinds."""
    engine: Engine = request.getfixturevalue(f"{request.param}_bare")
    return engine


def start_migration(engine: Engine, *, failpoints: str = "") -> subprocess.Popen[bytes]:
    """Migrate in a process of its own."""
    url = engine.url.render_as_string(hide_password=False)
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-c", MIGRATE, url],
        env={**os.environ, "TIDINGS_FAILPOINTS": failpoints},
        stderr=subprocess.PIPE,
    )


def test_revisions_lead_to_the_tables_of_the_code(bare: Engine) -> None:
    migrate(bare)

    check(bare)
    names = {name for name in inspect(bare).get_table_names() if not is_word_index(name)}
    assert names == {*metadata.tables, "alembic_version"}


def test_rows_survive_every_revision_up_down_and_up_again(bare: Engine) -> None:
    before: dict[str, Rows] = {}
    for revision in REVISIONS:
        older = stored(bare)
        migrate(bare, revision)
        assert common(stored(bare), older) == older
        fill(bare)
        before[revision] = stored(bare)
        assert all(before[revision].values()), "a table is empty"
    newest = before[REVISIONS[-1]]
    assert set(newest) == set(metadata.tables)
    for revision in reversed(REVISIONS[:-1]):
        downgrade(bare, revision)
        assert common(newest, stored(bare)) == stored(bare)
        assert set(stored(bare)) == set(before[revision])
    migrate(bare)
    assert common(stored(bare), before[REVISIONS[0]]) == before[REVISIONS[0]]
    check(bare)
    downgrade(bare)
    assert inspect(bare).get_table_names() == ["alembic_version"]
    migrate(bare)
    check(bare)


def test_both_databases_forbid_the_same_at_every_revision(
    sqlite_bare: Engine, postgresql_bare: Engine
) -> None:
    for revision in REVISIONS:
        for engine in (sqlite_bare, postgresql_bare):
            migrate(engine, revision)
        found = constraint_names(sqlite_bare)
        assert found == constraint_names(postgresql_bare)
        assert {None} & set().union(*found.values()) == set(), "a constraint has no name"
    for revision in [*REVISIONS[-2::-1], "base"]:
        for engine in (sqlite_bare, postgresql_bare):
            downgrade(engine, revision)
        assert constraint_names(sqlite_bare) == constraint_names(postgresql_bare)


def test_a_connection_after_a_migration_looks_at_references_as_before(sqlite_bare: Engine) -> None:
    migrate(sqlite_bare)
    with sqlite_bare.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_migration_that_loses_what_others_point_at_is_not_kept(sqlite_bare: Engine) -> None:
    migrate(sqlite_bare, REVISIONS[0])
    fill(sqlite_bare)
    driver = sqlite_bare.raw_connection()
    driver.cursor().execute("PRAGMA foreign_keys=OFF")
    driver.cursor().execute("DELETE FROM project")
    driver.invalidate()

    with pytest.raises(LookupError, match="not there"):
        migrate(sqlite_bare)

    assert not is_current(sqlite_bare)


def test_two_processes_that_migrate_at_once_take_turns(bare: Engine) -> None:
    pair = [start_migration(bare) for _ in range(2)]
    said = [process.communicate()[1] for process in pair]

    assert [process.returncode for process in pair] == [0, 0], said
    check(bare)


@pytest.mark.parametrize("start", ["", REVISIONS[0]])
def test_a_process_that_is_killed_midway_leaves_a_database_that_migrates(
    bare: Engine, start: str
) -> None:
    if start:
        migrate(bare, start)
        fill(bare)
    rows = stored(bare)

    killed = start_migration(bare, failpoints="database.migrated:before=kill")
    killed.communicate()

    assert killed.returncode == -signal.SIGKILL
    assert stored(bare) == rows, "nothing was left behind"
    migrate(bare)
    check(bare)
    assert common(stored(bare), rows) == rows


def test_a_database_knows_whether_it_is_at_its_newest_revision(bare: Engine) -> None:
    assert not is_current(bare)

    migrate(bare)
    migrate(bare)

    assert is_current(bare)


def test_a_database_that_cannot_be_opened_is_named_without_its_password() -> None:
    engine = make_engine("postgresql://reader:hidden@127.0.0.1:1/none")

    with pytest.raises(RejectedError, match=r"cannot open the database .*reader:\*\*\*@") as raised:
        migrate(engine)

    assert "hidden" not in str(raised.value)
