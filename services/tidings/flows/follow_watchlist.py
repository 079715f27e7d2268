"""Let an active reader follow a list, or no more."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.apply_watchlist import apply_watchlist, drop_given
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import Cadence, EndedReason, SubscriberState
from tidings.subscribers.queries import subscriber_locked
from tidings.watchlists.giving import Given, Step
from tidings.watchlists.models import WatchlistFollow
from tidings.watchlists.queries import add_list_follow, list_follow_locked, published_watchlist


def follow_watchlist(
    session: Session, *, subscriber_id: int, slug: str, cadence: Cadence, now: datetime
) -> None:
    """Let the reader follow a public list, and at once all that it names.

    Safe to call twice: a reader follows a list once, and how they did first stays. Raises
    RejectedError, in words, for a list that is not public, and for a reader who is not active.
    """
    reader = subscriber_locked(session, subscriber_id)
    watchlist = published_watchlist(session, slug)
    if watchlist is None:
        session.rollback()
        raise RejectedError(Sayable("There is no such list, or it is not public any more."))
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        session.rollback()
        raise RejectedError(Sayable("Only a reader who has confirmed can follow a list."))
    asked = WatchlistFollow(
        subscriber_id=subscriber_id,
        watchlist_id=stored_id(watchlist.id),
        cadence=cadence,
        created_at=now,
    )
    row_id = stored_id(add_list_follow(session, asked).id)
    commit(session, "watchlist.followed")
    apply_watchlist(session, row_id, now=now)


def unfollow_watchlist(
    session: Session, list_follow_id: int, *, subscriber_id: int, keep: bool, now: datetime
) -> None:
    """End a reader's follow of a list; also all that it gave, unless they ``keep`` that.

    What they have changed themselves stays in any case. Safe to call twice: what has ended stays as
    it is, and what is another's is left alone.
    """
    subscriber_locked(session, subscriber_id)
    found = list_follow_locked(session, list_follow_id)
    if found is not None and found.follow.subscriber_id == subscriber_id:
        row = found.follow
        given = Given.model_validate(row.given)
        if not keep:
            everything = Step((), (), tuple(given.studies), tuple(given.searches))
            reason = EndedReason.UNSUBSCRIBED
            drop_given(session, row, given, everything, reason=reason, now=now)
        row.ended_at, row.ended_reason = now, EndedReason.UNSUBSCRIBED
    commit(session, "watchlist.unfollowed")
