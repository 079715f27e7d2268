"""SQL of what one reader was told: for their own programs."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlmodel import Session, col, select

from tidings.db.base import stored_id
from tidings.notices.models import Notice
from tidings.notices.reasons import REASONS
from tidings.projects.models import Change, Project


class Stories(NamedTuple):
    """What notices are about, by id."""

    projects: Mapping[int, Project]
    changes: Mapping[int, Change]


def notices_of(
    session: Session, subscriber_id: int, *, before: int | None, limit: int
) -> Sequence[Notice]:
    """Return the notices of a reader, newest first; ``before`` leaves out that one and later."""
    query = select(Notice).where(col(Notice.subscriber_id) == subscriber_id)
    if before is not None:
        query = query.where(col(Notice.id) < before)
    return session.exec(query.order_by(col(Notice.id).desc()).limit(limit)).all()


def stories_of(session: Session, notices: Collection[Notice]) -> Stories:
    """Return the projects and changes that these notices tell of."""
    project_ids = {notice.project_id for notice in notices}
    reasons = (one for notice in notices for one in REASONS.validate_python(notice.reasons))
    change_ids = {number for reason in reasons for number in reason.change_ids}
    projects = session.exec(select(Project).where(col(Project.id).in_(project_ids)))
    changes = session.exec(select(Change).where(col(Change.id).in_(change_ids)))
    return Stories(
        {stored_id(one.id): one for one in projects}, {stored_id(one.id): one for one in changes}
    )
