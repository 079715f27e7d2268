"""The database's time: one for all who use it, whatever becomes of their clocks."""

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from tidings.clock import machine_now
from tidings.db import time as db_time
from tidings.db.session import open_reader, open_session
from tidings.db.time import Boot, boot_id, database_now

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOMENT = timedelta(seconds=5)

ASK = """
import sys
from datetime import timedelta
from tidings.clock import machine_now
from tidings.db import time
from tidings.db.engine import make_engine
from tidings.db.session import open_session
time.machine_now = lambda: machine_now() + timedelta(seconds=float(sys.argv[2]))
with open_session(make_engine(sys.argv[1])) as session:
    print(time.database_now(session).isoformat())
    session.commit()
"""
"""A process whose wall clock is wrong by so many seconds asks for the time."""


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Set this process's wall clock wrong by so much."""
    return lambda wrong: monkeypatch.setattr(db_time, "machine_now", lambda: machine_now() + wrong)


def now(engine: Engine, *, reading: bool = False) -> datetime:
    with (open_reader if reading else open_session)(engine) as session:
        found = database_now(session)
        session.commit()
        return found


def is_near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < MOMENT


@pytest.mark.parametrize("step", [HOUR, -HOUR, DAY, -DAY])
def test_a_wall_clock_that_is_set_changes_nothing(
    engine: Engine, set_clock: Callable[[timedelta], None], step: timedelta
) -> None:
    before = now(engine)
    set_clock(step)
    assert timedelta(0) < now(engine) - before < MOMENT
    assert timedelta(0) < now(engine, reading=True) - before < MOMENT


@pytest.mark.parametrize("wrong", [HOUR, -DAY])
def test_two_processes_agree_however_wrong_one_of_their_clocks_is(
    engine: Engine, wrong: timedelta
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    before = now(engine)
    answer = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", ASK, url, str(wrong.total_seconds())],
        check=True,
        capture_output=True,
        text=True,
    )
    assert before < datetime.fromisoformat(answer.stdout.strip()) < now(engine)


def test_the_first_writer_of_a_boot_decides_for_all_that_come(
    sqlite_engine: Engine, set_clock: Callable[[timedelta], None]
) -> None:
    set_clock(-DAY)
    first = now(sqlite_engine)
    set_clock(HOUR)
    sqlite_engine.dispose()  # as if in another process: nothing is remembered
    assert is_near(now(sqlite_engine), first)
    assert is_near(now(sqlite_engine, reading=True), first)


def test_a_reader_before_any_writer_asks_the_wall_clock_and_notes_nothing(
    sqlite_engine: Engine,
) -> None:
    assert is_near(now(sqlite_engine, reading=True), machine_now())
    with open_reader(sqlite_engine) as session:
        assert session.exec(select(Boot)).all() == []


def test_a_writer_that_takes_its_note_back_has_noted_nothing(
    sqlite_engine: Engine, set_clock: Callable[[timedelta], None]
) -> None:
    with open_session(sqlite_engine) as session:
        set_clock(DAY)
        database_now(session)
        session.rollback()
        set_clock(timedelta(0))
        assert is_near(database_now(session), machine_now())


def test_a_new_boot_is_noted_beside_the_old_one(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, set_clock: Callable[[timedelta], None]
) -> None:
    now(sqlite_engine)
    monkeypatch.setattr(db_time, "boot_id", lambda: "after a power cut")
    monkeypatch.setattr(db_time, "since_boot", lambda: timedelta(seconds=3))
    assert is_near(now(sqlite_engine), machine_now())
    set_clock(HOUR)
    assert is_near(now(sqlite_engine), machine_now())
    with open_session(sqlite_engine) as session:
        began = dict(session.exec(select(col(Boot.id), col(Boot.began_at))).all())
    assert set(began) == {boot_id(), "after a power cut"}
    assert is_near(began["after a power cut"], machine_now())


def test_where_a_boot_has_no_name_the_wall_clock_has_to_do(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db_time, "BOOT_ID", Path("/proc/nothing/of/the/kind"))
    assert boot_id(db_time.BOOT_ID.read_text) == ""
    monkeypatch.setattr(db_time, "boot_id", lambda: "")
    assert is_near(now(sqlite_engine), machine_now())
    with open_session(sqlite_engine) as session:
        assert session.exec(select(Boot)).all() == []


def test_time_goes_on_at_its_usual_pace(engine: Engine) -> None:
    with open_session(engine) as session:
        readings = [database_now(session) for _ in range(50)]
    assert readings == sorted(readings)
    assert readings[-1] - readings[0] < MOMENT
    assert all(one.utcoffset() == timedelta(0) for one in readings)
