"""Take in that a reader reported our mail as spam, or unsubscribed at the mail provider."""

from datetime import datetime

import structlog
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery import queries
from tidings.delivery import suppression_queries as holds
from tidings.delivery.models import Delivery, DeliveryEventKind
from tidings.delivery.suppression import Reason, hold_for_good
from tidings.flows.end_reader import end_reader
from tidings.subscribers.models import EndedReason
from tidings.subscribers.queries import subscriber_locked

log = structlog.get_logger()

ENDINGS = {
    Reason.COMPLAINT: (DeliveryEventKind.COMPLAINED, EndedReason.COMPLAINED),
    Reason.UNSUBSCRIBED: (DeliveryEventKind.UNSUBSCRIBED, EndedReason.UNSUBSCRIBED),
}


def note_complaint(
    session: Session, delivery: Delivery, reason: Reason, *, detail: str, now: datetime
) -> bool:
    """End everything of the reader of this mail, given locked, without a word to them.

    ``reason`` is COMPLAINT or UNSUBSCRIBED. Their address gets nothing any more, not even a
    goodbye: whoever called one mail spam wants no other. False when it is noted already; safe to
    call twice, since all of it is one transaction.
    """
    kind, ended = ENDINGS[reason]
    known = {event.kind for event in queries.events_of(session, stored_id(delivery.id))}
    if kind not in known:
        queries.note_event(session, delivery, kind, detail=detail, now=now)
        reader = subscriber_locked(session, delivery.subscriber_id)
        if reader is not None:
            hold = hold_for_good(holds.hold_locked(session, reader.address_hash), reason, now=now)
            holds.put_hold(session, reader.address_hash, hold)
            end_reader(session, reader, reason=ended, now=now)
        log.info("delivery.complained", delivery_id=delivery.id, kind=kind)
    commit(session, "complaint.noted")
    return kind not in known
