"""SQL of what a saved search has told its reader: its feed."""

from collections.abc import Collection, Iterator, Sequence

from sqlmodel import Session, col, select

from tidings.db.base import stored_id
from tidings.notices.models import Notice, NoticeState
from tidings.notices.reasons import REASONS, SearchReason
from tidings.projects.models import Change, Project
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Subscriber

AT_ONCE = 200
FURTHEST = 4000
"""So many notices of a reader are looked through for those of one search."""

Find = tuple[Notice, SearchReason]
"""A notice that a saved search brought about, or helped to, and by what."""


def saved_search_of_feed(session: Session, feed_hash: str) -> tuple[SavedSearch, Subscriber] | None:
    """Return the saved search whose feed has the secret with this hash, and its reader."""
    return session.exec(
        select(SavedSearch, Subscriber)
        .join(Subscriber, col(Subscriber.id) == col(SavedSearch.subscriber_id))
        .where(col(SavedSearch.feed_hash) == feed_hash)
    ).one_or_none()


def finds_of(
    session: Session, saved: SavedSearch, *, before: int | None, limit: int
) -> Sequence[Find]:
    """Return what a saved search found, newest first; ``before`` leaves out that notice and later.

    What was not told since it had ended meanwhile is left out.
    """
    found: list[Find] = []
    for notice in _newest(session, saved.subscriber_id, before):
        reasons = REASONS.validate_python(notice.reasons)
        found += [
            (notice, reason)
            for reason in reasons
            if isinstance(reason, SearchReason) and reason.saved_search_id == saved.id
        ][:1]
        if len(found) == limit:
            break
    return found


def projects_and_changes(
    session: Session, finds: Collection[Find]
) -> tuple[dict[int, Project], dict[int, Change]]:
    """Return what these finds are about: projects and changes, by id."""
    project_ids = {notice.project_id for notice, _ in finds}
    change_ids = {change_id for _, reason in finds for change_id in reason.change_ids}
    projects = session.exec(select(Project).where(col(Project.id).in_(project_ids)))
    changes = session.exec(select(Change).where(col(Change.id).in_(change_ids)))
    return (
        {stored_id(one.id): one for one in projects},
        {stored_id(one.id): one for one in changes},
    )


def _newest(session: Session, subscriber_id: int, before: int | None) -> Iterator[Notice]:
    query = (
        select(Notice)
        .where(Notice.subscriber_id == subscriber_id, Notice.state != NoticeState.SKIPPED)
        .order_by(col(Notice.id).desc())
        .limit(AT_ONCE)
    )
    for _ in range(FURTHEST // AT_ONCE):
        chosen = query if before is None else query.where(col(Notice.id) < before)
        page = session.exec(chosen).all()
        yield from page
        if len(page) < AT_ONCE:
            return
        before = page[-1].id
