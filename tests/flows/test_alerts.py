"""Alerts: one mail for each thing that a reader wants to be told at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from builders import make_follow, make_notice, make_project, make_reader, make_sweep
from conftest import NOW
from sqlalchemy import Engine
from sqlmodel import Session, select

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery, DeliveryKind, DeliveryState
from tidings.delivery.ops_queries import last_trouble
from tidings.delivery.queries import due_delivery_ids
from tidings.flows.compose_alerts import compose_alerts
from tidings.keys import alert_key, message_id, roll_up_key
from tidings.notices.alerts import TOO_MANY
from tidings.notices.backlog import alerts_waiting_since
from tidings.notices.models import Notice, NoticeState
from tidings.notices.quiet import LONGEST_QUIET
from tidings.projects.models import Award, Change, ChangeKind, Severity
from tidings.subscribers.models import Cadence, DigestSchedule, Follow, SubscriberState


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


def test_at_most_so_many_readers_have_theirs_made_a_call_and_the_longest_waiting_first(
    session: Session, settings: Settings
) -> None:
    follows = [follow_of(session, f"reader-{number}") for number in range(5)]
    ids = [stored_id(make_notice(session, follow).id) for follow in reversed(follows)]
    sizes = [len(compose_alerts(session, settings=settings, now=NOW, limit=2)) for _ in range(4)]
    assert sizes == [2, 2, 1, 0]
    deliveries = [notices(session)[notice].delivery_id or 0 for notice in ids]
    assert max(deliveries[:2]) < min(deliveries[2:4]) <= max(deliveries[2:4]) < deliveries[4]


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


def studies(session: Session, follow: Follow, count: int, **values: object) -> list[Notice]:
    """Store notices of one reader about so many studies, after one sweep."""
    sweep = stored_id(make_sweep(session).id)
    return [
        make_notice(
            session,
            follow,
            sweep_id=sweep,
            project_id=make_project(session, f"CA{sweep}{number}").id,
            **values,
        )
        for number in range(count)
    ]


def test_many_alerts_of_one_sweep_become_one_mail(session: Session, settings: Settings) -> None:
    follow, other = follow_of(session), follow_of(session, "other")
    many = studies(session, follow, 11)
    few = studies(session, other, 10)
    made = compose_alerts(session, settings=settings, now=NOW)
    kinds = [session.get_one(Delivery, number).kind for number in made]
    assert sorted(kinds) == [DeliveryKind.CHANGE_ALERT] * 10 + [DeliveryKind.ROLL_UP]
    told = notices(session)
    roll_up = session.exec(select(Delivery).where(Delivery.kind == DeliveryKind.ROLL_UP)).one()
    assert {told[stored_id(one.id)].delivery_id for one in many} == {roll_up.id}
    assert len({told[stored_id(one.id)].delivery_id for one in few}) == 10
    first = min(one.project_id for one in many)
    key = roll_up_key(follow.subscriber_id, first, many[0].sweep_id)
    assert (roll_up.key, roll_up.message_id) == (key, message_id(key, "tidings.example"))
    late = studies(session, follow, 1)  # of another sweep
    assert len(compose_alerts(session, settings=settings, now=NOW)) == len(late)


def test_a_sweep_is_matched_through_before_its_alerts_are_made(
    session: Session, settings: Settings
) -> None:
    follow = follow_of(session)
    notice = make_notice(session, follow)
    session.add(
        Award(
            appl_id=1,
            project_id=follow.project_id,
            project_num="5R01CA000001-01",
            fiscal_year=2026,
            content_hash="x",
            body=b"",
            first_seen_at=NOW,
            changed_at=NOW,
        )
    )
    session.flush()
    session.add(
        change := Change(
            project_id=follow.project_id,
            appl_id=1,
            version=2,
            sweep_id=notice.sweep_id,
            kind=ChangeKind.TITLE_CHANGED,
            severity=Severity.INFO,
            field="project_title",
            seen_at=NOW,
        )
    )
    session.commit()
    assert compose_alerts(session, settings=settings, now=NOW) == []
    assert alerts_waiting_since(session) is None
    change.held_at = NOW  # is not matched before an operator says so
    session.commit()
    assert len(compose_alerts(session, settings=settings, now=NOW)) == 1


def test_what_is_too_much_for_a_day_joins_the_next_digest_the_gravest_first(
    session: Session, settings: Settings
) -> None:
    few = settings.model_copy(update={"alerts_a_day": 3})
    follow = follow_of(session)
    studies(session, follow, 2)
    assert len(compose_alerts(session, settings=few, now=NOW)) == 2
    calm = make_notice(session, follow)
    grave = make_notice(session, follow, severity=Severity.CRITICAL)
    assert len(compose_alerts(session, settings=few, now=NOW + timedelta(hours=1))) == 1
    told = notices(session)
    assert told[stored_id(grave.id)].state is NoticeState.BUNDLED
    waits = told[stored_id(calm.id)]
    assert (waits.state, waits.cadence) == (NoticeState.WAITING, Cadence.DAILY)
    assert waits.skipped_reason == TOO_MANY
    schedule = session.exec(select(DigestSchedule)).one()
    assert (schedule.cadence, schedule.next_due_at) == (Cadence.DAILY, NOW + timedelta(hours=25))
    make_notice(session, follow)
    assert len(compose_alerts(session, settings=few, now=NOW + timedelta(hours=25))) == 1


NIGHT = NOW.replace(hour=4)
"""23:00 in New York, where quiet hours end at 07:00, which is NOW."""


def test_an_alert_made_in_quiet_hours_waits_for_their_end_and_no_longer(
    session: Session, settings: Settings
) -> None:
    make_notice(session, follow_of(session))
    loud = make_notice(session, follow_of(session, "loud", quiet_from=7, quiet_until=7))
    quiet, at_once = compose_alerts(session, settings=settings, now=NIGHT)
    mail = session.get_one(Delivery, quiet)
    assert (mail.state, mail.due_at, mail.created_at) == (DeliveryState.DEFERRED, NOW, NIGHT)
    assert notices(session)[stored_id(loud.id)].delivery_id == at_once
    assert due_delivery_ids(session, now=NIGHT, limit=9) == [at_once]
    assert due_delivery_ids(session, now=NOW - timedelta(seconds=1), limit=9) == [at_once]
    assert due_delivery_ids(session, now=NOW, limit=9) == [at_once, quiet]
    assert last_trouble(session) == ""


def test_the_longest_quiet_is_no_clock_that_was_set_back(
    session: Session, settings: Settings
) -> None:
    until = (NIGHT - timedelta(hours=5)).hour + LONGEST_QUIET - 24
    make_notice(session, follow_of(session, quiet_from=23, quiet_until=until % 24))
    [delivery] = compose_alerts(session, settings=settings, now=NIGHT)
    due = session.get_one(Delivery, delivery).due_at
    assert due == NIGHT + timedelta(hours=LONGEST_QUIET)
    assert due_delivery_ids(session, now=NIGHT, limit=9) == []
