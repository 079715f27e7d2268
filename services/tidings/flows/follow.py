"""Let an active reader follow a project."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.notices.digest_queries import untold_notices
from tidings.notices.endings import handed_over
from tidings.notices.models import NoticeState
from tidings.notices.reasons import REASONS
from tidings.notices.schedules import ensure_schedule
from tidings.subscribers.models import Cadence, EndedReason, Follow, Subscriber, SubscriberState
from tidings.subscribers.queries import live_follow, subscriber_locked


def follow(
    session: Session, *, subscriber_id: int, project_id: int, cadence: Cadence, now: datetime
) -> Follow:
    """Return the reader's live follow of the project, with this cadence.

    Safe to call twice: a pair has one live follow, and the same cadence changes nothing. Another
    cadence ends that row and starts the next one. Raises RejectedError for a reader who is not
    active.
    """
    reader = subscriber_locked(session, subscriber_id)
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        session.rollback()
        raise RejectedError("Only a reader who has confirmed can follow a project.")
    row = start_follow(session, reader, project_id=project_id, cadence=cadence, now=now)
    commit(session, "follow.started")
    return row


def start_follow(
    session: Session, reader: Subscriber, *, project_id: int, cadence: Cadence, now: datetime
) -> Follow:
    """Do what ``follow`` does for a reader whose row is locked; the caller commits."""
    before = live_follow(session, stored_id(reader.id), project_id)
    if before is not None and before.cadence is cadence:
        return before
    if before is not None:
        before.ended_at = now
        before.ended_reason = EndedReason.CADENCE_CHANGED
        session.flush()  # one live follow a pair: the old one has to end first
    row = Follow(
        subscriber_id=stored_id(reader.id), project_id=project_id, cadence=cadence, created_at=now
    )
    session.add(row)
    session.flush()
    ensure_schedule(session, reader, cadence, now=now)
    if before is not None:
        _hand_over(session, before, row)
    return row


def _hand_over(session: Session, before: Follow, after: Follow) -> None:
    """Let what waits to be told because of the old follow be told because of the new one.

    So a change of cadence neither loses a notice nor tells it twice: what the follow alone asked
    for is told at the new cadence, or not at all once paused.
    """
    for notice in untold_notices(session, before.subscriber_id):
        old = REASONS.validate_python(notice.reasons)
        new = handed_over(old, follow_id=stored_id(before.id), successor_id=stored_id(after.id))
        if notice.state is not NoticeState.WAITING or new == old:
            continue
        notice.reasons = REASONS.dump_python(new, mode="json")
        if len(new) == 1:
            notice.cadence = after.cadence
            if after.cadence is Cadence.PAUSED:
                notice.state, notice.skipped_reason = NoticeState.SKIPPED, "paused"
