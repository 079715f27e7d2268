"""Take in that a mail came back, and write no more to where none arrives."""

from datetime import datetime

import structlog
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery import queries
from tidings.delivery.bounces import Bounce
from tidings.delivery.models import DeliveryEventKind
from tidings.errors import RejectedError
from tidings.subscribers.models import Subscriber

log = structlog.get_logger()


def note_bounce(session: Session, bounce: Bounce, *, now: datetime) -> bool:
    """Note a bounce of a mail of ours; False when the same is noted already.

    A hard one suppresses the address: what waits for it is held back when it is claimed. Safe to
    call twice: event and suppression are one transaction that looks for the event first. Raises
    RejectedError when we sent no such message.
    """
    delivery = queries.by_message_id(session, bounce.message_id)
    if delivery is None:
        session.rollback()
        raise RejectedError(f"no mail of ours has the Message-ID {bounce.message_id}")
    hard, soft = DeliveryEventKind.BOUNCED_HARD, DeliveryEventKind.BOUNCED_SOFT
    kind = hard if bounce.is_hard else soft
    known = {
        (event.kind, event.detail) for event in queries.events_of(session, stored_id(delivery.id))
    }
    if (kind, bounce.detail) in known:
        session.rollback()
        return False
    queries.note_event(session, delivery, kind, detail=bounce.detail, now=now)
    if bounce.is_hard:
        reader = session.get_one(Subscriber, delivery.subscriber_id)
        queries.suppress(
            session, reader.address_hash, reason=f"it bounced: {bounce.detail}", now=now
        )
    commit(session, "bounce.noted")
    log.info("delivery.bounced", delivery_id=delivery.id, kind=kind)
    return True
