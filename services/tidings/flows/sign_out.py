"""End a session, or all that a reader has."""

from datetime import datetime

from sqlmodel import Session

from tidings.db.session import commit
from tidings.subscribers.models import TokenPurpose
from tidings.subscribers.queries import expire_tokens, live_token
from tidings.subscribers.tokens import token_hash


def sign_out(session: Session, secret: str, *, everywhere: bool = False, now: datetime) -> None:
    """End the session with this secret; ``everywhere`` also its reader's others, and sign-in links.

    Safe to call twice: a session that has ended stays as it is.
    """
    token = live_token(session, token_hash(secret), purpose=TokenPurpose.SESSION, now=now)
    if token is not None:
        token.expires_at = now
        if everywhere:
            purposes = (TokenPurpose.SESSION, TokenPurpose.SIGN_IN)
            expire_tokens(session, token.subscriber_id, purposes=purposes, now=now)
    commit(session, "reader.signed_out")
