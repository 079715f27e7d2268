"""Do what a reader asked for, once the confirm mail is answered."""

from datetime import datetime

from sqlmodel import Session

from tidings import keys
from tidings.config import Settings
from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.delivery.models import DeliveryKind
from tidings.delivery.queries import add_delivery
from tidings.flows.follow import start_follow
from tidings.flows.follow_watchlist import follow_watchlist
from tidings.flows.save_search import save_search
from tidings.flows.use_token import not_whole, usable_token
from tidings.projects.queries import project_by_key
from tidings.subscribers.consent import activate
from tidings.subscribers.models import Subscriber, SubscriberState, Token, TokenPurpose
from tidings.subscribers.queries import subscriber_locked
from tidings.subscribers.wishes import WISHES, Wish
from tidings.watchlists.queries import published_watchlist

NAME_LENGTH = 80


def confirm(session: Session, secret: str, *, settings: Settings, now: datetime) -> int | None:
    """Make the reader whose token this is active, with all that the token's wishes ask for.

    Returns the delivery of the mail that welcomes them; a reader who was active gets none. A token
    works once. It is marked as used last: every step before that may be done again, so a crash in
    between leaves a link that still works. Raises RejectedError, in words, for a link that is not
    whole, was used or has expired.
    """
    token = usable_token(session, secret, TokenPurpose.CONFIRM, now=now)
    reader = subscriber_locked(session, token.subscriber_id)
    if reader is None:
        raise not_whole()
    if reader.state is not SubscriberState.ACTIVE:
        activate(reader, now=now)
    wishes = WISHES.validate_python(token.wishes)
    for wish in wishes:
        _follow(session, reader, wish, now=now)
    for wish in wishes:  # after the follows: each of these commits first, and reads for a while
        _save(session, reader, wish, now=now)
        _follow_list(session, reader, wish, now=now)
    token.used_at = now
    welcome = _welcome(session, reader, token, settings=settings, now=now)
    commit(session, "reader.confirmed")
    return welcome


def _welcome(
    session: Session, reader: Subscriber, token: Token, *, settings: Settings, now: datetime
) -> int | None:
    # Told by the rows, since an earlier attempt may have made the reader active and then died: who
    # was active already has said yes before this token was made.
    if reader.confirmed_at is None or reader.confirmed_at < token.created_at:
        return None
    key = keys.welcome_key(stored_id(reader.id), reader.confirmed_at)
    delivery = add_delivery(
        session,
        key=key,
        subscriber_id=stored_id(reader.id),
        kind=DeliveryKind.WELCOME,
        message_id=keys.message_id(key, settings.mail_domain),
        due_at=now,
        now=now,
    )
    return delivery.id if delivery else None


def _follow(session: Session, reader: Subscriber, wish: Wish, *, now: datetime) -> None:
    project = project_by_key(session, wish.follow_key) if wish.follow_key else None
    if project is not None:
        start_follow(
            session, reader, project_id=stored_id(project.id), cadence=wish.cadence, now=now
        )


def _save(session: Session, reader: Subscriber, wish: Wish, *, now: datetime) -> None:
    if wish.search_text is not None:
        save_search(
            session,
            subscriber_id=stored_id(reader.id),
            name=wish.search_text[:NAME_LENGTH],
            text=wish.search_text,
            cadence=wish.cadence,
            now=now,
        )


def _follow_list(session: Session, reader: Subscriber, wish: Wish, *, now: datetime) -> None:
    if wish.watchlist is not None and published_watchlist(session, wish.watchlist) is not None:
        follow_watchlist(
            session,
            subscriber_id=stored_id(reader.id),
            slug=wish.watchlist,
            cadence=wish.cadence,
            now=now,
        )
