"""One pace for all processes, whatever the clocks of their machines do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from time import monotonic
from typing import Self

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.clock import machine_now
from tidings.db.session import open_session
from tidings.db.time import database_now
from tidings.errors import RetryableError
from tidings.failpoints import Plan, Strike, arm
from tidings.upkeep import pacing
from tidings.upkeep.models import Pace
from tidings.upkeep.pacing import GUARD, DatabasePacer


def next_in(engine: Engine) -> float:
    """Return how many seconds nobody may go from now on."""
    with open_session(engine) as session:
        pace = session.get_one(Pace, "reporter", populate_existing=True)
        return (pace.next_at - database_now(session)).total_seconds()


def stepped(step: timedelta) -> type[datetime]:
    """Return a clock that somebody has set."""

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + step

    return Stepped


def test_whoever_was_idle_goes_at_once_and_the_next_waits(engine: Engine) -> None:
    began = monotonic()
    DatabasePacer(engine, 30).wait()
    DatabasePacer(engine, 30, name="another").wait()
    assert monotonic() - began < 10
    assert 20 < next_in(engine) <= 30 + GUARD.total_seconds()


def test_whoever_waits_for_nothing_leaves_the_time_since_the_last_one_unused(
    engine: Engine,
) -> None:
    with open_session(engine) as session:
        long_ago = database_now(session) - timedelta(days=1)
        session.add(Pace(name="reporter", next_at=long_ago))
        session.commit()
    DatabasePacer(engine, 30).wait()
    assert 20 < next_in(engine) <= 30 + GUARD.total_seconds()


def test_threads_that_ask_at_once_go_one_interval_apart(engine: Engine) -> None:
    interval = 0.1

    def go(_: int) -> float:
        DatabasePacer(engine, interval).wait()
        return monotonic()

    with ThreadPoolExecutor(4) as pool:
        went = sorted(pool.map(go, range(8)))
    gaps = [later - earlier for earlier, later in pairwise(went)]
    assert min(gaps) >= interval


def test_quiet_binds_everybody(engine: Engine) -> None:
    DatabasePacer(engine, 0.1).keep_quiet(timedelta(seconds=0.5))
    began = monotonic()
    DatabasePacer(engine, 0.1).wait()
    assert 0.45 < monotonic() - began < 5


def test_quiet_binds_those_who_have_no_pace_to_keep(engine: Engine) -> None:
    DatabasePacer(engine, 0).keep_quiet(timedelta(seconds=0.5))
    began = monotonic()
    DatabasePacer(engine, 0).wait()
    assert 0.45 < monotonic() - began < 5


def test_a_shorter_quiet_does_not_end_a_longer_one(engine: Engine) -> None:
    DatabasePacer(engine, 1).keep_quiet(timedelta(seconds=60))
    DatabasePacer(engine, 1).keep_quiet(timedelta(seconds=5))
    assert next_in(engine) > 50


def test_a_long_quiet_is_not_sat_out(engine: Engine) -> None:
    DatabasePacer(engine, 1).keep_quiet(timedelta(hours=1))
    with pytest.raises(RetryableError, match="no more requests for now") as refusal:
        DatabasePacer(engine, 1).wait()
    assert refusal.value.after is not None
    assert refusal.value.after > timedelta(minutes=59)


def test_a_clock_that_is_set_back_or_forth_moves_no_request(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    DatabasePacer(engine, 30).wait()
    for step in (timedelta(days=-1), timedelta(days=2)):
        monkeypatch.setattr("tidings.clock.datetime", stepped(step))
        assert abs(machine_now() - datetime.now(UTC)) > timedelta(hours=20)
        with pytest.raises(RetryableError) as refusal:
            DatabasePacer(engine, 30).wait()
        assert refusal.value.after is not None
        assert timedelta(seconds=20) < refusal.value.after <= timedelta(seconds=31)


def test_a_row_from_before_the_databases_clock_was_set_back_holds_nobody_up(
    engine: Engine,
) -> None:
    with open_session(engine) as session:
        far = database_now(session) + timedelta(days=2)
        session.add(Pace(name="reporter", next_at=far))
        session.commit()
    DatabasePacer(engine, 30).wait()
    assert 20 < next_in(engine) <= 30 + GUARD.total_seconds()


def test_whoever_is_held_up_after_taking_the_row_moves_it_on(engine: Engine) -> None:
    arm(Plan({"pace.taken:before": Strike("sleep:0.4")}))
    try:
        DatabasePacer(engine, 10).wait()
    finally:
        arm(None)
    assert next_in(engine) > 10 - 0.2


def test_sleeping_holds_no_transaction(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    DatabasePacer(engine, 5).keep_quiet(timedelta(seconds=0.2))

    def look(seconds: float) -> None:
        if seconds:
            with open_session(engine) as session:
                write(session)
        slept.append(seconds)

    def write(session: Session) -> None:
        session.add(Pace(name="written while it sleeps", next_at=database_now(session)))
        session.commit()
        monkeypatch.undo()

    slept: list[float] = []
    monkeypatch.setattr(pacing, "sleep", look)
    DatabasePacer(engine, 5).wait()
    assert slept
    assert slept[0] > 0
