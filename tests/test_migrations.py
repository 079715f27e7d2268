"""Every revision goes up, down and up again on both databases, with rows in them."""

from collections.abc import Generator
from pathlib import Path

import pytest
from conftest import NOW
from sqlalchemy import Engine, inspect, text
from sqlmodel import select

from tidings.db.engine import make_engine
from tidings.db.session import open_session
from tidings.errors import RejectedError
from tidings.migrations.migrate import check, downgrade, is_current, migrate
from tidings.projects.models import Purpose, Sweep
from tidings.tables import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Engine]:
    """Give a database without a single table, of both kinds."""
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'bare.db'}")
        yield engine
        engine.dispose()
        return
    server: Engine = request.getfixturevalue("postgresql_engine")
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS bare"))
        connection.execute(text("CREATE DATABASE bare"))
    engine = make_engine(server.url.set(database="bare").render_as_string(hide_password=False))
    yield engine
    engine.dispose()


def test_revisions_lead_to_the_tables_of_the_code(bare: Engine) -> None:
    migrate(bare)

    check(bare)
    assert set(inspect(bare).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_revisions_go_up_down_and_up_with_rows_in_the_tables(bare: Engine) -> None:
    for _ in range(2):
        migrate(bare)
        with open_session(bare) as session:
            session.add(Sweep(purpose=Purpose.WEEKLY, started_at=NOW))
            session.commit()
            assert session.exec(select(Sweep)).one().started_at == NOW
        downgrade(bare)
        assert inspect(bare).get_table_names() == ["alembic_version"]


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
