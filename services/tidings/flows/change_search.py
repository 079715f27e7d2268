"""Change how often a reader is told of what a saved search finds, of what, and from when."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.save_search import ask_of_search
from tidings.notices.moving import move_waiting
from tidings.notices.preferences import asked_for
from tidings.rendering.speech import Sayable
from tidings.searches.models import SavedSearch
from tidings.searches.queries import saved_search_of
from tidings.subscribers.models import Cadence, SubscriberState
from tidings.subscribers.queries import subscriber_locked

LONGEST_NAME = 80


def change_search(  # noqa: PLR0913 - all that a saved search may ask for
    session: Session,
    *,
    subscriber_id: int,
    saved_search_id: int,
    cadence: Cadence | None = None,
    cadence_by_kind: Mapping[str, str] | None = None,
    threshold: Mapping[str, int] | None = None,
    muted_until: datetime | None = None,
    name: str | None = None,
    now: datetime,
) -> SavedSearch:
    """Return the reader's live saved search as it is asked for; None leaves as it is.

    New finds count as the kind ``new_project``. ``muted_until`` may be ``preferences.FOREVER``;
    ``now`` ends a mute. What waits because of this search alone is told as soon as it asks now, or
    skipped. The row stays the same, since mails and feeds link to it; so when more is asked for,
    it counts as muted until now: what came before was not asked for. Safe to call twice. Raises
    RejectedError, in words, for what makes no sense, for a reader who is not active, and for a
    search that is not theirs or has ended.
    """
    asked = asked_for(cadence, cadence_by_kind, threshold)
    if name is not None and not 0 < len(name.strip()) <= LONGEST_NAME:
        raise RejectedError(
            Sayable("A search has a name of at most {n} characters.", n=LONGEST_NAME)
        )
    reader = subscriber_locked(session, subscriber_id)
    row = saved_search_of(session, subscriber_id, saved_search_id)
    if reader is None or row is None or reader.state is not SubscriberState.ACTIVE:
        session.rollback()
        raise RejectedError(Sayable("You have no such search."))
    row.name = row.name if name is None else " ".join(name.split())
    row.muted_until = row.muted_until if muted_until is None else muted_until
    ask_of_search(row, asked, now=now)
    move_waiting(session, reader, row, now=now)
    commit(session, "search.changed")
    return row
