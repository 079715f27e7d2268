"""Note that a mail server took no message of ours, in the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.delivery import queries
from tidings.delivery import suppression_queries as holds
from tidings.delivery.models import Delivery, DeliveryEventKind, DeliveryState
from tidings.delivery.refusals import Fault, Refusal, read_answer, status_in
from tidings.delivery.suppression import WINDOW, Reason, after_soft_bounce, hold_for_good
from tidings.flows.end_reader import end_reader
from tidings.subscribers.models import EndedReason, Subscriber
from tidings.subscribers.queries import subscriber_locked

log = structlog.get_logger()

EVENTS = {
    Fault.ADDRESS: DeliveryEventKind.BOUNCED_HARD,
    Fault.SENDER: DeliveryEventKind.BOUNCED_SENDER,
}
"""Any other fault is a soft bounce."""

UNFIT = frozenset({Fault.SIZE, Fault.CONTENT})
"""It is the mail that is wrong, so somebody has to look at it."""


def note_refusal(session: Session, delivery: Delivery, refusal: Refusal, *, now: datetime) -> bool:
    """Note a refusal and what follows from it for the address; False when it is noted already.

    No such address: it gets nothing any more, and its reader's subscription ends. A mailbox that
    takes nothing: it rests after the third time. Our own domain: nothing for the address; see
    flows.guard_sender. Size and content: nothing but a loud line in the log, since it is a fault of
    ours. A refusal of a mail to an address that is not the reader's, or no longer, says nothing of
    theirs. Lock the delivery before; the caller commits.
    """
    fault = refusal.fault
    kind = EVENTS.get(fault, DeliveryEventKind.BOUNCED_SOFT)
    events = queries.events_of(session, stored_id(delivery.id))
    if (kind, refusal.detail) in {(event.kind, event.detail) for event in events}:
        return False
    queries.note_event(session, delivery, kind, detail=refusal.detail, now=now)
    log.info("delivery.bounced", delivery_id=delivery.id, kind=kind, fault=fault.name.lower())
    if fault in UNFIT:
        log.error("delivery.unfit", delivery_id=delivery.id, reason=fault.value)
    reader = subscriber_locked(session, delivery.subscriber_id)
    if reader is not None and _is_theirs(session, delivery):
        if fault is Fault.ADDRESS:
            _stop(session, reader, now=now)
        elif fault is Fault.MAILBOX:
            _rest(session, reader, now=now)
    return True


def _is_theirs(session: Session, delivery: Delivery) -> bool:
    """Say whether a mail went to the address that its reader has now."""
    if delivery.address is not None:
        return False
    moved_at = holds.address_changed_at(session, delivery.subscriber_id)
    return moved_at is None or (delivery.sent_at or delivery.due_at) >= moved_at


def _stop(session: Session, reader: Subscriber, *, now: datetime) -> None:
    hold = holds.hold_locked(session, reader.address_hash)
    hold = hold_for_good(hold, Reason.HARD, now=now)
    holds.put_hold(session, reader.address_hash, hold)
    end_reader(session, reader, reason=EndedReason.BOUNCED, now=now)


def _rest(session: Session, reader: Subscriber, *, now: datetime) -> None:
    session.flush()  # the event that brought us here is one of them
    details = holds.details_returned(session, stored_id(reader.id), since=now - WINDOW)
    recent = sum(Refusal(one, status_in(one)).fault is Fault.MAILBOX for one in details)
    hold = holds.hold_locked(session, reader.address_hash)
    after = after_soft_bounce(hold, recent, now=now)
    if after != hold and after is not None:
        holds.put_hold(session, reader.address_hash, after)
        log.info("address.rests", subscriber_id=reader.id, until=after.until)


def note_answers(
    session: Session, answered: Iterable[tuple[Delivery, str]], *, now: datetime
) -> None:
    """Note what a relay's own answers say of addresses, in the caller's transaction.

    ``answered`` are mails that it did not take, locked, with its words. Of those that are tried
    again only a refusal of our domain counts: whatever else is wrong may pass by then.
    """
    in_order = sorted(answered, key=lambda one: one[0].subscriber_id)  # nobody waits in a circle
    for delivery, words in in_order:
        refusal = read_answer(words)
        if refusal is None:
            continue
        is_over = delivery.state is DeliveryState.FAILED
        if is_over or refusal.fault is Fault.SENDER:
            note_refusal(session, delivery, refusal, now=now)
        if is_over and refusal.fault in UNFIT:
            delivery.last_error = f"{refusal.fault.value}, look at the mail itself: {words}"
