"""SQL of a replay about its own notices, and about those of the real store."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, and_, col, select, update

from tidings.db.base import stored_id
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


def notice_numbers(session: Session, subscriber_id: int) -> dict[tuple[int, int], int]:
    """Return the numbers of a reader's notices, by project and sweep."""
    rows = session.exec(select(Notice).where(col(Notice.subscriber_id) == subscriber_id))
    return {(row.project_id, row.sweep_id): stored_id(row.id) for row in rows}


def number_notices(
    session: Session, numbers: Mapping[tuple[int, int], int], *, unnumbered: int
) -> None:
    """Give the notices of a replay these numbers, those without one a number from there on."""
    rows = session.exec(select(col(Notice.id), col(Notice.project_id), col(Notice.sweep_id))).all()
    moved: dict[int, int] = {}
    for number, project_id, sweep_id in rows:
        old = stored_id(number)
        new = numbers.get((project_id, sweep_id), max(old, unnumbered + old % unnumbered))
        if new != old:
            moved[old] = new
    if not moved:
        return
    step = update(Notice).where(col(Notice.id) == bindparam("old")).values(id=bindparam("new"))
    # By way of negative numbers: a new one may be the old one of the next.
    connection = session.connection()
    connection.execute(step, [{"old": old, "new": -new} for old, new in moved.items()])
    connection.execute(step, [{"old": -new, "new": new} for new in moved.values()])
