"""Let everybody see a list, or nobody, or delete it."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col

from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.write_watchlist import own_watchlist
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import EndedReason
from tidings.watchlists.models import Watchlist, WatchlistFollow
from tidings.watchlists.queries import end_list_follows


class Reach(StrEnum):
    """Who is to see a list."""

    EVERYBODY = "everybody"
    NOBODY = "nobody"
    DELETED = "deleted"


def publish_watchlist(
    session: Session, watchlist_id: int, reach: Reach, *, subscriber_id: int, now: datetime
) -> Watchlist:
    """Return the reader's list, which is now seen by those that ``reach`` names.

    Whoever follows it keeps what it gave: while it is hidden nothing changes for them, and once it
    is deleted those follows and searches are theirs. Of a deleted one nothing is kept but its
    address. Safe to call twice: what is so already is left as it is. Raises RejectedError, in
    words, for a list that is not theirs, or that is empty.
    """
    row = own_watchlist(session, watchlist_id, subscriber_id)
    if reach is Reach.EVERYBODY and not row.entries:
        session.rollback()
        raise RejectedError(Sayable("There is nothing in this list yet."))
    if reach is Reach.EVERYBODY:
        row.published_at = row.published_at or now
    else:
        row.published_at = None
    if reach is Reach.DELETED:
        row.ended_at, row.title, row.about, row.entries = now, "", "", []
        followers = col(WatchlistFollow.watchlist_id) == watchlist_id
        end_list_follows(session, followers, reason=EndedReason.LIST_CHANGED, now=now)
    commit(session, "watchlist.published")
    return row
