"""Of two who want the same, one gets it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from conftest import NOW
from sqlalchemy import Engine
from sqlmodel import Session, update

from tidings.clock import machine_now
from tidings.db.session import open_session
from tidings.upkeep.models import Lease
from tidings.upkeep.queries import (
    beat,
    forget_slots_after,
    heartbeats,
    last_ticks,
    lease_by_name,
    release_lease,
    ring_slot,
    take_lease,
)

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


def test_of_many_who_want_a_free_or_an_expired_lease_at_once_one_gets_it(engine: Engine) -> None:
    def take(holder: str) -> bool:
        with open_session(engine) as session:
            taken = take_lease(session, "scheduler", holder, ttl=TTL)
            session.commit()
            return taken

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, "abcdefgh")) == 1
    with open_session(engine) as session:
        session.exec(update(Lease).values(expires_at=machine_now()))
        session.commit()
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, "ijklmnop")) == 1


def test_a_lease_from_before_a_clock_was_set_back_is_over(session: Session) -> None:
    assert take_lease(session, "scheduler", "a", ttl=TTL)
    session.exec(update(Lease).values(expires_at=machine_now() + timedelta(days=1)))
    assert take_lease(session, "scheduler", "b", ttl=TTL)
    assert not take_lease(session, "scheduler", "a", ttl=TTL)


def test_two_leases_do_not_hinder_each_other(session: Session) -> None:
    assert take_lease(session, "scheduler", "a", ttl=TTL)
    assert take_lease(session, "sweep:1", "b", ttl=TTL)
    found = lease_by_name(session, "sweep:1")
    assert found is not None
    assert found.holder == "b"
    assert lease_by_name(session, "sweep:2") is None


def test_each_entry_has_its_own_last_tick(session: Session) -> None:
    for slot in (NOW, NOW + TTL):
        assert ring_slot(session, "digests.start", slot)
    assert ring_slot(session, "rows.prune", NOW)
    assert not ring_slot(session, "digests.start", NOW)
    slots = {name: tick.slot for name, tick in last_ticks(session).items()}
    assert slots == {"digests.start": NOW + TTL, "rows.prune": NOW}


def test_slots_that_a_clock_ahead_has_rung_are_rung_again_in_their_time(session: Session) -> None:
    for slot in (NOW, NOW + TTL):
        ring_slot(session, "digests.start", slot)
        ring_slot(session, "rows.prune", slot)
    forget_slots_after(session, "digests.start", NOW)
    assert not ring_slot(session, "digests.start", NOW)
    assert ring_slot(session, "digests.start", NOW + TTL)
    assert not ring_slot(session, "rows.prune", NOW + TTL)


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
