"""What is kept, for how long, and what is never deleted."""

from datetime import datetime, timedelta

from builders import make_follow, make_notice, make_project
from conftest import NOW
from sqlmodel import Session, select

from tidings.clock import machine_now
from tidings.config import Settings
from tidings.delivery.models import Delivery
from tidings.flows.enroll import enroll
from tidings.flows.prune import prune
from tidings.flows.subscribe import subscribe
from tidings.flows.unsubscribe import unsubscribe
from tidings.notices.models import Notice
from tidings.subscribers.models import EndedReason, Subscriber, Token
from tidings.subscribers.tokens import Scope
from tidings.subscribers.wishes import Wish
from tidings.upkeep.models import Heartbeat, Tick

LATER = NOW + timedelta(days=31)
ADDRESS = "r@clinic.org"


def ask(session: Session, settings: Settings, *, now: datetime = NOW) -> None:
    wish = Wish(follow_key="CA286969")
    subscribe(session, wish, address=ADDRESS, time_zone="UTC", settings=settings, now=now)


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


def test_the_last_tick_of_each_entry_stays_and_dead_processes_go(session: Session) -> None:
    old = machine_now() - timedelta(days=20)
    for slot in (NOW, LATER):
        session.add(Tick(job="rows.prune", slot=slot, rung_at=old))
    session.add(Heartbeat(process="gone:1", queue="mail", consumed_at=old))
    session.commit()
    assert prune(session, now=NOW)["tick"] == 1
    assert [tick.slot for tick in session.exec(select(Tick))] == [LATER]
    assert session.exec(select(Heartbeat)).all() == []
