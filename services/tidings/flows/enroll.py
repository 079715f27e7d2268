"""Take in a reader whose consent the operator vouches for, without a confirm mail."""

from datetime import datetime

from sqlmodel import Session

from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.subscribers.addresses import AddressBook, normalise
from tidings.subscribers.consent import activate
from tidings.subscribers.models import Subscriber, SubscriberState
from tidings.subscribers.queries import add_subscriber
from tidings.subscribers.zones import known_zone


def enroll(
    session: Session, address: str, *, time_zone: str, settings: Settings, now: datetime
) -> int:
    """Return the id of the active subscriber with this address, made or confirmed if need be.

    For one's own machine and for the demo, where running the command is the consent. Safe to call
    twice: the address is unique, and a reader who is active stays as they are. Raises
    RejectedError for what is no address or no time zone.
    """
    reader = take_in(session, address, time_zone=time_zone, settings=settings, now=now)
    commit(session, "reader.enrolled")
    return stored_id(reader.id)


def take_in(
    session: Session, address: str, *, time_zone: str, settings: Settings, now: datetime
) -> Subscriber:
    """Return the subscriber with this address, active and locked; the caller commits."""
    normal = normalise(address)
    book = AddressBook(settings.secret)
    reader = add_subscriber(
        session,
        Subscriber(
            address=book.seal(normal),
            address_hash=book.hash(normal),
            time_zone=known_zone(time_zone).key,
            created_at=now,
        ),
    )
    if reader.state is not SubscriberState.ACTIVE:
        activate(reader, now=now)
    return reader
