"""Do what a reader asked for, once the confirm mail is answered."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.base import stored_id
from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.follow import start_follow
from tidings.flows.save_search import save_search
from tidings.projects.queries import project_by_key
from tidings.subscribers.consent import activate
from tidings.subscribers.models import Subscriber, SubscriberState, Token
from tidings.subscribers.queries import subscriber_locked, token_by_hash
from tidings.subscribers.tokens import token_hash
from tidings.subscribers.wishes import WISHES, Wish

NAME_LENGTH = 80


def confirm(session: Session, secret: str, *, now: datetime) -> Subscriber:
    """Return the reader whose token this is, now active, with all that the token's wishes ask for.

    A token works once. It is marked as used last: every step before that may be done again, so a
    crash in between leaves a link that still works. Raises RejectedError, in words, for a link
    that is not whole, was used or has expired.
    """
    token = _usable(session, secret, now=now)
    reader = subscriber_locked(session, token.subscriber_id)
    if reader is None:
        raise _not_whole()
    if reader.state is not SubscriberState.ACTIVE:
        activate(reader, now=now)
    wishes = WISHES.validate_python(token.wishes)
    for wish in wishes:
        _follow(session, reader, wish, now=now)
    for wish in wishes:  # after the follows: each of these commits first, and reads for a while
        _save(session, reader, wish, now=now)
    token.used_at = now
    commit(session, "reader.confirmed")
    return reader


def _usable(session: Session, secret: str, *, now: datetime) -> Token:
    token = token_by_hash(session, token_hash(secret))
    if token is None:
        raise _not_whole()
    if token.used_at is not None:
        raise RejectedError("This link was used before. If it was you, all is well.")
    if token.expires_at <= now:
        raise RejectedError("This link has expired. Please ask again, and we send a new one.")
    return token


def _not_whole() -> RejectedError:
    return RejectedError("This link is not complete. Please copy all of it from the mail.")


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
