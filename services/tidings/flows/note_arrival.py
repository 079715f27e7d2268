"""Take in that a mail arrived, as far as a mail provider tells."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.delivery import suppression_queries as holds
from tidings.delivery.models import Delivery
from tidings.delivery.suppression import after_arrival
from tidings.subscribers.models import Subscriber


def note_arrival(session: Session, delivery: Delivery, *, now: datetime) -> bool:
    """End the rest of an address that a mail reached which was sent since; False if there is none.

    Nothing is kept of the arrival itself: "sent" is all that we claim. Safe to call twice.
    """
    reader = session.get_one(Subscriber, delivery.subscriber_id)
    hold = holds.hold_locked(session, reader.address_hash)
    sent_at = delivery.sent_at or now
    is_over = hold is not None and after_arrival(hold) is None and sent_at > hold.since
    if is_over and delivery.address is None:
        holds.put_hold(session, reader.address_hash, None)
    commit(session, "arrival.noted")
    return is_over
