"""What operators did is sealed: nothing of it can be changed, removed or slipped in unseen."""

import threading
from collections.abc import Callable

import pytest
from builders import make_sweep
from conftest import NOW
from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select, update

from tidings.db.session import open_session
from tidings.upkeep.audit_log import verify_audit_log
from tidings.upkeep.models import AuditEntry
from tidings.upkeep.queries import note_audit


def act(session: Session, *things: str) -> None:
    for thing in things:
        note_audit(session, actor="operator", action="sweep.release", thing=thing)
    session.commit()


def test_what_was_written_down_and_left_alone_is_well(session: Session) -> None:
    assert verify_audit_log(session) is None
    act(session, "sweep 1", "sweep 2")
    act(session, "sweep 3")
    assert verify_audit_log(session) is None
    hashes = [entry.hash for entry in session.exec(select(AuditEntry))]
    assert len(set(hashes)) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "somebody else"},
        {"object": "sweep 9"},
        {"at": NOW},
        {"hash": "0" * 64},
        {"previous_hash": ""},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_tampered_entry_is_found(session: Session, change: dict[str, object]) -> None:
    act(session, "sweep 1", "sweep 2", "sweep 3")
    session.exec(update(AuditEntry).where(col(AuditEntry.id) == 2).values(**change))
    session.commit()
    flaw = verify_audit_log(session)
    assert flaw is not None
    assert flaw.entry_id == 2


@pytest.mark.parametrize(("gone", "found"), [(1, 2), (2, 3), (3, None)])
def test_an_entry_that_was_removed_is_missed(session: Session, gone: int, found: int) -> None:
    act(session, "sweep 1", "sweep 2", "sweep 3")
    session.exec(delete(AuditEntry).where(col(AuditEntry.id) == gone))
    session.commit()
    flaw = verify_audit_log(session)
    assert flaw is not None
    assert flaw.entry_id == found


def test_an_entry_that_was_slipped_in_is_found(session: Session) -> None:
    act(session, "sweep 1")
    session.add(AuditEntry(actor="nobody", action="sweep.release", object="sweep 2", at=NOW))
    session.commit()
    act(session, "sweep 3")
    flaw = verify_audit_log(session)
    assert flaw is not None
    assert flaw.entry_id == 2


def test_entries_from_before_there_were_seals_may_stand_at_the_beginning(session: Session) -> None:
    session.add(AuditEntry(actor="operator", action="sweep.release", object="sweep 1", at=NOW))
    session.commit()
    act(session, "sweep 2", "sweep 3")
    assert verify_audit_log(session) is None


def test_operators_who_act_at_once_do_not_fork_the_chain(engine: Engine) -> None:
    together = threading.Barrier(4)
    run_at_once(4, lambda number: act_at_once(engine, together, number))
    with open_session(engine) as session:
        entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
        assert len(entries) == 20
        assert len({entry.previous_hash for entry in entries}) == 20
        assert verify_audit_log(session) is None


def act_at_once(engine: Engine, together: threading.Barrier, number: int) -> None:
    together.wait()
    for turn in range(5):
        with open_session(engine) as session:
            make_sweep(session)  # so that each has work of its own beside the entry
            act(session, f"sweep {number}.{turn}")


def run_at_once(count: int, work: Callable[[int], None]) -> None:
    failed: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - a thread's error is told by the test
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
