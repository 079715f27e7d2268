"""Settle what workers took and never came back from."""

from collections import defaultdict
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from tidings.clock import machine_now
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.db.time import database_now
from tidings.delivery import queries
from tidings.delivery.journal import Journals, Step
from tidings.delivery.models import Delivery
from tidings.flows.record_results import record_results

log = structlog.get_logger()

BATCH = 500

ELSEWHERE = timedelta(minutes=5)
"""How much longer a lease is left to whoever runs on the machine where its journal is."""


def expire_leases(
    session: Session, *, journals: Journals, is_idempotent: bool, now: datetime
) -> int:
    """Settle the deliveries whose lease ended; return how many there were.

    The journal of a lease says how far its worker came: what was not begun waits again, what was
    answered is recorded, and only the one message between its last byte and its answer is unknown.
    Without the journal all of them are. Safe to call twice: a settled delivery is no longer
    sending.
    """
    batches: defaultdict[str, list[Delivery]] = defaultdict(list)
    for row in queries.expired(session, limit=BATCH):
        batches[row.lease_owner or ""].append(row)
    here = {owner: rows for owner, rows in batches.items() if _is_for_us(session, journals, rows)}
    for owner, rows in here.items():
        trail = journals.read(owner)
        ends = {
            stored_id(row.id): (row, trail.fate(stored_id(row.id)) if trail else Step.HANDED_OVER)
            for row in rows
        }
        states = record_results(session, ends, is_idempotent=is_idempotent, now=now)
        log.warning("lease.expired", lease=owner, deliveries=len(rows), settled=states)
    commit(session, "leases.expired")
    for owner in here:
        journals.forget(owner)
    journals.forget_old(machine_now())
    return sum(map(len, here.values()))


def _is_for_us(session: Session, journals: Journals, rows: list[Delivery]) -> bool:
    """Say whether the journal is here, would be here, or nobody came who has it."""
    owner, until = rows[0].lease_owner or "", rows[0].lease_until
    waited = until is None or until + ELSEWHERE < database_now(session)
    return waited or journals.is_ours(owner) or journals.read(owner) is not None
