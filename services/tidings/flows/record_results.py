"""Write what became of deliveries into their rows, in the caller's transaction."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import structlog
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.delivery import queries, results
from tidings.delivery.journal import Step
from tidings.delivery.models import (
    Channel,
    Delivery,
    DeliveryEventKind,
    DeliveryKind,
    DeliveryState,
)
from tidings.delivery.results import Result
from tidings.flows.note_refusal import note_answers
from tidings.notices.outcome_queries import mark_told, wait_again

log = structlog.get_logger()

MOST_CRASHES = 5
"""A message that was in hand when so many attempts broke off is the likely cause: a dead letter."""

UNTAKEN = (DeliveryState.FAILED, DeliveryState.DEFERRED)


def record_results(
    session: Session,
    ends: Mapping[int, tuple[Delivery, Result | Step]],
    *,
    is_idempotent: bool,
    now: datetime,
) -> dict[DeliveryState, int]:
    """Write the end of each delivery, given with its locked row; return the counts by state.

    Those that nobody had begun wait again, and are not counted.
    """
    counts: Counter[DeliveryState] = Counter()
    told: list[int] = []
    for row, end in ends.values():
        row.lease_owner, row.lease_until = None, None
        if end is Step.UNTOUCHED:
            _release(row)
            continue
        result = _judged(row, end)
        if result.state is DeliveryState.UNKNOWN:
            _settle_unknown(session, row, result.detail, is_idempotent=is_idempotent, now=now)
        else:
            _write(session, row, result, now=now)
        if row.state is DeliveryState.SENT:
            told.append(stored_id(row.id))
        counts[row.state] += 1
        log.info("delivery.finished", delivery_id=row.id, kind=row.kind, state=row.state)
    mark_told(session, told)
    refused = [row for row, _ in ends.values() if row.state in UNTAKEN]
    mails = ((row, row.last_error) for row in refused if row.channel is Channel.MAIL)
    note_answers(session, mails, now=now)
    return dict(counts)


def _release(row: Delivery) -> None:
    row.state, row.attempts = DeliveryState.PENDING, row.attempts - 1


def _judged(row: Delivery, end: Result | Step) -> Result:
    """Return the result of an attempt; of one without an end, what it means that it broke off."""
    if isinstance(end, Result):
        return end
    row.crashes += 1
    if end is Step.HANDED_OVER:
        return results.unknown("the attempt broke off after the message was handed over")
    if row.crashes >= MOST_CRASHES:
        return results.failed(f"{row.crashes} attempts broke off with it in hand")
    return results.released("the attempt broke off before the message was handed over")


def _write(session: Session, row: Delivery, result: Result, *, now: datetime) -> None:
    row.state, row.due_at = result.state, result.due_at or row.due_at
    row.last_error = "" if result.state is DeliveryState.SENT else result.detail
    if result.state is DeliveryState.SENT:
        row.sent_at, row.subject = now, result.subject
    queries.note_event(session, row, result.event, detail=result.detail, now=now)


def _settle_unknown(
    session: Session, row: Delivery, reason: str, *, is_idempotent: bool, now: datetime
) -> None:
    """Send it again where that does no harm.

    A sender that takes the same key once is simply asked again. Otherwise a digest is not sent
    twice: its notices wait for the next one, marked as a possible repeat. Any other mail goes out
    once more under the same Message-ID, and then stays unknown. A webhook knows a repeat by its id
    and is asked again; a chat is like a mail, whatever takes our mail.
    """
    if row.channel is not Channel.MAIL:
        is_idempotent = row.channel is Channel.WEBHOOK
    was_unknown_before = queries.unknown_count(session, stored_id(row.id)) > 0
    queries.note_event(session, row, DeliveryEventKind.UNKNOWN, detail=reason, now=now)
    row.last_error = reason
    if is_idempotent or not (was_unknown_before or row.kind is DeliveryKind.DIGEST):
        row.state, row.due_at = DeliveryState.PENDING, now
    else:
        row.state = DeliveryState.UNKNOWN
        wait_again(session, stored_id(row.id))
    log.warning("delivery.unknown", delivery_id=row.id, kind=row.kind, state=row.state)
