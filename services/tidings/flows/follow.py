"""Let an active reader follow a project."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.notices.moving import move_waiting
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import Cadence, EndedReason, Follow, Subscriber, SubscriberState
from tidings.subscribers.queries import count_follows, live_follow, subscriber_locked

MOST = 1000
"""Projects that a reader may follow at a time."""


def follow(
    session: Session, *, subscriber_id: int, project_id: int, cadence: Cadence, now: datetime
) -> Follow:
    """Return the reader's live follow of the project, with this cadence.

    Safe to call twice: a pair has one live follow, and the same cadence changes nothing. Another
    cadence ends that row and starts the next one. Raises RejectedError for a reader who is not
    active, and for one who follows 1,000 others.
    """
    reader = subscriber_locked(session, subscriber_id)
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        session.rollback()
        raise RejectedError(Sayable("Only a reader who has confirmed can follow a project."))
    row = start_follow(session, reader, project_id=project_id, cadence=cadence, now=now)
    commit(session, "follow.started")
    return row


def start_follow(
    session: Session, reader: Subscriber, *, project_id: int, cadence: Cadence, now: datetime
) -> Follow:
    """Do what ``follow`` does for a reader whose row is locked; the caller commits.

    Nothing is written before a RejectedError.
    """
    before = live_follow(session, stored_id(reader.id), project_id)
    if before is not None and before.cadence is cadence:
        return before
    if before is not None:
        return succeed(session, reader, before, {"cadence": cadence}, now=now)
    if count_follows(session, stored_id(reader.id)) >= MOST:
        raise RejectedError(
            Sayable("You follow {n} studies, the most there may be. Stop one first.", n=MOST)
        )
    row = Follow(
        subscriber_id=stored_id(reader.id), project_id=project_id, cadence=cadence, created_at=now
    )
    session.add(row)
    move_waiting(session, reader, row, now=now)
    return row


def succeed(
    session: Session, reader: Subscriber, before: Follow, asked: dict[str, Any], *, now: datetime
) -> Follow:
    """End a follow and start another that differs in what is ``asked``; the caller commits.

    A row says for all its life what was asked for, so that the audits can tell what each change
    should have come to. What waits to be told goes over to the new one.
    """
    kept = before.model_dump(exclude={"id", "created_at", "ended_at", "ended_reason"})
    before.ended_at, before.ended_reason = now, EndedReason.CADENCE_CHANGED
    session.flush()  # one live follow a pair: the old one has to end first
    row = Follow(**kept | asked, created_at=now)
    session.add(row)
    move_waiting(session, reader, row, before=before, now=now)
    return row
