"""How many rows waited longer than a bell takes, each counted once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, true
from sqlmodel import Session, col, func, select

from tidings.delivery.models import Delivery, DeliveryState
from tidings.delivery.suppression_queries import resting, rests
from tidings.notices.backlog import is_ripe
from tidings.notices.models import DigestRun, DigestRunState, Notice
from tidings.projects.models import Change, Sweep, SweepPage, SweepState
from tidings.subscribers.models import DigestSchedule, Subscriber, SubscriberState
from tidings.upkeep.brakes import brake_of


@dataclass(frozen=True)
class Span:
    """What has waited since a moment later than ``after`` (None: ever) and up to ``until``."""

    after: datetime | None
    until: datetime

    def holds(self, moment: datetime) -> bool:
        """Say whether a wait that began then is to be counted."""
        return moment <= self.until and (self.after is None or moment > self.after)

    def covers(self, since: Any) -> ColumnElement[bool]:
        """Say the same of a column."""
        later = true() if self.after is None else since > self.after
        return and_(since <= self.until, later)


def _changes(span: Span) -> Select[Any]:
    ended = func.coalesce(col(Sweep.finished_at), col(Sweep.started_at))
    return (
        _counting(Change)
        .join(Sweep, col(Sweep.id) == col(Change.sweep_id))
        .where(
            col(Change.processed_at).is_(None),
            col(Change.held_at).is_(None),
            col(Sweep.state) != SweepState.RUNNING,
            span.covers(ended),
        )
    )


def _alerts(span: Span) -> Select[Any]:
    return (
        _counting(Notice)
        .join(Subscriber, col(Subscriber.id) == col(Notice.subscriber_id))
        .where(*is_ripe(), span.covers(col(Notice.created_at)))
    )


def _digests(span: Span) -> Select[Any]:
    return (
        _counting(DigestSchedule)
        .join(Subscriber, col(Subscriber.id) == col(DigestSchedule.subscriber_id))
        .where(
            col(Subscriber.state) == SubscriberState.ACTIVE,
            ~rests(span.until),
            span.covers(col(DigestSchedule.next_due_at)),
        )
    )


def _runs(span: Span) -> Select[Any]:
    return _counting(DigestRun).where(
        col(DigestRun.state) == DigestRunState.STARTED, span.covers(col(DigestRun.started_at))
    )


def _deliveries(span: Span) -> Select[Any]:
    return _counting(Delivery).where(
        col(Delivery.state).in_((DeliveryState.PENDING, DeliveryState.DEFERRED)),
        ~resting(span.until),
        span.covers(col(Delivery.due_at)),
    )


def _counting(table: Any) -> Select[Any]:
    return select(func.count()).select_from(table)


WAITING: Mapping[str, Callable[[Span], Select[Any]]] = {
    "change": _changes,
    "alert": _alerts,
    "digest": _digests,
    "digest_run": _runs,
    "delivery": _deliveries,
}
"""What waits, by kind; a run is that of a digest which is started and not composed."""


def sweep_waits_since(session: Session, sweep_id: int) -> datetime | None:
    """Return when a sweep last got a page, or was started."""
    read = select(func.max(col(SweepPage.fetched_at))).where(col(SweepPage.sweep_id) == sweep_id)
    started = select(col(Sweep.started_at)).where(col(Sweep.id) == sweep_id)
    return session.exec(read).one() or session.exec(started).one_or_none()


def count_waiting(session: Session, kind: str, span: Span) -> int:
    """Return how many rows of a kind wait since a moment of the span; no mail that is stopped."""
    if kind == "delivery" and brake_of(session) is not None:
        return 0
    return session.connection().execute(WAITING[kind](span)).scalar_one()
