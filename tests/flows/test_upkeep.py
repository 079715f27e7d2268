"""Of two who want the same, one gets it; and nobody asks too fast."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic

from conftest import NOW
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.db.session import open_session
from tidings.upkeep.pacing import DatabasePacer
from tidings.upkeep.queries import beat, heartbeats, release_lease, ring_slot, take_lease

TTL = timedelta(minutes=1)


def test_a_lease_is_one_holders_until_it_is_given_back_or_runs_out(session: Session) -> None:
    assert take_lease(session, "scheduler", "a", ttl=TTL)
    assert not take_lease(session, "scheduler", "b", ttl=TTL)
    assert take_lease(session, "scheduler", "a", ttl=-TTL)
    assert take_lease(session, "scheduler", "b", ttl=TTL)
    release_lease(session, "scheduler", "a")
    assert not take_lease(session, "scheduler", "a", ttl=TTL)
    release_lease(session, "scheduler", "b")
    assert take_lease(session, "scheduler", "a", ttl=TTL)


def test_a_slot_is_rung_once_however_many_try(engine: Engine) -> None:
    def ring(_number: int) -> bool:
        with open_session(engine) as session:
            rung = ring_slot(session, "sweep.start weekly", NOW)
            session.commit()
            return rung

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(ring, range(8))) == 1


def test_a_process_beats_for_each_queue_and_the_last_beat_counts(session: Session) -> None:
    for queue in ("mail", "mail", "sweep"):
        beat(session, "here:1", queue)
    assert {(one.process, one.queue) for one in heartbeats(session)} == {
        ("here:1", "mail"),
        ("here:1", "sweep"),
    }


def test_requests_of_several_processes_keep_one_pace(engine: Engine) -> None:
    interval, requests = 0.1, 6

    def ask(_number: int) -> None:
        DatabasePacer(engine, interval).wait()

    began = monotonic()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(ask, range(requests)))
    assert monotonic() - began >= interval * (requests - 1)
