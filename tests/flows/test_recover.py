"""Every row that waits has its bell rung, and nothing else."""

from datetime import timedelta
from socket import gethostname
from typing import Any

import pytest
from builders import make_follow, make_notice, make_project, make_reader, make_sweep
from conftest import NOW
from sqlalchemy import Engine
from sqlmodel import Session, update

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState
from tidings.flows.recover import CHUNK, MOST_ROWS, STUCK_AFTER, Bell, recover
from tidings.jobs import Job
from tidings.notices.models import DigestRun
from tidings.projects.models import (
    Award,
    Change,
    ChangeKind,
    Purpose,
    Severity,
    Sweep,
    SweepState,
)
from tidings.subscribers.models import Cadence, DigestSchedule, Subscriber, SubscriberState
from tidings.upkeep.models import Tick
from tidings.upkeep.queries import ring_slot
from tidings.upkeep.timetable import TIMETABLE

HERE = f"{gethostname()}:1:ab"
"""A lease of a worker of this machine that left no journal."""

WEEKLY = next(entry for entry in TIMETABLE if entry.arguments == (Purpose.WEEKLY.value,))


def bells(engine: Engine, *, is_idempotent: bool = False) -> tuple[Bell, ...]:
    return recover(engine, settings=Settings(), is_idempotent=is_idempotent, now=NOW)


def ids_of(bell: Bell) -> list[int]:
    (ids,) = bell.arguments
    assert isinstance(ids, list)
    return ids


def unmatched_change(session: Session, **sweep: Any) -> Change:
    project_id = stored_id(make_project(session).id)
    session.add(
        Award(
            appl_id=1,
            project_id=project_id,
            project_num="1R01CA1",
            content_hash="",
            body=b"",
            first_seen_at=NOW,
            changed_at=NOW,
        )
    )
    change = Change(
        project_id=project_id,
        appl_id=1,
        version=1,
        sweep_id=stored_id(make_sweep(session, **sweep).id),
        kind=ChangeKind.EXTENDED,
        severity=Severity.NOTABLE,
        field="project_end_date",
        seen_at=NOW,
    )
    session.add(change)
    session.commit()
    return change


def delivery_row(reader: Subscriber, **values: Any) -> Delivery:
    plain: dict[str, Any] = {
        "key": "alert:1",
        "subscriber_id": reader.id,
        "kind": DeliveryKind.CHANGE_ALERT,
        "message_id": "<1@x>",
        "due_at": NOW,
        "created_at": NOW,
    }
    return Delivery(**plain | values)


def delivery(session: Session, **values: Any) -> int:
    row = delivery_row(make_reader(session), **values)
    session.add(row)
    session.commit()
    return stored_id(row.id)


def test_where_nothing_waits_nothing_is_rung(engine: Engine) -> None:
    assert bells(engine) == ()


def test_mail_that_is_due_is_rung_for_and_mail_of_later_is_not(
    engine: Engine, session: Session
) -> None:
    one = delivery(session)
    assert bells(engine) == (Bell(Job.DELIVERY_SEND, ([one],)),)
    put_off = session.get_one(Delivery, one)
    put_off.state, put_off.due_at = DeliveryState.DEFERRED, NOW + timedelta(hours=1)
    session.commit()
    assert bells(engine) == ()


def test_what_a_dead_worker_took_is_settled_and_rung_for(engine: Engine, session: Session) -> None:
    past = machine_now() - timedelta(seconds=1)
    one = delivery(session, state=DeliveryState.SENDING, lease_owner=HERE, lease_until=past)
    assert bells(engine) == (Bell(Job.DELIVERY_SEND, ([one],)),)
    session.expire_all()
    assert session.get_one(Delivery, one).lease_owner is None


def test_a_waiting_alert_a_due_digest_and_a_started_run_are_rung_for(
    engine: Engine, session: Session
) -> None:
    reader = make_reader(session)
    follow = make_follow(session, reader, make_project(session), cadence=Cadence.IMMEDIATE)
    make_notice(session, follow)
    own: dict[str, Any] = {"subscriber_id": stored_id(reader.id), "cadence": Cadence.WEEKLY}
    session.add(DigestSchedule(**own, next_due_at=NOW))
    session.add(DigestRun(**own, period_start=NOW, period_end=NOW, started_at=NOW))
    session.commit()
    rung = {bell.job for bell in bells(engine)}
    assert rung == {Job.ALERTS_COMPOSE, Job.DIGESTS_START, Job.DIGEST_COMPOSE}


def test_digests_that_should_long_be_written_get_a_bell_each_and_others_share_theirs(
    engine: Engine, session: Session
) -> None:
    reader_id = stored_id(make_reader(session).id)
    for number in range(CHUNK + 50):
        started = NOW - (STUCK_AFTER + timedelta(seconds=1) if number < 3 else timedelta(0))
        session.add(
            DigestRun(
                subscriber_id=reader_id,
                cadence=Cadence.DAILY,
                period_start=NOW,
                period_end=NOW + timedelta(days=number),
                started_at=started,
            )
        )
    session.commit()
    rung = bells(engine)
    assert {bell.job for bell in rung} == {Job.DIGEST_COMPOSE}
    assert [len(ids_of(bell)) for bell in rung] == [1, 1, 1, CHUNK, 47]
    assert len({one for bell in rung for one in ids_of(bell)}) == CHUNK + 50


def test_however_many_digests_are_stuck_those_behind_them_are_rung_for(
    engine: Engine, session: Session
) -> None:
    reader_id = stored_id(make_reader(session).id)
    old: dict[str, Any] = {"started_at": NOW - timedelta(hours=1), "period_start": NOW}
    for number in range(2 * CHUNK):
        due = NOW + timedelta(days=number)
        own: dict[str, Any] = {"subscriber_id": reader_id, "cadence": Cadence.DAILY}
        session.add(DigestRun(**own | old, period_end=due))
    session.commit()
    assert [len(ids_of(bell)) for bell in bells(engine)] == [1] * CHUNK + [CHUNK]


def test_what_waits_for_a_reader_without_consent_rings_nothing(
    engine: Engine, session: Session
) -> None:
    reader = make_reader(session, state=SubscriberState.ENDED)
    make_notice(session, make_follow(session, reader, make_project(session)), cadence="immediate")
    own: dict[str, Any] = {"subscriber_id": stored_id(reader.id), "cadence": Cadence.WEEKLY}
    session.add(DigestSchedule(**own, next_due_at=NOW))
    session.commit()
    assert bells(engine) == ()


@pytest.mark.parametrize("thorough", [False, True])
def test_schedules_are_looked_at_by_thorough_calls_alone(
    engine: Engine, session: Session, settings: Settings, *, thorough: bool
) -> None:
    follow = make_follow(session, make_reader(session), make_project(session))
    recover(engine, settings=settings, is_idempotent=False, now=NOW, thorough=thorough)
    found = session.get(DigestSchedule, (follow.subscriber_id, Cadence.WEEKLY))
    assert (found is not None) == thorough


def test_a_backlog_is_rung_for_in_fat_messages_and_the_longest_waiting_first(
    engine: Engine, session: Session
) -> None:
    reader = make_reader(session)
    for number in range(MOST_ROWS + 50):
        due_at = NOW - timedelta(seconds=number)
        session.add(delivery_row(reader, key=f"alert:{number}", due_at=due_at))
    session.commit()
    rung = bells(engine)
    ids = [one for bell in rung for one in ids_of(bell)]
    assert {bell.job for bell in rung} == {Job.DELIVERY_SEND}
    assert [len(ids_of(bell)) for bell in rung] == [CHUNK] * (MOST_ROWS // CHUNK)
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize(
    "state", [s for s in DeliveryState if s not in {DeliveryState.PENDING, DeliveryState.DEFERRED}]
)
def test_mail_that_is_over_is_left_alone(
    state: DeliveryState, engine: Engine, session: Session
) -> None:
    soon = machine_now() + timedelta(minutes=1)
    delivery(session, state=state, lease_owner="here:1", lease_until=soon)
    assert bells(engine) == ()


def test_a_digest_that_a_dead_worker_took_is_sent_again_only_where_it_arrives_once(
    engine: Engine, session: Session
) -> None:
    past = machine_now() - timedelta(seconds=1)
    dead: dict[str, Any] = {
        "state": DeliveryState.SENDING,
        "lease_owner": HERE,
        "lease_until": past,
    }
    one = delivery(session, kind=DeliveryKind.DIGEST, **dead)
    assert bells(engine, is_idempotent=False) == ()
    digest = session.get_one(Delivery, one, populate_existing=True)
    assert digest.state is DeliveryState.UNKNOWN
    digest.state, digest.lease_owner, digest.lease_until = DeliveryState.SENDING, HERE, past
    session.commit()
    assert bells(engine, is_idempotent=True) == (Bell(Job.DELIVERY_SEND, ([one],)),)


def test_changes_of_a_sweep_that_ended_are_rung_for_unless_they_are_held(
    engine: Engine, session: Session
) -> None:
    change = unmatched_change(session, state=SweepState.RUNNING)
    assert [bell.job for bell in bells(engine)] == [Job.SWEEP_ADVANCE]
    session.get_one(Sweep, change.sweep_id).state = SweepState.COMPLETE
    session.commit()
    assert bells(engine) == (Bell(Job.CHANGES_MATCH),)
    change.held_at = NOW
    session.commit()
    assert bells(engine) == ()


def test_a_sweep_that_nobody_goes_on_with_is_rung_for(engine: Engine, session: Session) -> None:
    sweep = make_sweep(session, state=SweepState.RUNNING, finished_at=None)
    assert bells(engine) == (Bell(Job.SWEEP_ADVANCE, (stored_id(sweep.id),)),)


def test_a_weekly_bell_that_was_lost_is_rung_again_until_its_sweep_began(
    engine: Engine, session: Session
) -> None:
    ring_slot(session, WEEKLY.name, WEEKLY.slot(NOW))
    session.commit()
    assert bells(engine) == ()  # it may yet be answered
    session.exec(update(Tick).values(rung_at=machine_now() - timedelta(minutes=3)))
    session.commit()
    assert bells(engine) == (Bell(Job.SWEEP_START, ("weekly",)),)
    make_sweep(session, started_at=NOW)
    assert bells(engine) == ()
