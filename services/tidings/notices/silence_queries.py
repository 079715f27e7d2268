"""What is stored about one reader and one project."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, and_, col, select

from tidings.delivery.models import Delivery
from tidings.notices.models import Notice
from tidings.projects.models import Change, Sweep, SweepState
from tidings.searches.models import Match, SavedSearch, Search
from tidings.subscribers.models import Cadence, DigestSchedule, Follow, Subscriber

Wished = tuple[SavedSearch, Search, Match | None]
"""A saved search, what it asks, and its find of the project if there is one."""


def reader_by_hash(session: Session, address_hash: str) -> Subscriber | None:
    """Return the reader with this address."""
    query = select(Subscriber).where(col(Subscriber.address_hash) == address_hash)
    return session.exec(query).one_or_none()


def notices_about(
    session: Session, subscriber_id: int, project_id: int
) -> Sequence[tuple[Notice, Delivery | None]]:
    """Return the notices of a reader about a project, newest first, with their mails."""
    rows = session.exec(
        select(Notice, Delivery)
        .join(Delivery, col(Delivery.id) == col(Notice.delivery_id), isouter=True)
        .where(col(Notice.subscriber_id) == subscriber_id, col(Notice.project_id) == project_id)
        .order_by(col(Notice.id).desc())
    )
    return [(notice, delivery) for notice, delivery in rows]


def follows_about(session: Session, subscriber_id: int, project_id: int) -> Sequence[Follow]:
    """Return every follow of a project by a reader, also those that ended, newest first."""
    return session.exec(
        select(Follow)
        .where(col(Follow.subscriber_id) == subscriber_id, col(Follow.project_id) == project_id)
        .order_by(col(Follow.id).desc())
    ).all()


def searches_about(session: Session, subscriber_id: int, project_id: int) -> Sequence[Wished]:
    """Return all that a reader saved, also what ended, newest first, with its find of a project."""
    found = and_(
        col(Match.search_id) == col(SavedSearch.search_id), col(Match.project_id) == project_id
    )
    rows = session.exec(
        select(SavedSearch, Search, Match)
        .join(Search, col(Search.id) == col(SavedSearch.search_id))
        .join(Match, found, isouter=True)
        .where(col(SavedSearch.subscriber_id) == subscriber_id)
        .order_by(col(SavedSearch.id).desc())
    )
    return [(saved, search, match) for saved, search, match in rows]


def changes_about(session: Session, project_id: int) -> Sequence[tuple[Change, SweepState]]:
    """Return all that happened to a project, newest first, and how far each one's sweep is."""
    rows = session.exec(
        select(Change, col(Sweep.state))
        .join(Sweep, col(Sweep.id) == col(Change.sweep_id))
        .where(col(Change.project_id) == project_id)
        .order_by(col(Change.sweep_id).desc(), col(Change.id).desc())
    )
    return [(change, state) for change, state in rows]


def due_times(session: Session, subscriber_id: int) -> Mapping[Cadence, datetime]:
    """Return when a reader's next digest of each cadence is due."""
    rows = session.exec(
        select(DigestSchedule).where(col(DigestSchedule.subscriber_id) == subscriber_id)
    )
    return {row.cadence: row.next_due_at for row in rows}
