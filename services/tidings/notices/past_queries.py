"""SQL of a replay about its own notices."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, and_, col, select

from tidings.notices.models import Notice
from tidings.notices.reasons import REASONS
from tidings.searches.models import Match
from tidings.subscribers.models import DigestSchedule


class Notified(NamedTuple):
    """A notice of a replay: a study that was found, or so many changes."""

    at: datetime
    project_id: int
    is_find: bool
    changes: int


def schedule_of(session: Session, subscriber_id: int) -> DigestSchedule:
    """Return when the next digest of a replay is due; it has one reader and one cadence."""
    statement = select(DigestSchedule).where(col(DigestSchedule.subscriber_id) == subscriber_id)
    return session.exec(statement.execution_options(populate_existing=True)).one()


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
