"""Two schedulers over one database: one rings, no slot twice, and no clock stops them."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from conftest import NOW
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, func, select
from tests.chaos.scheduler_process import BELLS, TIMETABLE, TTL, WRONG

from tidings.clock import Clock, machine_now
from tidings.db.session import open_session
from tidings.jobs import Job, JobArgument, Queue
from tidings.upkeep import queries as upkeep
from tidings.upkeep.models import Lease, Tick
from tidings.upkeep.queries import lease_by_name
from tidings.upkeep.timetable import Entry
from tidings_workers import scheduler, wiring
from tidings_workers.scheduler import LEASE

pytestmark = pytest.mark.timeout(120)

TOP = Path(__file__).parents[2]
PATIENCE = 30.0
DAY, HOUR = 86_400, 3_600
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def start(engine: Engine, tmp_path: Path) -> Generator[Start]:
    """Start a scheduler; all are ended after the test."""
    running: list[subprocess.Popen[bytes]] = []
    own = {
        "TIDINGS_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "TIDINGS_DATA_DIR": str(tmp_path / "data"),
    }

    def begin() -> subprocess.Popen[bytes]:
        with (tmp_path / "log").open("ab") as log:
            running.append(
                subprocess.Popen(  # noqa: S603 - ourselves
                    [sys.executable, "-m", "tests.chaos.scheduler_process", str(tmp_path)],
                    cwd=TOP,
                    env={**os.environ, **own},
                    stdout=log,
                    stderr=log,
                )
            )
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.wait()


def bells(folder: Path) -> list[tuple[int, str]]:
    """Return who rang what."""
    path = folder / BELLS
    lines = path.read_text().splitlines() if path.exists() else []
    return [(int(pid), job) for pid, job in (line.split() for line in lines)]


def wait(holds: Callable[[], bool], seconds: float = PATIENCE) -> float:
    """Wait until something holds, and return how long that took."""
    began = monotonic()
    while not holds():
        assert monotonic() < began + seconds, "it did not come"
        sleep(0.05)
    return monotonic() - began


def wait_for_rings(folder: Path, *, by: int | None = None, count: int = 2) -> float:
    """Wait until every entry was rung so many times more, by one process or by any."""
    before = len(bells(folder))

    def rung() -> bool:
        new = Counter(job for pid, job in bells(folder)[before:] if by in {None, pid})
        return all(new[entry.job] >= count for entry in TIMETABLE)

    return wait(rung)


def leader(engine: Engine) -> int:
    """Return the process that holds the lease."""
    with open_session(engine) as session:
        lease = lease_by_name(session, LEASE)
        assert lease is not None
        return int(lease.holder.rpartition(":")[2])


def assert_no_slot_was_rung_twice(engine: Engine, folder: Path) -> None:
    """Compare bells with slots; whoever was killed may have noted a slot and not rung for it."""
    rung = Counter(job for _, job in bells(folder))
    with open_session(engine) as session:
        ticks = dict(session.exec(select(Tick.job, func.count()).group_by(col(Tick.job))).all())
    assert set(rung) == set(ticks) == {entry.job for entry in TIMETABLE}
    assert {job: count for job, count in rung.items() if count > ticks[job]} == {}


def stop_between_transactions(engine: Engine, pid: int) -> None:
    """Stop a process where it holds no lock, as nearly always."""
    for _ in range(50):
        os.kill(pid, signal.SIGSTOP)
        if is_free(engine):
            return
        os.kill(pid, signal.SIGCONT)
        sleep(0.05)
    pytest.fail("it always holds a lock")


def is_free(engine: Engine) -> bool:
    if engine.dialect.name == "sqlite":
        with sqlite3.connect(engine.url.database or "", timeout=0.3) as store:
            try:
                store.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
        store.close()
        return True
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '300ms'"))
            connection.execute(select(Lease.name).with_for_update())
    except OperationalError:
        return False
    return True


@pytest.fixture
def rung(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """Let this process be a scheduler that rings into a list."""
    bells: list[Job] = []

    def ring(job: Job, *_arguments: JobArgument, queue: Queue | None = None) -> None:
        assert queue is None
        bells.append(job)

    monkeypatch.setattr(wiring, "session", lambda: open_session(engine))
    monkeypatch.setattr(wiring, "ring", ring)
    return bells


def test_what_a_calendar_ahead_has_rung_is_rung_again_in_its_time(rung: list[Job]) -> None:
    entry, minute = Entry(Job.DIGESTS_START, timedelta(minutes=1)), timedelta(minutes=1)

    def ring(minutes: int) -> bool:
        calendar = Clock(calendar_epoch=NOW + minutes * minute, machine_epoch=machine_now())
        return scheduler.ring_entry(entry, calendar)

    assert all(ring(minutes) for minutes in range(30))
    assert not ring(29)
    assert not ring(0), "the clock is right again: this minute was rung"
    assert not ring(4), "another host's calendar may be so far ahead"
    assert ring(7)
    assert ring(8)
    assert len(rung) == 32


def test_a_database_whose_clock_is_set_back_by_a_day_is_rung_for_from_the_next_slot_on(
    rung: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, every = Entry(Job.ROWS_RECOVER, timedelta(seconds=30), calendar=False), 30

    def ring(seconds: int) -> bool:
        def now(_session: Session) -> datetime:
            return NOW + timedelta(seconds=seconds)

        for module in (scheduler, upkeep):
            monkeypatch.setattr(module, "database_now", now)
        return scheduler.ring_entry(entry, Clock())

    assert all(ring(slot * every) for slot in range(5))
    assert ring(DAY)
    assert not ring(1), "rung a day ago"
    assert all(ring(slot * every) for slot in range(1, 5))
    assert len(rung) == 10


def test_of_two_one_rings_and_no_slot_twice(engine: Engine, start: Start, tmp_path: Path) -> None:
    start()
    start()
    wait_for_rings(tmp_path, count=4)
    assert {pid for pid, _ in bells(tmp_path)} == {leader(engine)}
    assert_no_slot_was_rung_twice(engine, tmp_path)


def test_a_leader_that_is_killed_is_followed_within_its_lease(
    engine: Engine, start: Start, tmp_path: Path
) -> None:
    pair = start(), start()
    wait_for_rings(tmp_path)
    gone = leader(engine)
    [other] = [process.pid for process in pair if process.pid != gone]
    os.kill(gone, signal.SIGKILL)
    slack = 3.0  # the other's next look, on a machine with much to do
    assert wait(lambda: leader(engine) == other) < TTL.total_seconds() + slack
    wait_for_rings(tmp_path, by=other)
    assert_no_slot_was_rung_twice(engine, tmp_path)


def test_a_leader_that_sleeps_longer_than_its_lease_wakes_as_one_of_many(
    engine: Engine, start: Start, tmp_path: Path
) -> None:
    pair = start(), start()
    wait_for_rings(tmp_path)
    asleep = leader(engine)
    [other] = [process.pid for process in pair if process.pid != asleep]
    stop_between_transactions(engine, asleep)
    wait(lambda: leader(engine) == other)
    wait_for_rings(tmp_path, by=other)
    os.kill(asleep, signal.SIGCONT)
    before = len(bells(tmp_path))
    wait_for_rings(tmp_path, by=other, count=4)
    assert {pid for pid, _ in bells(tmp_path)[before:]} == {other}
    assert_no_slot_was_rung_twice(engine, tmp_path)


def test_a_wall_clock_that_is_set_stops_nothing(start: Start, tmp_path: Path) -> None:
    start()
    wait_for_rings(tmp_path)
    for wrong in (-DAY, 0, DAY, 0, -HOUR, HOUR):
        (tmp_path / "next").write_text(str(wrong))
        (tmp_path / "next").rename(tmp_path / WRONG)
        assert wait_for_rings(tmp_path) < 20
