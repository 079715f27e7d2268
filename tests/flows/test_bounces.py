"""A mail comes back: it is noted once, and an address that takes none gets none."""

from datetime import timedelta

import pytest
from conftest import NOW
from outbox import alerts, notice_for, row, send, trail
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.delivery.bounces import Bounce
from tidings.delivery.models import DeliveryState
from tidings.delivery.senders.capture import CaptureSender
from tidings.delivery.senders.make import inbox_folder
from tidings.errors import RejectedError
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.note_bounce import note_bounce
from tidings.subscribers.models import Cadence

LATER = NOW + timedelta(hours=1)


def sent_alert(engine: Engine, session: Session, settings: Settings) -> int:
    (one,) = alerts(session, settings)
    session.close()
    send(engine, CaptureSender(inbox_folder(settings)), [one], settings)
    return one


@pytest.mark.parametrize("is_hard", [True, False])
def test_after_a_hard_bounce_the_reader_gets_nothing_and_after_a_soft_one_all(
    *, is_hard: bool, engine: Engine, session: Session, settings: Settings
) -> None:
    one = sent_alert(engine, session, settings)
    bounce = Bounce(row(engine, one).message_id, is_hard, "5.1.1 no such reader")
    assert note_bounce(session, bounce, now=LATER)
    assert not note_bounce(session, bounce, now=LATER)
    assert trail(engine, one) == ["accepted", "bounced_hard" if is_hard else "bounced_soft"]
    another = notice_for(session, settings, "more", Cadence.IMMEDIATE)
    another.subscriber_id = row(engine, one).subscriber_id
    session.commit()
    (two,) = compose_alerts(session, settings=settings, now=LATER)
    session.close()
    send(engine, CaptureSender(inbox_folder(settings)), [two], settings, now=LATER)
    wanted = DeliveryState.SUPPRESSED if is_hard else DeliveryState.SENT
    assert row(engine, two).state is wanted


def test_a_bounce_of_a_message_that_is_not_ours_changes_nothing(session: Session) -> None:
    with pytest.raises(RejectedError, match="no mail of ours"):
        note_bounce(session, Bounce("<forged@elsewhere>", is_hard=True, detail="5.1.1"), now=NOW)
