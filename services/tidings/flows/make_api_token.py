"""Give a reader a token with which a program of theirs asks the API."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable
from tidings.subscribers.api_token_queries import count_api_tokens
from tidings.subscribers.models import ApiToken, SubscriberState
from tidings.subscribers.queries import subscriber_locked
from tidings.subscribers.scopes import PREFIX, checked_name, checked_scopes, expiry
from tidings.subscribers.tokens import new_token, token_hash

MOST = 20
"""Tokens that a reader may have at a time."""


@dataclass(frozen=True)
class TokenWish:
    """What a token is to be: its reader's name for it, what it allows, its days (None: no end)."""

    name: str
    scopes: Collection[str]
    days: int | None = None


def make_api_token(
    session: Session, wish: TokenWish, *, subscriber_id: int, now: datetime
) -> tuple[str, ApiToken]:
    """Return a new secret, and the row that says what it allows.

    Only its hash is kept, so it is shown once. A second call makes another token: whoever has lost
    the answer ends the one that they never saw. Raises RejectedError, in words, for a name, scopes
    or days that are none, for a reader who is not active, and for one who has 20 already.
    """
    name, scopes = checked_name(wish.name), checked_scopes(wish.scopes)
    ends = expiry(wish.days, now=now)
    reader = subscriber_locked(session, subscriber_id)
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        session.rollback()
        raise RejectedError(Sayable("Only a reader who has confirmed can have a token."))
    if count_api_tokens(session, subscriber_id) >= MOST:
        session.rollback()
        raise RejectedError(Sayable("You have {n} tokens. End one that you do not use.", n=MOST))
    secret = PREFIX + new_token()[0]
    row = ApiToken(
        token_hash=token_hash(secret),
        subscriber_id=subscriber_id,
        name=name,
        scopes=scopes,
        created_at=now,
        expires_at=ends,
    )
    session.add(row)
    commit(session, "api_token.made")
    return secret, row
