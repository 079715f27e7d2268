"""Whoever fails again and again is left alone by all processes."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from time import sleep

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, col, update

from tidings.db.session import open_session
from tidings.db.time import database_now
from tidings.errors import RetryableError
from tidings.upkeep.breaker import DatabaseBreaker
from tidings.upkeep.models import Breaker

NAME = "relay 192.0.2.1:25"


def breaker(engine: Engine, name: str = NAME) -> DatabaseBreaker:
    """Return a breaker as another process would make it."""
    return DatabaseBreaker(engine, name, threshold=3, cool_off=timedelta(seconds=30))


def open_it(engine: Engine) -> None:
    for number in range(3):
        one = breaker(engine)
        one.check()
        one.failed(f"no answer {number}")


def end_the_pause(engine: Engine, *, left: timedelta = timedelta(seconds=-1)) -> None:
    with open_session(engine) as session:
        until = database_now(session) + left
        session.exec(update(Breaker).where(col(Breaker.name) == NAME).values(open_until=until))
        session.commit()


def row(session: Session) -> Breaker:
    found = session.get_one(Breaker, NAME, populate_existing=True)
    session.commit()
    return found


@contextmanager
def statements(engine: Engine) -> Generator[list[str]]:
    """Collect what is said to the database."""
    said: list[str] = []

    def note(*arguments: object) -> None:
        said.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_failures_met_by_several_processes_count_together(engine: Engine) -> None:
    open_it(engine)
    with pytest.raises(RetryableError, match=r"failed 3 times in a row .* no answer 2") as refusal:
        breaker(engine).check()
    assert refusal.value.after is not None
    assert timedelta(seconds=20) < refusal.value.after <= timedelta(seconds=30)
    breaker(engine, "relay 192.0.2.2:25").check()


def test_a_success_in_between_forgets_the_failures(engine: Engine, session: Session) -> None:
    for _ in range(5):
        one = breaker(engine)
        one.check()
        one.failed("no answer")
        other = breaker(engine)
        other.check()
        other.succeeded()
    assert (row(session).failures, row(session).open_until) == (0, None)
    assert row(session).reason == "no answer"


def test_success_writes_nothing_when_nothing_was_wrong(engine: Engine) -> None:
    one = breaker(engine)
    with statements(engine) as said:
        one.check()
        one.succeeded()
    assert [text for text in said if not text.startswith(("SELECT", "BEGIN"))] == []


def test_when_a_pause_is_over_one_of_all_callers_may_try(engine: Engine) -> None:
    open_it(engine)
    end_the_pause(engine)

    def goes(_: int) -> bool:
        try:
            breaker(engine).check()
        except RetryableError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(goes, range(8))) == 1


def test_a_probe_that_fails_makes_the_next_pause_longer(engine: Engine, session: Session) -> None:
    open_it(engine)
    end_the_pause(engine)
    probe = breaker(engine)
    probe.check()
    probe.failed("still no answer")
    left = row(session).open_until
    assert left is not None
    assert timedelta(seconds=50) < left - database_now(session) <= timedelta(seconds=60)
    assert row(session).openings == 2


def test_a_probe_that_succeeds_lets_all_go_again(engine: Engine, session: Session) -> None:
    open_it(engine)
    end_the_pause(engine)
    probe = breaker(engine)
    probe.check()
    probe.succeeded()
    breaker(engine).check()
    assert (row(session).failures, row(session).openings) == (0, 0)


def test_a_probe_that_dies_is_followed_by_another_after_the_pause(engine: Engine) -> None:
    open_it(engine)
    end_the_pause(engine)
    quick = DatabaseBreaker(engine, NAME, threshold=3, cool_off=timedelta(milliseconds=50))
    quick.check()
    with pytest.raises(RetryableError):
        breaker(engine).check()
    sleep(0.06)
    breaker(engine).check()


def test_a_pause_from_before_the_databases_clock_was_set_back_is_over(engine: Engine) -> None:
    open_it(engine)
    end_the_pause(engine, left=timedelta(days=1))
    breaker(engine).check()
