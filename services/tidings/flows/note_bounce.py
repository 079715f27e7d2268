"""Take in that a mail came back, and write no more to where none arrives."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.delivery.models import Delivery
from tidings.delivery.refusals import Refusal
from tidings.flows.note_refusal import note_refusal


def note_bounce(session: Session, delivery: Delivery, refusal: Refusal, *, now: datetime) -> bool:
    """Note a bounce of a mail of ours, given locked; False when the same is noted already.

    What follows for the address is in flows.note_refusal. Safe to call twice: event and
    suppression are one transaction that looks for the event first.
    """
    is_new = note_refusal(session, delivery, refusal, now=now)
    commit(session, "bounce.noted")
    return is_new
