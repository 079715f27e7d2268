"""The rows that the reasons of a notice name."""

from collections.abc import Collection, Mapping

from sqlmodel import Session, col, select

from tidings.subscribers.models import Follow


def follows_by_ids(session: Session, ids: Collection[int]) -> Mapping[int, Follow]:
    """Return these follows by id."""
    found = session.exec(select(Follow).where(col(Follow.id).in_(ids)))
    return {follow.id: follow for follow in found if follow.id is not None}
