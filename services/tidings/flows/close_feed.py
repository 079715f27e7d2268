"""Switch off the secret address of a feed."""

from sqlmodel import Session

from tidings.db.session import commit
from tidings.flows.open_feed import feed_owner
from tidings.subscribers.models import Subscriber


def close_feed(session: Session, *, subscriber_id: int, saved_search_id: int | None = None) -> None:
    """Forget the hash of a feed's secret, so that its address leads nowhere.

    Without ``saved_search_id`` it is the reader's calendar. Safe to call twice. Raises
    RejectedError as flows.open_feed does.
    """
    owner = feed_owner(session, subscriber_id, saved_search_id)
    if isinstance(owner, Subscriber):
        owner.calendar_hash = None
    else:
        owner.feed_hash = None
    commit(session, "feed.closed")
