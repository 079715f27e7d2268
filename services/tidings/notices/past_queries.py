"""SQL of a replay about its own notices."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, and_, col, func, select

from tidings.notices.models import Notice, NoticeState
from tidings.notices.reasons import REASONS
from tidings.searches.models import Match
from tidings.subscribers.models import Cadence, DigestSchedule


class Notified(NamedTuple):
    """A notice of a replay: a study that was found, or so many changes."""

    at: datetime
    project_id: int
    is_find: bool
    changes: int


def next_of(session: Session) -> Sequence[DigestSchedule]:
    """Return the schedules of a replay, which has one reader, that are due first, all at once."""
    first = select(func.min(col(DigestSchedule.next_due_at))).scalar_subquery()
    statement = select(DigestSchedule).where(col(DigestSchedule.next_due_at) == first)
    return session.exec(statement.execution_options(populate_existing=True)).all()


def waiting_cadences(session: Session) -> set[Cadence]:
    """Return the cadences at which anything waits to be told."""
    waiting = col(Notice.state) == NoticeState.WAITING
    return set(session.exec(select(col(Notice.cadence)).where(waiting).distinct()))


def notified(session: Session) -> list[Notified]:
    """Return all notices of a replay, which has one search, oldest first."""
    rows = session.exec(
        select(Notice, col(Match.project_id))
        .join(
            Match,
            and_(
                col(Match.project_id) == col(Notice.project_id),
                col(Match.sweep_id) == col(Notice.sweep_id),
            ),
            isouter=True,
        )
        .order_by(col(Notice.created_at), col(Notice.project_id))
    )
    return [
        Notified(
            notice.created_at,
            notice.project_id,
            bool(found),
            len({one for why in REASONS.validate_python(notice.reasons) for one in why.change_ids}),
        )
        for notice, found in rows
    ]
