"""Secret addresses, made and switched off while the process may be killed."""

from collections.abc import Iterator

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select
from tests.chaos.scene import Scene

from tidings.clock import machine_now
from tidings.db.session import open_session
from tidings.flows.close_feed import close_feed
from tidings.flows.enroll import enroll
from tidings.flows.open_feed import open_feed
from tidings.subscribers.models import Subscriber

READER = "calendar@clinic.org"


def open_calendar(scene: Scene, engine: Engine) -> None:
    """Give a reader the secret address of a calendar."""
    reader = _reader(scene, engine)
    with open_session(engine) as session:
        open_feed(session, subscriber_id=reader)


def close_calendar(scene: Scene, engine: Engine) -> None:
    """Switch it off."""
    reader = _reader(scene, engine)
    with open_session(engine) as session:
        close_feed(session, subscriber_id=reader)


def has_one_address(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether there is one address."""
    return _addresses(session, 1)


def has_no_address(_scene: Scene, session: Session) -> Iterator[str]:
    """Look whether none is left."""
    return _addresses(session, 0)


def _addresses(session: Session, wanted: int) -> Iterator[str]:
    there = session.exec(select(func.count(col(Subscriber.calendar_hash)))).one()
    if there != wanted:
        yield f"{there} calendars have an address, not {wanted}"


def _reader(scene: Scene, engine: Engine) -> int:
    with open_session(engine) as session:
        return enroll(session, READER, time_zone="UTC", settings=scene.settings, now=machine_now())
