"""Say what a reconcile found that the sweeps before it had not."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlmodel import Session

from tidings.audits import queries
from tidings.audits.models import AuditKind
from tidings.audits.recall import recall_of
from tidings.db.base import stored_id
from tidings.flows.plan_sweep import add_note
from tidings.projects.itinerary import PIECES, Piece
from tidings.projects.models import Sweep
from tidings.projects.sweep_queries import ids_quarantined, ids_seen
from tidings.rendering.filters import plural

log = structlog.get_logger()


def left_out(session: Session, sweep_id: int, pieces: Sequence[Piece]) -> int:
    """Return how many records of the parts that were counted whole came in none of their pieces.

    What came is counted once, however many pieces share it. A whole that grew or shrank while it
    was read is taken at its smaller count.
    """
    return sum(
        max(0, min(whole.total or 0, whole.total_last or 0) - came)
        for whole in pieces
        if whole.only_counted
        for came in [len(queries.ids_of_part(session, sweep_id, whole.part))]
    )


def note_recall(session: Session, sweep: Sweep, *, now: datetime) -> None:
    """Add the audit of a reconcile that was read to its end, and what it left out to its receipt.

    In the transaction that ends the sweep, so once a sweep. A miss is mended by then: its record
    was taken in as any other, and is told as news.
    """
    sweep_id = stored_id(sweep.id)
    seen = ids_seen(session, sweep_id)
    unreadable = ids_quarantined(session, sweep_id)
    outside = left_out(session, sweep_id, PIECES.validate_python(sweep.partitions))
    if outside:
        sweep.unexamined += outside
        add_note(sweep, f"{plural(outside, 'record')} came in no part")
    whole_at = queries.last_whole_at(session, before=sweep_id) or sweep.started_at
    outcome = recall_of(
        seen,
        new=queries.new_awards(session, sweep_id),
        unreadable=unreadable - queries.stored_among(session, unreadable),
        since=whole_at.date(),
        left_out=outside,
    )
    queries.add_audit(
        session,
        AuditKind.RECALL,
        outcome,
        started_at=sweep.started_at,
        finished_at=now,
        sweep_id=sweep_id,
    )
    say = log.info if outcome.is_well else log.error
    say("recall.audited", sweep_id=sweep_id, examined=outcome.examined, agreed=outcome.agreed)
