"""The brake of mail: what it stops, what it lets through, who is told, and how it is released."""

from datetime import timedelta

import pytest
from conftest import NOW
from outbox import alerts, row, send, trail
from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from tidings.config import Settings
from tidings.delivery.models import Channel, Delivery, DeliveryKind, DeliveryState
from tidings.delivery.queries import due_delivery_ids
from tidings.delivery.senders.capture import CaptureSender, Inbox
from tidings.delivery.senders.make import inbox_folder
from tidings.delivery.standings import stopped_words
from tidings.errors import RejectedError
from tidings.flows.pull_brake import pull_brake
from tidings.flows.recover import recover
from tidings.flows.release_brake import release_brake
from tidings.jobs import Job
from tidings.subscribers.models import Subscriber
from tidings.upkeep.audit_log import verify_audit_log
from tidings.upkeep.brakes import BY_COUNT, brake_of
from tidings.upkeep.models import AuditEntry, Brake

OPERATOR = "operator@tidings.example"


@pytest.fixture
def told(settings: Settings) -> Settings:
    """Give settings in which somebody is told of the brake."""
    return settings.model_copy(update={"operator_address": OPERATOR})


def pull(session: Session, settings: Settings, by: str = "eva") -> int | None:
    return pull_brake(session, reason="a  wrong\nfooter", by=by, settings=settings, now=NOW)


def of_kind(session: Session, ids: list[int], kind: DeliveryKind, **values: object) -> int:
    session.exec(
        update(Delivery).where(col(Delivery.id) == ids[0]).values(kind=kind.value, **values)
    )
    session.commit()
    return ids[0]


def due(session: Session) -> list[int]:
    session.rollback()
    found = due_delivery_ids(session, now=NOW, limit=9, channels=tuple(Channel))
    session.rollback()  # lets the others write
    return found


def pulled(session: Session) -> Brake | None:
    session.rollback()
    brake = brake_of(session)
    session.rollback()
    return brake


def test_a_pulled_brake_stops_all_mail_until_it_is_released(
    engine: Engine, session: Session, settings: Settings
) -> None:
    made = alerts(session, settings, 2)
    assert pull(session, settings) is None  # nobody is to be told
    sender = CaptureSender(inbox_folder(settings))
    assert send(engine, sender, made, settings).states == {}
    assert due(session) == []
    assert {row(engine, one).state for one in made} == {DeliveryState.PENDING}
    assert {row(engine, one).attempts for one in made} == {0}
    bells = recover(engine, settings=settings, is_idempotent=True, now=NOW, thorough=False)
    assert Job.DELIVERY_SEND not in [bell.job for bell in bells]
    assert stopped_words(pulled(session)) == (
        "All mail is stopped since 23 Nov 2026, 12:00 UTC by eva: a wrong footer."
    )
    release_brake(session, by="eva", now=NOW)
    assert due(session) == made
    assert send(engine, sender, made, settings).states == {DeliveryState.SENT: 2}
    assert stopped_words(pulled(session)) == ""


def test_the_operator_is_told_once_by_a_mail_that_passes_the_brake(
    engine: Engine, session: Session, told: Settings
) -> None:
    made = alerts(session, told)
    mail = pull(session, told)
    assert mail is not None
    assert pull(session, told, by="max") is None
    brake = pulled(session)
    assert brake is not None
    assert (brake.pulled_by, brake.reason) == ("eva", "a wrong footer")
    assert due(session) == [mail]
    sender = CaptureSender(inbox_folder(told))
    assert send(engine, sender, [*made, mail], told).states == {DeliveryState.SENT: 1}
    (copy,) = Inbox(inbox_folder(told)).newest(9)
    assert copy.headers["To"] == OPERATOR
    assert row(engine, mail).kind is DeliveryKind.BRAKE_PULLED
    session.rollback()
    assert len(session.exec(select(Subscriber)).all()) == 2


def test_pulling_and_releasing_are_written_down_for_good(
    session: Session, settings: Settings
) -> None:
    for _ in range(2):
        pull(session, settings)
    release_brake(session, by="max", now=NOW)
    with pytest.raises(RejectedError, match="mail is not stopped"):
        release_brake(session, by="max", now=NOW)
    entries = session.exec(select(AuditEntry).order_by(col(AuditEntry.id))).all()
    assert [(one.actor, one.action, one.object) for one in entries] == [
        ("eva", "mail.pause", "a wrong footer"),
        ("max", "mail.resume", "mail"),
    ]
    assert verify_audit_log(session) is None


@pytest.mark.parametrize(
    ("kind", "channel", "by_hand", "by_count"),
    [
        (DeliveryKind.CONFIRM, Channel.MAIL, False, True),
        (DeliveryKind.SIGN_IN, Channel.MAIL, False, True),
        (DeliveryKind.CHANGE_ADDRESS, Channel.MAIL, False, True),
        (DeliveryKind.GOODBYE, Channel.MAIL, False, False),
        (DeliveryKind.DIGEST, Channel.MAIL, False, False),
        (DeliveryKind.BRAKE_PULLED, Channel.MAIL, True, True),
        (DeliveryKind.CHANGE_ALERT, Channel.WEBHOOK, True, True),
    ],
)
def test_what_somebody_waits_for_passes_the_count_and_not_the_switch(
    session: Session,
    settings: Settings,
    kind: DeliveryKind,
    channel: Channel,
    *,
    by_hand: bool,
    by_count: bool,
) -> None:
    made = of_kind(session, alerts(session, settings), kind, channel=channel)
    pull(session, settings)
    assert due(session) == ([made] if by_hand else [])
    release_brake(session, by="eva", now=NOW)
    pull(session, settings, by=BY_COUNT)
    assert due(session) == ([made] if by_count else [])


def test_too_many_mails_in_a_day_pull_the_brake(
    engine: Engine, session: Session, told: Settings
) -> None:
    few = told.model_copy(update={"brake_mails_a_day": 2})
    first, second, third, fourth = alerts(session, few, 4)
    sender = CaptureSender(inbox_folder(few))
    early = NOW - timedelta(hours=24)
    assert send(engine, sender, [first], few, now=early).states == {DeliveryState.SENT: 1}
    assert send(engine, sender, [second], few, now=NOW).states == {DeliveryState.SENT: 1}
    assert send(engine, sender, [third], few, now=NOW).states == {DeliveryState.SENT: 1}
    assert pulled(session) is None  # the first was sent a day ago
    assert send(engine, sender, [fourth], few, now=NOW).states == {}
    brake = pulled(session)
    assert brake is not None
    assert (brake.pulled_by, brake.reason) == (BY_COUNT, "2 mails went out within 24 hours")
    (mail,) = due(session)
    assert row(engine, mail).kind is DeliveryKind.BRAKE_PULLED
    later = NOW + timedelta(minutes=1)
    release_brake(session, by="eva", now=later)
    assert send(engine, sender, [fourth], few, now=later).states == {DeliveryState.SENT: 1}
    assert trail(engine, fourth) == ["accepted"]


def test_without_a_limit_nothing_is_counted(
    engine: Engine, session: Session, settings: Settings
) -> None:
    made = alerts(session, settings, 3)
    sender = CaptureSender(inbox_folder(settings))
    for one in made:
        assert send(engine, sender, [one], settings).states == {DeliveryState.SENT: 1}
    assert pulled(session) is None
