"""Decide what becomes of a message whose hand-over nobody can know the end of."""

from datetime import datetime

import structlog
from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery import queries
from tidings.delivery.models import Delivery, DeliveryEventKind, DeliveryKind, DeliveryState
from tidings.notices.outcome_queries import wait_again

log = structlog.get_logger()

BATCH = 500


def expire_leases(session: Session, *, is_idempotent: bool, now: datetime) -> int:
    """Settle what a worker took and never came back from; return how many there were.

    Safe to call twice: a settled delivery is no longer sending.
    """
    rows = queries.expired(session, limit=BATCH)
    for row in rows:
        reason = f"{row.lease_owner} took it and did not come back"
        settle_unknown(session, row, is_idempotent=is_idempotent, reason=reason, now=now)
    commit(session, "leases.expired")
    return len(rows)


def settle_unknown(
    session: Session, row: Delivery, *, is_idempotent: bool, reason: str, now: datetime
) -> DeliveryState:
    """Send it again where that does no harm; the caller commits.

    A sender that takes the same key once is simply asked again. Otherwise a digest is not sent
    twice: its notices wait for the next one, marked as a possible repeat. Any other mail goes out
    once more under the same Message-ID, and then stays unknown.
    """
    was_unknown_before = queries.unknown_count(session, stored_id(row.id)) > 0
    queries.note_event(session, row, DeliveryEventKind.UNKNOWN, detail=reason, now=now)
    row.lease_owner, row.lease_until, row.last_error = None, None, reason
    if is_idempotent or not (was_unknown_before or row.kind is DeliveryKind.DIGEST):
        row.state, row.due_at = DeliveryState.PENDING, now
    else:
        row.state = DeliveryState.UNKNOWN
        wait_again(session, stored_id(row.id))
    log.warning("delivery.unknown", delivery_id=row.id, kind=row.kind, state=row.state)
    return row.state
