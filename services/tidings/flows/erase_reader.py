"""Delete a reader, with all that is theirs."""

from datetime import datetime

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from tidings.db.session import commit
from tidings.delivery.export_queries import any_on_its_way
from tidings.delivery.models import Endpoint
from tidings.delivery.prune_queries import delete_deliveries_to
from tidings.delivery.suppression_queries import forget_rest
from tidings.errors import RejectedError
from tidings.notices.models import DigestRun, Notice
from tidings.rendering.speech import Sayable
from tidings.searches.models import SavedSearch
from tidings.subscribers.editor_queries import end_editors
from tidings.subscribers.models import ApiToken, DigestSchedule, Follow, Token
from tidings.subscribers.own_queries import (
    delete_own,
    delete_subscriber,
    subscriber_alone,
    unlink_editors,
)
from tidings.upkeep.queries import note_audit
from tidings.watchlists.models import Watchlist, WatchlistFollow
from tidings.watchlists.queries import delete_follows_of_lists_by

AGAIN = Sayable(
    "A message to you is on its way at this moment. Please try again in a minute; nothing was "
    "deleted yet."
)
DEADLOCK = "40P01"
"""PostgreSQL's word for two who wait for each other."""


def erase_reader(session: Session, subscriber_id: int, *, actor: str, now: datetime) -> bool:
    """Delete every row that is a reader's; False when there is no such reader.

    One transaction: all of it or nothing. Facts stay, as do the texts of searches, which say
    nothing of who asked; the role of an editor stays without the person, and whoever follows a list
    of theirs keeps what it gave. An address that gets nothing for good keeps its hash among those,
    so that it goes on getting nothing. Safe to call twice. Raises RejectedError, in words, while a
    message to the reader is being sent.
    """
    try:
        return _erase(session, subscriber_id, actor=actor, now=now)
    except OperationalError as error:
        session.rollback()
        if getattr(error.orig, "sqlstate", None) != DEADLOCK:
            raise
        raise RejectedError(AGAIN) from error  # a worker was in the middle of their digest


def _erase(session: Session, subscriber_id: int, *, actor: str, now: datetime) -> bool:
    reader = subscriber_alone(session, subscriber_id)
    if reader is not None and any_on_its_way(session, subscriber_id):
        session.rollback()
        raise RejectedError(AGAIN)
    if reader is not None:
        forget_rest(session, reader.address_hash)
        _delete_all(session, subscriber_id, now=now)
        note_audit(session, actor=actor, action="reader.erased", thing="a reader and all of theirs")
    commit(session, "reader.erased")
    return reader is not None


def _delete_all(session: Session, subscriber_id: int, *, now: datetime) -> None:
    """Delete in such an order that no row points at one that is gone."""
    delete_own(session, Notice, subscriber_id)
    delete_own(session, DigestRun, subscriber_id)
    delete_deliveries_to(session, [subscriber_id])
    delete_follows_of_lists_by(session, subscriber_id)
    for table in (
        Endpoint,
        Follow,
        SavedSearch,
        DigestSchedule,
        Token,
        ApiToken,
        WatchlistFollow,
        Watchlist,
    ):
        delete_own(session, table, subscriber_id)
    end_editors(session, subscriber_id, now=now)
    unlink_editors(session, subscriber_id)
    delete_subscriber(session, subscriber_id)
