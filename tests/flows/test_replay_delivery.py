"""A dead letter is sent again when an operator says so."""

from datetime import timedelta

import pytest
from conftest import NOW
from outbox import alerts, row, send, trail
from sqlalchemy import Engine
from sqlmodel import Session, select

from tidings.config import Settings
from tidings.delivery.backoff import MAX_ATTEMPTS
from tidings.delivery.models import Delivery, DeliveryState
from tidings.delivery.senders.capture import CaptureSender, Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.errors import RejectedError
from tidings.flows.replay_delivery import replay_delivery
from tidings.upkeep.models import AuditEntry

LATER = NOW + timedelta(days=3)


def dead_letter(session: Session, settings: Settings) -> int:
    (one,) = alerts(session, settings)
    letter = session.get_one(Delivery, one)
    letter.state, letter.attempts = DeliveryState.FAILED, MAX_ATTEMPTS
    letter.last_error = "550 5.7.1 no"
    session.commit()
    return one


def test_a_dead_letter_waits_again_with_all_its_attempts_under_its_own_name(
    engine: Engine, session: Session, settings: Settings
) -> None:
    one = dead_letter(session, settings)
    before = row(engine, one)
    replay_delivery(session, one, actor="eva", now=LATER)
    after = row(engine, one)
    assert (after.state, after.attempts, after.due_at) == (DeliveryState.PENDING, 0, LATER)
    assert (after.key, after.message_id) == (before.key, before.message_id)
    assert trail(engine, one) == ["replayed"]


def test_who_replayed_what_is_written_down(session: Session, settings: Settings) -> None:
    one = dead_letter(session, settings)
    replay_delivery(session, one, actor="eva", now=LATER)
    entry = session.exec(select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.object) == (
        "eva",
        "replay delivery",
        f"delivery {one}",
    )


def test_a_replayed_mail_goes_out_once(
    engine: Engine, session: Session, settings: Settings
) -> None:
    one = dead_letter(session, settings)
    replay_delivery(session, one, actor="eva", now=LATER)
    for _ in range(2):
        send(engine, CaptureSender(inbox_folder(settings)), [one], settings, now=LATER)
    assert (row(engine, one).state, row(engine, one).last_error) == (DeliveryState.SENT, "")
    assert Inbox(inbox_folder(settings)).count() == 1


@pytest.mark.parametrize("state", [s for s in DeliveryState if s is not DeliveryState.FAILED])
def test_only_a_dead_letter_is_sent_again(
    state: DeliveryState, engine: Engine, session: Session, settings: Settings
) -> None:
    (one,) = alerts(session, settings)
    session.get_one(Delivery, one).state = state
    session.commit()
    with pytest.raises(RejectedError, match="Only a failed delivery"):
        replay_delivery(session, one, actor="eva", now=LATER)
    session.rollback()
    assert row(engine, one).state is state
    assert session.exec(select(AuditEntry)).all() == []


def test_replaying_twice_is_refused_the_second_time(session: Session, settings: Settings) -> None:
    one = dead_letter(session, settings)
    replay_delivery(session, one, actor="eva", now=LATER)
    with pytest.raises(RejectedError):
        replay_delivery(session, one, actor="eva", now=LATER)
    session.rollback()
    assert len(session.exec(select(AuditEntry)).all()) == 1


def test_what_does_not_exist_is_refused(session: Session) -> None:
    with pytest.raises(RejectedError):
        replay_delivery(session, 404, actor="eva", now=LATER)
