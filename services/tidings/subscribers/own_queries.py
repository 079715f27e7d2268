"""Rows of any table that are one reader's: to show them all of theirs, and to delete it."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import inspect
from sqlmodel import Session, col, delete, select, update

from tidings.db.base import Table
from tidings.subscribers.models import Editor, Subscriber

Row = TypeVar("Row", bound=Table)


def own_rows(session: Session, table: type[Row], subscriber_id: int) -> Sequence[Row]:
    """Return all rows of a table with a ``subscriber_id`` that are a reader's, oldest first."""
    there = inspect(table)
    theirs = there.columns["subscriber_id"] == subscriber_id
    return session.exec(select(table).where(theirs).order_by(*there.primary_key)).all()


def delete_own(session: Session, table: type[Table], subscriber_id: int) -> int:
    """Delete what ``own_rows`` returns; return how many rows went."""
    theirs = inspect(table).columns["subscriber_id"] == subscriber_id
    return session.exec(delete(table).where(theirs)).rowcount


def subscriber_alone(session: Session, subscriber_id: int) -> Subscriber | None:
    """Return the subscriber for whoever deletes them: nobody can add a row of theirs meanwhile."""
    return session.exec(
        select(Subscriber)
        .where(col(Subscriber.id) == subscriber_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def unlink_editors(session: Session, subscriber_id: int) -> None:
    """Forget who an editor was; the role stays, beside what they published."""
    session.exec(
        update(Editor).where(col(Editor.subscriber_id) == subscriber_id).values(subscriber_id=None)
    )


def delete_subscriber(session: Session, subscriber_id: int) -> None:
    """Delete the reader themselves, after all that is theirs."""
    session.exec(delete(Subscriber).where(col(Subscriber.id) == subscriber_id))
