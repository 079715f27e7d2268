"""Mail through a real relay: what was taken, refused, put off, or never answered."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from builders import make_follow, make_notice, make_project
from conftest import NOW
from relay import HANG_UP, RelayServer, running_relay
from sqlalchemy import Engine
from sqlmodel import Session, select

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.backoff import MAX_ATTEMPTS
from tidings.delivery.models import Delivery, DeliveryEvent, DeliveryEventKind, DeliveryState
from tidings.delivery.queries import due_delivery_ids
from tidings.delivery.senders.smtp import Relay, SmtpSender
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.deliver import deliver
from tidings.flows.enroll import enroll
from tidings.flows.start_digests import start_digests
from tidings.notices.models import Notice, NoticeState
from tidings.projects.models import Award
from tidings.subscribers.models import Cadence, DigestSchedule, Subscriber, SubscriberState
from tidings.subscribers.queries import add_schedule

pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def relay() -> Generator[RelayServer]:
    with running_relay() as running:
        yield running


@pytest.fixture
def sender(relay: RelayServer) -> Generator[SmtpSender]:
    made = SmtpSender(Relay("127.0.0.1", relay.port, tls="none"))
    yield made
    made.close()


def notice_for(
    session: Session, settings: Settings, name: str, cadence: Cadence = Cadence.IMMEDIATE
) -> Notice:
    reader = enroll(session, f"{name}@clinic.org", time_zone="UTC", settings=settings, now=NOW)
    project = make_project(session, f"CA{name.upper()}", current_appl_id=_award(session, name))
    follow = make_follow(
        session, session.get_one(Subscriber, reader), project, cadence=cadence, created_at=NOW
    )
    return make_notice(session, follow, created_at=NOW)


def _award(session: Session, name: str) -> int:
    shell = make_project(session, f"X{name}")
    appl_id = 1000 + (shell.id or 0)
    session.add(
        Award(
            appl_id=appl_id,
            project_id=shell.id or 0,
            project_num="1R01CA1",
            content_hash="",
            body=b"",
            first_seen_at=NOW,
            changed_at=NOW,
        )
    )
    session.commit()
    return appl_id


def alerts(session: Session, settings: Settings, count: int = 1) -> list[int]:
    for number in range(count):
        notice_for(session, settings, f"r{number}")
    return compose_alerts(session, settings=settings, now=NOW)


def send(
    engine: Engine, sender: SmtpSender, ids: list[int], settings: Settings, *, hours: float = 0
) -> None:
    now = NOW + timedelta(hours=hours)
    deliver(engine, sender, ids, settings=settings, owner="test", now=now)


def row(engine: Engine, delivery_id: int) -> Delivery:
    with open_session(engine) as session:
        return session.get_one(Delivery, delivery_id)


def test_a_batch_goes_out_over_one_connection(
    engine: Engine, session: Session, settings: Settings, sender: SmtpSender, relay: RelayServer
) -> None:
    ids = alerts(session, settings, 5)
    send(engine, sender, ids, settings)
    assert {row(engine, one).state for one in ids} == {DeliveryState.SENT}
    assert len({message["Message-ID"] for message in relay.messages}) == len(ids)
    assert relay.connections == 1
    assert relay.messages[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    session.expire_all()
    assert {notice.state for notice in session.exec(select(Notice))} == {NoticeState.TOLD}


@pytest.mark.parametrize("answer", ["450 4.2.0 greylisted", "421 4.3.2 going down"])
def test_what_is_put_off_is_tried_again_later_and_then_sent(
    answer: str,
    engine: Engine,
    session: Session,
    settings: Settings,
    relay: RelayServer,
    sender: SmtpSender,
) -> None:
    (one,) = alerts(session, settings)
    relay.answer = lambda _count: answer
    send(engine, sender, [one], settings)
    put_off = row(engine, one)
    assert (put_off.state, put_off.due_at > NOW) == (DeliveryState.DEFERRED, True)
    assert answer[:3] in put_off.last_error
    send(engine, sender, [one], settings)
    assert row(engine, one).attempts == 1
    relay.answer = lambda _count: "250 OK"
    send(engine, sender, [one], settings, hours=7)
    assert row(engine, one).state is DeliveryState.SENT


def test_what_the_relay_refuses_is_a_dead_letter_with_its_answer(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, sender: SmtpSender
) -> None:
    (one,) = alerts(session, settings)
    relay.answer_to_recipient = "550 5.1.1 no such user"
    send(engine, sender, [one], settings)
    assert row(engine, one).state is DeliveryState.FAILED
    assert "550 5.1.1 no such user" in row(engine, one).last_error


def test_an_unreachable_relay_is_tried_for_two_days_and_then_visible(
    engine: Engine, session: Session, settings: Settings
) -> None:
    nowhere = SmtpSender(Relay("127.0.0.1", 9, tls="none"))
    (one,) = alerts(session, settings)
    for attempt in range(MAX_ATTEMPTS):
        assert row(engine, one).state in {DeliveryState.PENDING, DeliveryState.DEFERRED}
        send(engine, nowhere, [one], settings, hours=7 * attempt)
    assert row(engine, one).state is DeliveryState.FAILED
    assert "cannot reach the mail server 127.0.0.1:9" in row(engine, one).last_error


def test_an_alert_whose_reply_was_lost_goes_out_once_more_under_the_same_name(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, sender: SmtpSender
) -> None:
    (one,) = alerts(session, settings)
    relay.answer = lambda _count: HANG_UP
    send(engine, sender, [one], settings)
    assert row(engine, one).state is DeliveryState.PENDING
    send(engine, sender, [one], settings)
    assert row(engine, one).state is DeliveryState.UNKNOWN
    send(engine, sender, [one], settings, hours=7)
    assert len(relay.messages) == 2
    assert len({message["Message-ID"] for message in relay.messages}) == 1
    assert due_delivery_ids(session, now=NOW + timedelta(days=9), limit=9) == []


def test_a_digest_whose_reply_was_lost_is_told_by_the_next_one_as_a_possible_repeat(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, sender: SmtpSender
) -> None:
    notice = notice_for(session, settings, "weekly", Cadence.WEEKLY)
    add_schedule(
        session,
        DigestSchedule(subscriber_id=notice.subscriber_id, cadence=Cadence.WEEKLY, next_due_at=NOW),
    )
    relay.answer = lambda _count: HANG_UP
    (one,) = compose_digest(session, start_digests(session, now=NOW), settings=settings, now=NOW)
    send(engine, sender, [one], settings)
    assert row(engine, one).state is DeliveryState.UNKNOWN
    session.expire_all()
    waiting = session.get_one(Notice, notice.id)
    assert (waiting.state, waiting.may_repeat) == (NoticeState.WAITING, True)
    assert len(relay.messages) == 1


def test_who_ended_meanwhile_gets_nothing(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, sender: SmtpSender
) -> None:
    (one,) = alerts(session, settings)
    session.exec(select(Subscriber)).one().state = SubscriberState.ENDED
    session.commit()
    send(engine, sender, [one], settings)
    assert row(engine, one).state is DeliveryState.SUPPRESSED
    assert relay.messages == []


def test_two_that_send_the_same_at_once_send_each_once(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer
) -> None:
    ids = alerts(session, settings, 8)
    session.close()

    def one_of_two(_number: int) -> None:
        own = SmtpSender(Relay("127.0.0.1", relay.port, tls="none"))
        send(engine, own, ids, settings)
        own.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one_of_two, range(2)))
    assert len(relay.messages) == len(ids)
    with open_session(engine) as checking:
        accepted = DeliveryEvent.kind == DeliveryEventKind.ACCEPTED
        assert len(checking.exec(select(DeliveryEvent).where(accepted)).all()) == len(ids)
