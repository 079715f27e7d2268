"""All SQL that turns notices into calls of endpoints."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, func, select, update

from tidings.notices.letter_queries import Told
from tidings.notices.models import Notice, NoticeState
from tidings.projects.models import Award, Project
from tidings.subscribers.models import Subscriber, SubscriberState


class WaitingCall(NamedTuple):
    """A notice that waits for its calls; ``may_go`` unless it, or its reader, has ended since."""

    notice: Notice
    reader: Subscriber

    @property
    def may_go(self) -> bool:
        """Whether it is still to be told."""
        is_told = self.notice.state is not NoticeState.SKIPPED
        return is_told and self.reader.state is SubscriberState.ACTIVE


class CallRows(NamedTuple):
    """What calls are written from, by id."""

    notices: Mapping[int, Notice]
    readers: Mapping[int, Subscriber]
    projects: Mapping[int, Project]


def waiting_calls(session: Session, *, limit: int) -> Sequence[WaitingCall]:
    """Return notices that wait for their calls, oldest first.

    Rows that another process is at already are passed over.
    """
    rows = session.exec(
        select(Notice, Subscriber)
        .join(Subscriber, col(Subscriber.id) == col(Notice.subscriber_id))
        .where(col(Notice.calls_waiting))
        .order_by(col(Notice.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=Notice)
        .execution_options(populate_existing=True)
    ).all()
    return [WaitingCall(notice, reader) for notice, reader in rows]


def mark_called(session: Session, notice_ids: Collection[int]) -> None:
    """Note that the calls of these notices are made."""
    session.exec(update(Notice).where(col(Notice.id).in_(notice_ids)).values(calls_waiting=False))


def calls_waiting_since(session: Session) -> datetime | None:
    """Return since when a notice waits for its calls; None when none does."""
    waiting = select(func.min(col(Notice.created_at))).where(col(Notice.calls_waiting))
    return session.exec(waiting).one()


def count_told(session: Session, subscriber_id: int, sweep_id: int) -> int:
    """Return of how many studies a reader is told after a sweep."""
    return session.exec(
        select(func.count())
        .select_from(Notice)
        .where(
            col(Notice.subscriber_id) == subscriber_id,
            col(Notice.sweep_id) == sweep_id,
            col(Notice.state) != NoticeState.SKIPPED,
        )
    ).one()


def rows_of_calls(session: Session, notice_ids: Collection[int]) -> CallRows:
    """Return these notices with their readers and projects."""
    rows = session.exec(
        select(Notice, Subscriber, Project)
        .join(Subscriber, col(Subscriber.id) == col(Notice.subscriber_id))
        .join(Project, col(Project.id) == col(Notice.project_id))
        .where(col(Notice.id).in_(notice_ids))
    ).all()
    return CallRows(
        {notice.id: notice for notice, _, _ in rows if notice.id is not None},
        {reader.id: reader for _, reader, _ in rows if reader.id is not None},
        {project.id: project for _, _, project in rows if project.id is not None},
    )


def told_by_call(session: Session, notice_id: int | None) -> Sequence[Told]:
    """Return the notice that a call tells, with its project as it stands now; none of a mail."""
    return [
        Told(*row)
        for row in session.exec(
            select(Notice, Project, Award)
            .join(Project, col(Project.id) == col(Notice.project_id))
            .join(Award, col(Award.appl_id) == col(Project.current_appl_id))
            .where(col(Notice.id) == notice_id)
        )
    ]
