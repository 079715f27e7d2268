"""Take in what the mail world says of one mail of ours."""

from datetime import datetime

from sqlmodel import Session

from tidings.config import Settings
from tidings.delivery import queries
from tidings.delivery.feedback import Feedback, FeedbackKind
from tidings.delivery.models import Delivery
from tidings.delivery.refusals import Refusal
from tidings.delivery.suppression import Reason
from tidings.delivery.suppression_queries import last_sent_to
from tidings.errors import RejectedError
from tidings.flows.note_arrival import note_arrival
from tidings.flows.note_bounce import note_bounce
from tidings.flows.note_complaint import note_complaint
from tidings.subscribers.addresses import AddressBook, normalise


def take_feedback(
    session: Session, feedback: Feedback, *, settings: Settings, now: datetime
) -> bool:
    """Bring one piece of feedback to the flow that it is for; False when nothing came of it.

    That is so for what is noted already, and for a delay, about which there is nothing to do. Safe
    to call twice, as those flows are. Raises RejectedError when no mail of ours is meant.
    """
    delivery = _delivery(session, feedback, settings)
    if delivery is None:
        session.rollback()
        raise RejectedError("no mail of ours is meant")
    match feedback.kind:
        case FeedbackKind.BOUNCED | FeedbackKind.REJECTED:
            refusal = feedback.refusal or Refusal(feedback.detail)
            return note_bounce(session, delivery, refusal, now=now)
        case FeedbackKind.COMPLAINED:
            return note_complaint(
                session, delivery, Reason.COMPLAINT, detail=feedback.detail, now=now
            )
        case FeedbackKind.UNSUBSCRIBED:
            return note_complaint(
                session, delivery, Reason.UNSUBSCRIBED, detail=feedback.detail, now=now
            )
        case FeedbackKind.DELIVERED:
            return note_arrival(session, delivery, now=now)
        case FeedbackKind.DEFERRED:
            session.rollback()
            return False


def _delivery(session: Session, feedback: Feedback, settings: Settings) -> Delivery | None:
    """Return the mail that is meant, locked: by its reference, its Message-ID or its address."""
    if feedback.delivery_id is not None:
        return queries.delivery_locked(session, feedback.delivery_id)
    if feedback.message_id:
        found = queries.by_message_id(session, feedback.message_id)
        if found is not None:
            return found
    if not feedback.address:
        return None
    try:
        name = AddressBook(settings.secret).hash(normalise(feedback.address))
    except RejectedError:
        return None
    last = last_sent_to(session, name)
    return queries.delivery_locked(session, last.id) if last is not None and last.id else None
