"""What is kept, for how long, and what is never deleted."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from builders import make_follow, make_notice, make_project, make_reader
from conftest import NOW
from outbox import alerts, row
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.delivery.models import Delivery, DeliveryEvent, DeliveryEventKind
from tidings.delivery.queries import note_event
from tidings.flows.enroll import enroll
from tidings.flows.prune import HEARTBEAT_LIFE, TICK_LIFE, TOKEN_LIFE, UNCONFIRMED_LIFE, prune
from tidings.flows.subscribe import subscribe
from tidings.flows.unsubscribe import unsubscribe
from tidings.keys import alert_key
from tidings.notices.models import Notice
from tidings.subscribers.models import (
    ApiToken,
    EndedReason,
    Subscriber,
    SubscriberState,
    Token,
    TokenPurpose,
)
from tidings.subscribers.tokens import Scope
from tidings.subscribers.wishes import Wish
from tidings.upkeep.models import Heartbeat, Tick
from tidings.upkeep.queries import beat, ring_slot

LATER = NOW + timedelta(days=31)
MOMENT = timedelta(seconds=1)
NOTHING = {"subscriber": 0, "token": 0, "api_token": 0, "tick": 0, "heartbeat": 0}
ADDRESS = "r@clinic.org"


def ask(session: Session, settings: Settings, *, now: datetime = NOW) -> None:
    wish = Wish(follow_key="CA286969")
    subscribe(session, wish, address=ADDRESS, time_zone="UTC", settings=settings, now=now)


def make_token(session: Session, name: str, **values: Any) -> None:
    reader = session.exec(select(Subscriber)).one()
    plain: dict[str, Any] = {"created_at": NOW, "expires_at": NOW, "subscriber_id": reader.id}
    token = Token(token_hash=name, purpose=TokenPurpose.CONFIRM, **plain | values)
    session.add(token)
    session.commit()


def readers(session: Session) -> int:
    return len(session.exec(select(Subscriber)).all())


def test_whoever_never_confirmed_is_forgotten_after_a_month_with_mail_and_token(
    session: Session, settings: Settings
) -> None:
    make_project(session)
    ask(session, settings)
    assert prune(session, now=NOW + timedelta(days=29))["subscriber"] == 0
    assert prune(session, now=LATER)["subscriber"] == 1
    for table in (Subscriber, Token, Delivery):
        assert session.exec(select(table)).all() == []
    assert prune(session, now=LATER)["subscriber"] == 0


def test_whoever_asked_again_lately_is_kept(session: Session, settings: Settings) -> None:
    make_project(session)
    ask(session, settings)
    ask(session, settings, now=LATER - timedelta(days=1))
    prune(session, now=LATER)
    assert readers(session) == 1


def test_whoever_confirmed_once_left_and_asks_again_is_kept_with_what_they_were_told(
    session: Session, settings: Settings
) -> None:
    project = make_project(session)
    reader = enroll(session, ADDRESS, time_zone="UTC", settings=settings, now=NOW)
    make_notice(session, make_follow(session, session.get_one(Subscriber, reader), project))
    reason = EndedReason.UNSUBSCRIBED
    unsubscribe(session, Scope(reader), reason=reason, settings=settings, now=NOW)
    ask(session, settings)
    prune(session, now=NOW + timedelta(days=90))
    assert readers(session) == 1
    assert len(session.exec(select(Notice)).all()) == 1


def test_an_empty_store_loses_nothing(session: Session) -> None:
    assert prune(session, now=NOW) == NOTHING


def test_a_reader_is_forgotten_after_the_last_second_of_the_month_with_all_that_was_noted(
    session: Session, settings: Settings
) -> None:
    make_project(session)
    ask(session, settings)
    mail = session.exec(select(Delivery)).one()
    note_event(session, mail, DeliveryEventKind.ACCEPTED, detail="250", now=NOW)
    session.commit()
    assert prune(session, now=NOW + UNCONFIRMED_LIFE) == NOTHING
    assert readers(session) == 1
    assert prune(session, now=NOW + UNCONFIRMED_LIFE + MOMENT) == NOTHING | {"subscriber": 1}
    assert session.exec(select(DeliveryEvent)).all() == []


@pytest.mark.parametrize("state", [SubscriberState.ACTIVE, SubscriberState.ENDED])
def test_whoever_confirmed_stays_however_long_ago(state: SubscriberState, session: Session) -> None:
    reader = make_reader(session, state=state, created_at=NOW - timedelta(days=4000))
    make_follow(session, reader, make_project(session))
    assert prune(session, now=NOW) == NOTHING
    assert readers(session) == 1


def test_a_token_goes_a_month_after_it_expired_or_was_used(session: Session) -> None:
    make_reader(session)
    edge = NOW - TOKEN_LIFE
    make_token(session, "expired", expires_at=edge - MOMENT)
    make_token(session, "used", used_at=edge - MOMENT)
    make_token(session, "just expired", expires_at=edge)
    make_token(session, "just used", used_at=edge)
    make_token(session, "open", expires_at=NOW + timedelta(days=2))
    assert prune(session, now=NOW) == NOTHING | {"token": 2}
    left = set(session.exec(select(col(Token.token_hash))).all())
    assert left == {"just expired", "just used", "open"}


def test_a_programs_token_goes_a_month_after_it_expired_or_was_ended(session: Session) -> None:
    reader = stored_id(make_reader(session).id)
    edge = NOW - TOKEN_LIFE
    dates: dict[str, dict[str, Any]] = {
        "expired": {"expires_at": edge - MOMENT},
        "ended": {"ended_at": edge - MOMENT},
        "just expired": {"expires_at": edge},
        "just ended": {"ended_at": edge, "expires_at": NOW + timedelta(days=9)},
        "for ever": {},
    }
    for name, values in dates.items():
        plain: dict[str, Any] = {"token_hash": name, "name": name, "scopes": ["read:me"]}
        token = ApiToken(subscriber_id=reader, created_at=edge, **plain | values)
        session.add(token)
    session.commit()
    assert prune(session, now=NOW) == NOTHING | {"api_token": 2}
    left = set(session.exec(select(col(ApiToken.name))).all())
    assert left == {"just expired", "just ended", "for ever"}


def test_what_explains_past_messages_stays_for_years(
    engine: Engine, session: Session, settings: Settings
) -> None:
    (one,) = alerts(session, settings)
    assert prune(session, now=NOW + timedelta(days=4000)) == NOTHING
    kept = row(engine, one)
    notice = session.exec(select(Notice)).one()
    assert kept.key == alert_key(notice.subscriber_id, notice.project_id, notice.sweep_id)


def test_fresh_ticks_and_processes_that_live_stay(session: Session) -> None:
    almost = machine_now() + timedelta(minutes=1)
    for slot in (NOW, LATER):
        session.add(Tick(job="rows.prune", slot=slot, rung_at=almost - TICK_LIFE))
    session.add(Heartbeat(process="a:1", queue="mail", consumed_at=almost - HEARTBEAT_LIFE))
    ring_slot(session, "digests.start", NOW)
    beat(session, "here:1", "mail")
    session.commit()
    assert prune(session, now=NOW) == NOTHING
    assert len(session.exec(select(Tick)).all()) == 3
    assert len(session.exec(select(Heartbeat)).all()) == 2


def test_the_last_tick_of_each_entry_stays_and_dead_processes_go(session: Session) -> None:
    old = machine_now() - timedelta(days=20)
    for slot in (NOW, LATER):
        session.add(Tick(job="rows.prune", slot=slot, rung_at=old))
    session.add(Heartbeat(process="gone:1", queue="mail", consumed_at=old))
    session.commit()
    assert prune(session, now=NOW)["tick"] == 1
    assert [tick.slot for tick in session.exec(select(Tick))] == [LATER]
    assert session.exec(select(Heartbeat)).all() == []
