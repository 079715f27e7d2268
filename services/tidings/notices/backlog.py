"""What waits between a change and its mail, and since when."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from tidings.notices.models import DigestRun, DigestRunState, Notice, NoticeState
from tidings.projects.models import Change, Sweep, SweepState
from tidings.subscribers.models import Cadence, DigestSchedule


def unmatched_since(session: Session) -> datetime | None:
    """Return since when a change waits to be matched; None when none does."""
    return session.exec(
        select(func.min(col(Change.seen_at)))
        .join(Sweep, col(Sweep.id) == col(Change.sweep_id))
        .where(
            col(Change.processed_at).is_(None),
            col(Change.held_at).is_(None),
            col(Sweep.state) != SweepState.RUNNING,
        )
    ).one()


def alerts_waiting_since(session: Session) -> datetime | None:
    """Return since when a notice waits for its immediate mail; None when none does."""
    return session.exec(
        select(func.min(col(Notice.created_at))).where(
            col(Notice.state) == NoticeState.WAITING, col(Notice.cadence) == Cadence.IMMEDIATE
        )
    ).one()


def digests_due_since(session: Session, *, now: datetime) -> datetime | None:
    """Return since when a digest is due and not started; None when none is."""
    return session.exec(
        select(func.min(col(DigestSchedule.next_due_at))).where(
            col(DigestSchedule.next_due_at) <= now
        )
    ).one()


def started_run_ids(session: Session, *, limit: int) -> list[int]:
    """Return the digest runs that are started and not composed, oldest first."""
    found = session.exec(
        select(col(DigestRun.id))
        .where(col(DigestRun.state) == DigestRunState.STARTED)
        .order_by(col(DigestRun.id))
        .limit(limit)
    )
    return [run_id for run_id in found if run_id is not None]
