"""Mail through a real relay: what was taken, refused, put off, or never answered."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from conftest import NOW
from outbox import alerts, digest, notice_for, row, send, trail, weekly_notice
from relay import HANG_UP, RelayServer
from sqlalchemy import Engine
from sqlmodel import Session, delete, select

from tidings.config import Settings
from tidings.db.session import open_session
from tidings.delivery.backoff import MAX_ATTEMPTS
from tidings.delivery.models import DeliveryState, Suppression
from tidings.delivery.ops_queries import failures
from tidings.delivery.queries import DUE_STATES, due_delivery_ids
from tidings.delivery.senders.smtp import GREYLIST_WAIT, Relay, SmtpSender
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.deliver import RELAY_FAILURES
from tidings.notices.models import Notice, NoticeState
from tidings.subscribers.models import Subscriber, SubscriberState
from tidings.upkeep.models import Breaker

pytestmark = pytest.mark.timeout(90)

LATER = NOW + timedelta(hours=7)


def let_the_breaker_close(engine: Engine) -> None:
    """Let the pause pass for which a relay that takes nothing is left alone."""
    with open_session(engine) as session:
        session.exec(delete(Breaker))
        session.commit()


def try_to_the_end(
    engine: Engine, smtp: SmtpSender, delivery_id: int, settings: Settings
) -> datetime:
    """Send a mail whenever it is due; return when it was given up."""
    now = NOW
    while row(engine, delivery_id).state in DUE_STATES:
        now = max(row(engine, delivery_id).due_at, now)
        let_the_breaker_close(engine)
        send(engine, smtp, [delivery_id], settings, now=now)
    return now


def test_a_batch_goes_out_over_one_connection(
    engine: Engine, session: Session, settings: Settings, smtp: SmtpSender, relay: RelayServer
) -> None:
    ids = alerts(session, settings, 5)
    assert send(engine, smtp, ids, settings).states == {DeliveryState.SENT: 5}
    assert {row(engine, one).message_id for one in ids} == {
        message["Message-ID"] for message in relay.messages
    }
    assert relay.connections == 1
    assert relay.messages[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    session.expire_all()
    assert {notice.state for notice in session.exec(select(Notice))} == {NoticeState.TOLD}


def test_a_connection_that_the_relay_closed_meanwhile_is_opened_again(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer
) -> None:
    first, second = alerts(session, settings, 2)
    sender = SmtpSender(Relay("127.0.0.1", relay.port, tls="none"))
    send(engine, sender, [first], settings)
    sender.close()
    sender.close()
    send(engine, sender, [second], settings)
    sender.close()
    assert (len(relay.messages), relay.connections) == (2, 2)


@pytest.mark.parametrize("answer", ["450 4.2.0 greylisted", "421 4.3.2 going down"])
def test_what_is_put_off_is_tried_again_later_and_then_sent(
    answer: str,
    engine: Engine,
    session: Session,
    settings: Settings,
    relay: RelayServer,
    smtp: SmtpSender,
) -> None:
    (one,) = alerts(session, settings)
    relay.answer = lambda _count: answer
    send(engine, smtp, [one], settings)
    put_off = row(engine, one)
    assert (put_off.state, put_off.due_at > NOW) == (DeliveryState.DEFERRED, True)
    assert answer[:3] in put_off.last_error
    assert send(engine, smtp, [one], settings).states == {}
    relay.answer = lambda _count: "250 OK"
    send(engine, smtp, [one], settings, now=LATER)
    sent = row(engine, one)
    assert (sent.state, sent.attempts, sent.last_error) == (DeliveryState.SENT, 2, "")
    assert sent.sent_at == LATER
    assert trail(engine, one) == ["deferred", "accepted"]


def test_a_greylisting_relay_is_asked_again_after_its_usual_wait(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, smtp: SmtpSender
) -> None:
    (one,) = alerts(session, settings)
    relay.answer_to_recipient = "450 4.2.0 greylisted"
    send(engine, smtp, [one], settings)
    assert row(engine, one).due_at == NOW + GREYLIST_WAIT


@pytest.mark.parametrize("at_the_end", [False, True])
def test_what_the_relay_refuses_is_a_dead_letter_with_its_answer(
    *,
    at_the_end: bool,
    engine: Engine,
    session: Session,
    settings: Settings,
    relay: RelayServer,
    smtp: SmtpSender,
) -> None:
    (one,) = alerts(session, settings)
    if at_the_end:
        relay.answer = lambda _count: "550 5.7.1 no"
    else:
        relay.answer_to_recipient = "550 5.7.1 no"
    send(engine, smtp, [one], settings)
    assert [(letter.id, letter.state) for letter in failures(session)] == [
        (one, DeliveryState.FAILED)
    ]
    session.commit()
    assert "550 5.7.1 no" in row(engine, one).last_error
    assert send(engine, smtp, [one], settings, now=LATER).states == {}


def test_a_refused_mail_does_not_hinder_the_others_of_its_batch(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, smtp: SmtpSender
) -> None:
    ids = alerts(session, settings, 3)
    answers = iter(["250 OK", "550 5.7.1 no", "250 OK"])
    relay.answer = lambda _count: next(answers)
    outcome = send(engine, smtp, ids, settings)
    assert outcome.states == {DeliveryState.SENT: 2, DeliveryState.FAILED: 1}
    assert row(engine, ids[1]).state is DeliveryState.FAILED
    assert relay.connections == 1


def test_an_unreachable_relay_is_tried_for_a_day_or_longer_and_then_visible(
    engine: Engine, session: Session, settings: Settings
) -> None:
    nowhere = SmtpSender(Relay("127.0.0.1", 9, tls="none"))
    (one,) = alerts(session, settings)
    given_up = try_to_the_end(engine, nowhere, one, settings)
    assert given_up - NOW > timedelta(days=1)
    letter = row(engine, one)
    assert (letter.state, letter.attempts) == (DeliveryState.FAILED, MAX_ATTEMPTS)
    assert f"given up after {MAX_ATTEMPTS} attempts" in letter.last_error
    assert "cannot reach the mail server 127.0.0.1:9" in letter.last_error


def test_a_relay_that_greylists_for_ever_is_not_given_up_within_the_hour(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, smtp: SmtpSender
) -> None:
    (one,) = alerts(session, settings)
    relay.answer_to_recipient = "451 4.7.1 greylisted"
    assert try_to_the_end(engine, smtp, one, settings) - NOW > timedelta(days=1)


def test_an_alert_whose_reply_was_lost_goes_out_once_more_under_the_same_name(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, smtp: SmtpSender
) -> None:
    (one,) = alerts(session, settings)
    relay.answer = lambda _count: HANG_UP
    send(engine, smtp, [one], settings)
    assert row(engine, one).state is DeliveryState.PENDING
    send(engine, smtp, [one], settings)
    assert row(engine, one).state is DeliveryState.UNKNOWN
    send(engine, smtp, [one], settings, now=LATER)
    assert len(relay.messages) == 2
    assert len({message["Message-ID"] for message in relay.messages}) == 1
    assert trail(engine, one) == ["unknown", "unknown"]
    assert due_delivery_ids(session, now=NOW + timedelta(days=9), limit=9) == []
    session.commit()
    assert compose_alerts(session, settings=settings, now=LATER) == []


def test_a_digest_whose_reply_was_lost_is_told_by_the_next_one_as_a_possible_repeat(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, smtp: SmtpSender
) -> None:
    notice = weekly_notice(session, settings)
    relay.answer = lambda _count: HANG_UP
    first = digest(session, settings)
    send(engine, smtp, [first], settings)
    assert row(engine, first).state is DeliveryState.UNKNOWN
    session.expire_all()
    waiting = session.get_one(Notice, notice.id)
    assert (waiting.state, waiting.may_repeat) == (NoticeState.WAITING, True)

    relay.answer = lambda _count: "250 OK"
    next_one = digest(session, settings, weeks=1)
    send(engine, smtp, [first, next_one], settings, now=NOW + timedelta(weeks=1))
    assert row(engine, next_one).state is DeliveryState.SENT
    told = [
        message.as_string().count("may have told you this already") for message in relay.messages
    ]
    assert told == [0, 2]  # in the text and in the HTML


def test_who_ended_meanwhile_gets_nothing(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, smtp: SmtpSender
) -> None:
    (one,) = alerts(session, settings)
    session.exec(select(Subscriber)).one().state = SubscriberState.ENDED
    session.commit()
    send(engine, smtp, [one], settings)
    assert row(engine, one).state is DeliveryState.SUPPRESSED
    assert relay.messages == []


def test_a_suppressed_address_gets_nothing_and_the_others_their_own(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer, smtp: SmtpSender
) -> None:
    notice_for(session, settings, "silent")
    silent = session.exec(select(Subscriber)).one().address_hash
    session.add(Suppression(address_hash=silent, reason="hard", since=NOW))
    first, second = alerts(session, settings)
    send(engine, smtp, [first, second], settings)
    assert row(engine, first).last_error == "the address gets nothing: there is no such address"
    assert trail(engine, first) == ["suppressed"]
    assert [message["To"] for message in relay.messages] == ["r0@clinic.org"]


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
    assert [trail(engine, one) for one in ids] == [["accepted"]] * len(ids)


def test_a_relay_that_takes_nothing_is_left_alone_and_mail_of_a_batch_is_not_counted_against(
    engine: Engine, session: Session, settings: Settings, relay: RelayServer
) -> None:
    ids = alerts(session, settings, 4)
    session.close()
    nowhere = SmtpSender(Relay("127.0.0.1", 9, tls="none"))
    for _ in range(RELAY_FAILURES):
        send(engine, nowhere, ids, settings)
    tried = [row(engine, one).attempts for one in ids]
    assert tried == [1, 1, 1, 0]
    assert send(engine, nowhere, ids, settings, now=LATER).states == {}
    assert [row(engine, one).attempts for one in ids] == tried
    let_the_breaker_close(engine)
    working = SmtpSender(Relay("127.0.0.1", relay.port, tls="none"))
    send(engine, working, ids, settings, now=LATER)
    working.close()
    assert len(relay.messages) == 4
