"""All SQL about watchlists, what they name and who follows them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, delete, func, select, update

from tidings.db.base import stored_id
from tidings.db.upsert import insert_ignore
from tidings.projects.models import Award, Change, ChangeKind, Project
from tidings.subscribers.models import EndedReason, Subscriber, SubscriberState
from tidings.watchlists.models import Watchlist, WatchlistFollow


class FollowedList(NamedTuple):
    """A list that a reader follows, and how."""

    follow: WatchlistFollow
    watchlist: Watchlist


def published_watchlist(session: Session, slug: str) -> Watchlist | None:
    """Return the list at a public address."""
    return session.exec(select(Watchlist).where(Watchlist.slug == slug, _is_public())).one_or_none()


def watchlists_by_ids(session: Session, ids: Collection[int]) -> Mapping[int, Watchlist]:
    """Return these lists, ended ones as well, by id."""
    found = session.exec(select(Watchlist).where(col(Watchlist.id).in_(ids)))
    return {stored_id(one.id): one for one in found}


def watchlists_of(session: Session, subscriber_id: int) -> Sequence[Watchlist]:
    """Return the lists that a reader made and has not deleted, oldest first."""
    return session.exec(
        select(Watchlist)
        .where(Watchlist.subscriber_id == subscriber_id, col(Watchlist.ended_at).is_(None))
        .order_by(col(Watchlist.id))
    ).all()


def watchlist_of(session: Session, watchlist_id: int, subscriber_id: int) -> Watchlist | None:
    """Return this list if the reader made it, and keep others from changing it meanwhile."""
    return session.exec(
        select(Watchlist)
        .where(
            col(Watchlist.id) == watchlist_id,
            Watchlist.subscriber_id == subscriber_id,
            col(Watchlist.ended_at).is_(None),
        )
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def count_followers(session: Session, watchlist_ids: Collection[int]) -> Mapping[int, int]:
    """Return how many readers follow each of these lists."""
    rows = session.exec(
        select(col(WatchlistFollow.watchlist_id), func.count())
        .where(
            col(WatchlistFollow.watchlist_id).in_(watchlist_ids),
            col(WatchlistFollow.ended_at).is_(None),
        )
        .group_by(col(WatchlistFollow.watchlist_id))
    )
    return dict.fromkeys(watchlist_ids, 0) | dict(rows.all())


def lists_followed(session: Session, subscriber_id: int) -> Sequence[FollowedList]:
    """Return the lists that a reader follows, oldest first."""
    rows = session.exec(
        select(WatchlistFollow, Watchlist)
        .join(Watchlist, col(Watchlist.id) == col(WatchlistFollow.watchlist_id))
        .where(
            WatchlistFollow.subscriber_id == subscriber_id,
            col(WatchlistFollow.ended_at).is_(None),
        )
        .order_by(col(WatchlistFollow.id))
    )
    return [FollowedList(*row) for row in rows]


def add_list_follow(session: Session, row: WatchlistFollow) -> WatchlistFollow:
    """Insert it, or leave the live one of this reader and list as it is; return it, locked."""
    insert_ignore(session, WatchlistFollow, [row.model_dump(exclude={"id"})])
    return session.exec(
        select(WatchlistFollow)
        .where(
            WatchlistFollow.subscriber_id == row.subscriber_id,
            WatchlistFollow.watchlist_id == row.watchlist_id,
            col(WatchlistFollow.ended_at).is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def list_follow_locked(session: Session, follow_id: int) -> FollowedList | None:
    """Return a live follow of a list with the list, the follow locked."""
    row = session.exec(
        select(WatchlistFollow, Watchlist)
        .join(Watchlist, col(Watchlist.id) == col(WatchlistFollow.watchlist_id))
        .where(col(WatchlistFollow.id) == follow_id, col(WatchlistFollow.ended_at).is_(None))
        .with_for_update(of=WatchlistFollow)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return FollowedList(*row) if row else None


def reader_of_list_follow(session: Session, follow_id: int) -> int | None:
    """Return whose follow of a list it is."""
    return session.exec(
        select(col(WatchlistFollow.subscriber_id)).where(col(WatchlistFollow.id) == follow_id)
    ).one_or_none()


def follows_behind(session: Session, *, limit: int, watchlist_id: int | None = None) -> list[int]:
    """Return the follows that have not taken over the newest version of their list, oldest first.

    Of readers with consent, and of lists that are public; all lists, or only the one named.
    """
    statement = (
        select(col(WatchlistFollow.id))
        .join(Watchlist, col(Watchlist.id) == col(WatchlistFollow.watchlist_id))
        .join(Subscriber, col(Subscriber.id) == col(WatchlistFollow.subscriber_id))
        .where(
            col(WatchlistFollow.ended_at).is_(None),
            col(WatchlistFollow.version) < col(Watchlist.version),
            col(Subscriber.state) == SubscriberState.ACTIVE,
            _is_public(),
        )
    )
    if watchlist_id is not None:
        statement = statement.where(col(Watchlist.id) == watchlist_id)
    found = session.exec(statement.order_by(col(WatchlistFollow.id)).limit(limit))
    return [stored_id(one) for one in found]


def end_list_follows(
    session: Session,
    *whose: ColumnElement[bool],
    reason: EndedReason,
    now: datetime,
) -> None:
    """End the live follows of lists of which that holds."""
    session.exec(
        update(WatchlistFollow)
        .where(col(WatchlistFollow.ended_at).is_(None), *whose)
        .values(ended_at=now, ended_reason=reason)
    )


def delete_follows_of_lists_by(session: Session, subscriber_id: int) -> None:
    """Delete who follows the lists of a reader, and let nobody follow one until we commit."""
    theirs = (
        select(col(Watchlist.id)).where(Watchlist.subscriber_id == subscriber_id).with_for_update()
    )
    ids = session.exec(theirs).all()
    session.exec(delete(WatchlistFollow).where(col(WatchlistFollow.watchlist_id).in_(ids)))


def projects_at(session: Session, keys: Collection[str]) -> Mapping[str, Project]:
    """Return the studies with these keys, by key."""
    found = session.exec(select(Project).where(col(Project.key).in_(keys)))
    return {project.key: project for project in found}


def keys_of_records(session: Session, appl_ids: Collection[int]) -> Mapping[int, str]:
    """Return the key of the study that each of these records belongs to."""
    rows = session.exec(
        select(col(Award.appl_id), col(Project.key))
        .join(Project, col(Project.id) == col(Award.project_id))
        .where(col(Award.appl_id).in_(appl_ids))
    )
    return dict(rows.all())


def last_changes(session: Session, project_ids: Collection[int]) -> Mapping[int, Change]:
    """Return what happened last to each of these projects, of what is ever told."""
    latest = (
        select(func.max(col(Change.id)))
        .where(
            col(Change.project_id).in_(project_ids),
            col(Change.kind).not_in((ChangeKind.COSMETIC, ChangeKind.NEW_PROJECT)),
        )
        .group_by(col(Change.project_id))
    )
    found = session.exec(select(Change).where(col(Change.id).in_(latest)))
    return {change.project_id: change for change in found}


def _is_public() -> ColumnElement[bool]:
    return and_(col(Watchlist.published_at).is_not(None), col(Watchlist.ended_at).is_(None))
