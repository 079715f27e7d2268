"""Sign a reader in by the link that was mailed to them."""

from datetime import datetime, timedelta

from sqlmodel import Session

from tidings.db.session import commit
from tidings.errors import RejectedError
from tidings.flows.use_token import usable_token
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import SubscriberState, Token, TokenPurpose
from tidings.subscribers.queries import subscriber_locked
from tidings.subscribers.tokens import new_token

SESSION_LIFE = timedelta(days=30)


def sign_in(session: Session, secret: str, *, now: datetime) -> str:
    """Return the secret of a new session; only its hash is kept.

    The link works once: whoever presses twice is refused the second time, and asks for another.
    Raises RejectedError, in words, for a link that is not good, or whose reader has stopped all.
    """
    token = usable_token(session, secret, TokenPurpose.SIGN_IN, now=now)
    reader = subscriber_locked(session, token.subscriber_id)
    if reader is None or reader.state is not SubscriberState.ACTIVE:
        raise RejectedError(
            Sayable("This address gets nothing from us any more, so there is no account.")
        )
    token.used_at = now
    fresh, kept = new_token()
    session.add(
        Token(
            token_hash=kept,
            purpose=TokenPurpose.SESSION,
            subscriber_id=token.subscriber_id,
            created_at=now,
            expires_at=now + SESSION_LIFE,
        )
    )
    commit(session, "reader.signed_in")
    return fresh
