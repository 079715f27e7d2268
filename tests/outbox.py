"""Deliveries for tests: made as the product makes them, from a notice of an enrolled reader."""

from collections.abc import Collection
from datetime import datetime, timedelta

from builders import make_follow, make_notice, make_project
from conftest import NOW
from sources import record
from sqlalchemy import Engine
from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import open_session
from tidings.delivery.models import Delivery
from tidings.delivery.queries import events_of
from tidings.delivery.senders.base import Sender
from tidings.flows.compose_alerts import compose_alerts
from tidings.flows.compose_digest import compose_digest
from tidings.flows.deliver import DeliverOutcome, deliver
from tidings.flows.enroll import enroll
from tidings.flows.start_digests import start_digests
from tidings.notices.models import Notice
from tidings.projects.canonicalise import canonicalise
from tidings.projects.codec import pack
from tidings.projects.models import Award
from tidings.reporter.wire import Record
from tidings.subscribers.models import Cadence, DigestSchedule, Subscriber
from tidings.subscribers.queries import add_schedule


def notice_for(
    session: Session, settings: Settings, name: str, cadence: Cadence = Cadence.IMMEDIATE
) -> Notice:
    """Store a waiting notice of a reader of their own, who follows a study of their own."""
    reader_id = enroll(session, f"{name}@clinic.org", time_zone="UTC", settings=settings, now=NOW)
    reader = session.get_one(Subscriber, reader_id)
    project = make_project(session, f"CA{name.upper()}", current_appl_id=_award(session, name))
    return make_notice(session, make_follow(session, reader, project, cadence=cadence))


def alerts(session: Session, settings: Settings, count: int = 1) -> list[int]:
    """Put so many alerts into the outbox, each to a reader of its own."""
    for number in range(count):
        notice_for(session, settings, f"r{number}")
    return compose_alerts(session, settings=settings, now=NOW)


def digest(session: Session, settings: Settings, *, weeks: int = 0) -> int:
    """Put the one digest that is due so many weeks on into the outbox."""
    now = NOW + timedelta(weeks=weeks)
    run_ids = start_digests(session, now=now)
    (delivery_id,) = compose_digest(session, run_ids, settings=settings, now=now)
    return delivery_id


def weekly_notice(session: Session, settings: Settings) -> Notice:
    """Store a notice that waits for a weekly digest that is due now."""
    notice = notice_for(session, settings, "weekly", Cadence.WEEKLY)
    schedule = DigestSchedule(
        subscriber_id=notice.subscriber_id,
        cadence=Cadence.WEEKLY,
        next_due_at=NOW,
        last_due_at=NOW - timedelta(weeks=1),
    )
    add_schedule(session, schedule)
    session.commit()
    return notice


def send(
    engine: Engine,
    sender: Sender,
    ids: Collection[int],
    settings: Settings,
    *,
    now: datetime = NOW,
) -> DeliverOutcome:
    """Let a worker send these deliveries."""
    return deliver(engine, sender, ids, settings=settings, owner="test", now=now)


def row(engine: Engine, delivery_id: int) -> Delivery:
    """Return a delivery as it is stored now."""
    with open_session(engine) as session:
        return session.get_one(Delivery, delivery_id)


def trail(engine: Engine, delivery_id: int) -> list[str]:
    """Return what happened to a delivery, in one word each."""
    with open_session(engine) as session:
        return [event.kind.value for event in events_of(session, delivery_id)]


def _award(session: Session, name: str) -> int:
    shell = stored_id(make_project(session, f"X{name}").id)
    award = Award(
        appl_id=1000 + shell,
        project_id=shell,
        project_num="1R01CA1",
        content_hash="",
        body=pack(canonicalise(Record.model_validate(record()))),
        first_seen_at=NOW,
        changed_at=NOW,
    )
    session.add(award)
    session.commit()
    return award.appl_id
