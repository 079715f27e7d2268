"""All SQL about who may publish study pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select, update

from tidings.db.base import stored_id
from tidings.subscribers.models import Editor, Subscriber, SubscriberState


class Listed(NamedTuple):
    """An editor, and the sealed address that is theirs."""

    editor: Editor
    address: bytes


def live_editor(session: Session, subscriber_id: int) -> Editor | None:
    """Return the editor that a reader is now; None for everybody else."""
    return session.exec(
        select(Editor)
        .join(Subscriber, col(Subscriber.id) == col(Editor.subscriber_id))
        .where(
            Editor.subscriber_id == subscriber_id,
            col(Editor.ended_at).is_(None),
            Subscriber.state == SubscriberState.ACTIVE,
        )
    ).one_or_none()


def live_editors(session: Session) -> Sequence[Listed]:
    """Return all editors there are now, who came first first."""
    rows = session.exec(
        select(Editor, col(Subscriber.address))
        .join(Subscriber, col(Subscriber.id) == col(Editor.subscriber_id))
        .where(col(Editor.ended_at).is_(None))
        .order_by(col(Editor.id))
    )
    return [Listed(*row) for row in rows]


def add_editor(session: Session, editor: Editor) -> int:
    """Insert an editor; return the number by which the log of what was done names them."""
    session.add(editor)
    session.flush()
    return stored_id(editor.id)


def end_editors(session: Session, subscriber_id: int, *, now: datetime) -> list[int]:
    """End whatever a reader is as an editor; return the numbers of the rows that ended."""
    live = (Editor.subscriber_id == subscriber_id, col(Editor.ended_at).is_(None))
    ids = [stored_id(one) for one in session.exec(select(col(Editor.id)).where(*live))]
    session.exec(update(Editor).where(col(Editor.id).in_(ids)).values(ended_at=now))
    return ids
