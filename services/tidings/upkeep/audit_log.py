"""The log of what operators did: every entry is sealed by a hash over the one before.

Whoever changes, removes or slips in an entry breaks the chain from there on. The chain has no
secret: it shows what was altered by hand or by mistake, not what somebody with the whole database
took the trouble to compute anew.
"""

from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256

import orjson
from sqlmodel import Session, col, func, select, update

from tidings.clock import machine_now
from tidings.db.upsert import insert_ignore
from tidings.upkeep.models import AuditEntry, Tally

SEALED = "audit_entry.sealed"
"""The tally of sealed entries. Its row is what two who seal at once wait for each other at."""


@dataclass(frozen=True)
class Flaw:
    """The first entry that does not fit, by id (None: the end is missing), and why."""

    entry_id: int | None
    reason: str


def seal(previous: str, entry: AuditEntry) -> str:
    """Return the hash that stands for an entry and for all before it."""
    said = [previous, entry.actor, entry.action, entry.object, entry.at.astimezone(UTC).isoformat()]
    return sha256(orjson.dumps(said)).hexdigest()


def append(session: Session, *, actor: str, action: str, thing: str) -> None:
    """Write down what an operator did, sealed. The caller commits.

    The tally is counted first: its row is locked until the caller's transaction ends, so the next
    one reads the entry that this one wrote, and the chain never forks.
    """
    insert_ignore(session, Tally, [{"name": SEALED, "count": 0}])
    session.exec(update(Tally).where(col(Tally.name) == SEALED).values(count=col(Tally.count) + 1))
    last = select(col(AuditEntry.hash)).order_by(col(AuditEntry.id).desc()).limit(1)
    previous = session.exec(last).one_or_none() or ""
    entry = AuditEntry(
        actor=actor, action=action, object=thing, at=machine_now(), previous_hash=previous
    )
    entry.hash = seal(previous, entry)
    session.add(entry)
    session.flush()  # the next entry of this transaction follows on this one


def verify_audit_log(session: Session) -> Flaw | None:
    """Return the first entry that does not fit, None when all do.

    Entries from before there were seals have none; they may only stand at the beginning.
    """
    # Counted first: what is sealed while we read is one more than counted, and no flaw.
    counting = select(col(Tally.count)).where(col(Tally.name) == SEALED)
    counted = session.exec(counting).one_or_none() or 0
    previous, sealed = "", 0
    for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id))):
        if not sealed and not entry.hash:
            continue
        if entry.previous_hash != previous:
            return Flaw(entry.id, "it does not follow on the entry before it")
        if entry.hash != seal(previous, entry):
            return Flaw(entry.id, "it is not as it was sealed")
        previous, sealed = entry.hash, sealed + 1
    if sealed < counted:
        return Flaw(None, f"{counted} entries were sealed and {sealed} are there")
    return None


def entry_count(session: Session) -> int:
    """Return how many entries there are."""
    return session.exec(select(func.count()).select_from(AuditEntry)).one()
