"""Schedules of digests that are not as they should be, and how they are mended."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, or_, select, union_all
from sqlmodel import Session, col, func, update

from tidings.db.upsert import insert_ignore
from tidings.notices.models import DigestRun, Notice, NoticeState
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import (
    DIGEST_CADENCES,
    Cadence,
    DigestSchedule,
    Follow,
    Subscriber,
    SubscriberState,
)

SHORTEST = {
    Cadence.DAILY: timedelta(days=1),
    Cadence.WEEKLY: timedelta(weeks=1),
    Cadence.MONTHLY: timedelta(days=28),
}
"""How far ahead a digest is due at least before anything can be wrong with that."""

READER = (col(Subscriber.time_zone), col(Subscriber.digest_hour))

AT_ONCE = 1000
"""Rows that a server hands over at a time: there may be millions to look at."""


class Digests(NamedTuple):
    """The digests of one reader and cadence, and a moment in question: see who returns it.

    ``told_until`` is when the last of them ended, where that is asked.
    """

    subscriber_id: int
    cadence: Cadence
    moment: datetime
    time_zone: str
    hour: int
    told_until: datetime | None = None


def without_schedule(session: Session) -> Iterator[Digests]:
    """Give digests that active readers ask for and that have no schedule, and since when.

    Whoever follows a project or saved a search asks for one, and so does a notice that waits.
    """
    asked = union_all(*map(_asked, (Follow, SavedSearch)), _waited()).subquery()
    since = func.min(asked.c.since).label("since")
    there = select(col(DigestSchedule.subscriber_id)).where(
        col(DigestSchedule.subscriber_id) == asked.c.subscriber_id,
        col(DigestSchedule.cadence) == asked.c.cadence,
    )
    query = _of_active(
        select(asked.c.subscriber_id, asked.c.cadence, since, *READER)
        .join(Subscriber, col(Subscriber.id) == asked.c.subscriber_id)
        .where(~there.exists())
        .group_by(asked.c.subscriber_id, asked.c.cadence, *READER)
    )
    return _each(session, query)


def far_ahead(session: Session, *, now: datetime) -> Iterator[Digests]:
    """Give digests that are due later than their cadence is long, and when they are due."""
    far = [
        and_(col(DigestSchedule.cadence) == cadence, col(DigestSchedule.next_due_at) > now + ahead)
        for cadence, ahead in SHORTEST.items()
    ]
    query = _of_active(
        select(
            col(DigestSchedule.subscriber_id),
            col(DigestSchedule.cadence),
            col(DigestSchedule.next_due_at),
            *READER,
            col(DigestSchedule.last_due_at),
        )
        .join(Subscriber, col(Subscriber.id) == col(DigestSchedule.subscriber_id))
        .where(or_(*far))
    )
    return _each(session, query)


def without_run(session: Session, *, since: datetime, until: datetime) -> Iterator[Digests]:
    """Give digests of which no run is there, and the end of the last period, in that time."""
    run = select(col(DigestRun.id)).where(
        col(DigestRun.subscriber_id) == col(DigestSchedule.subscriber_id),
        col(DigestRun.cadence) == col(DigestSchedule.cadence),
        col(DigestRun.period_end) == col(DigestSchedule.last_due_at),
    )
    query = _of_active(
        select(
            col(DigestSchedule.subscriber_id),
            col(DigestSchedule.cadence),
            col(DigestSchedule.last_due_at),
            *READER,
        )
        .join(Subscriber, col(Subscriber.id) == col(DigestSchedule.subscriber_id))
        .where(col(DigestSchedule.last_due_at).between(since, until), ~run.exists())
    )
    return _each(session, query)


def last_ends(session: Session, found: Sequence[Digests]) -> Mapping[tuple[int, Cadence], datetime]:
    """Return when the last period ended that does have a run, by reader and cadence."""
    readers = {one.subscriber_id for one in found}
    ends = session.connection().execute(
        select(
            col(DigestRun.subscriber_id),
            col(DigestRun.cadence),
            func.max(col(DigestRun.period_end)),
        )
        .where(col(DigestRun.subscriber_id).in_(readers))
        .group_by(col(DigestRun.subscriber_id), col(DigestRun.cadence))
    )
    return {(subscriber_id, cadence): end for subscriber_id, cadence, end in ends}


def add_schedules(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert schedules that are not there; return how many."""
    return insert_ignore(session, DigestSchedule, rows)


def move_due(session: Session, moved: Mapping[Digests, datetime], *, now: datetime) -> int:
    """Let digests be due at these moments instead, unless somebody moved them meanwhile.

    What they claim to have told by a later moment than now, they have told by now.
    """
    if not moved:
        return 0
    told = col(DigestSchedule.last_due_at)
    statement = (
        update(DigestSchedule)
        .where(
            col(DigestSchedule.subscriber_id) == bindparam("reader"),
            col(DigestSchedule.cadence) == bindparam("which"),
            col(DigestSchedule.next_due_at) == bindparam("seen"),
        )
        .values(next_due_at=bindparam("due"), last_due_at=case((told > now, now), else_=told))
        .execution_options(preserve_rowcount=True)
    )
    rows = [
        {"reader": one.subscriber_id, "which": one.cadence, "seen": one.moment, "due": due}
        for one, due in moved.items()
    ]
    result = session.connection().execute(statement, rows)
    return result.rowcount


def _asked(table: Any) -> Any:
    reader: Any = col(table.subscriber_id)
    cadence: Any = col(table.cadence)
    since: Any = col(table.created_at)
    return select(
        reader.label("subscriber_id"), cadence.label("cadence"), since.label("since")
    ).where(col(table.ended_at).is_(None), cadence.in_(DIGEST_CADENCES))


def _waited() -> Any:
    return select(col(Notice.subscriber_id), col(Notice.cadence), col(Notice.created_at)).where(
        col(Notice.state) == NoticeState.WAITING, col(Notice.cadence).in_(DIGEST_CADENCES)
    )


def _of_active(query: Any) -> Any:
    return query.where(col(Subscriber.state) == SubscriberState.ACTIVE)


def _each(session: Session, query: Any) -> Iterator[Digests]:
    options = {"yield_per": AT_ONCE}
    return (Digests(*row) for row in session.connection().execute(query, execution_options=options))
