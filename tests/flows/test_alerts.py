"""Alerts: one mail for each thing that a reader wants to be told at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from builders import make_follow, make_notice, make_project, make_reader
from conftest import NOW
from sqlalchemy import Engine
from sqlmodel import Session, select

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState
from tidings.flows.compose_alerts import compose_alerts
from tidings.keys import alert_key, message_id
from tidings.notices.models import Notice, NoticeState
from tidings.subscribers.models import Cadence, Follow, SubscriberState


def follow_of(session: Session, name: str = "reader", **values: object) -> Follow:
    project = make_project(session, f"CA-{name}")
    return make_follow(
        session, make_reader(session, name, **values), project, cadence=Cadence.IMMEDIATE
    )


def notices(session: Session) -> dict[int, Notice]:
    session.expire_all()
    return {stored_id(notice.id): notice for notice in session.exec(select(Notice))}


def test_each_waiting_notice_becomes_one_mail_that_is_due_now(
    session: Session, settings: Settings
) -> None:
    follow = follow_of(session)
    rows = [make_notice(session, follow) for _ in range(2)]
    first, second = (stored_id(notice.id) for notice in rows)
    names = [alert_key(follow.subscriber_id, follow.project_id, row.sweep_id) for row in rows]
    made = compose_alerts(session, settings=settings, now=NOW)
    mails = [session.get_one(Delivery, delivery) for delivery in made]
    assert [mail.key for mail in mails] == names
    assert mails[0].message_id == message_id(names[0], "tidings.example")
    assert {mail.kind for mail in mails} == {DeliveryKind.CHANGE_ALERT}
    assert {mail.state for mail in mails} == {DeliveryState.PENDING}
    assert {mail.due_at for mail in mails} == {NOW}
    assert {mail.subscriber_id for mail in mails} == {follow.subscriber_id}
    told = notices(session)
    assert [told[first].delivery_id, told[second].delivery_id] == made
    assert {notice.state for notice in told.values()} == {NoticeState.BUNDLED}


def test_a_second_call_makes_nothing_more(session: Session, settings: Settings) -> None:
    make_notice(session, follow_of(session))
    assert len(compose_alerts(session, settings=settings, now=NOW)) == 1
    assert compose_alerts(session, settings=settings, now=NOW + timedelta(days=1)) == []
    assert len(session.exec(select(Delivery)).all()) == 1


@pytest.mark.parametrize("state", [DeliveryState.PENDING, DeliveryState.SENT])
def test_a_notice_that_has_a_mail_gets_no_other_by_whatever_key_that_is(
    session: Session, settings: Settings, state: DeliveryState
) -> None:
    notice = make_notice(session, follow_of(session))
    [delivery] = compose_alerts(session, settings=settings, now=NOW)
    mail = session.get_one(Delivery, delivery)
    mail.key, mail.message_id, mail.state = f"alert:{notice.id}", "<as-before@x>", state
    session.commit()
    assert compose_alerts(session, settings=settings, now=NOW + timedelta(days=1)) == []
    (kept,) = session.exec(select(Delivery)).all()
    assert (kept.id, kept.message_id) == (delivery, "<as-before@x>")
    assert notices(session)[stored_id(notice.id)].delivery_id == delivery


def test_nothing_waiting_is_no_work(session: Session, settings: Settings) -> None:
    assert compose_alerts(session, settings=settings, now=NOW) == []


def test_at_most_the_limit_is_made_a_call_and_the_oldest_first(
    session: Session, settings: Settings
) -> None:
    follow = follow_of(session)
    ids = [stored_id(make_notice(session, follow).id) for _ in range(5)]
    sizes = [len(compose_alerts(session, settings=settings, now=NOW, limit=2)) for _ in range(4)]
    assert sizes == [2, 2, 1, 0]
    deliveries = [notices(session)[notice].delivery_id for notice in ids]
    assert deliveries == sorted(deliveries, key=lambda delivery: delivery or 0)


@pytest.mark.parametrize("cadence", [c for c in Cadence if c is not Cadence.IMMEDIATE])
def test_what_waits_for_a_digest_or_is_paused_gets_no_alert(
    session: Session, settings: Settings, cadence: Cadence
) -> None:
    make_notice(session, follow_of(session), cadence=cadence)
    assert compose_alerts(session, settings=settings, now=NOW) == []


@pytest.mark.parametrize("state", [s for s in NoticeState if s is not NoticeState.WAITING])
def test_only_waiting_notices_get_an_alert(
    session: Session, settings: Settings, state: NoticeState
) -> None:
    make_notice(session, follow_of(session), state=state)
    assert compose_alerts(session, settings=settings, now=NOW) == []


@pytest.mark.parametrize("state", [SubscriberState.PENDING, SubscriberState.ENDED])
def test_nobody_without_consent_gets_an_alert(
    session: Session, settings: Settings, state: SubscriberState
) -> None:
    make_notice(session, follow_of(session, "silent", state=state))
    notice = make_notice(session, follow_of(session, "reader"))
    [delivery] = compose_alerts(session, settings=settings, now=NOW, limit=1)
    assert session.get_one(Delivery, delivery).subscriber_id == notice.subscriber_id


def test_a_notice_whose_mail_is_in_the_outbox_already_joins_it(
    session: Session, settings: Settings
) -> None:
    notice = make_notice(session, follow_of(session))
    [delivery] = compose_alerts(session, settings=settings, now=NOW)
    notice.state, notice.delivery_id = NoticeState.WAITING, None  # as if put back by hand
    session.commit()
    assert compose_alerts(session, settings=settings, now=NOW) == []
    assert notices(session)[stored_id(notice.id)].delivery_id == delivery


def test_two_processes_at_once_make_each_mail_once(engine: Engine, settings: Settings) -> None:
    with open_session(engine) as session:
        follow = follow_of(session)
        for _ in range(20):
            make_notice(session, follow)
    made: list[int] = []

    def compose() -> None:
        with open_session(engine) as own:
            made.extend(compose_alerts(own, settings=settings, now=NOW, limit=7))

    for _ in range(3):
        with ThreadPoolExecutor(3) as pool:
            for future in [pool.submit(compose) for _ in range(3)]:
                future.result()
    assert len(made) == len(set(made)) == 20
