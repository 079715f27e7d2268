"""What waits between a change and its mail, and since when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from tidings.db.base import stored_id
from tidings.delivery.suppression_queries import rests
from tidings.notices.models import DigestRun, DigestRunState, Notice, NoticeState
from tidings.projects.models import Change, Sweep, SweepState
from tidings.subscribers.models import Cadence, DigestSchedule, Subscriber, SubscriberState


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


def is_ripe() -> tuple[ColumnElement[bool], ...]:
    """Say which notices, of readers that are joined, are to be told at once by now.

    A sweep is matched through first: only then is it known how many alerts it brings a reader.
    """
    to_match = select(col(Change.id)).where(
        col(Change.sweep_id) == col(Notice.sweep_id),
        col(Change.processed_at).is_(None),
        col(Change.held_at).is_(None),
    )
    return (
        col(Notice.state) == NoticeState.WAITING,
        col(Notice.cadence) == Cadence.IMMEDIATE,
        col(Subscriber.state) == SubscriberState.ACTIVE,
        ~to_match.exists(),
    )


def alerts_waiting_since(session: Session) -> datetime | None:
    """Return since when a notice waits for its immediate mail; None when none does."""
    return session.exec(
        select(func.min(col(Notice.created_at)))
        .join(Subscriber, col(Subscriber.id) == col(Notice.subscriber_id))
        .where(*is_ripe())
    ).one()


def digests_due_since(session: Session, *, now: datetime) -> datetime | None:
    """Return since when a digest is due and not started; None when none is."""
    return session.exec(
        select(func.min(col(DigestSchedule.next_due_at)))
        .join(Subscriber, col(Subscriber.id) == col(DigestSchedule.subscriber_id))
        .where(
            col(DigestSchedule.next_due_at) <= now,
            col(Subscriber.state) == SubscriberState.ACTIVE,
            ~rests(now),
        )
    ).one()


def started_runs(session: Session, *, limit: int) -> Sequence[tuple[int, datetime]]:
    """Return the digest runs that are not composed, and when they were started, oldest first."""
    found = session.exec(
        select(col(DigestRun.id), col(DigestRun.started_at))
        .where(col(DigestRun.state) == DigestRunState.STARTED)
        .order_by(col(DigestRun.id))
        .limit(limit)
    )
    return [(stored_id(run_id), started_at) for run_id, started_at in found]
