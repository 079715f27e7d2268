"""Look whether a mailed link may still be used: part of the flows that links lead to."""

from datetime import datetime

from sqlmodel import Session

from tidings.errors import RejectedError
from tidings.rendering.speech import Sayable
from tidings.subscribers.models import Token, TokenPurpose
from tidings.subscribers.queries import token_by_hash
from tidings.subscribers.tokens import token_hash


def usable_token(session: Session, secret: str, purpose: TokenPurpose, *, now: datetime) -> Token:
    """Return the token behind a link, locked. The caller marks it as used, and commits.

    Raises RejectedError, in words, for a link that is not whole or made for something else, was
    used, or has expired.
    """
    token = token_by_hash(session, token_hash(secret))
    if token is None or token.purpose is not purpose:
        raise not_whole()
    if token.used_at is not None:
        raise RejectedError(Sayable("This link was used before. If it was you, all is well."))
    if token.expires_at <= now:
        raise RejectedError(
            Sayable("This link has expired. Please ask again, and we send a new one.")
        )
    return token


def not_whole() -> RejectedError:
    """Return the refusal of a link that we do not know."""
    return RejectedError(Sayable("This link is not complete. Please copy all of it from the mail."))
