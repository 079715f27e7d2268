"""Give a reader the secret address of a feed: of a saved search, or their calendar."""

from sqlmodel import Session

from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable
from tidings.searches.models import SavedSearch
from tidings.subscribers.models import Subscriber, SubscriberState
from tidings.subscribers.queries import subscriber_locked
from tidings.subscribers.tokens import new_token


def open_feed(session: Session, *, subscriber_id: int, saved_search_id: int | None = None) -> str:
    """Return a new secret for the address of a feed; the one before it leads nowhere from now on.

    Without ``saved_search_id`` it is that of the calendar of all that the reader follows. Only its
    hash is kept, so it is shown once. A second call gives another secret, and the last one holds.
    Raises RejectedError for a reader who is not active, or a saved search that is not theirs.
    """
    owner = feed_owner(session, subscriber_id, saved_search_id)
    secret, kept = new_token()
    if isinstance(owner, Subscriber):
        owner.calendar_hash = kept
    else:
        owner.feed_hash = kept
    commit(session, "feed.opened")
    return secret


def feed_owner(
    session: Session, subscriber_id: int, saved_search_id: int | None
) -> Subscriber | SavedSearch:
    """Return the row that holds the hash of a feed, with its reader locked."""
    reader = subscriber_locked(session, subscriber_id)
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        session.rollback()
        raise RejectedError(Sayable("Only a reader who has confirmed can have a feed."))
    if saved_search_id is None:
        return reader
    saved = session.get(SavedSearch, saved_search_id)
    if saved is None or saved.subscriber_id != subscriber_id or saved.ended_at is not None:
        session.rollback()
        raise RejectedError(Sayable("There is no such saved search."))
    return saved
