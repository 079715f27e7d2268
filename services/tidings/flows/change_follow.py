"""Change how often a reader is told of a study that they follow, of what, and from when."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.follow import succeed
from tidings.notices.moving import move_waiting
from tidings.notices.preferences import asked_for
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import Cadence, Follow, SubscriberState
from tidings.subscribers.queries import live_follow, subscriber_locked

LONGEST_NOTE = 500


def change_follow(  # noqa: PLR0913 - all that a follow may ask for
    session: Session,
    *,
    subscriber_id: int,
    project_id: int,
    cadence: Cadence | None = None,
    cadence_by_kind: Mapping[str, str] | None = None,
    threshold: Mapping[str, int] | None = None,
    muted_until: datetime | None = None,
    note: str | None = None,
    now: datetime,
) -> Follow:
    """Return the reader's live follow of the project as it is asked for; None leaves as it is.

    Another cadence, by kind or for all, and another threshold end the row and start the next one,
    as ``follow`` does. ``muted_until`` may be ``preferences.FOREVER``; ``now`` ends a mute. What
    waits because of this follow alone is told as soon as it asks now, or skipped. Safe to call
    twice: what is so already is left as it is. Raises RejectedError, in words, for what makes no
    sense, for a reader who is not active, and for a project that they do not follow.
    """
    asked = asked_for(cadence, cadence_by_kind, threshold)
    if note is not None and len(note) > LONGEST_NOTE:
        raise RejectedError(Sayable("A note has at most {n} characters.", n=LONGEST_NOTE))
    reader = subscriber_locked(session, subscriber_id)
    row = live_follow(session, subscriber_id, project_id)
    if reader is None or row is None or reader.state is not SubscriberState.ACTIVE:
        session.rollback()
        raise RejectedError(Sayable("You do not follow this study."))
    row.note = row.note if note is None else note.strip()
    row.muted_until = row.muted_until if muted_until is None else muted_until
    if any(getattr(row, column) != value for column, value in asked.items()):
        row = succeed(session, reader, row, asked, now=now)
    elif muted_until is not None:
        move_waiting(session, reader, row, now=now)
    commit(session, "follow.changed")
    return row
